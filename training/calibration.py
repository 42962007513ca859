"""What makes probabilities mean something: one temperature, and a threshold for "not like anything learned".

Both are fitted on the validation recordings, never on a test recording.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from data.fault import FAULTS
from models.verdict import Calibration, UnknownCheck
from training.judging import Judged

TEMPERATURES = (0.05, 20.0)
SHRINKAGE = 0.1
UNKNOWN_MARGIN = 1.5


def fit_temperature(judged: Sequence[Judged]) -> Calibration:
    """The temperature with the least log loss over recordings (C. Guo et al., ICML 2017).

    The targets are J. Platt's (1999): of n recordings that were all read right, no more than (n + 1) / (n + 2) can be
    promised, so a small validation set cannot buy certainty.
    """
    probabilities = np.stack([each.probabilities for each in judged])
    labels = np.array([each.label for each in judged])
    count = len(judged)
    targets = np.full(probabilities.shape, 1 / (count + 2) / (probabilities.shape[1] - 1))
    targets[np.arange(count), labels] = (count + 1) / (count + 2)

    def log_loss(log_temperature: float) -> float:
        calibrated = Calibration(temperature=float(np.exp(log_temperature))).apply(probabilities)
        return float(-(targets * np.log(calibrated)).sum(axis=1).mean())

    low, high = np.log(TEMPERATURES)
    found = minimize_scalar(log_loss, bounds=(float(low), float(high)), method="bounded")
    return Calibration(temperature=round(float(np.exp(found.x)), 6), recordings=count)


def fit_unknown_check(trained: Sequence[Judged], validation: Sequence[Judged]) -> UnknownCheck:
    """Feature means of each fault and their shared covariance from training windows, a threshold from validation.

    The threshold lies a margin above the largest distance of a validation recording: with n recordings no rejection
    rate under 1 / (n + 1) can be promised, and n is small.
    """
    features = [each.features.reshape(-1, each.features.shape[-1]).astype(np.float64) for each in trained]
    labels = np.array([each.label for each in trained])
    means = np.stack(
        [_mean_of([f for f, at in zip(features, labels, strict=True) if at == fault]) for fault in range(len(FAULTS))]
    )
    off = np.concatenate([f - means[at] for f, at in zip(features, labels, strict=True)])
    check = UnknownCheck(means=_rows(means), precision=_rows(_precision(off)), threshold=0.0)
    scores = [check.score(each.features.reshape(-1, each.features.shape[-1])) for each in validation]
    return check.model_copy(update={"threshold": round(UNKNOWN_MARGIN * max(scores), 4)})


def _mean_of(features: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    return np.asarray(np.mean([each.mean(axis=0) for each in features], axis=0))


def _precision(off: NDArray[np.float64]) -> NDArray[np.float64]:
    covariance = np.cov(off, rowvar=False)
    # Features that hardly ever spike would make the inverse explode.
    covariance += SHRINKAGE * np.trace(covariance) / len(covariance) * np.eye(len(covariance))
    return np.asarray(np.linalg.inv(covariance), dtype=np.float64)


def _rows(matrix: NDArray[np.float64]) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(round(float(value), 6) for value in row) for row in matrix)
