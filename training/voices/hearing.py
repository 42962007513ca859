"""The three voices on one recording, as a service hears them.

Where the signal surely shows another speed than the given one, network and evidence are asked at the speed that it
shows (docs/decisions/three-voices.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Protocol

from data.character import character
from data.errors import NotApplicable
from data.fault import Fault
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
        """As the run's."""
        return self.trained.run.faults

    def conclude(self, recording: Recording, shaft_lead: float | None) -> Conclusion:
        """As `Network`."""
        run, said = self.trained.run, self.trained.conclusion
        values = run.config.front_end.windows(recording).values
        reading, logits = read_windows(self.trained.weights.run, values, self.faults)
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
