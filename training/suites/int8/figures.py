"""What eight bits change, over the cells of a protocol."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean

from training.suites.cell import Result, measured
from training.suites.int8.cells import Int8Cell
from training.suites.int8.raw import Form, Raw

ALLOWED = 0.2
"""Points of windows right that the int8 graph may differ by from float32 on a protocol."""

ALLOWED_PERCENT = 1.0
"""That the energy account of the int8 graph may differ by."""


@dataclass(frozen=True)
class Problem:
    """A headline protocol on a dataset, or one `split` of it."""

    title: str
    protocol: str
    dataset: str
    split: str | None = None

    def holds(self, cell: Int8Cell) -> bool:
        """Whether the cell is of it."""
        place = cell.network.place
        whole = (place.protocol, place.dataset) == (self.protocol, self.dataset)
        return whole and self.split in (None, place.split.name)


WHOLE = (
    Problem("`cross-machine`", "cross-machine", "all"),
    Problem("`by-bearing`, CWRU", "by-bearing", "cwru"),
    Problem("`cross-speed`, JNU", "cross-speed", "jnu"),
    Problem("`cross-load`, MFPT", "cross-load", "mfpt"),
    Problem("`cross-load`, CWRU", "cross-load", "cwru"),
)
RIGS = tuple(
    Problem(f"{rig.upper()} never seen", "cross-machine", "all", f"{rig} never seen") for rig in ("mfpt", "jnu", "cwru")
)
PROBLEMS = (WHOLE[0], *RIGS, *WHOLE[1:])


@dataclass(frozen=True)
class Change:
    """A difference in percent: the mean over cells, and the largest of a cell."""

    mean: float
    largest: float

    def text(self) -> str:
        """`+0.02 (-0.31)`."""
        return f"{self.mean:+.2f} ({self.largest:+.2f})"


@dataclass(frozen=True)
class Series:
    """One row on one problem: the `raws` of its cells that are filled, of `asked`."""

    asked: int
    raws: tuple[Raw, ...]

    @property
    def float32(self) -> float:
        """Windows right, %: the mean over cells, as all below."""
        return mean(100 * raw.float32.right / raw.windows for raw in self.raws)

    @property
    def int8(self) -> float:
        """Windows right, %."""
        return mean(100 * raw.int8.right / raw.windows for raw in self.raws)

    @property
    def points(self) -> float:
        """Of windows right, int8 over float32."""
        return mean(raw.points for raw in self.raws)

    @property
    def holds(self) -> bool:
        """Whether that is allowed."""
        return abs(self.points) <= ALLOWED

    @property
    def worst(self) -> Raw:
        """The cell whose windows right differ most; of equals the first."""
        return max(self.raws, key=lambda raw: abs(raw.points))

    @property
    def step(self) -> float:
        """Points that one window is worth in the cell that has the fewest."""
        return max(raw.step for raw in self.raws)

    def total(self, count: Callable[[Raw], int]) -> int:
        """Over all cells."""
        return sum(map(count, self.raws))

    def change(self, figure: Callable[[Form], float]) -> Change:
        """Of a figure of both forms."""
        changes = [_percent(figure(raw.int8), figure(raw.float32)) for raw in self.raws]
        return Change(mean(changes), max(changes, key=abs))

    def off(self, figures: Sequence[Callable[[Form], float]]) -> int:
        """Cells of which one of the figures differs by more than `ALLOWED_PERCENT`."""
        return sum(
            any(abs(_percent(figure(raw.int8), figure(raw.float32))) > ALLOWED_PERCENT for figure in figures)
            for raw in self.raws
        )

    @property
    def layer_change(self) -> float:
        """The largest difference, in %, of the spikes of one spike train in one cell."""
        changes = [
            _percent(raw.int8.spikes[train], fired) for raw in self.raws for train, fired in raw.float32.spikes.items()
        ]
        return max(changes, key=abs)


class Filled:
    """The cells with what they gave."""

    def __init__(self, cells: Sequence[Int8Cell], results: Mapping[str, Result]) -> None:
        self._cells = cells
        self._raws = {
            cell.key: Raw.model_validate(measured(results[cell.key])) for cell in cells if cell.key in results
        }

    @property
    def told(self) -> str:
        """`412 of 660`."""
        return f"{len(self._raws)} of {len(self._cells)}"

    def series(self, row: str, problem: Problem) -> Series | None:
        """None where the row is not asked."""
        cells = [cell for cell in self._cells if cell.network.place.row == row and problem.holds(cell)]
        found = tuple(self._raws[cell.key] for cell in cells if cell.key in self._raws)
        return Series(len(cells), found) if cells else None

    def beside(self, row: str, twin: str, problem: Problem) -> tuple[Series, Series] | None:
        """Both rows on the splits and seeds that both have; None where there is none."""
        ours, theirs = self.series(row, problem), self.series(twin, problem)
        if ours is None or theirs is None:
            return None
        others = {(raw.split, raw.seed): raw for raw in theirs.raws}
        pairs = [(raw, others[raw.split, raw.seed]) for raw in ours.raws if (raw.split, raw.seed) in others]
        if not pairs:
            return None
        one, other = zip(*pairs, strict=True)
        return Series(ours.asked, one), Series(theirs.asked, other)


def _percent(value: float, of: float) -> float:
    return 100 * (value / of - 1) if of else 0.0
