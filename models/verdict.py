"""From the logits of a recording's windows to one calibrated answer, or to "not like anything learned".

Training judges recordings by the same functions as the service answers with.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, model_validator

from data.character import Character
from data.fault import FAULTS, Fault

SMALLEST_PROBABILITY = 1e-7
SMALLEST_LEAD = 1e-3
NOTHING = FAULTS.index(Fault.NORMAL)


class Calibration(BaseModel):
    """One temperature on the log-probabilities of a recording (C. Guo et al., ICML 2017), fitted on `recordings`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    temperature: float = 1.0
    recordings: int = 0

    def apply(self, probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
        """Calibrated probabilities, same shape, along the last axis."""
        return softmax(np.log(np.maximum(probabilities, SMALLEST_PROBABILITY)) / self.temperature)


class Usual(BaseModel):
    """What each distance of `UnknownCheck` is counted in (`training.calibration`); one that is None is not asked."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    features: float | None = None
    spectrum_db: float | None = None
    level_spread_db: float | None = None
    from_power_law_db: float | None = None
    doubt: float | None = None
    shaft_lead: float | None = None

    @model_validator(mode="after")
    def _asks(self) -> "Usual":
        if all(value is None for _, value in self):
            raise ValueError("the unknown-check asks for no distance")
        return self


class UnknownCheck(BaseModel):
    """How far a recording is from what was learned, in units of what is usual among the validation recordings.

    The score is the largest of up to six: the Mahalanobis distance of its mean features to the nearest fault's mean
    (K. Lee et al., NeurIPS 2018), the distance of its octave spectrum to the nearest one of the training recordings of
    the fault that it is read as (RMS over octaves), the spread of its level, how near its spectrum is to that of
    coloured noise, the probability that the fault it is read as leaves to the others, and how little turns at the
    stated speed. Which of them are asked depends on the front end; where one that asks for the shaft names a fault, the
    fault's own lines vouch for the machine, and neither shaft nor noise is asked. Why: docs/decisions/unknown-check.md.

    Attributes:
        means: [faults][features], of the training windows.
        precision: [features][features], inverse of the covariance around those means; empty where features are not
            asked.
        spectra_db: [faults][seconds of training recordings][octaves]; empty where the spectrum is not asked.
        threshold: a recording with a larger score is unknown.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    means: tuple[tuple[float, ...], ...]
    precision: tuple[tuple[float, ...], ...] = ()
    spectra_db: tuple[tuple[tuple[float, ...], ...], ...] = ()
    usual: Usual
    threshold: float

    @model_validator(mode="after")
    def _measurable(self) -> "UnknownCheck":
        if self.usual.features is not None and not self.precision:
            raise ValueError("features are asked, and there is no precision")
        if self.usual.spectrum_db is not None and len(self.spectra_db) != len(self.means):
            raise ValueError(f"the spectrum is asked, with spectra of {len(self.spectra_db)} faults")
        return self

    @property
    def asks_shaft(self) -> bool:
        """True where a recording's `Character` must hold its `shaft_lead`."""
        return self.usual.shaft_lead is not None

    def distances(
        self, features: NDArray[np.floating], character: Character, probabilities: NDArray[np.float64]
    ) -> dict[str, float]:
        """Each that is asked, over what is usual.

        Args:
            features: [windows, features].
            character: of the recording.
            probabilities: [faults] of the recording, not calibrated.
        """
        usual, found = self.usual, {}
        # Where a fault is named, the bearing's own lines show that a machine is heard and turns; not in a clip too
        # short for its shaft, where a vowel shows such lines too.
        named = probabilities.argmax() != NOTHING and character.shaft_lead is not None
        vouched = self.asks_shaft and named
        if usual.features is not None:
            found["features"] = self._to_features(features) / usual.features
        if usual.spectrum_db is not None:
            found["spectrum"] = self._to_spectra(character, int(probabilities.argmax())) / usual.spectrum_db
        if usual.level_spread_db is not None:
            found["level"] = character.level_spread_db / usual.level_spread_db
        if usual.from_power_law_db is not None and not vouched:
            found["noise"] = usual.from_power_law_db / max(character.from_power_law_db, SMALLEST_PROBABILITY)
        if usual.doubt is not None:
            found["doubt"] = float(1 - probabilities.max()) / usual.doubt
        if usual.shaft_lead is not None and not vouched:
            found["shaft"] = usual.shaft_lead / max(character.shaft_lead or 0.0, SMALLEST_LEAD)
        return found

    def _to_features(self, features: NDArray[np.floating]) -> float:
        off = features.mean(axis=0, dtype=np.float64) - np.asarray(self.means)
        return float(np.sqrt(np.einsum("fi,ij,fj->f", off, np.asarray(self.precision), off).min()))

    def _to_spectra(self, character: Character, fault: int) -> float:
        spectra = np.asarray(self.spectra_db[fault]).reshape(-1, character.spectrum_db.size)
        return float(np.sqrt(np.square(spectra - character.spectrum_db).mean(axis=1).min(initial=np.inf)))


@dataclass(frozen=True, eq=False)
class Conclusion:
    """What the windows of one recording say together.

    Attributes:
        probabilities: float64 [faults], calibrated.
        window_probabilities: float64 [positions, faults], calibrated alike, averaged over bands.
        distances: from what was learned, by what is unlike (`UnknownCheck.distances`).
        known: the largest distance is within the bundle's threshold.
    """

    probabilities: NDArray[np.float64]
    window_probabilities: NDArray[np.float64]
    distances: dict[str, float]
    known: bool

    @property
    def unknown_score(self) -> float:
        """The largest of the distances."""
        return max(self.distances.values())

    @property
    def confidence(self) -> float:
        """Of the most probable fault."""
        return float(self.probabilities.max())


def conclude(
    logits: NDArray[np.floating],
    features: NDArray[np.floating],
    character: Character,
    calibration: Calibration,
    unknown: UnknownCheck,
) -> Conclusion:
    """Joins `logits` [positions, bands, faults] and `features` [positions, bands, features] of one recording.

    Probabilities are averaged over bands, then over positions, then calibrated.
    """
    windows = over_bands(logits)
    probabilities = windows.mean(axis=0)
    distances = unknown.distances(features.reshape(-1, features.shape[-1]), character, probabilities)
    known = max(distances.values()) <= unknown.threshold
    return Conclusion(calibration.apply(probabilities), calibration.apply(windows), distances, known)


def over_bands(logits: NDArray[np.floating]) -> NDArray[np.float64]:
    """Uncalibrated probabilities [positions, faults] of `logits` [positions, bands, faults]."""
    return np.asarray(softmax(logits.astype(np.float64)).mean(axis=1))


def softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Along the last axis."""
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True))
