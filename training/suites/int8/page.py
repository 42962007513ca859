"""docs/measured/int8.md."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from statistics import mean

from training.sheet import Row, Sheet
from training.suites.cell import Cell, Result
from training.suites.int8 import words
from training.suites.int8.cells import Int8Cell
from training.suites.int8.figures import PROBLEMS, WHOLE, Filled, Problem, Series
from training.suites.int8.plan import ROWS, TWINS
from training.suites.int8.raw import Form
from training.suites.suite import LEFT_EMPTY, NOT_RUN

ACCURACY: Row = (
    "", "cells", "windows", "float32, %", "int8, %", "points", "windows lost, gained", "named otherwise",
    "worst cell, points", "one window, points", "recordings named otherwise", "known otherwise",
)  # fmt: skip
ENERGY: Row = (
    "", "cells", "spikes", "spikes of one layer, largest", "SynOps", "`paper`, float32", "`full`, float32",
    "`paper`, int8", "`full`, int8", "cells with an energy over 1 % off",
)  # fmt: skip
BESIDE: Row = (
    "", "cells", "windows right, %", "twin", "points by int8", "twin", "`paper`, nJ", "twin", "twin / it",
    "`full`, nJ", "twin", "twin / it",
)  # fmt: skip
TOTALS = ("paper", "full")


def page(cells: Sequence[Cell], results: Mapping[str, Result]) -> str:
    """The whole page."""
    filled = Filled([cell for cell in cells if isinstance(cell, Int8Cell)], results)
    return "\n".join(_sections(filled))


def _sections(filled: Filled) -> Iterator[str]:
    yield words.OPENING
    yield f"{filled.told} cells are filled.\n"
    yield "## Within 0.2 points\n"
    yield words.WITHIN
    yield Sheet("", ("points", *ROWS), tuple(_verdicts(filled, problem) for problem in PROBLEMS)).markdown_table()
    yield "## Protocol by protocol\n"
    yield words.PROTOCOLS
    for problem in PROBLEMS:
        yield f"### {problem.title}\n"
        yield _rows(filled, ROWS, problem, ACCURACY, _accuracy)
    yield "## Spikes and energy\n"
    yield words.ENERGY
    for problem in WHOLE:
        yield f"### {problem.title}, spikes and energy\n"
        yield _rows(filled, tuple(TWINS), problem, ENERGY, _energy)
    yield "## Beside the ReLU twin in eight bits\n"
    yield words.TWIN
    for problem in WHOLE:
        yield f"### {problem.title}, beside the twin\n"
        rows = tuple(_beside(filled, row, problem) for row in TWINS if filled.series(row, problem) is not None)
        yield Sheet("", BESIDE, rows).markdown_table()


def _verdicts(filled: Filled, problem: Problem) -> Row:
    return (problem.title, *(_verdict(filled.series(row, problem)) for row in ROWS))


def _verdict(series: Series | None) -> str:
    if series is None:
        return LEFT_EMPTY
    if not series.raws:
        return NOT_RUN
    return f"{series.points:+.2f}" if series.holds else f"{series.points:+.2f}: no"


def _rows(filled: Filled, labels: Sequence[str], problem: Problem, headings: Row, row: Callable[[Series], Row]) -> str:
    rows = []
    for label in labels:
        series = filled.series(label, problem)
        if series is None:
            continue
        figures = row(series) if series.raws else (NOT_RUN,) * (len(headings) - 2)
        rows.append((label, _cells(series), *figures))
    return Sheet("", headings, tuple(rows)).markdown_table()


def _cells(series: Series) -> str:
    return f"{len(series.raws)} of {series.asked}"


def _accuracy(series: Series) -> Row:
    worst = series.worst
    where = f": {worst.split}, seed {worst.seed}" if worst.points else ""
    recordings = series.total(lambda raw: raw.recordings)
    return (
        f"{series.total(lambda raw: raw.windows):,}",
        f"{series.float32:.2f}",
        f"{series.int8:.2f}",
        f"{series.points:+.2f}",
        f"{series.total(lambda raw: raw.lost)}, {series.total(lambda raw: raw.gained)}",
        str(series.total(lambda raw: raw.otherwise)),
        f"{worst.points:+.2f}{where}",
        f"{series.step:.2f}",
        f"{series.total(lambda raw: len(raw.recordings_otherwise))} of {recordings}",
        f"{series.total(lambda raw: len(raw.known_otherwise))} of {recordings}",
    )


def _energy(series: Series) -> Row:
    totals = [partial(_nj, profile=profile, total=total) for profile in ("float32", "int8") for total in TOTALS]
    return (
        series.change(lambda form: form.all_spikes).text(),
        f"{series.layer_change:+.2f}",
        series.change(lambda form: form.synops).text(),
        *(series.change(total).text() for total in totals),
        f"{series.off(totals)} of {len(series.raws)}",
    )


def _beside(filled: Filled, row: str, problem: Problem) -> Row:
    both = filled.beside(row, TWINS[row], problem)
    if both is None:
        return (row, *(NOT_RUN,) * (len(BESIDE) - 1))
    figures = [_cells(both[0]), *(f"{each.int8:.2f}" for each in both), *(f"{each.points:+.2f}" for each in both)]
    for total in TOTALS:
        it, twin = (mean(_nj(raw.int8, "int8", total) for raw in each.raws) for each in both)
        figures += [f"{it:,.1f}", f"{twin:,.1f}", f"{twin / it:.3g}"]
    return (row, *figures)


def _nj(form: Form, profile: str, total: str) -> float:
    spent: float = getattr(form.energy[profile], total)
    return spent
