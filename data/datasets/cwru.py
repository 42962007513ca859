"""The Case Western Reserve University bearing data: drive-end faults at 12 kHz, healthy recordings at 48 kHz.

Bearing Data Center, Case Western Reserve University. Drive-end bearing SKF 6205-2RS JEM, 9 balls; its orders are
the published ones. Every file of one fault, diameter (in) and position (o'clock) is taken for one physical bearing at
several motor loads; whether an outer race at three positions is one bearing or three is not published. W. A. Smith,
R. B. Randall, "Rolling element bearing diagnostics using the Case Western Reserve University data: A benchmark study",
Mech. Syst. Signal Process. 64-65 (2015), says which of them show their fault. The 0.028 in bearings are said to be NTN
equivalents, and their files hold no speed and no sensor but the drive end's.
"""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from data.datasets.dataset import Dataset
from data.datasets.entry import Entry
from data.errors import FormatError
from data.fault import Fault
from data.formats.mat import numbered, read_variables
from data.formats.source import opened
from data.geometry import CharacteristicOrders
from data.recording import Recording

DRIVE_END = CharacteristicOrders(bpfo=3.5848, bpfi=5.4152, bsf=2.357, ftf=0.39828)
FAN_END = "fan end"
_SIGNALS = {None: "_DE_time", FAN_END: "_FE_time"}
"""How the name of a sensor's signal ends."""
_DRIVE_END_ALONE_IN = 0.028
_NOMINAL_RPM = {0: 1797.0, 2: 1750.0}
_FILES = "https://engineering.case.edu/sites/default/files"
# The same samples, saved again by themselves: at home the file also holds another recording.
_ALIASES = {99: ("99_48kHz.mat",)}

# File number, motor load in hp, physical bearing (fault, diameter in inches, position), bytes, sha256.
_ROWS: tuple[tuple[int, int, str, int | None, str | None], ...] = (
    (97, 0, "normal", 3903344, "16bf48babcf1c7ac224bc1a81cd9eafdb27e42d5cf559761907e067e8eeadf3c"),
    (99, 2, "normal", None, None),
    (105, 0, "inner_race 0.007", 2910768, "f80b0ea04fd06b372a0eaec7c056543ea37e4bb4727a5b173d2a5bacd2aa9cab"),
    (107, 2, "inner_race 0.007", 2931672, "111ba8996a115684661a13c913bd74d8029a59294492f88aec7b03e175fdd388"),
    (169, 0, "inner_race 0.014", 2924712, "f5448673725c4ea2735fe7d3fe4b16ad82b217eac6b62c4bf351c4549b0a5229"),
    (171, 2, "inner_race 0.014", 2924712, "63d0fdc1a68e64610ddfaf56a9c224d6137ab7b5c0d318eea1d542b9e5ffc029"),
    (209, 0, "inner_race 0.021", 2931672, "9f723d6d9d2eba714c6dc50f99321dffa73d8b1e4d3605675b2c2251511eff80"),
    (211, 2, "inner_race 0.021", 2924712, "8296a02ee489c2d16cbd9fc278ca2e29b22475cec70ebe840558c78b6b743dc1"),
    (3001, 0, "inner_race 0.028", 966608, "2e7400f922b75888dbee1fc3ab8c7cd770822127aa97353b7b622de103e79d46"),
    (3003, 2, "inner_race 0.028", 971008, "ef7ebceaee0a1da63c6da18f227e3582d6c626dbce2d84a06674872645cb8272"),
    (118, 0, "rolling_element 0.007", 2942112, "b00628f8dd8d1d930af77fa465d1e5cdb385fe259489053f91f3680bda7f640e"),
    (120, 2, "rolling_element 0.007", 2917752, "e0b7a584c49af52335ff0904a97d4afcf02d045625c582de63a7c85ce10b489c"),
    (185, 0, "rolling_element 0.014", 2924712, "5bea2c60f177215ba3ec4ae287faf745d7e14aed1a12efe9e37b27c27044bafc"),
    (187, 2, "rolling_element 0.014", 2928192, "0f1338cce89beb5c8d8e5e154579bc576354e7c7d1617ebd1759662c6f3100b2"),
    (222, 0, "rolling_element 0.021", 2928192, "fcc0ee740fa123b1f4683f555458891719efb2857afd9fdee63e8fde0ed14469"),
    (224, 2, "rolling_element 0.021", 2931672, "8a16894c2ff4d6bcdb9f4c345c0d5f13737b3bd6d15015d6b566c86e7a3ee7b7"),
    (3005, 0, "rolling_element 0.028", 966608, "37f3f8e0268a9cd7df8ff5e15e326be06ab099b2291a2282041d01bb89a7c924"),
    (3007, 2, "rolling_element 0.028", 968072, "9b1ce8c46b4df3c3a8ab5f18a3fceaa78b0c17904716abc1bf6066c7235a226c"),
    (130, 0, "outer_race 0.007 @6", 2928192, "35a095307d0971477049b343a1b5981dde465a58fb7f233ad89b035068c1717d"),
    (132, 2, "outer_race 0.007 @6", 2914248, "17a69ed5d2270b42532e678e35bbe2fa04a2cc413cf2bf9e88c7692de8662d18"),
    (197, 0, "outer_race 0.014 @6", 2924712, "fa571b47cd942f9514a920b403fb7c053cd442bb2963a360a96d0f61432f03e9"),
    (199, 2, "outer_race 0.014 @6", 2924712, "ca4e6407fdb68845a6973da6028477911a62d018580063749fe956441be95cf2"),
    (234, 0, "outer_race 0.021 @6", 2938632, "ebcbdb96612e8085bbdbf81f0e5e8e8a8d1a693d1ec559c4894f7792771aa9b2"),
    (236, 2, "outer_race 0.021 @6", 2935152, "c411d6d9826cba8073430555dc833e05fcbe4c38535f3eb7f03c525ea6797589"),
    (144, 0, "outer_race 0.007 @3", 2935152, "f1f51d8c3b66e90fcdd8de15be95c2d4d3e9bac018dbba57f3006e930eec6b22"),
    (146, 2, "outer_race 0.007 @3", 2917752, "1be984f637243ce8e0bf801a6a82b0b024abd6d0f71aa9d759330ccc898d7b7b"),
    (246, 0, "outer_race 0.021 @3", 2921232, "9e02c5e5785f51cc9a60bf31ccb14e6869ff7d452e4aedefa325aa8a6d9da4e9"),
    (248, 2, "outer_race 0.021 @3", 2935152, "d3418e8f9884493548bdddb5406f84a4fd0e73ec153b8f3dfd4633525685ff10"),
    (156, 0, "outer_race 0.007 @12", 2935152, "d6ebef8850c114f136018381f6d3fa1c700073a784fffac72c0c8a3e21a227e3"),
    (159, 2, "outer_race 0.007 @12", 2935152, "a0544e211cda781e06c70a29fbbc34ff871625dd9929917cfb5367b8bc59d236"),
    (258, 0, "outer_race 0.021 @12", 2924712, "0b9c84acca45c3ee6ecbd697eb186a903293809625fda231a18da8c588e34383"),
    (260, 2, "outer_race 0.021 @12", 2945592, "75b92225df9bdc8053809d9732fec4a5eac27e770bb78f9796998f8b7f6a15df"),
)


