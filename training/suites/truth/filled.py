"""The truth table's cells with what they gave, found by row, protocol and split."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from training.suites.cell import Cell, Result, measured
from training.suites.rows import RULE
from training.suites.truth.cells import NetworkCell, Place, RuleCell
from training.suites.truth.raw import Raw, Reached

_Where = tuple[str, str, str, str, bool]


@dataclass(frozen=True)
class Series:
    """What one row reached: `seeds` [seeds][splits], of `asked` seeds; a seed counts once its splits are all there."""

    row: str
    asked: int
    seeds: tuple[tuple[Raw, ...], ...]

    def reached(self, level: int = 0) -> list[list[Reached]]:
        """[seeds][splits], at one of the noise levels where the cells have several."""
        return [[raw.reached[level] for raw in seed] for seed in self.seeds]

    @property
    def told(self) -> str:
        """How many seeds: "5", or "2 of 5 seeds"; of the envelope rule nothing."""
        if self.row == RULE:
            return ""
        return str(self.asked) if len(self.seeds) == self.asked else f"{len(self.seeds)} of {self.asked} seeds"


class Filled:
    """The table. `spiking`: the labels of the networks that spike; `cpu_seconds`: what all results took."""

    def __init__(self, cells: Sequence[Cell], results: Mapping[str, Result]) -> None:
        self._raws: dict[_Where, dict[int, Raw | None]] = {}
        self.cpu_seconds = 0.0
        spiking = {cell.place.row: None for cell in cells if isinstance(cell, NetworkCell) and cell.row.spikes}
        self.spiking = tuple(spiking)
        for cell in cells:
            assert isinstance(cell, NetworkCell | RuleCell)
            place, result = cell.place, results.get(cell.key)
            seeds = self._raws.setdefault(_where(place), {})
            seeds[place.seed] = None if result is None else raw_of(result)
            self.cpu_seconds += 0.0 if result is None else result["cpu_seconds"]

    @property
    def cells(self) -> int:
        """How many there are."""
        return sum(map(len, self._raws.values()))

    @property
    def filled(self) -> int:
        """How many of them have a result."""
        return sum(raw is not None for seeds in self._raws.values() for raw in seeds.values())

    def networks(self) -> list[str]:
        """The labels of all rows but the envelope rule's."""
        return [label for label in dict.fromkeys(where[0] for where in self._raws) if label != RULE]

    def protocols(self, row: str) -> list[tuple[str, str]]:
        """Protocol and dataset of all that a row runs on."""
        return list(dict.fromkeys(where[1:3] for where in self._raws if where[0] == row))

    def rows(self, protocol: str, dataset: str) -> list[str]:
        """The rows' labels, the envelope rule last."""
        labels = dict.fromkeys(where[0] for where in self._raws if where[1:3] == (protocol, dataset))
        return sorted(labels, key=lambda label: label == RULE)

    def splits(self, protocol: str, dataset: str) -> list[str]:
        """The folds' names."""
        return list(dict.fromkeys(where[3] for where in self._raws if where[1:3] == (protocol, dataset)))

    def series(
        self, row: str, protocol: str, dataset: str, splits: Sequence[str] | None = None, noise: bool = False
    ) -> Series:
        """What a row reached on some of the splits, or on all; those that it does not run on are not waited for."""
        names = self.splits(protocol, dataset) if splits is None else splits
        places = [(row, protocol, dataset, split, noise) for split in names]
        columns = [self._raws[place] for place in places if place in self._raws]
        asked = sorted({seed for column in columns for seed in column})
        seeds = []
        for seed in asked:
            raws = [column.get(seed) for column in columns]
            complete = tuple(raw for raw in raws if raw is not None)
            if len(complete) == len(columns):
                seeds.append(complete)
        return Series(row, len(asked), tuple(seeds))

    def clean(self, row: str) -> list[Raw]:
        """All results of a row that hold no added noise."""
        found = (
            raw for where, seeds in self._raws.items() if where[0] == row and not where[4] for raw in seeds.values()
        )
        return [raw for raw in found if raw is not None]


def _where(place: Place) -> _Where:
    return (place.row, place.protocol, place.dataset, place.split.name, place.noise)


def raw_of(result: Result) -> Raw:
    """The result of a cell of this table."""
    return Raw.model_validate(measured(result))
