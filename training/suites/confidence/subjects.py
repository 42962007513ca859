"""Whose scores are measured: runs that never saw a rig, and the shipped bundles."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

from data.fault import FAULTS, Fault
from data.front_ends import FrontEnd
from data.protocols import ALL, Split
from models.bundle import MODEL, PRETRAINED, Bundle, versions
from models.verdict import Calibration, UnknownCheck
from training.config import Source, TrainingConfig
from training.judging import Reader
from training.spans import split_of
from training.suites.cell import digest
from training.suites.cost import training_seconds
from training.suites.recordings import RIGS
from training.suites.rows import ROWS
from training.suites.trained import trained

LEARNED = tuple(row for row in ROWS if row.label in ("MRA-SNN order", "MRA-SNN time"))
"""The same runs as the truth table's."""


@dataclass(frozen=True, eq=False)
class Ready:
    """A network that can be asked: `split` says what it trained on and what it never saw."""

    reader: Reader
    front_end: FrontEnd
    calibration: Calibration
    unknown_check: UnknownCheck
    split: Split
    faults: tuple[Fault, ...]


class Subject(Protocol):
    """`strange`: the machines of its test part took no part in training."""

    @property
    def name(self) -> str: ...

    @property
    def front_end(self) -> str: ...

    @property
    def strange(self) -> bool: ...

    @property
    def key(self) -> str: ...

    @property
    def training_seconds(self) -> float: ...

    def ready(self, root: Path, runs: Path) -> Ready: ...


@dataclass(frozen=True)
class RunSubject:
    """A run that is trained where it is not there yet."""

    name: str
    config: TrainingConfig
    strange: bool = True

    @property
    def front_end(self) -> str:
        return self.config.front_end.kind

    @property
    def key(self) -> str:
        return self.config.key

    @property
    def training_seconds(self) -> float:
        return training_seconds(self.config)

    def ready(self, root: Path, runs: Path) -> Ready:
        found = trained(self.config, root, runs)
        conclusion = found.conclusion
        return Ready(
            found.weights,
            self.config.front_end,
            conclusion.calibration,
            conclusion.unknown_check,
            found.run.split,
            found.run.faults,
        )


@dataclass(frozen=True)
class BundleSubject:
    """The newest shipped bundle of a name; `aligned` knows no real rig, the others know all three."""

    name: str
    folder: Path
    front_end: str
    strange: bool
    training_seconds: float = 0.0

    @cached_property
    def key(self) -> str:
        manifest = Bundle.load(self.folder).manifest
        return digest(manifest.files[MODEL], manifest.front_end, manifest.calibration, manifest.unknown_check)

    def ready(self, root: Path, runs: Path) -> Ready:
        bundle = Bundle.load(self.folder)
        manifest, config = bundle.manifest, TrainingConfig.read(self.folder / "config.toml")
        split = split_of(config.sources, root, config.simulation)
        check = manifest.unknown_check
        return Ready(bundle.graph, manifest.front_end, manifest.calibration, check, split, FAULTS)


def subjects() -> Iterator[Subject]:
    """The bundles that are shipped, and networks like two of them that never saw one of the rigs."""
    yield _shipped("aligned", strange=True)
    for row in LEARNED:
        for rig in RIGS:
            source = Source(dataset=ALL, protocol="cross-machine", split=f"{rig} never seen")
            config = row.training().model_copy(update={"sources": (source,)})
            yield RunSubject(f"{config.front_end.kind}, {rig} never seen", config)
    yield from (_shipped(name, strange=False) for name in ("order", "time"))


def _shipped(name: str, strange: bool) -> BundleSubject:
    folder = versions(PRETRAINED / name)[0]
    return BundleSubject(f"bundle {name} {folder.name}", folder, name, strange)
