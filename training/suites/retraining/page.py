"""docs/measured/retraining.md, from the raw results."""

from collections.abc import Iterator, Mapping, Sequence

from training.sheet import Row, Sheet
from training.suites.cell import Cell, Result
from training.suites.retraining.cells import DrillCell
from training.suites.retraining.figures import answers
from training.suites.retraining.plan import CONDITION, RIG
from training.suites.retraining.words import ANSWERS, FAILED, OPENING
from training.suites.suite import LEFT_EMPTY, NOT_RUN

JUDGED, OLD = "those that judged in the gate", "the old test recordings"
ANSWERED = (
    "", "asked", "recordings, bearings", "right, unknown, wrong: before", "after", "right before (95 %)",
    "right after (95 %)", "gain (95 %)",
)  # fmt: skip
SAID = (
    "",
    "told of; usable; teach, choose, judge",
    "the gate says",
    "step taken",
    "of (training steps; score of those that choose)",
)


def page(cells: Sequence[Cell], results: Mapping[str, Result]) -> str:
    """The whole page."""
    drills = [(cell, results.get(cell.key)) for cell in cells if isinstance(cell, DrillCell)]
    parts = [OPENING]
    for kind in (CONDITION, RIG):
        of_kind = [(cell, result) for cell, result in drills if cell.drill.kind == kind]
        answered = tuple(row for cell, result in of_kind for row in _answered(cell, result))
        parts += [Sheet(f"{kind.capitalize()}: the answers", ANSWERED, answered).markdown(), ANSWERS[kind]]
        said = tuple(_said(cell, result) for cell, result in of_kind)
        parts += [Sheet(f"{kind.capitalize()}: the gate", SAID, said).markdown()]
    failed = tuple(row for cell, result in drills for row in _failed(cell, result))
    return "\n".join([*parts, Sheet("What did not hold", ("", "asked", "found"), failed).markdown(), FAILED])


def _answered(cell: DrillCell, result: Result | None) -> Iterator[Row]:
    parts = (*cell.drill.groups, JUDGED, OLD)
    if result is None:
        yield from ((_words(cell), part, *[NOT_RUN] * (len(ANSWERED) - 2)) for part in parts)
        return
    rest = {group: [row for of, *row in result["rest"] if of == group] for group in cell.drill.groups}
    for part, rows in zip(parts, (*rest.values(), result["judged"], result["old"]), strict=True):
        if not rows:
            yield (_words(cell), part, "0, 0", *[LEFT_EMPTY] * (len(ANSWERED) - 3))
        else:
            found = answers(rows)
            yield (_words(cell), part, found.size, *found.counts, *found.shares, found.gain)


def _said(cell: DrillCell, result: Result | None) -> Row:
    if result is None:
        return (_words(cell), *[NOT_RUN] * (len(SAID) - 1))
    usable, *dealt = result["dealt"]
    told = f"{result['told']}; {usable}; {', '.join(map(str, dealt))}"
    tried = "; ".join(f"{name} ({trained}; {score:.2f})" for name, trained, score in result["steps"])
    return (_words(cell), told, result["verdict"], result["step"], tried)


def _failed(cell: DrillCell, result: Result | None) -> Iterator[Row]:
    if result is not None:
        yield from ((_words(cell), asked, found) for asked, found in result["failed"])


def _words(cell: DrillCell) -> str:
    lie = f", {cell.wrong:.0%} of the labels wrong" if cell.wrong else ""
    return f"{cell.drill.name}; {cell.count} of a fault{lie}"
