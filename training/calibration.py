"""What makes probabilities mean something: one temperature, and a threshold for "not like anything learned".

Both are fitted on the validation recordings, never on a test recording.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from data.fault import FAULTS
from models.verdict import SMALLEST_PROBABILITY, Calibration, UnknownCheck, Usual
from training.judging import Judged

TEMPERATURES = (0.05, 20.0)
SHRINKAGE = 0.1
UNKNOWN_MARGIN = 1.1
NOISE_MARGIN = 0.5
FAR = 1e3
SMALLEST = 1e-4


def fit_temperature(judged: Sequence[Judged]) -> Calibration:
    """The temperature with the least log loss over recordings (C. Guo et al., ICML 2017).

    The targets are J. Platt's (1999): of n recordings that were all read right, no more than (n + 1) / (n + 2) can be
    promised, so a small validation set cannot buy certainty.
    """
    probabilities = np.stack([each.probabilities for each in judged])
    labels = np.array([each.label for each in judged])
    count = len(judged)
    # A fault that training does not hold gets no probability, and must get no target.
    held = probabilities.max(axis=0) > SMALLEST_PROBABILITY
    targets = np.tile(held / (held.sum() - 1) / (count + 2), (count, 1))
    targets[np.arange(count), labels] = (count + 1) / (count + 2)

    def log_loss(log_temperature: float) -> float:
        calibrated = Calibration(temperature=float(np.exp(log_temperature))).apply(probabilities)
        return float(-(targets * np.log(calibrated)).sum(axis=1).mean())

    low, high = np.log(TEMPERATURES)
    found = minimize_scalar(log_loss, bounds=(float(low), float(high)), method="bounded")
    return Calibration(temperature=round(float(np.exp(found.x)), 6), recordings=count)


def fit_unknown_check(trained: Sequence[Judged], validation: Sequence[Judged]) -> UnknownCheck:
    """Feature means of each fault, their shared covariance and spectra from training, the scales from validation.

    Of the validation recordings that were read right, the farthest counts in features and in doubt, the farthest but
    one in spectrum and level, half the nearest in noise; the threshold is a margin over that. With n recordings no
    rejection rate under 1 / (n + 1) can be promised, and n is small.
    """
    features = [_flat(each).astype(np.float64) for each in trained]
    labels = [each.label for each in trained]
    means = np.stack([_mean_of(features, labels, fault) for fault in range(len(FAULTS))])
    off = np.concatenate([each - means[label] for each, label in zip(features, labels, strict=True)])
    unscaled = UnknownCheck(
        means=_rows(means),
        precision=_rows(_precision(off)),
        spectra_db=tuple(_spectra(trained, fault) for fault in range(len(FAULTS))),
        usual=Usual(features=1, spectrum_db=1, level_spread_db=1, from_power_law_db=0, doubt=1),
        threshold=UNKNOWN_MARGIN,
    )
    right = [each for each in validation if each.probabilities.argmax() == each.label] or validation
    found = [each.distances(unscaled) for each in right]
    spread = {name: sorted((each[name] for each in found), reverse=True) for name in found[0]}
    # A single burst in a short validation span spoils both of these for it: the farthest but one is what is usual.
    spectrum_db, level_spread_db = (spread[name][min(1, len(right) - 1)] for name in ("spectrum", "level"))
    usual = Usual(
        features=_rounded(spread["features"][0]),
        spectrum_db=_rounded(spectrum_db),
        level_spread_db=_rounded(level_spread_db),
        from_power_law_db=_rounded(NOISE_MARGIN * min(each.character.from_power_law_db for each in right)),
        doubt=_rounded(spread["doubt"][0]),
    )
    return unscaled.model_copy(update={"usual": usual})


def _rounded(distance: float) -> float:
    return round(max(SMALLEST, distance), 4)


def _flat(judged: Judged) -> NDArray[np.float32]:
    return judged.features.reshape(-1, judged.features.shape[-1])


def _spectra(trained: Sequence[Judged], fault: int) -> tuple[tuple[float, ...], ...]:
    of_fault = [each.spectra_db for each in trained if each.label == fault]
    return _rows(np.concatenate(of_fault)) if of_fault else ()


def _mean_of(features: Sequence[NDArray[np.float64]], labels: Sequence[int], fault: int) -> NDArray[np.float64]:
    of_fault = [each.mean(axis=0) for each, label in zip(features, labels, strict=True) if label == fault]
    # A fault that training does not hold (JNU alone has three) is no place to be near to.
    return np.asarray(np.mean(of_fault, axis=0)) if of_fault else np.full(features[0].shape[1], FAR)


def _precision(off: NDArray[np.float64]) -> NDArray[np.float64]:
    covariance = np.cov(off, rowvar=False)
    # Features that hardly ever spike, or never, would make the inverse explode.
    covariance += (SHRINKAGE * np.trace(covariance) / len(covariance) + SMALLEST) * np.eye(len(covariance))
    return np.asarray(np.linalg.inv(covariance), dtype=np.float64)


def _rows(matrix: NDArray[np.float64]) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(round(float(value), 5) for value in row) for row in matrix)
