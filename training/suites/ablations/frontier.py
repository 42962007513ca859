"""The frontier of accuracy against energy, as a picture."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from training.suites.ablations.cells import PROBLEMS
from training.suites.ablations.figures import frontier, standings
from training.suites.ablations.page import WHAT
from training.suites.ablations.variants import UNCHANGED
from training.suites.cell import Cell, Result

PICTURE = "frontier.png"


def draw(cells: Sequence[Cell], results: Mapping[str, Result], folder: Path) -> None:
    """Writes `frontier.png` into `folder`: a panel a problem, a point a variant; the same results, the same bytes.

    Without results there is no picture.
    """
    if not results:
        return
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4 * len(PROBLEMS), 5.2), layout="constrained")
    for axes, problem in zip(figure.subplots(1, len(PROBLEMS), squeeze=False)[0], PROBLEMS, strict=True):
        known = [each for each in standings(cells, results, problem).values() if each is not None]
        axes.set(
            title=WHAT[problem.name][0], xlabel="paper, nJ a shaft revolution", ylabel="validation windows right, %"
        )
        axes.set_xscale("log")
        axes.grid(alpha=0.3)
        axes.margins(0.15)
        for each in known:
            unchanged = each.variant.name == UNCHANGED
            # Above the others: a choice that changes nothing here lies on the same point.
            colour, height = ("tab:red", 3) if unchanged else ("tab:blue", 2)
            axes.plot(each.paper_nj, 100 * each.validation, "o", color=colour, zorder=height)
        for each in (best := frontier(known)):
            axes.annotate(each.variant.name, (each.paper_nj, 100 * each.validation), fontsize=7, rotation=20)
        axes.plot([each.paper_nj for each in best], [100 * each.validation for each in best], "--", color="gray")
    folder.mkdir(parents=True, exist_ok=True)
    # A version of matplotlib in the file would make other bytes of the same picture.
    figure.savefig(folder / PICTURE, dpi=100, metadata={"Software": None})
