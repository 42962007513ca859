"""docs/measured/ablations.md."""

from collections.abc import Iterator, Mapping, Sequence

from training.sheet import Row, Sheet
from training.suites.ablations.cells import PROBLEMS, AblationCell
from training.suites.ablations.figures import Standing, smallest_near_the_best, standings
from training.suites.cell import Cell, Result
from training.suites.problem import Problem
from training.suites.suite import LEFT_EMPTY, NOT_RUN

OPENING = """\
# Ablations

Written by `brinell evaluate --suite ablations` from docs/measured/ablations, a line a cell; no number is typed by hand.

MRA-SNN in the front end `order` as it stands in the truth table, and one choice at a time made otherwise. One seed, so
a difference of a few points says little. Choices are made on the validation part. The test part stands beside it so
that one can see what a choice would have done there; nothing is chosen on it. Energy is that of the profile float32, on
the validation part, of all bands together and a shaft revolution, so that windows of any length compare. A choice that
changes nothing of what is read has dashes.
"""

PICTURE = "![accuracy against energy](ablations/frontier.png)\n"

WHAT = {
    "bearings": (
        "CWRU, bearings never seen",
        "Means over three inner splits of `by-bearing`: one fault diameter trains, a second validates, a third is"
        " tested; each diameter takes each part once. At 12 kHz, at which these recordings are read, there"
        " is only the lowest band: to read no other changes nothing.",
    ),
    "speeds": (
        "JNU, 600 and 1000 rpm",
        "Means over the two pairs of speeds that lie farthest apart. The validation part has the speed that trained,"
        " for lack of another: it says less than that of the bearings. Most variants stand above 97 % here, and"
        " that is why it is asked: the frontier of accuracy against energy needs a problem that can be solved."
        " There, what costs less and still reads everything is worth taking; on bearings never seen, where no"
        " variant comes far, what costs less and does no worse may only be as wrong.",
    ),
}

HEADINGS: Row = (
    "",
    "parameters",
    "validation: windows right, %",
    "validation: recordings",
    "fires, %",
    "paper, nJ",
    "full, nJ",
    "test, not chosen on: windows right, %",
    "test: recordings",
)


def page(cells: Sequence[Cell], results: Mapping[str, Result]) -> str:
    """The whole page."""
    picture = (PICTURE,) if results else ()
    return "\n".join([OPENING, *picture, *(part for problem in PROBLEMS for part in _problem(cells, results, problem))])


def _problem(cells: Sequence[Cell], results: Mapping[str, Result], problem: Problem) -> Iterator[str]:
    title, text = WHAT[problem.name]
    found = standings(cells, results, problem)
    known = [each for each in found.values() if each is not None]
    yield f"## {title}\n"
    yield f"{text}\n"
    yield Sheet(title, HEADINGS, tuple(_row(name, found) for name in _names(cells))).markdown_table()
    smallest = smallest_near_the_best(known)
    chosen = NOT_RUN if smallest is None else f"{smallest.variant.name} ({smallest.parameters:,} parameters)"
    yield f"The smallest network within 0.2 points of the best on the validation part: {chosen}.\n"


def _names(cells: Sequence[Cell]) -> list[str]:
    """Of all variants, whether a problem has them or not."""
    return list(dict.fromkeys(cell.variant.name for cell in cells if isinstance(cell, AblationCell)))


def _row(name: str, found: Mapping[str, Standing | None]) -> Row:
    each = found.get(name)
    if each is None:
        return (name, *(NOT_RUN if name in found else LEFT_EMPTY,) * (len(HEADINGS) - 1))
    return (
        name,
        f"{each.parameters:,}",
        f"{each.validation:.2%}".rstrip("%"),
        "{} of {}".format(*each.recordings_validation),
        f"{each.firing_rate:.1%}".rstrip("%"),
        f"{each.paper_nj:,.0f}",
        f"{each.full_nj:,.0f}",
        f"{each.test:.2%}".rstrip("%"),
        "{} of {}".format(*each.recordings_test),
    )
