"""What each setting of a row reached on validation parts, and what it gained over the shared one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean

from training.suites.cell import Cell, Result
from training.suites.problem import Problem
from training.suites.tuning.cells import TuningCell
from training.suites.tuning.grid import SHARED


@dataclass(frozen=True)
class Standing:
    """One setting of one row.

    Attributes:
        accuracies: share of windows read right, every state weighing alike; one a split, as all below.
        losses: mean log loss of windows, weighed alike.
        firing_rates: spikes a neuron and timestep, means over the network's spike trains; none where it does not spike.
    """

    learning_rate: float
    accuracies: tuple[float, ...]
    losses: tuple[float, ...]
    firing_rates: tuple[float, ...]

    @property
    def rank(self) -> tuple[float, float]:
        """Higher is better: accuracy, then the loss where that is the same; means over splits."""
        return mean(self.accuracies), -mean(self.losses)

    def on(self, split: int) -> "Standing":
        """On one of the splits alone."""
        return Standing(self.learning_rate, (self.accuracies[split],), (self.losses[split],), ())


@dataclass(frozen=True)
class Choice:
    """All settings of a row on one problem, by learning rate; at least the shared one."""

    settings: tuple[Standing, ...]

    @property
    def best(self) -> Standing:
        """Of the highest rank; of equals the first."""
        return max(self.settings, key=lambda each: each.rank)

    @property
    def gains(self) -> tuple[float, ...]:
        """What the best reads right more than the shared setting, split by split."""
        (shared,) = (each for each in self.settings if each.learning_rate == SHARED)
        return tuple(won - had for won, had in zip(self.best.accuracies, shared.accuracies, strict=True))

    @property
    def beyond_the_spread(self) -> bool:
        """The mean gain is larger than the way from the smallest gain to the largest. Of one split nothing is known."""
        return len(self.gains) > 1 and mean(self.gains) > max(self.gains) - min(self.gains)

    def by_split(self) -> tuple[Standing, ...]:
        """What each split would have chosen alone."""
        splits = range(len(self.settings[0].accuracies))
        return tuple(Choice(tuple(each.on(split) for each in self.settings)).best for split in splits)


def choices(cells: Sequence[Cell], results: Mapping[str, Result], problem: Problem) -> dict[str, Choice | None]:
    """By row, in order; None until all settings are there on all splits of the problem."""
    rows: dict[str, dict[float, list[Result | None]]] = {}
    for cell in cells:
        assert isinstance(cell, TuningCell)
        if cell.problem == problem:
            rate = cell.config.schedule.learning_rate
            rows.setdefault(cell.variant.group, {}).setdefault(rate, []).append(results.get(cell.key))
    return {label: _choice(settings) for label, settings in rows.items()}


def _choice(settings: Mapping[float, Sequence[Result | None]]) -> Choice | None:
    found = {rate: [each for each in splits if each is not None] for rate, splits in settings.items()}
    if any(len(found[rate]) < len(splits) for rate, splits in settings.items()):
        return None
    return Choice(tuple(_standing(rate, splits) for rate, splits in found.items()))


def _standing(rate: float, splits: Iterable[Result]) -> Standing:
    results = tuple(splits)
    return Standing(
        rate,
        tuple(each["accuracy"] for each in results),
        tuple(each["loss"] for each in results),
        tuple(mean(each["firing_rates"].values()) for each in results if each["firing_rates"]),
    )
