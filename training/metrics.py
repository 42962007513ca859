"""Figures of merit, each with the interval that its number of independent recordings allows."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.int64]
Probabilities = NDArray[np.float64]

CALIBRATION_BINS = 10


@dataclass(frozen=True)
class Share:
    """`right` of `total` independent things."""

    right: int
    total: int

    @property
    def value(self) -> float:
        """The share itself; NaN of nothing."""
        return self.right / self.total if self.total else float("nan")

    def interval(self, z: float = 1.959964) -> tuple[float, float]:
        """Wilson's score interval, 95 % by default (E. B. Wilson, J. Am. Stat. Assoc. 22, 1927)."""
        if not self.total:
            return (0.0, 1.0)
        n, p = self.total, self.value
        middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
        half = z / (1 + z**2 / n) * sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
        return (max(0.0, middle - half), min(1.0, middle + half))

    def __str__(self) -> str:
        low, high = self.interval()
        return f"{self.right} of {self.total} ({low:.0%} to {high:.0%})"


def macro_f1(labels: Labels, guesses: Labels) -> float:
    """Mean F1 over the faults that occur in `labels`."""
    from sklearn.metrics import f1_score

    return float(f1_score(labels, guesses, labels=np.unique(labels), average="macro", zero_division=0))


def macro_auroc(labels: Labels, probabilities: Probabilities) -> float:
    """Mean over faults of the one-against-rest area under the ROC curve (multi-label form of arXiv 2509.22267)."""
    from sklearn.metrics import roc_auc_score

    present = [fault for fault in np.unique(labels) if 0 < np.mean(labels == fault) < 1]
    if not present:
        return float("nan")
    return float(np.mean([roc_auc_score(labels == fault, probabilities[:, fault]) for fault in present]))


def calibration_error(labels: Labels, probabilities: Probabilities) -> float:
    """Expected calibration error of the most probable fault, ten equal bins (C. Guo et al., ICML 2017, equation 3)."""
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    bins = np.minimum((confidence * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    gaps = [
        abs(right[bins == each].mean() - confidence[bins == each].mean()) * (bins == each).mean() for each in set(bins)
    ]
    return float(np.sum(gaps))


def confusion(labels: Labels, guesses: Labels, faults: int) -> NDArray[np.int64]:
    """Counts [true fault, guessed fault]."""
    table = np.zeros((faults, faults), dtype=np.int64)
    np.add.at(table, (labels, guesses), 1)
    return table
