"""The sentences that people read: what an answer means, and what to keep in mind with it."""

from data.bearing import Bearing
from data.fault import Fault
from data.recording import Recording
from models.bearing_fit import BearingFit, Fit
from models.envelope_rule import Evidence
from models.manifest import MissRate
from models.shaft_speed import IN_DOUBT, SpeedEstimate
from service.diagnosis import OtherReading, StatedMissRate, UnknownScore, Verdict

SAME_MACHINE = "same machine"
NEVER_SEEN = "machine never seen"
FEW_WINDOWS = 5

UNLIKE = {
    "features": "what the network makes of it is",
    "spectrum": "its spectrum is",
    "level": "the course of its level is",
    "noise": "its spectrum, that of mere noise, is",
    "shaft": "no shaft is heard at the stated speed: it is",
    "doubt": "the faults stand too close together for an answer: it is",
}
NAMES = {
    Fault.NORMAL: "nothing found",
    Fault.INNER_RACE: "inner race fault",
    Fault.OUTER_RACE: "outer race fault",
    Fault.ROLLING_ELEMENT: "rolling element fault",
}


def message(fault: Fault | None, confidence: float | None, miss_rate: StatedMissRate | None) -> str:
    """One plain sentence, or two."""
    if fault is None or confidence is None:
        return no_diagnosis(Verdict.UNKNOWN, "")
    if miss_rate is None:
        return f"{NAMES[fault].capitalize()}, confidence {_percent(confidence)}."
    low, high = miss_rate.interval
    missed = f"{miss_rate.missed} of {miss_rate.of} faulty recordings (95 % interval {low:.0%} to {high:.0%})"
    opening = f"Nothing found, confidence {_percent(confidence)}. This does not mean healthy: on"
    if miss_rate.scope == NEVER_SEEN:
        return f"{opening} machines that it had not learned from, such a bundle missed {missed}."
    return (
        f"{opening} recordings of the machines it learned from, this bundle missed {missed}; on other machines expect "
        "more."
    )


def _percent(confidence: float) -> str:
    return f"{confidence:.0%}" if confidence < 0.995 else "over 99%"  # nothing is certain


def no_diagnosis(verdict: Verdict, reason: str) -> str:
    """Why there is none, for people."""
    if verdict is Verdict.SENSOR_FAULT:
        return f"No diagnosis: this does not look like a working vibration sensor ({reason})."
    if verdict is Verdict.NOT_APPLICABLE:
        return f"No diagnosis: no model fits this recording ({reason})."
    return "No diagnosis: this recording is not like anything that was learned."


def unlike(unknown: UnknownScore) -> str:
    """The unknown-check in numbers."""
    farthest = max(unknown.distances, key=unknown.distances.__getitem__)
    what = UNLIKE.get(farthest, farthest)
    return f"{what} unlike what was learned: distance {unknown.score:.2g}, allowed {unknown.threshold:.2g}"


def stated(miss_rate: MissRate) -> StatedMissRate:
    """The miss rate as it stands beside "nothing found": that on machines never seen, where it was measured."""
    scope = SAME_MACHINE if miss_rate.never_seen is None else NEVER_SEEN
    rate = miss_rate.never_seen or miss_rate.same_machine
    assert rate is not None
    return StatedMissRate(scope=scope, missed=rate.missed, of=rate.of, rate=rate.share, interval=rate.interval)


def warnings_about(bearing: Bearing | None) -> tuple[str, ...]:
    """What to keep in mind with the bearing that was given."""
    return () if bearing is None or not bearing.warning else (bearing.warning,)


def warnings(
    recording: Recording, windows: int, fault: Fault | None, evidence: Evidence | None, clipping: str | None
) -> list[str]:
    """What to keep in mind with this answer."""
    found: list[str] = []
    if clipping is not None:
        found.append(clipping)
    if windows < FEW_WINDOWS:
        found.append(f"short: {windows} window{'s' * (windows > 1)}; a longer recording gives a surer answer")
    if recording.orders is not None and recording.speed_rpm is None:
        found.append("the bearing is of no use without the shaft speed")
    if fault is not None and evidence is not None and evidence.fault != fault:
        found.append(f"the envelope rule reads: {NAMES[evidence.fault]}; the network: {NAMES[fault]}")
    return found


def speed_in_doubt(given_rpm: float | None, estimate: SpeedEstimate) -> bool:
    """True where the signal surely shows another speed than the given one, or one where none was given."""
    return estimate.sure and (given_rpm is None or abs(estimate.deviation(given_rpm)) > IN_DOUBT)


def doubts(recording: Recording, other: OtherReading | None, fit: BearingFit | None) -> list[str]:
    """What speaks against the speed or the bearing as given; a bearing is judged at the likelier speed."""
    found: list[str] = []
    if other is not None:
        found.append(_speed_doubt(recording.speed_rpm, other))
        fit = other.bearing_fit
    if fit is not None and fit.fit is Fit.DOES_NOT_FIT:
        found.append(_bearing_doubt(recording.bearing, fit))
    return found


def _speed_doubt(given_rpm: float | None, other: OtherReading) -> str:
    shown = f"the signal shows a shaft speed of {other.speed_rpm:.0f} rpm"
    if other.fault is None or other.confidence is None:
        reading = f"the verdict {other.verdict.value}"
    else:
        reading = f"{NAMES[other.fault]}, confidence {_percent(other.confidence)}"
    if given_rpm is None:
        return f"no speed was given; {shown}, and the answer there would be: {reading}; give speed_rpm to have it"
    off = other.speed_rpm / given_rpm - 1
    return f"speed in doubt: {shown}, {off:+.1%} from the given {given_rpm:g} rpm; the answer there would be: {reading}"


def _bearing_doubt(name: str | None, fit: BearingFit) -> str:
    better = ", or ".join(f"{each.rolling_elements} ({NAMES[each.fault]}, z {each.z:.1f})" for each in fit.better)
    given = f"the given bearing ({name})" if name else "the given bearing"
    return (
        f"bearing in doubt: the envelope's lines are not those of {given}, largest z {fit.z:.1f}; they would fit it "
        f"with another number of rolling elements: {better}"
    )
