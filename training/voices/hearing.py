"""The three voices on one recording, as a service hears them.

Where the signal surely shows another speed than the given one, network and evidence are asked at the speed that it
shows (docs/decisions/three-voices.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

from data.character import character
from data.errors import NotApplicable
from data.fault import FAULTS, Fault
from data.indicators import Indicators, indicators
from data.recording import Recording
from models.baseline import Baseline, Healthy
from models.bearing_fit import BearingCheck, BearingFit
from models.bundle import PRETRAINED, Bundle, versions
from models.envelope_rule import EnvelopeRule, Evidence
from models.indicators import with_evidence
from models.shaft_speed import IN_DOUBT, ShaftSpeed, SpeedEstimate
from models.verdict import Conclusion, conclude
from models.voices import Heard, change_voice, evidence_voice, network_voice, silent
from training.judging import read_windows
from training.suites.trained import Trained


class Network(Protocol):
    """Whatever concludes on a recording with its unknown-check."""

    @property
    def faults(self) -> Sequence[Fault]:
        """Of its outputs, in order."""
        ...

    def conclude(self, recording: Recording, shaft_lead: float | None) -> Conclusion:
        """Raises NotApplicable where its front end cannot read the recording."""
        ...


@dataclass(frozen=True)
class Shipped:
    """The newest shipped bundle of a name."""

    name: str

    @property
    def faults(self) -> Sequence[Fault]:
        """As the bundle says."""
        return self.bundle.manifest.faults

    def conclude(self, recording: Recording, shaft_lead: float | None) -> Conclusion:
        """As `Network`."""
        values = self.bundle.manifest.front_end.windows(recording).values
        return self.bundle.conclude(values, replace(character(recording), shaft_lead=shaft_lead))[1]

    @cached_property
    def bundle(self) -> Bundle:
        """It, loaded once."""
        return Bundle.load(versions(PRETRAINED / self.name)[0])


@dataclass(frozen=True)
class OfRun:
    """A trained run."""

    trained: Trained

    @property
    def faults(self) -> Sequence[Fault]:
        """All: what the run knows nothing of is left without probability."""
        return FAULTS

    def conclude(self, recording: Recording, shaft_lead: float | None) -> Conclusion:
        """As `Network`."""
        run, said = self.trained.run, self.trained.conclusion
        values = run.config.front_end.windows(recording).values
        reading, logits = read_windows(self.trained.weights.run, values, run.faults)
        features = reading.features.reshape(*values.shape[:2], -1)
        of_recording = replace(character(recording), shaft_lead=shaft_lead)
        return conclude(logits, features, of_recording, said.calibration, said.unknown_check)


@dataclass(frozen=True, eq=False)
class Read:
    """A recording at the speed that is likeliest, and what was read at the orders.

    Attributes:
        recording: with that speed.
        estimate: of the speed; None where none can be made.
        evidence, fit: None where the envelope rule does not apply.
        indicators: with the evidence.
        warnings: what speaks against the speed or the bearing as given.
    """

    recording: Recording
    estimate: SpeedEstimate | None
    evidence: Evidence | None
    fit: BearingFit | None
    indicators: Indicators
    warnings: tuple[str, ...]

    @property
    def healthy(self) -> Healthy:
        """As a baseline learns it."""
        return self.indicators, self.recording.speed_rpm


def read(recording: Recording) -> Read:
    """Reads a recording at the speed that it surely shows, or else at the given one."""
    estimate = _estimate(recording)
    warnings: list[str] = []
    if estimate is not None and recording.speed_rpm is not None and estimate.sure:
        off = estimate.deviation(recording.speed_rpm)
        if abs(off) > IN_DOUBT:
            warnings.append(f"the signal shows {estimate.speed_rpm:.0f} rpm, not {recording.speed_rpm:.0f} rpm")
            recording = replace(recording, speed_rpm=estimate.speed_rpm)
    evidence, fit = _evidence(recording)
    if fit is not None and fit.better:
        warnings.append("the lines are not those of the given bearing")
    found = with_evidence(indicators(recording), evidence, estimate, fit)
    return Read(recording, estimate, evidence, fit, found, tuple(warnings))


def hear(found: Read, network: Network | None, baseline: Baseline | None) -> tuple[Heard, Heard, Heard]:
    """Network, evidence and change on a recording that was read."""
    evidence = (
        silent("evidence", "the envelope rule does not apply")
        if found.evidence is None
        else evidence_voice(found.evidence, found.fit)
    )
    return _network(found, network), evidence, _change(found, baseline)


def _network(found: Read, network: Network | None) -> Heard:
    if network is None:
        return silent("network", "no network was asked")
    lead = None if found.estimate is None else found.estimate.lead
    try:
        return network_voice(network.conclude(found.recording, lead), network.faults)
    except NotApplicable as error:
        return silent("network", str(error))


def _change(found: Read, baseline: Baseline | None) -> Heard:
    if baseline is None:
        return silent("change", "the machine was not commissioned")
    try:
        return change_voice(baseline.change(found.indicators, found.recording.speed_rpm))
    except NotApplicable as error:
        return silent("change", str(error))


def _estimate(recording: Recording) -> SpeedEstimate | None:
    try:
        return ShaftSpeed().estimate(recording)
    except NotApplicable:
        return None


def _evidence(recording: Recording) -> tuple[Evidence | None, BearingFit | None]:
    rule = EnvelopeRule()
    if recording.orders is None or recording.speed_rpm is None:
        return None, None
    try:
        lines = rule.lines(recording)
        evidence = rule.judge(lines, recording.orders, recording.speed_rpm)
    except NotApplicable:
        return None, None
    return evidence, BearingCheck().judge(rule, lines, recording.orders, evidence)
