"""Batches for the candidate detector: real and simulated machines, read at right and at wrong orders.

"Nothing found" has no machine of its own to be learned from: CWRU and MFPT have one healthy bearing each. So a machine
with a fault, read at the orders of another bearing, also shows nothing, and a fault is learned by its own lines even
where the other candidates are wrong.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from data.candidate_lines import CANDIDATES
from data.errors import DatasetError
from data.fault import FAULTS, Fault
from data.front_ends.aligned import CHANNELS, AlignedFrontEnd, Heights
from data.geometry import CharacteristicOrders
from data.recording import Recording
from data.rig import draw_geometry
from training.config import CandidateAugmentation
from training.pool import pick
from training.prepared import heights

FOREIGN = 0.045
"""A wrong order lies at least this far (relative) from the true ones and their simple multiples."""
MULTIPLES = np.array([1.0, 2.0, 0.5, 1.5, 2 / 3])
ORDER_NAMES = {Fault.INNER_RACE: "bpfi", Fault.OUTER_RACE: "bpfo", Fault.ROLLING_ELEMENT: "bsf"}


@dataclass(frozen=True, eq=False)
class Item:
    """One recording as its lines, with the orders of its bearing."""

    heights: Heights
    orders: CharacteristicOrders
    fault: Fault


class CandidatePool:
    """Draws windows so that each fault, each rig that has it and each bearing of the rig are equally likely.

    Simulated rigs count as one rig, drawn with the probability that the augmentation says.
    """

    def __init__(
        self,
        recordings: Iterable[tuple[Recording, str]],
        front_end: AlignedFrontEnd,
        augmentation: CandidateAugmentation,
        simulated: str,
    ) -> None:
        """Takes each recording with its bearing's name; those of the rig `simulated` are the simulated ones."""
        self.front_end, self.augmentation = front_end, augmentation
        self._real: dict[Fault, dict[str, dict[str, list[Item]]]] = {}
        self._simulated: dict[Fault, list[Item]] = defaultdict(list)
        for recording, bearing in recordings:
            if recording.fault is None or recording.rig is None or recording.orders is None:
                raise DatasetError(f"{recording.source}: a recording to train on needs a fault, a rig and a bearing")
            item = Item(heights(front_end, recording), recording.orders, recording.fault)
            if recording.rig == simulated:
                self._simulated[item.fault].append(item)
            else:
                rigs = self._real.setdefault(item.fault, {})
                rigs.setdefault(recording.rig, {}).setdefault(bearing, []).append(item)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Those that can be drawn, `normal` always: any machine shows nothing at wrong orders."""
        present = {Fault.NORMAL, *self._real, *self._simulated}
        return tuple(fault for fault in FAULTS if fault in present)

    def batch(self, size: int, seed: Sequence[int]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Windows float32 [size, 1, length] and fault numbers [size]; the same `seed`, the same batch."""
        rng = np.random.default_rng(seed)
        drawn = [self._window(self._draw(rng), rng) for _ in range(size)]
        values = np.stack([values for values, _ in drawn])
        values += self.augmentation.noise * rng.standard_normal(values.shape, dtype=np.float32)
        channels = values.reshape(size, len(CANDIDATES), CHANNELS, -1)
        channels *= rng.random((size, 1, CHANNELS, 1)) >= self.augmentation.channel_dropout
        return channels.reshape(size, 1, -1), np.array([FAULTS.index(fault) for _, fault in drawn])

    def _draw(self, rng: np.random.Generator) -> Item:
        if self._simulated and (not self._real or rng.random() < self.augmentation.simulated_share):
            return pick(self._simulated[pick(sorted(self._simulated), rng)], rng)
        rigs = self._real[pick(sorted(self._real), rng)]
        bearings = rigs[pick(sorted(rigs), rng)]
        return pick(bearings[pick(sorted(bearings), rng)], rng)

    def _window(self, item: Item, rng: np.random.Generator) -> tuple[NDArray[np.float32], Fault]:
        orders, fault = self._candidates(item, rng)
        window = item.heights.values[int(rng.integers(len(item.heights.values)))]
        return self.front_end.numbers(window, orders, item.heights.bins_per_order), fault

    def _candidates(self, item: Item, rng: np.random.Generator) -> tuple[CharacteristicOrders, Fault]:
        """The orders it is read at, and what it shows there."""
        if item.fault is Fault.NORMAL:
            return item.orders, Fault.NORMAL
        shares, own = self.augmentation, ORDER_NAMES[item.fault]
        draw = rng.random()
        if draw < shares.all_wrong:
            return wrong_orders(item.orders, rng), Fault.NORMAL
        if draw < shares.all_wrong + shares.only_true:
            return replace(wrong_orders(item.orders, rng), **{own: getattr(item.orders, own)}), item.fault
        if draw < shares.all_wrong + shares.only_true + shares.true_missing:
            return replace(item.orders, **{own: getattr(wrong_orders(item.orders, rng), own)}), Fault.NORMAL
        return item.orders, item.fault


def wrong_orders(orders: CharacteristicOrders, rng: np.random.Generator) -> CharacteristicOrders:
    """Those of another bearing, none of whose candidates lies near a line of this one's."""
    own = np.array([orders.of(fault) for fault in CANDIDATES])
    while True:
        other = draw_geometry(rng).orders()
        drawn = np.array([other.of(fault) for fault in CANDIDATES])
        if np.abs(drawn[:, None, None] * MULTIPLES / own[:, None] - 1).min() > FOREIGN:
            return other
