"""The cells of the ablations: a variant under one split, read on the part that chooses and on the one that does not."""

from dataclasses import dataclass
from pathlib import Path

from training.suites.cell import Result
from training.suites.problem import BEARINGS, Problem
from training.suites.recordings import at_hand
from training.suites.trained import trained
from training.suites.trial import Trial
from training.suites.truth.raw import Raw, of_network

VERSION = 1

PROBLEMS = (BEARINGS, Problem("speeds", "cross-speed", "jnu", ("600 -> 1000 rpm", "1000 -> 600 rpm")))
"""CWRU's bearings, and JNU's two speeds that lie farthest apart."""


@dataclass(frozen=True)
class AblationCell(Trial):
    """One variant on one split of a problem."""

    @property
    def key(self) -> str:
        """Changes with the configuration and the recordings."""
        return self.key_of("ablation", VERSION, ("train", "validation", "test"))

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
