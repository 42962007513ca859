"""The sentences that people read: what an answer means, and what to keep in mind with it."""

from data.bearing import Bearing
from data.fault import Fault
from data.recording import Recording
from models.envelope_rule import Evidence
from models.manifest import MissRate
from service.diagnosis import StatedMissRate, UnknownScore, Verdict

SAME_MACHINE = "same machine"
FEW_WINDOWS = 5

UNLIKE = {
    "features": "what the network makes of it is",
    "spectrum": "its spectrum is",
    "level": "the course of its level is",
    "noise": "its spectrum, that of mere noise, is",
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
    return (
        f"Nothing found, confidence {_percent(confidence)}. This does not mean healthy: on recordings of the machines "
        f"it learned from, this bundle missed {missed}; on other machines expect more."
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
    """The miss rate as it stands beside "nothing found"."""
    rate = miss_rate.same_machine
    return StatedMissRate(scope=SAME_MACHINE, missed=rate.missed, of=rate.of, rate=rate.share, interval=rate.interval)


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
