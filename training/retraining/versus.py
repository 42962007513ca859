"""Champion and challenger on the same recordings, pair by pair.

A recording that is answered right scores 1, one that is not answered (unknown) 0, one that is answered wrong -1. What
was heard of one bearing at one moment, on whatever axes, counts once. The interval of the gain comes from drawing
bearings anew, and then moments of each (a two-stage bootstrap: A. Davison, D. Hinkley, "Bootstrap methods and their
application", 1997, section 3.8); windows are never counted.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.stats import binomtest

from data.fault import FAULTS, Fault
from models.verdict import UnknownCheck
from training.judging import Judged

DRAWS = 4000
SEED = 20_240
LEVEL = (0.025, 0.975)

Bearing = tuple[str, str]
"""Asset and specimen."""


@dataclass(frozen=True)
class Pair:
    """One recording, and the fault that each said; None where it was called unknown.

    Attributes:
        moment: recordings of one bearing that share it are not independent; None: this one is.
    """

    name: str
    asset: str
    specimen: str
    fault: Fault
    champion: Fault | None
    challenger: Fault | None
    moment: str | None = None

    @property
    def bearing(self) -> Bearing:
        """What pairs that hang together share."""
        return self.asset, self.specimen

    @property
    def gain(self) -> int:
        """The challenger's score less the champion's."""
        return _score(self.fault, self.challenger) - _score(self.fault, self.champion)


@dataclass(frozen=True)
class Tally:
    """Of recordings, how many were answered right, wrong, and not at all.

    Attributes:
        score: their mean, each fault weighing alike; 0 of nothing.
        wrong_of_answers: of those that were answered, the part that was wrong, each fault weighing alike.
    """

    right: int
    wrong: int
    unknown: int
    score: float
    wrong_of_answers: float

    @property
    def total(self) -> int:
        """All of them."""
        return self.right + self.wrong + self.unknown


@dataclass(frozen=True)
class Versus:
    """All pairs of one test."""

    pairs: tuple[Pair, ...]

    @property
    def champion(self) -> Tally:
        """What the bundle in service did."""
        return tally([(each.fault, each.champion) for each in self.pairs])

    @property
    def challenger(self) -> Tally:
        """What the retrained one did."""
        return tally([(each.fault, each.challenger) for each in self.pairs])

    @property
    def gain(self) -> float:
        """Mean gain, each fault weighing alike."""
        return float(np.mean([np.mean(np.concatenate(list(of.values()))) for of in self._by_fault()]))

    @cached_property
    def interval(self) -> tuple[float, float]:
        """95 % of `gain`."""
        return bootstrapped(self._by_fault())

    @property
    def chance(self) -> float:
        """That moments which differ would fall so well for the challenger by chance (exact sign test, one-sided)."""
        signs = [np.sign(gain) for of in self._by_fault() for gains in of.values() for gain in gains]
        better, worse = signs.count(1), signs.count(-1)
        return float(binomtest(better, better + worse, alternative="greater").pvalue) if better + worse else 1.0

    def by(self, key: Callable[[Pair], str]) -> dict[str, tuple[Pair, ...]]:
        """Pairs in groups."""
        groups: dict[str, list[Pair]] = defaultdict(list)
        for each in self.pairs:
            groups[key(each)].append(each)
        return {name: tuple(groups[name]) for name in sorted(groups)}

    def _by_fault(self) -> list[dict[Bearing, list[float]]]:
        return [_gains(of) for of in self.by(lambda pair: pair.fault).values()]


def bootstrapped(groups: Sequence[Mapping[Bearing, Sequence[float]]]) -> tuple[float, float]:
    """95 % of the mean of groups, each weighing alike: bearings are drawn anew, then values of each."""
    rng = np.random.default_rng(SEED)
    means = [_drawn_means([np.array(of[key]) for key in sorted(of)], rng) for of in groups]
    low, high = np.quantile(np.mean(means, axis=0), LEVEL)
    return float(low), float(high)


def versus(
    champion: Sequence[Judged],
    usual: UnknownCheck,
    challenger: Sequence[Judged],
    anew: UnknownCheck,
    moments: Mapping[str, str] | None = None,
) -> Versus:
    """Pairs of the same recordings, in the same order, each read with its own unknown-check; `moments` by name."""
    pairs = []
    for one, other in zip(champion, challenger, strict=True):
        assert one.span == other.span
        entry = one.span.entry
        said, says = answer(one, usual), answer(other, anew)
        moment = (moments or {}).get(entry.name)
        pairs.append(Pair(entry.name, entry.rig, entry.bearing, one.fault, said, says, moment))
    return Versus(tuple(pairs))


def answer(judged: Judged, check: UnknownCheck) -> Fault | None:
    """What the service would say of a recording; None: unknown."""
    if max(judged.distances(check).values()) > check.threshold:
        return None
    return FAULTS[int(judged.probabilities.argmax())]


def tally(answers: Sequence[tuple[Fault, Fault | None]]) -> Tally:
    """Counts of (label, answer)."""
    of_fault: dict[Fault, list[int]] = defaultdict(list)
    for fault, said in answers:
        of_fault[fault].append(_score(fault, said))
    scores = [score for of in of_fault.values() for score in of]
    answered = [[score for score in of if score] for of in of_fault.values()]
    return Tally(
        scores.count(1),
        scores.count(-1),
        scores.count(0),
        mean(mean(of) for of in of_fault.values()),
        mean(of.count(-1) / len(of) for of in answered if of),
    )


def _score(fault: Fault, said: Fault | None) -> int:
    return 0 if said is None else 1 if said is fault else -1


def _gains(pairs: Sequence[Pair]) -> dict[Bearing, list[float]]:
    """Of each bearing the mean gain of each moment."""
    alike: dict[tuple[Bearing, str], list[int]] = defaultdict(list)
    for each in pairs:
        alike[each.bearing, each.name if each.moment is None else each.moment].append(each.gain)
    found: dict[Bearing, list[float]] = defaultdict(list)
    for (bearing, _), gains in alike.items():
        found[bearing].append(mean(gains))
    return found


def _drawn_means(bearings: Sequence[np.ndarray], rng: np.random.Generator) -> np.ndarray:
    means = np.empty(DRAWS)
    for draw in range(DRAWS):
        drawn = [bearings[at] for at in rng.integers(len(bearings), size=len(bearings))]
        means[draw] = np.concatenate([of[rng.integers(len(of), size=len(of))] for of in drawn]).mean()
    return means


def mean(values: Iterable[float]) -> float:
    """Of nothing 0."""
    found = list(values)
    return sum(found) / len(found) if found else 0.0
