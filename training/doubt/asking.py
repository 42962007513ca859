"""One recording asked in many ways: the speed right, wrong or not given, the bearing right or with a wrong number."""

from dataclasses import replace
from typing import Any

from data.errors import NotApplicable
from data.fault import Fault
from data.recording import Recording
from models.bearing_fit import BearingCheck, rolling_elements, with_elements
from models.envelope_rule import EnvelopeRule
from models.shaft_speed import IN_DOUBT, ShaftSpeed, SpeedEstimate
from training.doubt.readers import Reader

WRONG_SPEEDS = (0.0, 0.01, -0.01, 0.03, -0.03, 0.06, -0.06)
WRONG_NUMBERS = (0, -1, 1)


def ask(recording: Recording, reader: Reader) -> dict[str, Any]:
    """What is estimated and read in each way, as JSON; `recording` states the right speed and the right bearing."""
    return {
        "recording": recording.source,
        "bearing": recording.bearing,
        "fault": recording.fault,
        "speeds": [_at_speed(recording, wrong, reader) for wrong in WRONG_SPEEDS],
        "no_speed": _estimated(replace(recording, speed_rpm=None), recording),
        "numbers": [_with_number(recording, more, reader) for more in WRONG_NUMBERS],
    }


def _at_speed(recording: Recording, wrong: float, reader: Reader) -> dict[str, Any]:
    """Read at a speed off by the share `wrong`, and, where the estimate surely speaks against it, at the estimate."""
    assert recording.speed_rpm is not None
    asked = replace(recording, speed_rpm=recording.speed_rpm * (1 + wrong))
    assert asked.speed_rpm is not None
    estimate = _estimate(asked)
    doubted = estimate is not None and estimate.sure and abs(estimate.deviation(asked.speed_rpm)) > IN_DOUBT
    given = reader.read(asked)
    corrected = reader.read(replace(asked, speed_rpm=estimate.speed_rpm)) if doubted and estimate else given
    return {"wrong": wrong, "doubted": doubted, "given": given, "corrected": corrected, **_told(estimate, recording)}


def _with_number(recording: Recording, more: int, reader: Reader) -> dict[str, Any]:
    """Read with `more` rolling elements than there are; corrected: with the number that fits best, where one does."""
    assert recording.orders is not None
    asked = replace(recording, orders=with_elements(recording.orders, rolling_elements(recording.orders) + more))
    assert asked.orders is not None
    assert asked.speed_rpm is not None
    given: Fault | None = reader.read(asked)
    rule = EnvelopeRule()
    try:
        lines = rule.lines(asked)
        evidence = rule.judge(lines, asked.orders, asked.speed_rpm)
    except NotApplicable:
        return {"more": more, "fit": None, "better": [], "given": given, "corrected": given}
    found = BearingCheck().judge(rule, lines, asked.orders, evidence)
    better = [each.rolling_elements - rolling_elements(recording.orders) for each in found.better]
    corrected = given
    if found.better:
        corrected = reader.read(replace(asked, orders=with_elements(asked.orders, found.better[0].rolling_elements)))
    return {"more": more, "fit": found.fit, "better": better, "given": given, "corrected": corrected}


def _estimated(asked: Recording, truth: Recording) -> dict[str, Any]:
    return _told(_estimate(asked), truth)


def _estimate(asked: Recording) -> SpeedEstimate | None:
    try:
        return ShaftSpeed().estimate(asked)
    except NotApplicable:
        return None


def _told(estimate: SpeedEstimate | None, truth: Recording) -> dict[str, Any]:
    """The estimate's distance from the stated speed, as a share, and how sure it is."""
    if estimate is None:
        return {"error": None, "sure": False, "lead": None}
    assert truth.speed_rpm is not None
    return {"error": round(estimate.deviation(truth.speed_rpm), 5), "sure": estimate.sure, "lead": estimate.lead}
