"""The cells of the ablations: a variant under one split, read on the part that chooses and on the one that does not."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from data.protocols import Split
from training.config import Source, TrainingConfig
from training.suites.ablations.variants import Variant
from training.suites.cell import Result, digest, told_spans
from training.suites.cost import training_seconds
from training.suites.recordings import at_hand, splits_of
from training.suites.trained import trained
from training.suites.truth.raw import Raw, of_network

VERSION = 1


@dataclass(frozen=True)
class Problem:
    """What variants are compared on: splits of a protocol, by name.

    Attributes:
        names: of the splits.
        unmoved: groups of variants that change nothing of what is read here, and are not measured.
    """

    name: str
    protocol: str
    dataset: str
    names: tuple[str, ...]
    unmoved: tuple[str, ...] = ()

    def splits(self) -> tuple[Split, ...]:
        """In the order of the names; raises KeyError where the protocol has none of a name."""
        named = {split.name: split for split in splits_of(self.dataset, self.protocol)}
        return tuple(named[name] for name in self.names)


PROBLEMS = (
    Problem(
        "bearings",
        "by-bearing",
        "cwru",
        (
            "0.007 in left out, 0.014 in validates",
            "0.014 in left out, 0.021 in validates",
            "0.021 in left out, 0.007 in validates",
        ),
        # At 12 kHz the lowest band is the only one that there is.
        unmoved=("bands",),
    ),
    Problem("speeds", "cross-speed", "jnu", ("600 -> 1000 rpm", "1000 -> 600 rpm")),
)
"""Three of CWRU's inner splits, in which another bearing validates: each diameter trains, validates and is tested once.
And JNU's two speeds that lie farthest apart."""


@dataclass(frozen=True)
class AblationCell:
    """One variant on one split of a problem."""

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
    def key(self) -> str:
        """Changes with the configuration and the recordings."""
        return digest("ablation", VERSION, self.config.key, told_spans(self.split))

    @property
    def seconds(self) -> float:
        """Of training: reading is little beside it."""
        return training_seconds(self.config)

    def measure(self, root: Path, runs: Path) -> Result:
        """`reached` holds the validation part, then the test part. Raises DatasetError where a recording is missing."""
        ready = trained(self.config, at_hand(root, self.problem.dataset, runs), runs)
        calibration, unknown = ready.conclusion.calibration, ready.conclusion.unknown_check
        raw = Raw(
            row=self.variant.name,
            protocol=self.problem.protocol,
            dataset=self.problem.dataset,
            split=self.split.name,
            seed=self.config.seed,
            parameters=ready.weights.parameters,
            steps=self.config.schedule.steps,
            reached=tuple(
                of_network(ready.judge(part), ready.weights, calibration, unknown)
                for part in (self.split.validation, self.split.test)
            ),
        )
        return raw.model_dump(mode="json", exclude_defaults=True)
