"""A drill: what the champion never saw, what of it comes in and is told, and what of it judges in the end.

Every recording that was left out is cut in three: pieces of the first 60 % may be told of, 5 % are dropped, and pieces
of the rest are never told of. Of a fault the first pieces are told of in turn: the first piece of each recording, the
second of each, and so on, recordings in the published order. An asset is a physical bearing.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import numpy as np

from data.datasets.entry import Entry
from data.fault import FAULTS, Fault
from data.protocols import ALL, Span
from data.recording import Recording
from training.config import CONFIGS, TrainingConfig
from training.pool import pick
from training.spans import read
from training.suites.recordings import used

TOLD_UNTIL, REST_FROM = 0.60, 0.65

Unseen = Callable[[Entry], bool]


@dataclass(frozen=True, eq=False)
class Heard:
    """A piece of a recording that comes in: of which `asset`, and which `group` of the tables it belongs to."""

    asset: str
    group: str
    recording: Recording

    @property
    def fault(self) -> Fault:
        """What it shows."""
        assert self.recording.fault is not None
        return self.recording.fault


@dataclass(frozen=True)
class Drill:
    """What is left out of a champion's training, and how it comes in.

    Attributes:
        name: of the condition or the rig.
        kind: of the tables it stands in.
        config: the stem of a file in training/configs, of which the champion is trained for `steps`.
        unseen: which recordings the champion does not learn from.
        sources: datasets that it learns from.
        told_of: of the unseen recordings those of which pieces may be told of.
        seconds: of a piece.
        counts: pieces of each fault that are told of, a cell each.
        groups: of the tables, each with the recordings that it is made of.
    """

    name: str
    kind: str
    config: str
    unseen: Unseen
    sources: tuple[str, ...]
    told_of: Unseen
    seconds: float
    counts: tuple[int, ...]
    groups: Mapping[str, Unseen]
    steps: int = 2500

    @property
    def training(self) -> TrainingConfig:
        """Of the champion."""
        config = TrainingConfig.read(CONFIGS / f"{self.config}.toml")
        sources = tuple(each for each in config.sources if each.dataset in self.sources)
        schedule = config.schedule.model_copy(update={"steps": self.steps})
        return config.model_copy(update={"sources": sources, "schedule": schedule})

    @property
    def left_out(self) -> tuple[Entry, ...]:
        """In the published order."""
        return tuple(entry for entry in used(ALL) if self.unseen(entry))

    def told(self, root: Path, count: int) -> list[Heard]:
        """The pieces that are told of, `count` of each fault where there are so many, in the order they come in."""
        of_fault: dict[Fault, list[list[Heard]]] = defaultdict(list)
        for entry, recording in self._read(root, self.told_of):
            early = recording.span(0, TOLD_UNTIL)
            of_fault[entry.fault].append([Heard(asset(entry), "", each) for each in cut(early, self.seconds)])
        chosen = (_in_turn(of_fault[fault])[:count] for fault in FAULTS if fault in of_fault)
        return [each for pieces in chosen for each in pieces]

    def rest(self, root: Path) -> list[Heard]:
        """The pieces that nobody is told of, whatever the count."""
        return [
            Heard(asset(entry), group, each)
            for group, belongs in self.groups.items()
            for entry, recording in self._read(root, belongs)
            for each in cut(recording.span(REST_FROM, 1), self.seconds)
        ]

    def _read(self, root: Path, wanted: Unseen) -> Iterator[tuple[Entry, Recording]]:
        entries = [entry for entry in self.left_out if wanted(entry)]
        yield from zip(entries, read(map(Span, entries), root), strict=True)


def asset(entry: Entry) -> str:
    """The measuring point of a physical bearing, as a service takes it.

    >>> from data.datasets import DATASETS
    >>> asset(DATASETS["cwru"].entry("130"))
    'cwru-outer-race-0.007-6'
    """
    return re.sub(r"[^a-z0-9.]+", "-", entry.bearing.lower())


def cut(recording: Recording, seconds: float) -> list[Recording]:
    """Pieces of one recording, one after the other; what is left over at its end is none."""
    size = seconds / recording.seconds
    return [recording.span(at * size, (at + 1) * size) for at in range(int(1 / size))]


def mislabelled(heard: Sequence[Heard], share: float, seed: int) -> list[Fault]:
    """The faults, but a share of them another of those that are there."""
    rng = np.random.default_rng(seed)
    faults = [each.fault for each in heard]
    there = sorted(set(faults))
    for at in rng.choice(len(faults), round(share * len(faults)), replace=False):
        faults[at] = pick([fault for fault in there if fault is not faults[at]], rng)
    return faults


def _in_turn(recordings: Sequence[Sequence[Heard]]) -> list[Heard]:
    return [each for pieces in zip_longest(*recordings) for each in pieces if each is not None]
