"""What keeps old faults in memory while new ones are learned.

With the recordings that the champion learned from, half of each batch is drawn from those. Without them the champion's
own answers on simulated machines are held on to (Z. Li, D. Hoiem, "Learning without forgetting", arXiv 1606.09282; here
on simulated windows in place of the new ones, of which the champion may know nothing).
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from data.datasets.entry import Entry
from data.errors import BrinellError
from data.fault import FAULTS, Fault
from data.protocols import Span, Split
from data.recording import Recording
from data.rig import draw_rig, simulate
from models.output import Network
from training.config import TrainingConfig
from training.pool import Batches
from training.prepared import windows
from training.retraining.halves import Piece
from training.run import pool_of
from training.spans import SIMULATED, read, split_of

SHARE = 0.5
"""Of a batch, from the champion's own recordings."""
SIMULATED_MACHINES = 48
SIMULATED_SECONDS = 3.0
SEED = 30_000
BATCH = 48
TEMPERATURE = 2.0
WEIGHT = 1.0


class Base:
    """The recordings that the champion learned from, as its `config.toml` names them, under `root`."""

    def __init__(self, config: TrainingConfig, root: Path) -> None:
        self._root = root
        self.split: Split = split_of(config.sources, root, config.simulation)

    def pieces(self, spans: Iterable[Span]) -> tuple[Piece, ...]:
        """Recordings of some of its spans."""
        wanted = tuple(spans)
        return tuple(zip(wanted, read(wanted, self._root), strict=True))

    @cached_property
    def train(self) -> tuple[Piece, ...]:
        """What trained the champion."""
        return self.pieces(self.split.train)

    @cached_property
    def choose(self) -> tuple[Piece, ...]:
        """What its weights and thresholds were chosen by."""
        return self.pieces(self.split.validation)


class Rehearsed:
    """Batches of new recordings, in part of the champion's own; every fault that the network can say may be asked."""

    def __init__(self, new: Batches, old: Batches | None) -> None:
        self._new, self._old = new, old

    @property
    def faults(self) -> tuple[Fault, ...]:
        """All: a fault that is not among the new recordings must stay possible."""
        return FAULTS

    def batch(self, size: int, seed: Sequence[int]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Windows float32 [size, 1, length] and fault numbers [size]; the same `seed`, the same batch."""
        if self._old is None:
            return self._new.batch(size, seed)
        old = round(SHARE * size)
        parts = self._new.batch(size - old, (*seed, 0)), self._old.batch(old, (*seed, 1))
        return np.concatenate([parts[0][0], parts[1][0]]), np.concatenate([parts[0][1], parts[1][1]])


def rehearsed(config: TrainingConfig, new: Sequence[Piece], base: Base | None) -> Rehearsed:
    """Batches of `new` recordings and, where there is one, of the `base`."""
    return Rehearsed(pool_of(config, new), pool_of(config, base.train) if base is not None else None)


class Distillation:
    """What the champion says of simulated machines, and how far a network has gone from it."""

    def __init__(self, champion: Network, config: TrainingConfig) -> None:
        made = [windows(config.front_end, recording).values for _, recording in simulated(config)]
        flat = torch.from_numpy(np.concatenate([each.reshape(-1, 1, each.shape[-1]) for each in made]))
        with torch.inference_mode():
            logits = torch.cat([champion.eval()(batch).logits for batch in torch.split(flat, BATCH)])
        self._windows, self._logits = flat, logits.clone()

    def penalty(self, network: Network, seed: Sequence[int]) -> Tensor:
        """Kullback-Leibler divergence from the champion's softened answers, of one batch; the seed says which."""
        chosen = torch.from_numpy(np.random.default_rng(seed).integers(len(self._windows), size=BATCH))
        said = functional.log_softmax(network(self._windows[chosen]).logits / TEMPERATURE, dim=1)
        wanted = functional.softmax(self._logits[chosen] / TEMPERATURE, dim=1)
        return WEIGHT * TEMPERATURE**2 * functional.kl_div(said, wanted, reduction="batchmean")


def simulated(config: TrainingConfig) -> tuple[Piece, ...]:
    """The simulated machines that stand in for recordings that are not at hand, the faults in turn."""
    found = []
    for number in range(SIMULATED_MACHINES):
        rng = np.random.default_rng((SEED, number))
        fault = FAULTS[number % len(FAULTS)]
        recording = replace(simulate(draw_rig(rng), fault, SIMULATED_SECONDS, rng), rig=SIMULATED)
        try:
            windows(config.front_end, recording)
        except BrinellError:  # a rate too low for this front end
            continue
        found.append((Span(_entry(number, recording)), recording))
    return tuple(found)


def _entry(number: int, recording: Recording) -> Entry:
    name, fault = f"rehearsal-{number}", recording.fault or Fault.NORMAL
    return Entry(SIMULATED, name, "", fault, recording.rate_hz, 0.0, "", bearing=name, url="", size=None, checksum=None)
