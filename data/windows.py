"""Windows: fixed-length slices of what a front end made, and the one place that standardises them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Windows:
    """What a network reads of one recording.

    Attributes:
        values: float32 [positions, bands, length], standardised.
        starts_s: float64 [positions], where each window begins in the recording, seconds.
        seconds: duration of one window.
    """

    values: NDArray[np.float32]
    starts_s: NDArray[np.float64]
    seconds: float


def standardise(pieces: NDArray[np.floating]) -> NDArray[np.float32]:
    """Zero mean and unit variance along the last axis; a constant piece becomes zeros."""
    centred = pieces - pieces.mean(axis=-1, keepdims=True)
    deviation = centred.std(axis=-1, keepdims=True)
    return np.asarray(centred / np.where(deviation > 0, deviation, 1), dtype=np.float32)


def cut(signals: Sequence[NDArray[np.float32]], length: int) -> NDArray[np.float32]:
    """Non-overlapping pieces, float32 [positions, bands, length], of signals of equal length, one a band."""
    positions = len(signals[0]) // length
    return np.stack([signal[: positions * length].reshape(positions, length) for signal in signals], axis=1)
