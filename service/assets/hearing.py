"""The three voices on a diagnosis: all that they need was read by the engine, but the indicators.

Where the signal surely shows another speed than the given one, all three are asked at the speed that it shows, as the
voices were measured (docs/decisions/three-voices.md).
"""

from typing import NamedTuple

from data.errors import NotApplicable
from data.indicators import Indicators
from models.baseline import Baseline, Change
from models.voices import Combined, Heard, change_voice, combine, evidence_voice, network_found, silent
from service.diagnosis import Diagnosis, OtherReading, Verdict

NOT_COMMISSIONED = "the machine was not commissioned"
OTHER_BEARING = "it was commissioned with another bearing: commission it anew"
CHECK_THE_SENSOR = "Check the sensor, its cable and its mounting, and record again."


class Likelier(NamedTuple):
    """What was read at the speed that is likeliest, rpm."""

    reading: Diagnosis | OtherReading
    speed_rpm: float | None


class Voices(NamedTuple):
    """What they say together, and the change that one of them speaks of."""

    combined: Combined
    change: Change | None


def likelier(answer: Diagnosis) -> Likelier:
    """The reading at the given speed, or at the one that the signal surely shows in its place."""
    given, other = answer.signal.speed_rpm, answer.at_estimated_speed
    return Likelier(answer, given) if given is None or other is None else Likelier(other, other.speed_rpm)


def hear(answer: Diagnosis, found: Indicators, baseline: Baseline | str) -> Voices:
    """Asks all three.

    Args:
        answer: the engine's.
        found: the indicators of the same recording.
        baseline: of the machine, or why there is none to hold the recording against.
    """
    if answer.verdict is Verdict.SENSOR_FAULT:
        why = answer.reason or answer.message
        dumb = combine(silent("network", why), silent("evidence", why), silent("change", why))
        return Voices(dumb.model_copy(update={"advice": CHECK_THE_SENSOR}), None)
    change = _change(found, likelier(answer).speed_rpm, baseline)
    changed = silent("change", change) if isinstance(change, str) else change_voice(change)
    combined = combine(_network(answer), _evidence(answer), changed, found.zone)
    return Voices(combined, None if isinstance(change, str) else change)


def _network(answer: Diagnosis) -> Heard:
    read = likelier(answer).reading
    if read.fault is None or read.confidence is None:
        return silent("network", (answer.reason if read is answer else None) or read.message)
    return network_found(read.fault, read.confidence)


def _evidence(answer: Diagnosis) -> Heard:
    read = likelier(answer).reading
    if read.evidence is None:
        return silent("evidence", answer.evidence_reason or "the signal was not read")
    return evidence_voice(read.evidence, read.bearing_fit)


def _change(found: Indicators, speed_rpm: float | None, baseline: Baseline | str) -> Change | str:
    if isinstance(baseline, str):
        return baseline
    try:
        return baseline.change(found, speed_rpm)
    except NotApplicable as error:
        return str(error)
