"""Shuffled order: every window cut into short pieces, which are put together in another order.

Within a piece nothing changes, so all that is known of how large the samples are stays; what lies further apart than a
piece is gone, and with it every repetition of a fault. A network that is still right reads amplitude.
"""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from data.front_ends import FrontEnd, OrderFrontEnd, TimeFrontEnd
from data.recording import Recording
from training.config import Augmentation, ConfigError
from training.pool import Pool
from training.validation import HeldOut

PIECE_REVOLUTIONS = 0.1
"""Shorter than the angle between two impacts: the highest characteristic order of the three rigs is 7.8."""

PIECE_SECONDS = 0.004
"""The same at MFPT's 25 Hz, for windows of equal time: the highest characteristic frequency is 162 Hz (CWRU)."""


def pieces_of(front_end: FrontEnd) -> int:
    """Pieces that a window is cut into.

    Raises:
        ConfigError: the front end's windows have no axis that could be cut.
    """
    if isinstance(front_end, OrderFrontEnd):
        return round(front_end.revolutions / PIECE_REVOLUTIONS)
    if isinstance(front_end, TimeFrontEnd):
        return round(front_end.length / front_end.rate_hz / PIECE_SECONDS)
    raise ConfigError(f"front end {front_end.kind}: its windows have no order that could be shuffled")


def shuffled(windows: NDArray[np.float32], pieces: int) -> NDArray[np.float32]:
    """`windows`, float32 [..., length], each with its pieces in an order that its own samples decide."""
    length = windows.shape[-1]
    edges = np.linspace(0, length, pieces + 1).round().astype(int)
    spans = [np.arange(first, last) for first, last in pairwise(edges)]
    flat = np.ascontiguousarray(windows).reshape(-1, length)
    orders = (np.random.default_rng(zlib.crc32(window.tobytes())).permutation(pieces) for window in flat)
    at = np.stack([np.concatenate([spans[each] for each in order]) for order in orders])
    return np.take_along_axis(flat, at, axis=1).reshape(windows.shape)


class ShuffledPool(Pool):
    """A pool whose windows are shuffled; the white noise on them does not mind."""

    def __init__(
        self, recordings: Iterable[Recording], front_end: OrderFrontEnd | TimeFrontEnd, augmentation: Augmentation
    ) -> None:
        super().__init__(recordings, front_end, augmentation)
        self.pieces = pieces_of(front_end)

    def batch(self, size: int, seed: Sequence[int]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        windows, labels = super().batch(size, seed)
        return shuffled(windows, self.pieces), labels


def shuffled_held_out(recordings: Iterable[HeldOut], front_end: FrontEnd) -> tuple[HeldOut, ...]:
    """What validates a network that learns from a `ShuffledPool`."""
    pieces = pieces_of(front_end)
    return tuple(replace(each, values=shuffled(each.values, pieces)) for each in recordings)
