"""The cells: one champion each, so many pieces of each fault that are told of."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from training.suites.cell import Cell, Result, digest
from training.suites.cost import training_seconds
from training.suites.retraining.drill import REST_FROM, TOLD_UNTIL, Drill
from training.suites.retraining.plan import CONDITION, DRILLS, GATE, MISLABELLED

CELL_SECONDS = 90.0
VERSION = 1
"""Counts up when retraining, or what is kept of a cell, changes in a way that the plan does not tell."""


@dataclass(frozen=True)
class DrillCell:
    """One drill, with `count` pieces of each fault told of; `wrong`, a share of what is told is not what was found."""

    drill: Drill
    count: int
    wrong: float = 0.0

    @property
    def name(self) -> str:
        """Readable, unique."""
        lie = f", {self.wrong:.0%} of it wrong" if self.wrong else ""
        return f"{self.drill.name}: {self.count} of each fault told of{lie}"

    @property
    def group(self) -> str:
        """One file."""
        return "drills"

    @property
    def key(self) -> str:
        """Changes with the champion, with what is told of and judged, and with the gate."""
        drill = self.drill
        parts = {
            name: [f"{entry.rig}/{entry.name}" for entry in drill.left_out if belongs(entry)]
            for name, belongs in (("told of", drill.told_of), *drill.groups.items())
        }
        cut = (TOLD_UNTIL, REST_FROM, drill.seconds, self.count, self.wrong)
        return digest("retraining", VERSION, drill.training, parts, cut, GATE)

    @property
    def seconds(self) -> float:
        """Of CPU; the first cell of a drill trains its champion too."""
        first = self.count == self.drill.counts[0] and not self.wrong
        return CELL_SECONDS + (training_seconds(self.drill.training) if first else 0.0)

    def measure(self, root: Path, runs: Path) -> Result:
        """Raises DatasetError where a recording is missing."""
        # Bundles are written with figures of other suites: imported here, not in a circle.
        from training.suites.retraining.measuring import drilled

        return drilled(self.drill, self.count, self.wrong, self.name, root, runs)


def cells(root: Path) -> Sequence[Cell]:
    """Each drill with each count, and each condition with wrong labels."""
    return [
        *(DrillCell(drill, count) for drill in DRILLS for count in drill.counts),
        *(DrillCell(drill, drill.counts[-1], MISLABELLED) for drill in DRILLS if drill.kind == CONDITION),
    ]
