"""Indicators that need speed and bearing: evidence at each characteristic order, the speed, how the bearing fits."""

from collections.abc import Iterator

from data.errors import NotApplicable
from data.fault import Fault
from data.indicators import Indicators, MachineClass, indicators
from data.recording import Recording
from models.bearing_fit import BearingCheck, BearingFit
from models.envelope_rule import CANDIDATES, EnvelopeRule, Evidence, mean_db
from models.shaft_speed import ShaftSpeed, SpeedEstimate

SPEED = "speed_estimated_rpm"
FIT = "bearing_fit_z"
NOT_ESTIMATED = "the speed was not estimated"
NOT_ASKED = "it was not asked whether the bearing fits"
UNSURE = "the signal shows no speed surely"
BEYOND = "beyond what this rate and speed can show"
NOT_MODULATED = (Fault.OUTER_RACE,)
"""Whose strikes nothing modulates: there are no sidebands to look for."""


def all_indicators(recording: Recording, machine: MachineClass | None = None) -> Indicators:
    """Every indicator of a recording of which nothing was read yet; nothing is raised.

    Args:
        recording: with speed and orders where they are known.
        machine: its class, where the zone of ISO 20816-3 is wanted.
    """
    found, rule = indicators(recording, machine), EnvelopeRule()
    try:
        speed = ShaftSpeed().estimate(recording)
    except NotApplicable:
        speed = None
    if recording.speed_rpm is None or recording.orders is None:
        return with_evidence(found, None, speed)
    try:
        lines = rule.lines(recording)
        evidence = rule.judge(lines, recording.orders, recording.speed_rpm)
    except NotApplicable as refusal:
        return with_evidence(found, None, speed, reason=str(refusal))
    return with_evidence(found, evidence, speed, BearingCheck().judge(rule, lines, recording.orders, evidence))


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
    heard[FIT] = fit.z if fit is not None else None if evidence is None else NOT_ASKED
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
        yield f"evidence_db_{fault}", None if candidate is None else _known(mean_db(candidate.harmonics_db))
        if fault not in NOT_MODULATED:
            yield f"sidebands_db_{fault}", None if candidate is None else _known(candidate.sidebands_db)


def _known(height_db: float | None) -> float | str:
    return BEYOND if height_db is None else height_db
