"""Cells that ask whether a network needs the order of its samples, and the labels of its recordings."""

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from data.fault import FAULTS, Fault
from data.protocols import ALL, Span, Split
from data.recording import Recording
from models.bundle import Bundle
from training.config import Source, TrainingConfig
from training.controls.fitting import fit
from training.controls.shuffle import PIECE_REVOLUTIONS, PIECE_SECONDS, pieces_of
from training.controls.variants import AS_IT_IS, SHUFFLED, SPEED_ERRORS, plain, read_test_part, read_variants
from training.spans import read, split_of
from training.suites.cell import Result, digest
from training.suites.recordings import at_hand

SHORTEST_TO_BALANCE = 6
"""Of fewer recordings some counts of kept labels cannot be drawn."""


@dataclass(frozen=True)
class OrderCell:
    """One split: trained as it is and read in every variant, or trained and read with all windows `shuffled`."""

    config: TrainingConfig
    source: Source
    shuffling: bool
    seconds: float
    group: str = "order"

    @property
    def name(self) -> str:
        """Front end, split and how it was trained."""
        return f"{_told(self.config, self.source)}, trained {SHUFFLED if self.shuffling else AS_IT_IS}"

    @property
    def key(self) -> str:
        return digest("order", _of(self.config, self.source), self.shuffling, SPEED_ERRORS, _pieces(self.config))

    def measure(self, root: Path, runs: Path) -> Result:
        """Windows right of each test recording, by variant."""
        root = at_hand(root, self.source.dataset, runs)
        split = split_of([self.source], root)
        trained, validation = read(split.train, root), read(split.validation, root)
        network = fit(self.config, trained, validation, runs / f"control-{self.key}", self.shuffling)
        faults, tested = _faults(split.train), list(read(split.test, root))
        found = read_variants(network, self.config.front_end, tested, faults, only=SHUFFLED if self.shuffling else None)
        return {"faults": len(faults), "scores": plain(found)}


@dataclass(frozen=True)
class LabelsCell:
    """One split, trained with the labels of its recordings permuted, and read against the true ones."""

    config: TrainingConfig
    source: Source
    permutation: int
    seconds: float
    group: str = "labels"

    @property
    def name(self) -> str:
        """Front end, split and which permutation."""
        return f"{_told(self.config, self.source)}, permutation {self.permutation}"

    @property
    def key(self) -> str:
        return digest(
            "labels, as many kept as by chance, drawn for each split", _of(self.config, self.source), self.permutation
        )

    def measure(self, root: Path, runs: Path) -> Result:
        """Windows right of each test recording."""
        root = at_hand(root, self.source.dataset, runs)
        split = split_of([self.source], root)
        labels = permuted_labels(split, self.permutation)
        trained, validation = (_relabelled(part, labels, root) for part in (split.train, split.validation))
        network = fit(self.config, trained, validation, runs / f"control-{self.key}")
        faults, tested = _faults(split.train), read(split.test, root)
        found = read_variants(network, self.config.front_end, tested, faults, only=AS_IT_IS)
        return {"faults": len(faults), "scores": plain(found)}


@dataclass(frozen=True)
class BundleCell:
    """A bundle as it is shipped, read in every variant on what it was not trained on."""

    folder: Path
    seconds: float
    group: str = "bundles"

    @property
    def name(self) -> str:
        """Name and version."""
        return f"{self.folder.parent.name} {self.folder.name}"

    @property
    def key(self) -> str:
        pieces = (PIECE_REVOLUTIONS, PIECE_SECONDS)
        return digest("bundle", (self.folder / "manifest.json").read_text(), SPEED_ERRORS, pieces)

    def measure(self, root: Path, runs: Path) -> Result:
        """Windows right of each test recording, by rig and variant."""
        bundle = Bundle.load(self.folder)
        manifest, root = bundle.manifest, at_hand(root, ALL, runs)
        config = TrainingConfig.read(self.folder / "config.toml")
        split = split_of(config.sources, root, config.simulation)
        found = read_test_part(bundle.graph, manifest.front_end, split, root, manifest.faults)
        return {"faults": len(manifest.faults), "scores": plain(found)}


def permuted_labels(split: Split, permutation: int) -> dict[str, Fault]:
    """Labels by recording, permuted among the recordings that train, and among those that only validate.

    As many keep their label as do by chance, on average: where six recordings train, a draw that keeps all or none of
    them would decide what is measured.
    """
    rng = np.random.default_rng((permutation, zlib.crc32(split.name.encode())))
    trained = {span.entry.name: span.entry.fault for span in split.train}
    others = {span.entry.name: span.entry.fault for span in split.validation if span.entry.name not in trained}
    return _permuted(trained, rng) | _permuted(others, rng)


def _permuted(labels: dict[str, Fault], rng: np.random.Generator) -> dict[str, Fault]:
    true = np.array(list(labels.values()), dtype=object)
    kept = round(sum(int((true == fault).sum()) ** 2 for fault in set(labels.values())) / max(1, len(true)))
    while True:
        drawn = rng.permutation(true)
        if int((drawn == true).sum()) == kept or len(true) < SHORTEST_TO_BALANCE:
            return dict(zip(labels, drawn, strict=True))


def _relabelled(spans: tuple[Span, ...], labels: dict[str, Fault], root: Path) -> Iterator[Recording]:
    for span, recording in zip(spans, read(spans, root), strict=True):
        yield replace(recording, fault=labels[span.entry.name])


def _faults(spans: Iterable[Span]) -> list[Fault]:
    present = {span.entry.fault for span in spans}
    return [fault for fault in FAULTS if fault in present]


def _of(config: TrainingConfig, source: Source) -> TrainingConfig:
    return config.model_copy(update={"sources": (source,)})


def _pieces(config: TrainingConfig) -> int:
    return pieces_of(config.front_end)


def _told(config: TrainingConfig, source: Source) -> str:
    return f"{config.name}: {source.dataset} {source.protocol}, {source.split}"
