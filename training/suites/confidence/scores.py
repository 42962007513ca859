"""How strange a piece is, by every score that was thought of; the larger, the stranger.

Maximum probability: D. Hendrycks, K. Gimpel, ICLR 2017. Energy: W. Liu et al., NeurIPS 2020. Mahalanobis: K. Lee et
al., NeurIPS 2018. Nearest neighbours: Y. Sun et al., ICML 2022. The others are our own.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from data.character import Character
from data.fault import FAULTS
from models.verdict import NOTHING, UnknownCheck
from training.calibration import feature_space
from training.judging import Judged

Array = NDArray[np.float64]

NEIGHBOURS = 10
NEIGHBOURS_AMONG = 4000
SMALLEST = 1e-12
TURNS = -10.0
"""Of a piece in which a fault is named: it is not asked whether it turns."""


@dataclass(frozen=True, eq=False)
class ReadPiece:
    """A piece as a network read it: `logits` [runs, faults], `features` [runs, features], `probabilities` [faults]."""

    logits: Array
    features: Array
    probabilities: Array
    character: Character

    @property
    def guess(self) -> int:
        """The most probable fault's place."""
        return int(self.probabilities.argmax())


class Learned:
    """What the scores hold a piece against: the training recordings, and the check as it is shipped."""

    def __init__(self, trained: Sequence[Judged], shipped: UnknownCheck) -> None:
        self.shipped = shipped
        self.means, self.precision = feature_space(trained)
        windows = _normalised(np.concatenate([each.features.reshape(-1, self.means.shape[1]) for each in trained]))
        self.windows = windows[:: -(-len(windows) // NEIGHBOURS_AMONG)]
        self.spectra = [[each.spectra_db for each in trained if each.label == fault] for fault in range(len(FAULTS))]


Score = Callable[[ReadPiece, Learned], float]


def doubt(piece: ReadPiece, learned: Learned) -> float:
    """One less the largest probability."""
    return float(1 - piece.probabilities.max())


def entropy(piece: ReadPiece, learned: Learned) -> float:
    """Of the probabilities, nats."""
    return float(-(piece.probabilities * np.log(np.maximum(piece.probabilities, SMALLEST))).sum())


def energy(piece: ReadPiece, learned: Learned) -> float:
    """Less the log-sum-exp of the logits, mean over runs."""
    return float(-logsumexp(piece.logits, axis=1).mean())


def mahalanobis(piece: ReadPiece, learned: Learned) -> float:
    """Of the mean features, to the nearest fault's."""
    off = piece.features.mean(axis=0) - learned.means
    return float(np.sqrt(np.einsum("fi,ij,fj->f", off, learned.precision, off).min()))


def neighbours(piece: ReadPiece, learned: Learned) -> float:
    """Distance of normalised features to the tenth nearest training window's, mean over runs."""
    own = _normalised(piece.features)
    squares = np.maximum(2 - 2 * own @ learned.windows.T, 0.0)
    return float(np.sqrt(np.partition(squares, NEIGHBOURS - 1, axis=1)[:, NEIGHBOURS - 1]).mean())


def spectrum(piece: ReadPiece, learned: Learned) -> float:
    """Between octave spectra, dB, to the nearest training second of the fault that it is read as."""
    of_fault = learned.spectra[piece.guess]
    if not of_fault:
        return float("inf")
    return float(np.sqrt(np.square(np.concatenate(of_fault) - piece.character.spectrum_db).mean(axis=1)).min())


def level(piece: ReadPiece, learned: Learned) -> float:
    """Spread of the level, dB."""
    return piece.character.level_spread_db


def noise(piece: ReadPiece, learned: Learned) -> float:
    """Nearness of the spectrum to a power law, dB."""
    return -piece.character.from_power_law_db


def shaft(piece: ReadPiece, learned: Learned) -> float:
    """How little turns at the stated speed, where nothing is found."""
    return -(piece.character.shaft_lead or 0.0) if piece.guess == NOTHING else TURNS


def shipped(piece: ReadPiece, learned: Learned) -> float:
    """The largest distance of the check as it is shipped for this front end."""
    check = learned.shipped
    return max(check.distances(piece.features, piece.character, piece.probabilities).values())


SCORES: Mapping[str, Score] = {
    "doubt": doubt,
    "entropy": entropy,
    "energy": energy,
    "Mahalanobis": mahalanobis,
    "nearest neighbours": neighbours,
    "spectrum": spectrum,
    "level": level,
    "noise": noise,
    "shaft": shaft,
    "shipped": shipped,
}


def auroc(inside: Array, outside: Array) -> float:
    """How often one from outside scores higher than one from inside; ties count half."""
    ordered = np.sort(inside)
    below = np.searchsorted(ordered, outside, side="left") + np.searchsorted(ordered, outside, side="right")
    return float(below.mean() / 2 / len(inside))


def _normalised(features: NDArray[np.floating]) -> Array:
    wide = features.astype(np.float64)
    return np.asarray(wide / np.maximum(np.linalg.norm(wide, axis=-1, keepdims=True), SMALLEST))
