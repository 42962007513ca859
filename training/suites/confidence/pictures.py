"""Risk against coverage, and which score lets which signals pass."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from training.suites.cell import Cell, Result
from training.suites.confidence.grouped import accepted, subjects_of
from training.suites.confidence.page import GROUPS
from training.suites.confidence.risk import PROBLEMS, TruthTable
from training.suites.confidence.scores import SCORES

RISK = "risk-coverage.png"
SCORED = "accepted.png"
COLUMNS = 3
DARK = 0.6
PANELS = ("mfpt never seen", "jnu never seen", "cwru never seen", "bearings never seen, cwru", "loads never seen, cwru",
          "cwru at 0 dB")  # fmt: skip


def draw(cells: Sequence[Cell], results: Mapping[str, Result], folder: Path) -> None:
    """Both pictures, into `folder`; the same results, the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    _draw_risk(folder / RISK)
    if results:
        _draw_accepted(cells, results, folder / SCORED)


def _draw_risk(path: Path) -> None:
    from matplotlib.figure import Figure

    table = TruthTable()
    figure = Figure(figsize=(13, 7.5), layout="constrained")
    problems = [problem for problem in PROBLEMS if problem.title in PANELS]
    for axes, problem in zip(figure.subplots(2, 3, sharex=True, sharey=True).flat, problems, strict=True):
        axes.set(title=problem.title, xlabel="answered, %", ylabel="wrong among them, %", ylim=(-2, 102))
        axes.grid(alpha=0.3)
        for number, row in enumerate(table.rows):
            answers = table.answers(row, problem)
            if answers is not None:
                risk = answers.risk()
                coverage = 100 * np.arange(1, len(risk) + 1) / len(risk)
                axes.plot(coverage, 100 * risk, label=row, color=f"C{number}", linewidth=1.2)
    handles = {
        label: line for axes in figure.axes for line, label in zip(*axes.get_legend_handles_labels(), strict=True)
    }
    figure.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=5, fontsize=8)
    # A version of matplotlib in the file would make other bytes of the same picture.
    figure.savefig(path, dpi=90, metadata={"Software": None})


def _draw_accepted(cells: Sequence[Cell], results: Mapping[str, Result], path: Path) -> None:
    from matplotlib.figure import Figure

    found = {name: each for name, each in subjects_of(cells, results).items() if each}
    lines = -(-len(found) // COLUMNS)
    figure = Figure(figsize=(5.4 * COLUMNS, 4.8 * lines), layout="constrained")
    panels = figure.subplots(lines, COLUMNS, squeeze=False).flat
    for axes in list(panels)[len(found) :]:
        axes.set_axis_off()
    for axes, (name, raws) in zip(figure.axes, found.items(), strict=False):
        shares = [[accepted(raws, group, score) for group in GROUPS] for score in SCORES]
        table = np.array([[np.nan if each is None else each.value for each in row] for row in shares])
        axes.imshow(table, cmap="Reds", vmin=0, vmax=1, aspect="auto")
        for (row, column), share in np.ndenumerate(table):
            if np.isfinite(share):
                shade = "white" if share > DARK else "black"
                axes.text(column, row, f"{100 * share:.0f}", ha="center", va="center", fontsize=7, color=shade)
        axes.set(title=f"{name}: passed, %")
        axes.set_xticks(range(len(GROUPS)), GROUPS, rotation=40, ha="right", fontsize=7)
        axes.set_yticks(range(len(SCORES)), list(SCORES), fontsize=8)
    figure.savefig(path, dpi=90, metadata={"Software": None})
