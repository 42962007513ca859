"""Which cells the tuning has, in the order in which a queue fills them."""

from collections.abc import Sequence
from pathlib import Path

from training.suites.cell import Cell
from training.suites.rows import Row
from training.suites.tuning.cells import PROBLEMS, TuningCell
from training.suites.tuning.grid import tuned_rows, variants


def cells(root: Path, rows: Sequence[Row] | None = None) -> tuple[Cell, ...]:
    """Problem by problem, then row by row; `root` is not looked at."""
    tried = variants(tuned_rows() if rows is None else rows)
    return tuple(
        TuningCell(problem, split, variant) for problem in PROBLEMS for variant in tried for split in problem.splits()
    )
