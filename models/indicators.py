"""The indicators that need speed and bearing: evidence at each characteristic order, the speed, how the bearing fits."""

from collections.abc import Iterator

from data.fault import Fault
from data.indicators import Indicators
from models.bearing_fit import BearingFit
from models.envelope_rule import CANDIDATES, Evidence
from models.shaft_speed import SpeedEstimate

SPEED = "speed_estimated_rpm"
FIT = "bearing_fit_z"
NOT_ESTIMATED = "the speed was not estimated"
UNSURE = "the signal shows no speed surely"
BEYOND = "beyond what this rate and speed can show"
NOT_MODULATED = (Fault.OUTER_RACE,)
"""Whose strikes nothing modulates: there are no sidebands to look for."""


def with_evidence(
    found: Indicators,
    evidence: Evidence | None,
    speed: SpeedEstimate | None = None,
    fit: BearingFit | None = None,
    reason: str = "no speed or bearing given",
) -> Indicators:
    """The indicators of a recording, completed by what was already read at the orders; nothing is read again.

    Adds `evidence_z_<fault>`, `evidence_db_<fault>` (mean of its harmonics over their floor), `sidebands_db_<fault>`
    (likewise of their sidebands: inner race, rolling element), `speed_estimated_rpm` and `bearing_fit_z`.

    Args:
        found: of the same recording.
        evidence: the envelope rule's; None where it read nothing.
        speed: what the signal shows, if it was estimated.
        fit: how well the given bearing fits, if it was asked.
        reason: why there is no evidence.
    """
    heard = dict(_lines(evidence))
    heard[SPEED] = NOT_ESTIMATED if speed is None else speed.speed_rpm if speed.sure else UNSURE
    heard[FIT] = None if fit is None else fit.z
    read = {name: value for name, value in heard.items() if isinstance(value, float)}
    absent = {name: value or reason for name, value in heard.items() if not isinstance(value, float)}
    notes = {} if fit is None else {FIT: fit.fit.value.replace("_", " ")}
    return found.model_copy(
        update={
            "values": found.values | read,
            "missing": found.missing | absent,
            "notes": found.notes | notes,
        }
    )


def _lines(evidence: Evidence | None) -> Iterator[tuple[str, float | str | None]]:
    """Each name with its value, or with why there is none; None where there is no evidence at all."""
    for fault in CANDIDATES:
        candidate = None if evidence is None else evidence.candidates[fault]
        yield f"evidence_z_{fault}", None if evidence is None else evidence.z[fault]
        yield f"evidence_db_{fault}", None if candidate is None else _mean(candidate.harmonics_db)
        if fault not in NOT_MODULATED:
            yield f"sidebands_db_{fault}", None if candidate is None else _mean(candidate.sidebands_db)


def _mean(heights_db: tuple[float | None, ...]) -> float | str:
    known = [height for height in heights_db if height is not None]
    return sum(known) / len(known) if known else BEYOND
