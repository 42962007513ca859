"""From the logits of a recording's windows to one calibrated answer, or to "not like anything learned".

Training judges recordings by the same functions as the service answers with.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from data.character import Character

SMALLEST_PROBABILITY = 1e-7


class Calibration(BaseModel):
    """One temperature on the log-probabilities of a recording (C. Guo et al., ICML 2017), fitted on `recordings`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    temperature: float = 1.0
    recordings: int = 0

    def apply(self, probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
        """Calibrated probabilities, same shape, along the last axis."""
        return softmax(np.log(np.maximum(probabilities, SMALLEST_PROBABILITY)) / self.temperature)


class Usual(BaseModel):
    """What each distance of `UnknownCheck` is counted in, from the validation recordings (`training.calibration`)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    features: float
    spectrum_db: float
    level_spread_db: float
    from_power_law_db: float
    doubt: float


class UnknownCheck(BaseModel):
    """How far a recording is from what was learned, in units of what is usual among the validation recordings.

    The score is the largest of five: the Mahalanobis distance of its mean features to the nearest fault's mean (K. Lee
    et al., NeurIPS 2018), the distance of its octave spectrum to the nearest one of the training recordings of the
    fault that it is read as (RMS over octaves), the spread of its level, how near its spectrum is to that of coloured
    noise, and the probability that the fault it is read as leaves to the others. Why: docs/decisions/unknown-check.md.

    Attributes:
        means: [faults][features], of the training windows.
        precision: [features][features], inverse of the covariance around those means.
        spectra_db: [faults][seconds of training recordings][octaves].
        threshold: a recording with a larger score is unknown.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    means: tuple[tuple[float, ...], ...]
    precision: tuple[tuple[float, ...], ...]
    spectra_db: tuple[tuple[tuple[float, ...], ...], ...]
    usual: Usual
    threshold: float

    def distances(
        self, features: NDArray[np.floating], character: Character, probabilities: NDArray[np.float64]
    ) -> dict[str, float]:
        """Each of the five, over what is usual.

        Args:
            features: [windows, features].
            character: of the recording.
            probabilities: [faults] of the recording, not calibrated.
        """
        off = features.mean(axis=0, dtype=np.float64) - np.asarray(self.means)
        to_features = np.sqrt(np.einsum("fi,ij,fj->f", off, np.asarray(self.precision), off).min())
        spectra = np.asarray(self.spectra_db[int(probabilities.argmax())]).reshape(-1, character.spectrum_db.size)
        to_spectra = np.sqrt(np.square(spectra - character.spectrum_db).mean(axis=1).min(initial=np.inf))
        return {
            "features": float(to_features / self.usual.features),
            "spectrum": float(to_spectra / self.usual.spectrum_db),
            "level": character.level_spread_db / self.usual.level_spread_db,
            "noise": self.usual.from_power_law_db / max(character.from_power_law_db, SMALLEST_PROBABILITY),
            "doubt": float(1 - probabilities.max()) / self.usual.doubt,
        }


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
