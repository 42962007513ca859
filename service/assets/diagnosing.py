"""One axis of a measuring point: here all that is known about it comes together, for whichever way a recording came.

what the asset says + the signal -> the engine's diagnosis -> indicators -> three voices -> what they say together
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

from data.indicators import Indicators, MachineClass, indicators
from data.recording import Recording
from models.baseline import Baseline, Change
from models.indicators import with_evidence
from service import wording
from service.answering import Answered, answered
from service.assets.answer import AxisDiagnosis, Together
from service.assets.asset import Asset, Axis
from service.assets.baselines import Standing, orders_of, same_bearing
from service.assets.facts import filled
from service.assets.hearing import NOT_COMMISSIONED, OTHER_BEARING, hear, likelier
from service.diagnosis import Diagnosis
from service.parts import Parts
from service.question import Given
from service.store.row import Watched
from service.store.store import Retried

DIGITS = 5
"""Of an indicator: more than any sensor has, and each digit more is half a byte in the store for each of them."""


@dataclass(frozen=True, eq=False)
class Listening:
    """Whom a recording is about.

    Attributes:
        asset, axis: the measuring point, and which of its axes.
        healthy: how it sounds when it is healthy; None: it was not commissioned.
        commissioning: this recording shows it healthy: it advances no alarm.
    """

    asset: Asset
    axis: Axis
    healthy: Standing | None = None
    commissioning: bool = False


def diagnosed(
    parts: Parts, listening: Listening, given: Given, identity: str, decode_ms: float, again: Retried | None = None
) -> Answered:
    """As `answered`, with all that the asset knows, and what it is asked about in the answer; takes processor time."""
    given = filled(given, listening.asset, listening.axis)
    return answered(parts, given, identity, decode_ms, again, partial(completed, listening))


def completed(listening: Listening, answer: Diagnosis, recording: Recording) -> tuple[AxisDiagnosis, Watched]:
    """What the engine answered about a recording, with indicators and voices, and what the store keeps for the asset.

    Args:
        listening: whom it is about.
        answer: the engine's.
        recording: as it was asked.
    """
    began = time.perf_counter()
    found = _indicators(listening.asset, answer, recording)
    combined, change = hear(answer, found, _baseline(listening, answer))
    advice = " ".join([combined.advice, *_doubts(answer, recording)])
    together = Together(**combined.model_dump(exclude={"voices", "advice"}), advice=advice)
    timing = answer.timing.with_further("indicators_ms", 1e3 * (time.perf_counter() - began))
    told = dict(answer) | {"timing": timing}
    full = AxisDiagnosis(**told, indicators=found, voices=combined.voices, change=change, combined=together)
    level, severity = (None, None) if listening.commissioning else (combined.level, combined.severity)
    return full, Watched(listening.asset.id, listening.axis.name, level, severity, _condition(found, change))


def _indicators(asset: Asset, answer: Diagnosis, recording: Recording) -> Indicators:
    given = asset.machine_class
    machine = None if given is None else MachineClass(f"group_{given.group}_{given.foundation}")
    read, speed_rpm = likelier(answer)
    found = indicators(replace(recording, speed_rpm=speed_rpm), machine)
    reason = answer.evidence_reason or "the signal was not read"
    whole = with_evidence(found, read.evidence, answer.estimated_speed, read.bearing_fit, reason)
    rounded = {name: float(f"{value:.{DIGITS}g}") for name, value in whole.values.items()}
    return whole.model_copy(update={"values": rounded})


def _baseline(listening: Listening, answer: Diagnosis) -> Baseline | str:
    healthy = listening.healthy
    if healthy is None:
        return NOT_COMMISSIONED
    return healthy.baseline if same_bearing(healthy.orders, orders_of(answer)) else OTHER_BEARING


def _doubts(answer: Diagnosis, recording: Recording) -> list[str]:
    doubts = wording.doubts(recording, answer.at_estimated_speed, answer.bearing_fit)
    return [f"{each[:1].upper()}{each[1:]}." for each in doubts]


def _condition(found: Indicators, change: Change | None) -> Mapping[str, float]:
    return found.values | ({} if change is None else {"change_deviation": change.deviation})
