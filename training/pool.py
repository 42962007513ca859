"""The recordings that a run trains on, and the batches of windows drawn from them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from data.errors import DatasetError
from data.fault import FAULTS, Fault
from data.front_ends import OrderFrontEnd, TimeFrontEnd
from data.noise import add_noise
from data.recording import Recording
from data.windows import standardise
from training.config import Augmentation
from training.prepared import noisy_signals, signals

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Item:
    """One recording as its front end's signals, float32 [samples] each, one a band and a copy with noise."""

    signals: tuple[NDArray[np.float32], ...]
    fault: Fault
    rig: str


class Batches(Protocol):
    """What a training loop draws from."""

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Those that can be drawn, in the order of the logits."""
        ...

    def batch(self, size: int, seed: Sequence[int]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Windows float32 [size, 1, length] and fault numbers [size]; the same `seed`, the same batch."""
        ...


class Pool:
    """Draws windows so that each fault, and within a fault each rig, is equally likely; each window is one random band.

    A rig's resonance stands in one band only, and a fault that many rigs share cannot be told by the rig.
    """

    def __init__(
        self, recordings: Iterable[Recording], front_end: OrderFrontEnd | TimeFrontEnd, augmentation: Augmentation
    ) -> None:
        self.front_end = front_end
        self.augmentation = augmentation
        self._items: dict[Fault, dict[str, list[Item]]] = defaultdict(lambda: defaultdict(list))
        for recording in recordings:
            if recording.fault is None or recording.rig is None:
                raise DatasetError(f"{recording.source}: a recording to train on needs a fault and a rig")
            item = Item(self._signals(recording), recording.fault, recording.rig)
            self._items[item.fault][item.rig].append(item)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Those that can be drawn, in the order of the logits."""
        return tuple(fault for fault in FAULTS if fault in self._items)

    def batch(self, size: int, seed: Sequence[int]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Windows float32 [size, 1, length] and fault numbers [size]; the same `seed`, the same batch."""
        rng = np.random.default_rng(seed)
        items = [self._draw(rng) for _ in range(size)]
        pieces = np.stack([self._piece(item, rng) for item in items])
        windows = self.front_end.finish(pieces)
        snr_db = rng.uniform(*self.augmentation.snr_db, size=(size, 1))
        noisy = standardise(add_noise(windows, snr_db, rng))
        return noisy[:, None, :], np.array([FAULTS.index(item.fault) for item in items])

    def _signals(self, recording: Recording) -> tuple[NDArray[np.float32], ...]:
        copies = [noisy_signals(self.front_end, recording, snr_db) for snr_db in self.augmentation.raw_snr_db]
        return tuple(chain(signals(self.front_end, recording), *copies))

    def _draw(self, rng: np.random.Generator) -> Item:
        rigs = self._items[pick(self.faults, rng)]
        return pick(rigs[pick(sorted(rigs), rng)], rng)

    def _piece(self, item: Item, rng: np.random.Generator) -> NDArray[np.float32]:
        signal = pick(item.signals, rng)
        length = self.front_end.length
        widest = (len(signal) - 1) / length
        stretch = min(np.exp(rng.uniform(-1, 1) * np.log1p(self.augmentation.stretch)), widest)
        start = rng.uniform(0, len(signal) - 1 - stretch * (length - 1))
        at = start + stretch * np.arange(length)
        first = int(start)
        around = signal[first : int(at[-1]) + 2]
        return np.asarray(np.interp(at - first, np.arange(len(around)), around), dtype=np.float32)


def pick(options: Sequence[T], rng: np.random.Generator) -> T:
    """One of the options, each equally likely."""
    return options[int(rng.integers(len(options)))]
