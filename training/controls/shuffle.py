"""Shuffled order: what is read, cut into short pieces, which are put together in another order.

It is the windows that are cut, or, where windows are spectra (front end `aligned`), the recording before the front end.

Within a piece nothing changes, so all that is known of how large the samples are stays; what lies further apart than a
piece is gone, and with it every repetition of a fault. A network that is still right reads amplitude.
"""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from data.errors import NotApplicable
from data.front_ends import AlignedFrontEnd, FrontEnd, OrderFrontEnd, TimeFrontEnd
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
        ConfigError: the front end's windows are spectra.
    """
    if isinstance(front_end, OrderFrontEnd):
        return round(front_end.revolutions / PIECE_REVOLUTIONS)
    if isinstance(front_end, TimeFrontEnd):
        return round(front_end.length / front_end.rate_hz / PIECE_SECONDS)
    raise ConfigError(f"front end {front_end.kind}: its windows have no order that could be shuffled")


def what_is_shuffled(front_end: FrontEnd) -> str:
    """What is cut, windows or recordings, in one word."""
    return "recordings" if isinstance(front_end, AlignedFrontEnd) else "windows"


def shuffled(windows: NDArray[np.float32], pieces: int) -> NDArray[np.float32]:
    """`windows`, float32 [..., length], each with its pieces in an order that its own samples decide."""
    length = windows.shape[-1]
    edges = np.linspace(0, length, pieces + 1).round().astype(int)
    spans = [np.arange(first, last) for first, last in pairwise(edges)]
    flat = np.ascontiguousarray(windows).reshape(-1, length)
    orders = (np.random.default_rng(zlib.crc32(window.tobytes())).permutation(pieces) for window in flat)
    at = np.stack([np.concatenate([spans[each] for each in order]) for order in orders])
    return np.take_along_axis(flat, at, axis=1).reshape(windows.shape)


def shuffled_recording(recording: Recording) -> Recording:
    """The recording with its pieces of a tenth of a revolution in an order that its own samples decide.

    Raises:
        NotApplicable: it has no speed.
    """
    if recording.shaft_hz is None:
        raise NotApplicable("no shaft speed given: pieces of a revolution need speed_rpm")
    pieces = round(recording.seconds * recording.shaft_hz / PIECE_REVOLUTIONS)
    return replace(recording, samples=shuffled(recording.samples, pieces))


def shuffled_windows(front_end: FrontEnd, recording: Recording) -> NDArray[np.float32]:
    """What the front end makes of the recording, float32 [positions, bands, length], without its order.

    Raises:
        NotApplicable: the front end does not apply.
    """
    if isinstance(front_end, AlignedFrontEnd):
        return front_end.windows(shuffled_recording(recording)).values
    return shuffled(front_end.windows(recording).values, pieces_of(front_end))


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
