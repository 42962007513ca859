"""Which cells the ablations have, in the order in which a queue fills them."""

from pathlib import Path

from training.config import TrainingConfig
from training.suites.ablations.cells import PROBLEMS, AblationCell
from training.suites.ablations.variants import unchanged, variants
from training.suites.cell import Cell


def cells(root: Path, base: TrainingConfig | None = None) -> tuple[Cell, ...]:
    """Variant by variant, the unchanged one first; `root` is not looked at."""
    made = variants(unchanged() if base is None else base)
    return tuple(
        AblationCell(problem, split, variant)
        for variant in made
        for problem in PROBLEMS
        if variant.group not in problem.unmoved
        for split in problem.splits()
    )
