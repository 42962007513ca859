"""The MFPT bearing data: three states of one bearing type at 25 Hz shaft speed, several loads.

E. Bechhoefer, "Condition Based Maintenance Fault Database for Testing of Diagnostics and Prognostics Algorithms",
Machinery Failure Prevention Technology Society, 2013. NICE bearing: 8 balls of 0.235 in on a pitch of 1.245 in,
contact angle 0. The sampling rate differs between the files (97,656 and 48,828 Hz): each file's own `sr` counts.
"""

from pathlib import Path

from data.datasets.dataset import Dataset
from data.datasets.entry import Entry
from data.errors import FormatError
from data.fault import Fault
from data.formats.mat import read_variables
from data.formats.source import opened
from data.geometry import Geometry
from data.recording import Recording

NICE = Geometry(rolling_elements=8, diameter_ratio=0.235 / 1.245)
SHAFT_RPM = 25 * 60.0
_FAULTS = {"baseline": Fault.NORMAL, "InnerRaceFault": Fault.INNER_RACE, "OuterRaceFault": Fault.OUTER_RACE}
# The commit is named because two files' checksums are not known: it fixes their bytes all the same.
_FILES = (
    "https://raw.githubusercontent.com/mathworks/RollingElementBearingFaultDiagnosis-Data/"
    "d3efefb6ce84fa1ee6c0311f80f7c89cf903ad1d"
)
_TEST_FOLDER = {
    "baseline_3", "OuterRaceFault_3", "OuterRaceFault_vload_6", "OuterRaceFault_vload_7",
    "InnerRaceFault_vload_6", "InnerRaceFault_vload_7",
}  # fmt: skip

# Name, load in lbs, bytes, sha256.
_ROWS: tuple[tuple[str, int, int | None, str | None], ...] = (
    ("baseline_1", 270, 4477991, "23f63a29f61c398e930fc69221beb729bd931656508fdda41aa63a0809cf4d8f"),
    ("baseline_2", 270, 4477679, "5949a1330d7846c3052853d6f8248f78398713de43c250e1c978dbf9bdef11b8"),
    ("baseline_3", 270, 4477042, "d4b7c69d9f9ef4e9e7b4f5e9964c2dd58bc09a2787b3e3d89877ec27400eb003"),
    ("OuterRaceFault_1", 270, 4471331, "1a54a9d9ebb95b6ef1f72c4edd347358eedca979cce47992fcf6147b009bb290"),
    ("OuterRaceFault_2", 270, 4476284, "c177a4092ff22d0a568ee591fbef43b0d07ac57c8527f2ab45cd352313fb712c"),
    ("OuterRaceFault_3", 270, 4484607, "48fdf58ae0717fed02fbfe44773c15bbd96f3ceab9387fcfbf52b8260fdc3d97"),
    ("OuterRaceFault_vload_1", 25, 1121586, "8a1977da6f1c8dd74c7826b66e75cf9d52e1cdcf6000c1348d1b356a06781af0"),
    ("OuterRaceFault_vload_2", 50, 1121822, "1883793fc865e10c6ddebe8a8241dd4924bfd4b4fd0ba6284affc697d2b29e6d"),
    ("OuterRaceFault_vload_3", 100, 1120163, "52410e466c71413e70b9da800d8c1fa4d74ada9bfcf14e45bbe455e1a073296d"),
    ("OuterRaceFault_vload_4", 150, 1120321, "81b4b1dde9340774c9170633d564fdc08b8a55e38676c3033a8088a0121c6191"),
    ("OuterRaceFault_vload_5", 200, 1121183, "8f5b43ae668518165cd65fcb3cf30cd9e32e6f69b3c5192b4ebb93ff42c47689"),
    ("OuterRaceFault_vload_6", 250, 1121355, "ea167417e39b7481a9ea422fdc5f5b67b96d8521f27cf703e46c4f8cbb8cd995"),
    ("OuterRaceFault_vload_7", 300, None, None),
    ("InnerRaceFault_vload_1", 0, 1124871, "943e1f0ecef2496ee5233063765d40b8a3aab480044b36a9feaa3483e5331db9"),
    ("InnerRaceFault_vload_2", 50, 1124681, "4e85dc145f230db5b687d032ba94e849d58adb85fd1c00e605efba0bc14edc92"),
    ("InnerRaceFault_vload_3", 100, 1124601, "f4b100c59db948212f1603112952af332967497db66c6ebe5b4f799ac62dd4bf"),
    ("InnerRaceFault_vload_4", 150, 1123967, "3826a49dcac630176b82569a0b923ef16fa13db5a667171066ffac62949d498b"),
    ("InnerRaceFault_vload_5", 200, 1124229, "5eb0c3b88f4abab2d00f17f12170a25e51946adf05ff95ee79844360ccce2e92"),
    ("InnerRaceFault_vload_6", 250, 1124470, "51ace00de918012668beae944442588004655f40447497944ac63d71b3aa9e64"),
    ("InnerRaceFault_vload_7", 300, None, None),
)


def _entry(name: str, load: int, size: int | None, sha256: str | None) -> Entry:
    fault = _FAULTS[name.split("_")[0]]
    folder = "test_data" if name in _TEST_FOLDER else "train_data"
    return Entry(
        rig="mfpt",
        name=name,
        file=f"{name}.mat",
        fault=fault,
        rate_hz=48_828.0 if "vload" in name else 97_656.0,
        speed_rpm=SHAFT_RPM,
        load=f"{load} lbs",
        bearing=f"mfpt {fault}",
        url=f"{_FILES}/{folder}/{name}.mat",
        size=size,
        checksum=f"sha256:{sha256}" if sha256 else None,
    )


def _read(path: Path, entry: Entry) -> Recording:
    with opened(path) as source:
        bearing = read_variables(source).get("bearing")
    if not isinstance(bearing, dict) or not {"sr", "gs", "load", "rate"} <= bearing.keys():
        raise FormatError(f"{path}: no struct `bearing` with sr, gs, load and rate; this is no file of the MFPT data")
    return Recording(
        samples=bearing["gs"].ravel(),
        rate_hz=float(bearing["sr"]),
        speed_rpm=float(bearing["rate"]) * 60,
        orders=NICE.orders(),
        fault=entry.fault,
        rig=entry.rig,
        bearing=entry.bearing,
        # The load is a number in some files and a string in others.
        load=f"{float(bearing['load']):g} lbs",
        source=f"{entry.rig}/{path.name}",
    )


MFPT = Dataset(
    name="mfpt",
    title="MFPT bearing fault data (Machinery Failure Prevention Technology Society)",
    licence="CC BY-NC-SA 4.0",
    citation="E. Bechhoefer, Condition Based Maintenance Fault Database for Testing of Diagnostics and Prognostics "
    "Algorithms, MFPT Society, 2013",
    home="https://github.com/mathworks/RollingElementBearingFaultDiagnosis-Data",
    entries=tuple(_entry(*row) for row in _ROWS),
    read=_read,
)
