"""The recordings behind a run's splits, read from where the datasets lie."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from data.datasets import DATASETS
from data.datasets.entry import Entry
from data.datasets.jnu import ONE_FOR_ALL
from data.errors import DatasetError
from data.fault import FAULTS
from data.protocols import ALL, PROTOCOLS, Span, Split, joined
from data.recording import Recording
from data.resampling import resampled
from data.rig import draw_rig, simulate
from training.config import ConfigError, Simulation, Source

CWRU_FAULT_RATE_HZ = 12_000.0
SIMULATED = "simulated"
"""The rig of simulated machines, each with a bearing of its own."""


def split_of(sources: Iterable[Source], root: Path, simulation: Simulation | None = None) -> Split:
    """The joined split of a run's sources, from the recordings that are under `root`, and its simulated machines.

    Where simulated machines train alone, the test parts of all sources are kept and nothing else of them.

    Raises:
        ConfigError: no such dataset, protocol or fold.
        DatasetError: recordings are missing that the protocol cannot do without.
    """
    splits = [_split(source, root) for source in sources]
    simulation = simulation or Simulation()
    machines = tuple(Span(_drawn(simulation, at)) for at in range(simulation.recordings + simulation.held_out))
    train, validation = machines[: simulation.recordings], machines[simulation.recordings :]
    if simulation.alone:
        test = tuple(span for split in splits for span in split.test)
        return Split(" + ".join(split.name for split in splits), train, validation, test)
    real = joined(splits)
    return replace(real, train=(*real.train, *train), validation=(*real.validation, *validation))


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
    """The recordings of `spans`, each cut before any filter sees it, at the rate that `_published` says.

    The same span is the same recording each time: what was made of it can be kept (`training.prepared`).
    """
    for span in spans:
        yield _cut(root, span)


@lru_cache(maxsize=4096)
def _cut(root: Path, span: Span) -> Recording:
    whole = _simulated(span.entry) if span.entry.rig == SIMULATED else _published(root, span.entry)
    return whole.span(span.start, span.stop)


def _drawn(simulation: Simulation, number: int) -> Entry:
    """One machine drawn at random, the faults in turn: what it is stands in its name."""
    name = f"{simulation.seed}-{number}-{simulation.seconds:g}s"
    fault = FAULTS[number % len(FAULTS)]
    return Entry(SIMULATED, name, "", fault, 0.0, 0.0, "", bearing=name, url="", size=None, checksum=None)


def _simulated(entry: Entry) -> Recording:
    seed, number, seconds = entry.name.removesuffix("s").split("-")
    rng = np.random.default_rng((int(seed), int(number)))
    return replace(simulate(draw_rig(rng), entry.fault, float(seconds), rng), rig=SIMULATED)


@lru_cache(maxsize=64)
def _published(root: Path, entry: Entry) -> Recording:
    """One recording as training sees it.

    CWRU's healthy ones are brought to the rate of its faults: else only they would reach the upper bands, and a network
    could tell the healthy state by the band. JNU's all get one bearing's orders, since the type would tell the fault.
    """
    recording = DATASETS[entry.rig].load(root, entry)
    if entry.rig == "cwru" and recording.rate_hz > CWRU_FAULT_RATE_HZ:
        return resampled(recording, CWRU_FAULT_RATE_HZ)
    if entry.rig == "jnu":
        return replace(recording, orders=ONE_FOR_ALL)
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
