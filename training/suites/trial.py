"""One variant of a configuration under one split of a problem."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from data.protocols import Split
from training.config import Source, TrainingConfig
from training.suites.cell import digest, told_spans
from training.suites.cost import training_seconds
from training.suites.problem import Problem


@dataclass(frozen=True)
class Variant:
    """One choice made otherwise; `group`: the table it stands in, or the row of it."""

    group: str
    name: str
    config: TrainingConfig


@dataclass(frozen=True)
class Trial:
    """All of a cell but its key and what it measures."""

    problem: Problem
    split: Split
    variant: Variant

    @property
    def name(self) -> str:
        """Readable, unique."""
        return f"{self.problem.dataset} {self.problem.protocol} ({self.split.name}) {self.variant.name}"

    @property
    def group(self) -> str:
        """The problem's."""
        return self.problem.name

    @cached_property
    def config(self) -> TrainingConfig:
        """Of the run."""
        source = Source(dataset=self.problem.dataset, protocol=self.problem.protocol, split=self.split.name)
        return self.variant.config.model_copy(update={"sources": (source,)})

    @property
    def seconds(self) -> float:
        """Of training: reading is little beside it."""
        return training_seconds(self.config)

    def key_of(self, measurement: str, version: int, parts: Sequence[str]) -> str:
        """Changes with the measurement, the configuration and the recordings in `parts` of the split."""
        return digest(measurement, version, self.config.key, told_spans(self.split, parts))