def at_the_fan_end(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The same recordings by the sensor at the other end of the motor, which hears the drive end's bearing from afar.

    Those of 0.028 in have none.
    """
    return tuple(replace(entry, sensor=FAN_END) for entry in entries if entry.diameter_in != _DRIVE_END_ALONE_IN)


def _entry(number: int, hp: int, bearing: str, size: int | None, sha256: str | None) -> Entry:
    fault = Fault(bearing.split()[0])
    return Entry(
        rig="cwru",
        name=str(number),
        file=f"{number}.mat",
        fault=fault,
        rate_hz=48_000.0 if fault is Fault.NORMAL else 12_000.0,
        speed_rpm=_NOMINAL_RPM[hp],
        load=f"{hp} hp",
        bearing=f"cwru {bearing}",
        url=f"{_FILES}/{number}.mat",
        size=size,
        checksum=f"sha256:{sha256}" if sha256 else None,
        aliases=_ALIASES.get(number, ()),
        diameter_in=None if fault is Fault.NORMAL else float(bearing.split()[1]),
    )


def _read(path: Path, entry: Entry) -> Recording:
    with opened(path) as source:
        variables = read_variables(source)
    number = int(entry.name)
    signal = numbered(variables, _SIGNALS[entry.sensor], number)
    if signal is None:
        there = ", ".join(sorted(variables)) or "no variables"
        raise FormatError(f"{path}: no single {entry.sensor or 'drive end'} signal among {there}")
    speed = numbered(variables, "RPM", number)
    return Recording(
        samples=variables[signal].ravel(),
        rate_hz=entry.rate_hz,
        speed_rpm=entry.speed_rpm if speed is None else float(variables[speed]),
        orders=DRIVE_END,
        fault=entry.fault,
        rig=entry.rig,
        bearing=entry.bearing,
        load=entry.load,
        source=", ".join(filter(None, (f"{entry.rig}/{path.name}", entry.sensor))),
    )


CWRU = Dataset(
    name="cwru",
    title="Case Western Reserve University bearing data, drive end, 0 and 2 hp",
    licence="none stated, public",
    citation="Bearing Data Center, Case Western Reserve University, https://engineering.case.edu/bearingdatacenter",
    home="https://engineering.case.edu/bearingdatacenter",
    entries=tuple(_entry(*row) for row in _ROWS),
    read=_read,
)
