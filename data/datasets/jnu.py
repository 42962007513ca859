"""The Jiangnan University bearing data: four states of cylindrical-roller bearings at three speeds, 50 kHz.

K. Li, X. Ping, H. Wang, P. Chen, Y. Cao, "Sequential Fuzzy Diagnosis Method for Motor Roller Bearing in Variable
Operating Conditions Based on Vibration Analysis", Sensors 13(6), 2013, 8013-8041. One number a line and no header:
line 1 is a sample. Inner race faults were cut into an NU205, all else into N205.

The geometry is not published with the data. The orders were measured on the recordings: BPFO 5.40-5.43, FTF
0.415-0.417 and 2 BSF 5.83 on the N205, BPFI 7.77 on the NU205; both have 13 rollers, and what was not measured
follows from BPFI + BPFO = 13 or from the diameter ratio that the measured order implies.
"""

from pathlib import Path

from data.datasets.dataset import Dataset
from data.datasets.entry import Entry
from data.fault import Fault
from data.formats.csv import read_column
from data.geometry import CharacteristicOrders, Geometry
from data.recording import Recording

RATE_HZ = 50_000.0
ORDERS: dict[str, CharacteristicOrders] = {
    "N205": CharacteristicOrders(bpfo=5.415, bpfi=13 - 5.415, bsf=5.83 / 2, ftf=0.416),
    "NU205": Geometry(rolling_elements=13, diameter_ratio=7.77 / 6.5 - 1).orders(),
}
ONE_FOR_ALL = CharacteristicOrders(bpfo=5.40, bpfi=7.77, bsf=2.92, ftf=0.418)
"""The same candidates whatever the fault: that the NU205 stands with inner races alone would tell the label."""
_FAULTS = {"n": Fault.NORMAL, "ib": Fault.INNER_RACE, "ob": Fault.OUTER_RACE, "tb": Fault.ROLLING_ELEMENT}
_FILES = "https://raw.githubusercontent.com/ClarkGableWang/JNU-Bearing-Dataset/HEAD"

# Name, nominal rpm, bytes, checksum.
_ROWS: tuple[tuple[str, int, int, str], ...] = (
    ("n600_3_2", 600, 13619397, "md5:0e9e08bc1ded3d93ee3f5b9cb8b2613c"),
    ("n800_3_2", 800, 12914313, "md5:519b0bc94d7c9fe996099a5389b3488d"),
    ("n1000_3_2", 1000, 12754576, "md5:2dd117c214b0351babdb9ceca90efd3d"),
    ("ib600_2", 600, 4360380, "sha256:6d52fab3bb5f9275c879ac5431a452101fc053604c4269d029e134c8e1835d94"),
    ("ib800_2", 800, 4385354, "sha256:f6893fdbbc1849deacb2a192d78af4b75fa4d63847d9b223e5bce10122b743ef"),
    ("ib1000_2", 1000, 4329871, "sha256:819c3ccba3356ce7f16b9caaccc1b87d049d45d994984f3f84af27badbc791a1"),
    ("ob600_2", 600, 4493623, "sha256:91bc1b69b440b72c73556ca9919b54d66c763cff37a8b91cfcf5287c9c27baa5"),
    ("ob800_2", 800, 4300587, "sha256:4209a1b773ccae4b368b53503a148e355963127483de542c29002e77d6f93f06"),
    ("ob1000_2", 1000, 4257863, "sha256:c57211993f4ab0636b357668032d1f6bd1b9cf43e50ba3a4b496c7dfef82022f"),
    ("tb600_2", 600, 4506334, "sha256:39f615667a8c806390122239e688aa54a70d0c22639692e70ae68855c923f126"),
    ("tb800_2", 800, 4437160, "sha256:c0e40040138ac8e51373392da272a207050b86d109c91d0a812b0df02c57ed60"),
    ("tb1000_2", 1000, 4225755, "sha256:36d6b9a301e7f6891d052199bea77371793405d9b402caa897e8cc928ddaec73"),
)


def _designation(fault: Fault) -> str:
    return "NU205" if fault is Fault.INNER_RACE else "N205"


def _entry(name: str, rpm: int, size: int, checksum: str) -> Entry:
    fault = _FAULTS[name.split("_")[0].rstrip("0123456789")]
    return Entry(
        rig="jnu",
        name=name,
        file=f"{name}.csv",
        fault=fault,
        rate_hz=RATE_HZ,
        speed_rpm=float(rpm),
        load="",
        bearing=f"jnu {_designation(fault)} {fault}",
        url=f"{_FILES}/{name}.csv",
        size=size,
        checksum=checksum,
    )


def _read(path: Path, entry: Entry) -> Recording:
    return Recording(
        samples=read_column(path),
        rate_hz=entry.rate_hz,
        speed_rpm=entry.speed_rpm,
        orders=ORDERS[_designation(entry.fault)],
        fault=entry.fault,
        rig=entry.rig,
        bearing=entry.bearing,
        load=None,
        source=f"{entry.rig}/{path.name}",
    )


JNU = Dataset(
    name="jnu",
    title="Jiangnan University bearing data",
    licence="none stated; cite the paper",
    citation="K. Li, X. Ping, H. Wang, P. Chen, Y. Cao, Sequential Fuzzy Diagnosis Method for Motor Roller Bearing in "
    "Variable Operating Conditions Based on Vibration Analysis, Sensors 13(6), 2013, 8013-8041",
    home="https://github.com/ClarkGableWang/JNU-Bearing-Dataset",
    entries=tuple(_entry(*row) for row in _ROWS),
    read=_read,
)
