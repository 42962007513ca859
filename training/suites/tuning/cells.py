"""The cells of the tuning: a row with one setting under one split, read on the validation part alone."""

from dataclasses import asdict, dataclass
from pathlib import Path

from data.fault import FAULTS
from training.run import Run, trained_network
from training.spans import read
from training.suites.cell import Result
from training.suites.problem import BEARINGS, Problem
from training.suites.recordings import at_hand
from training.suites.trial import Trial
from training.validation import held_out, validate

VERSION = 1

LOADS = Problem("loads", "cross-load", "mfpt", ("250 lbs",))
"""MFPT without its faults at 250 lbs; the ends of the recordings that train validate."""

PROBLEMS = (BEARINGS, LOADS)


@dataclass(frozen=True)
class TuningCell(Trial):
    """One setting of a row on one split of a problem."""

    @property
    def key(self) -> str:
        """Changes with the configuration and the recordings; the test part is not among them."""
        return self.key_of("tuning", VERSION, ("train", "validation"))

    def measure(self, root: Path, runs: Path) -> Result:
        """What the best weights reach on the validation part. Raises DatasetError where a recording is missing."""
        run = Run.under(self.config, at_hand(root, self.problem.dataset, runs), runs)
        run.learn()
        recordings = held_out(read(run.split.validation, run.root), self.config.front_end)
        faults = [FAULTS.index(fault) for fault in run.faults]
        found = validate(trained_network(run.folder), recordings, faults)
        return {
            "row": self.variant.group,
            "learning_rate": self.config.schedule.learning_rate,
            "split": self.split.name,
            "seed": self.config.seed,
            **asdict(found),
        }
