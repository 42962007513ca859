"""From a recording to a diagnosis; the HTTP service and `brinell diagnose` ask the same engine.

sensor check -> shaft speed -> choice of bundle -> windows -> graph -> conclusion -> energy account -> evidence
-> diagnosis
Where the signal surely shows another speed than the given one, the same way is gone once more.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np

from data.character import character
from data.errors import NotApplicable
from data.fault import Fault
from data.recording import Recording
from data.sensor_check import clipping_warning, sensor_fault
from data.windows import Windows
from models.bearing_fit import BearingCheck, BearingFit
from models.bundle import Bundle
from models.energy import PROFILES, EnergyProfile, account
from models.envelope_rule import EnvelopeRule, Evidence
from models.graph import Reading
from models.shaft_speed import ShaftSpeed, SpeedEstimate
from models.verdict import Conclusion
from service import wording
from service.choice import choose
from service.diagnosis import (
    Diagnosis,
    EnergyStatement,
    OtherReading,
    SignalRead,
    Timing,
    UnknownScore,
    UsedBundle,
    Verdict,
    WindowEnergy,
    WindowResult,
)

NANO = 1e9
"""nJ in a J."""


@dataclass
class _Stopwatch:
    ms: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        try:
            yield
        finally:
            self.ms[f"{name}_ms"] = round((time.perf_counter() - began) * 1e3, 3)


@dataclass(frozen=True, eq=False)
class _Findings:
    recording: Recording
    bundle: Bundle
    windows: Windows
    reason: str
    reading: Reading
    conclusion: Conclusion
    evidence: "_Evidence"


@dataclass(frozen=True)
class _Evidence:
    """What the envelope rule read, or why it read nothing, and what that says about the given bearing."""

    read: Evidence | None = None
    reason: str | None = None
    bearing_fit: BearingFit | None = None


class Engine:
    """Answers with the given bundles, by name; safe to use from several threads at once."""

    def __init__(
        self,
        bundles: Mapping[str, Bundle],
        profile: EnergyProfile = PROFILES["float32"],
        watts_per_core: float | None = None,
    ) -> None:
        self.bundles = bundles
        self.profile = profile
        self.watts_per_core = watts_per_core

    def diagnose(
        self, recording: Recording, *, bundle: str | None = None, windows: bool = False, warnings: Sequence[str] = ()
    ) -> Diagnosis:
        """One answer for the recording.

        Args:
            recording: with speed and orders where they are known.
            bundle: `name` or `name/version` to take, in place of the most informed that applies.
            windows: also say what each window shows.
            warnings: what to keep in mind with what was given; they stand before the engine's own.

        Raises:
            NoSuchBundle: `bundle` is not loaded.
        """
        watch = _Stopwatch()
        with watch.stage("total"):
            with watch.stage("sensor_check"):
                broken = sensor_fault(recording)
            if broken is not None:
                answer = _without(recording, Verdict.SENSOR_FAULT, broken, "not read: the sensor check failed")
            else:
                answer = self._answer(recording, bundle, windows, watch)
                answer = self._doubted(recording, bundle, answer, watch)
        told = [*warnings, *answer.warnings]
        return answer.model_copy(update={"timing": Timing(**watch.ms), "warnings": told})

    def _answer(self, recording: Recording, wanted: str | None, windows: bool, watch: _Stopwatch) -> Diagnosis:
        with watch.stage("speed"):
            estimate = _estimated(recording)
        with watch.stage("front_end"):
            choice = choose(recording, self.bundles, wanted)
        if choice.bundle is None or choice.windows is None:
            silent = _without(recording, Verdict.NOT_APPLICABLE, choice.reason, choice.reason)
            return silent.model_copy(update={"estimated_speed": estimate})
        with watch.stage("graph"):
            shaft_lead = None if estimate is None else estimate.lead
            of_recording = replace(character(recording), shaft_lead=shaft_lead)
            reading, conclusion = choice.bundle.conclude(choice.windows.values, of_recording)
        with watch.stage("evidence"):
            evidence = _evidence(choice.bundle, recording)
        findings = _Findings(recording, choice.bundle, choice.windows, choice.reason, reading, conclusion, evidence)
        return self._judged(findings, windows).model_copy(update={"estimated_speed": estimate})

    def _doubted(self, recording: Recording, wanted: str | None, answer: Diagnosis, watch: _Stopwatch) -> Diagnosis:
        """The answer, with what the signal itself says about speed and bearing; the given ones stand."""
        other, estimate = None, answer.estimated_speed
        if estimate is not None and wording.speed_in_doubt(recording.speed_rpm, estimate):
            with watch.stage("second_reading"):
                at_estimate = replace(recording, speed_rpm=estimate.speed_rpm)
                other = _other(self._answer(at_estimate, wanted, False, _Stopwatch()), estimate.speed_rpm)
        doubts = wording.doubts(recording, other, answer.bearing_fit)
        return answer.model_copy(update={"at_estimated_speed": other, "warnings": [*answer.warnings, *doubts]})

    def _judged(self, found: "_Findings", listed: bool) -> Diagnosis:
        manifest, conclusion = found.bundle.manifest, found.conclusion
        fault = manifest.faults[int(conclusion.probabilities.argmax())] if conclusion.known else None
        miss_rate = wording.stated(manifest.miss_rate) if fault is Fault.NORMAL else None
        confidence = conclusion.confidence if fault is not None else None
        unknown = UnknownScore(
            score=conclusion.unknown_score,
            distances=conclusion.distances,
            threshold=manifest.unknown_check.threshold,
        )
        count = len(found.windows.values)
        return Diagnosis(
            verdict=Verdict.DIAGNOSED if fault is not None else Verdict.UNKNOWN,
            fault=fault,
            message=wording.message(fault, confidence, miss_rate),
            reason=None if fault is not None else wording.unlike(unknown),
            confidence=confidence,
            probabilities=dict(zip(manifest.faults, conclusion.probabilities.tolist(), strict=True)),
            miss_rate=miss_rate,
            evidence=found.evidence.read,
            evidence_reason=found.evidence.reason,
            bearing_fit=found.evidence.bearing_fit,
            unknown=unknown,
            window_count=count,
            windows=_listed(found) if listed else None,
            energy=self._energy(found.bundle, found.reading, count),
            front_end=manifest.front_end.kind,
            front_end_reason=found.reason,
            bundle=UsedBundle(name=manifest.name, version=manifest.version),
            signal=_signal(found.recording),
            warnings=wording.warnings(
                found.recording, count, fault, found.evidence.read, clipping_warning(found.recording)
            ),
        )

    def _energy(self, bundle: Bundle, reading: Reading, windows: int) -> EnergyStatement:
        runs = len(reading.logits)
        synops = reading.synops.sum(axis=0, dtype=np.float64).tolist()
        spikes = reading.spikes.sum(axis=0, dtype=np.float64).tolist()
        spent = account(bundle.manifest.layers, synops, spikes, runs, self.profile)
        return EnergyStatement(
            **spent.model_dump(include={"paper_nj", "full_nj", "synops", "macs", "firing_rates", "profile"}),
            host_nj=None if self.watts_per_core is None else NANO * self.watts_per_core * reading.cpu_s,
            relu_twin_nj=spent.relu_twin_nj,
            graph_runs=runs,
            per_window=WindowEnergy(paper_nj=spent.paper_nj / windows, full_nj=spent.full_nj / windows),
        )


def _evidence(bundle: Bundle, recording: Recording) -> _Evidence:
    if recording.speed_rpm is None or recording.orders is None:
        needed = {"speed_rpm": recording.speed_rpm, "bearing": recording.orders}
        absent = [name for name, known in needed.items() if known is None]
        return _Evidence(reason=f"the envelope rule needs {' and '.join(absent)}")
    rule = EnvelopeRule(threshold=bundle.manifest.envelope_threshold)
    try:
        lines = rule.lines(recording)
        evidence = rule.judge(lines, recording.orders, recording.speed_rpm)
    except NotApplicable as error:
        return _Evidence(reason=str(error))
    return _Evidence(evidence, bearing_fit=BearingCheck().judge(rule, lines, recording.orders, evidence))


def _estimated(recording: Recording) -> SpeedEstimate | None:
    try:
        return ShaftSpeed().estimate(recording)
    except NotApplicable:
        return None


def _other(answer: Diagnosis, speed_rpm: float) -> OtherReading:
    kept = OtherReading.model_fields.keys() - {"speed_rpm"}
    return OtherReading(speed_rpm=speed_rpm, **{name: getattr(answer, name) for name in kept})


def _listed(found: _Findings) -> list[WindowResult]:
    faults, windows, conclusion = found.bundle.manifest.faults, found.windows, found.conclusion
    return [
        WindowResult(
            start_s=start,
            seconds=windows.seconds,
            fault=faults[int(row.argmax())],
            probabilities=dict(zip(faults, row.tolist(), strict=True)),
        )
        for start, row in zip(windows.starts_s.tolist(), conclusion.window_probabilities, strict=True)
    ]


def _without(recording: Recording, verdict: Verdict, reason: str, front_end_reason: str) -> Diagnosis:
    return Diagnosis(
        verdict=verdict,
        message=wording.no_diagnosis(verdict, reason),
        reason=reason,
        evidence_reason="the signal was not read",
        front_end_reason=front_end_reason,
        signal=_signal(recording),
    )


def _signal(recording: Recording) -> SignalRead:
    return SignalRead(
        samples=recording.samples.size,
        rate_hz=recording.rate_hz,
        seconds=recording.seconds,
        speed_rpm=recording.speed_rpm,
        bearing=recording.bearing,
        channel=recording.channel,
        unit=recording.unit,
    )
