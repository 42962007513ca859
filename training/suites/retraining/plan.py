"""The drills. What is asked, told and judged was settled before any of them was run, but for JNU at 1000 rpm."""

from data.datasets.entry import Entry
from data.fault import Fault
from training.suites.recordings import RIGS
from training.suites.retraining.drill import Drill, Unseen

CONDITION, RIG = "a condition never seen", "a machine never seen"
REST = "never told of"
SAME, OTHERS = "bearings told of, later", "other bearings"


def _told_of_cwru(entry: Entry) -> bool:
    """One bearing of each fault at 0.007 in, one at 0.014 in, and the healthy one."""
    if entry.fault is Fault.OUTER_RACE and not entry.bearing.endswith("@6"):
        return False
    return entry.rig == "cwru" and entry.diameter_in in (None, 0.007, 0.014)


def _jnu_at_1000(entry: Entry) -> bool:
    return entry.rig == "jnu" and entry.speed_rpm == 1000


def _mfpt_at_high_load(entry: Entry) -> bool:
    return entry.rig == "mfpt" and entry.load in ("200 lbs", "250 lbs")


def _cwru_at_21(entry: Entry) -> bool:
    return entry.rig == "cwru" and entry.diameter_in == 0.021


def _jnu(entry: Entry) -> bool:
    return entry.rig == "jnu"


def _cwru(entry: Entry) -> bool:
    return entry.rig == "cwru"


def _condition(name: str, config: str, unseen: Unseen, seconds: float) -> Drill:
    return Drill(name, CONDITION, config, unseen, RIGS, unseen, seconds, (12,), {REST: unseen})


DRILLS: tuple[Drill, ...] = (
    _condition("JNU, 1000 rpm", "time", _jnu_at_1000, 0.5),
    _condition("MFPT, 200 and 250 lbs", "order", _mfpt_at_high_load, 0.25),
    _condition("CWRU, 0.021 in", "order", _cwru_at_21, 0.5),
    Drill("JNU", RIG, "order", _jnu, ("mfpt", "cwru"), _jnu, 1.0, (1, 3, 5, 10), {SAME: _jnu}),
    Drill(
        "CWRU", RIG, "order", _cwru, ("mfpt", "jnu"), _told_of_cwru, 0.75, (1, 3, 5, 10),
        {SAME: _told_of_cwru, OTHERS: lambda entry: not _told_of_cwru(entry)},
    ),
)  # fmt: skip

MISLABELLED = 0.3
"""Of what is told of, in a further cell of each condition: a gate that then opens is none."""
GATE = {"apart": "time", "minutes_apart": 0.0}
"""What a plant sends in weeks comes here in seconds, and a fault has one bearing or two; all else as by default."""
