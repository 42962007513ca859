"""A suite: cells to measure, and the page that is written from what they gave."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from training.suites.cell import Cell, Result
from training.suites.ledger import Ledger

DOCS = Path(__file__).resolve().parents[2] / "docs"
NOT_RUN, LEFT_EMPTY = "not run", "-"
"""In the cell of a table: nothing is measured yet; nothing is to be measured."""


@dataclass(frozen=True)
class Suite:
    """A measurement.

    Attributes:
        name: on the command line, and of the folder of its raw results.
        cells: in the order in which they are run; of the recordings under a root.
        page: Markdown, from the cells and the results there are by key; of a cell that has none it prints `NOT_RUN`.
        into: the file of the page.
        measured: the folder of the folder of the raw results.
        draw: draws pictures beside the page, where it has some; given the same two, and the page's folder.
    """

    name: str
    cells: Callable[[Path], Sequence[Cell]]
    page: Callable[[Sequence[Cell], Mapping[str, Result]], str]
    into: Path
    measured: Path = DOCS / "measured"
    draw: Callable[[Sequence[Cell], Mapping[str, Result], Path], None] | None = None

    @property
    def ledger(self) -> Ledger:
        """The raw results."""
        return Ledger(self.measured / self.name)

    def elsewhere(self, into: Path) -> Self:
        """The same suite with its page in another file, and its raw results in a folder beside that."""
        return replace(self, into=into, measured=into.parent)

    def write_page(self, root: Path) -> None:
        """Writes the page, and draws its pictures, from the raw results there are."""
        cells, results = self.cells(root), self.ledger.results()
        self.into.parent.mkdir(parents=True, exist_ok=True)
        self.into.write_text(self.page(cells, results), encoding="utf-8")
        if self.draw is not None:
            self.draw(cells, results, self.measured / self.name)
