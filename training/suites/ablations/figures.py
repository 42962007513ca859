"""What each variant reached, and where it stands between accuracy and energy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean

from data.front_ends import OrderFrontEnd
from training.suites.ablations.cells import AblationCell
from training.suites.cell import Cell, Result
from training.suites.problem import Problem
from training.suites.trial import Variant
from training.suites.truth.filled import raw_of
from training.suites.truth.raw import Reached

VALIDATION, TEST = 0, 1
NEAR_THE_BEST = 0.002


@dataclass(frozen=True)
class Standing:
    """One variant on one problem, means over its splits.

    Attributes:
        validation, test: share of windows read right.
        recordings_validation, recordings_test: recordings read right, and of how many, summed over splits.
        firing_rate: spikes per neuron and timestep, on the validation part as all below.
        paper_nj, full_nj: of all bands together, a shaft revolution, so that windows of any length compare.
    """

    variant: Variant
    parameters: int
    validation: float
    test: float
    recordings_validation: tuple[int, int]
    recordings_test: tuple[int, int]
    firing_rate: float
    paper_nj: float
    full_nj: float


def standings(cells: Sequence[Cell], results: Mapping[str, Result], problem: Problem) -> dict[str, Standing | None]:
    """By variant, in order; None until all splits of the problem are there."""
    found: dict[str, list[tuple[Variant, Result | None]]] = {}
    for cell in cells:
        assert isinstance(cell, AblationCell)
        if cell.problem == problem:
            found.setdefault(cell.variant.name, []).append((cell.variant, results.get(cell.key)))
    return {name: _standing(splits) for name, splits in found.items()}


def frontier(standing: Sequence[Standing]) -> list[Standing]:
    """Those that no other beats in both accuracy and energy, the cheapest first."""
    best: list[Standing] = []
    for each in sorted(standing, key=lambda each: (each.paper_nj, -each.validation)):
        if not best or each.validation > best[-1].validation:
            best.append(each)
    return best


def smallest_near_the_best(standing: Sequence[Standing]) -> Standing | None:
    """Of those within 0.2 points of the best on the validation part, the one with the fewest parameters, then nJ."""
    if not standing:
        return None
    best = max(each.validation for each in standing)
    near = [each for each in standing if each.validation >= best - NEAR_THE_BEST]
    return min(near, key=lambda each: (each.parameters, each.paper_nj))


def _standing(splits: Sequence[tuple[Variant, Result | None]]) -> Standing | None:
    raws = [raw_of(result) for _, result in splits if result is not None]
    if len(raws) < len(splits):
        return None
    variant = splits[0][0]
    front_end = variant.config.front_end
    assert isinstance(front_end, OrderFrontEnd)
    validation = [raw.reached[VALIDATION] for raw in raws]
    test = [raw.reached[TEST] for raw in raws]
    return Standing(
        variant,
        raws[0].parameters or 0,
        _accuracy(validation),
        _accuracy(test),
        _recordings(validation),
        _recordings(test),
        mean(each.cost.firing_rate for each in validation if each.cost is not None),
        mean(_per_revolution(each, "paper", front_end.revolutions) for each in validation),
        mean(_per_revolution(each, "full", front_end.revolutions) for each in validation),
    )


def _accuracy(parts: Sequence[Reached]) -> float:
    return mean(part.window_accuracy or 0.0 for part in parts)


def _recordings(parts: Sequence[Reached]) -> tuple[int, int]:
    read = [each.verdict is each.fault for part in parts for each in part.recordings]
    return sum(read), len(read)


def _per_revolution(reached: Reached, account: str, revolutions: int) -> float:
    assert reached.cost is not None
    assert reached.runs is not None
    assert reached.windows is not None
    nj: float = getattr(reached.cost.energy["float32"], account)
    return nj * reached.runs / (reached.windows * revolutions)
