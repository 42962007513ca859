"""Which cells the suite has: networks of the truth table that have an int8 graph, and their ReLU twins."""

from collections.abc import Sequence
from pathlib import Path

from training.suites.int8.cells import Int8Cell
from training.suites.truth import plan
from training.suites.truth.cells import NetworkCell

TWINS = {
    "MRA-SNN order": "ReLU twin order",
    "aligned": "ReLU twin aligned",
    "MRA-SNN time": "ReLU twin time",
}
"""Rows of the truth table: networks that spike, and what stands beside each."""

ROWS = tuple(label for pair in TWINS.items() for label in pair)


def cells(root: Path) -> Sequence[Int8Cell]:
    """The truth table's cells of these rows on the headline protocols, in its order; `root` is not looked at."""
    return tuple(
        Int8Cell(cell)
        for cell in plan.cells(root)
        if isinstance(cell, NetworkCell)
        and cell.place.row in ROWS
        and (cell.place.protocol, cell.place.dataset) in plan.HEADLINE
    )
