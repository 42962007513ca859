"""The recordings behind a run's splits, read from where the datasets lie."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np

from data.datasets import DATASETS
from data.datasets.entry import Entry
from data.errors import DatasetError
from data.fault import FAULTS
from data.protocols import ALL, PROTOCOLS, Span, Split, joined
from data.recording import Recording
from data.resampling import resampled
from data.rig import draw_rig, simulate
from training.config import ConfigError, Simulation, Source

CWRU_FAULT_RATE_HZ = 12_000.0


def split_of(sources: Iterable[Source], root: Path) -> Split:
    """The joined split of a run's sources, from the recordings that are under `root`.

    Raises:
        ConfigError: no such dataset, protocol or fold.
        DatasetError: recordings are missing that the protocol cannot do without.
    """
    return joined(_split(source, root) for source in sources)


def splits_of(dataset: str, protocol: str, root: Path) -> tuple[Split, ...]:
    """Every fold of a protocol on one dataset, or on `all` of them.

    Raises:
        ConfigError: no such protocol, or it is not for this dataset.
        DatasetError: nothing of the dataset is under `root`, or too little for the protocol.
    """
    if protocol not in PROTOCOLS:
        raise ConfigError(f"no protocol {protocol!r}; there are {', '.join(PROTOCOLS)}")
    if dataset not in PROTOCOLS[protocol].datasets:
        raise ConfigError(
            f"{protocol} is not for dataset {dataset!r}; it is for {', '.join(PROTOCOLS[protocol].datasets)}"
        )
    chosen = [each for name, each in DATASETS.items() if dataset in (name, ALL)]
    entries = [entry for each in chosen for entry in each.present(root)]
    if not entries:
        raise DatasetError(f"nothing of {dataset} is under {root}; `brinell data fetch` gets it")
    return PROTOCOLS[protocol].splits(entries)


def read(spans: Iterable[Span], root: Path) -> Iterator[Recording]:
    """The recordings of `spans`, each cut before any filter sees it, at the rate that `_whole` says."""
    for span in spans:
        yield _whole(root, span.entry).span(span.start, span.stop)


def simulated(simulation: Simulation) -> Iterator[Recording]:
    """Recordings of rigs drawn at random, the faults in turn."""
    for number in range(simulation.recordings):
        rng = np.random.default_rng((simulation.seed, number))
        yield simulate(draw_rig(rng), FAULTS[number % len(FAULTS)], simulation.seconds, rng)


@lru_cache(maxsize=64)  # all that are used of the three rigs, 90 MB: a table reads them a thousand times
def _whole(root: Path, entry: Entry) -> Recording:
    """One recording; CWRU's healthy ones at the rate of its faults.

    Else only they would reach the upper bands, and a network could tell the healthy state by the band.
    """
    recording = DATASETS[entry.rig].load(root, entry)
    if entry.rig == "cwru" and recording.rate_hz > CWRU_FAULT_RATE_HZ:
        return resampled(recording, CWRU_FAULT_RATE_HZ)
    return recording


def _split(source: Source, root: Path) -> Split:
    splits = splits_of(source.dataset, source.protocol, root)
    if source.split is None:
        return splits[0]
    for split in splits:
        if split.name == source.split:
            return split
    raise ConfigError(
        f"{source.dataset} {source.protocol} has no split {source.split!r}; there are "
        + ", ".join(repr(split.name) for split in splits)
    )
