"""From the logits of a recording's windows to one calibrated answer, or to "not like anything learned".

Training judges recordings by the same functions as the service answers with.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

SMALLEST_PROBABILITY = 1e-7


class Calibration(BaseModel):
    """One temperature on the log-probabilities of a recording (C. Guo et al., ICML 2017), fitted on `recordings`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    temperature: float = 1.0
    recordings: int = 0

    def apply(self, probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
        """Calibrated probabilities, same shape, along the last axis."""
        return softmax(np.log(np.maximum(probabilities, SMALLEST_PROBABILITY)) / self.temperature)


class UnknownCheck(BaseModel):
    """Mahalanobis distance of a recording's mean features to the nearest fault's mean (K. Lee et al., NeurIPS 2018).

    Attributes:
        means: [faults][features], of the training windows.
        precision: [features][features], inverse of the covariance around those means.
        threshold: a recording at a larger distance is unknown.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    means: tuple[tuple[float, ...], ...]
    precision: tuple[tuple[float, ...], ...]
    threshold: float

    def score(self, features: NDArray[np.floating]) -> float:
        """Distance of `features` [windows, features], averaged over the windows, to the nearest mean."""
        off = features.mean(axis=0, dtype=np.float64) - np.asarray(self.means)
        return float(np.sqrt(np.einsum("fi,ij,fj->f", off, np.asarray(self.precision), off).min()))


@dataclass(frozen=True, eq=False)
class Conclusion:
    """What the windows of one recording say together.

    Attributes:
        probabilities: float64 [faults], calibrated.
        window_probabilities: float64 [positions, faults], calibrated alike, averaged over bands.
        unknown_score: distance to what was learned.
        known: the score is within the bundle's threshold.
    """

    probabilities: NDArray[np.float64]
    window_probabilities: NDArray[np.float64]
    unknown_score: float
    known: bool

    @property
    def confidence(self) -> float:
        """Of the most probable fault."""
        return float(self.probabilities.max())


def conclude(
    logits: NDArray[np.floating], features: NDArray[np.floating], calibration: Calibration, unknown: UnknownCheck
) -> Conclusion:
    """Joins `logits` [positions, bands, faults] and `features` [positions, bands, features] of one recording.

    Probabilities are averaged over bands, then over positions, then calibrated.
    """
    windows = over_bands(logits)
    score = unknown.score(features.reshape(-1, features.shape[-1]))
    return Conclusion(
        calibration.apply(windows.mean(axis=0)), calibration.apply(windows), score, score <= unknown.threshold
    )


def over_bands(logits: NDArray[np.floating]) -> NDArray[np.float64]:
    """Uncalibrated probabilities [positions, faults] of `logits` [positions, bands, faults]."""
    return softmax(logits.astype(np.float64)).mean(axis=1)


def softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Along the last axis."""
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True))
