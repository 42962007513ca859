"""Champion and challenger on the same recordings, pair by pair.

A recording that is answered right scores 1, one that is not answered (unknown) 0, one that is answered wrong -1. The
interval of the gain comes from drawing bearings anew, and then recordings of each (a two-stage bootstrap: A. Davison,
D. Hinkley, "Bootstrap methods and their application", 1997, section 3.8); windows are never counted.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
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


@dataclass(frozen=True)
class Pair:
    """One recording, and the fault that each said; None where it was called unknown."""

    name: str
    asset: str
    specimen: str
    fault: Fault
    champion: Fault | None
    challenger: Fault | None

    @property
    def gain(self) -> int:
        """The challenger's score less the champion's."""
        return _score(self.fault, self.challenger) - _score(self.fault, self.champion)


@dataclass(frozen=True)
class Tally:
    """Of recordings, how many were answered right, wrong, and not at all."""

    right: int
    wrong: int
    unknown: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.right + self.wrong + self.unknown

    @property
    def score(self) -> float:
        """Mean score; 0 of nothing."""
        return (self.right - self.wrong) / self.total if self.total else 0.0

    @property
    def wrong_of_answers(self) -> float:
        """Of those that were answered, the part that was wrong; 0 where none was."""
        answered = self.right + self.wrong
        return self.wrong / answered if answered else 0.0


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
        return float(np.mean([np.mean([pair.gain for pair in of]) for of in self.by(_fault).values()]))

    @cached_property
    def interval(self) -> tuple[float, float]:
        """95 % of `gain`."""
        rng = np.random.default_rng(SEED)
        means = [self._drawn_means(of, rng) for _, of in sorted(self.by(_fault).items())]
        low, high = np.quantile(np.mean(means, axis=0), LEVEL)
        return float(low), float(high)

    @property
    def chance(self) -> float:
        """That pairs which differ would fall so well for the challenger by chance (exact sign test, one-sided)."""
        better, worse = (sum(np.sign(each.gain) == sign for each in self.pairs) for sign in (1, -1))
        return float(binomtest(better, better + worse, alternative="greater").pvalue) if better + worse else 1.0

    def by(self, key: Callable[[Pair], str]) -> dict[str, tuple[Pair, ...]]:
        """Pairs in groups."""
        groups: dict[str, list[Pair]] = defaultdict(list)
        for each in self.pairs:
            groups[key(each)].append(each)
        return {name: tuple(groups[name]) for name in sorted(groups)}

    def _drawn_means(self, pairs: Sequence[Pair], rng: np.random.Generator) -> np.ndarray:
        bearings: dict[tuple[str, str], list[int]] = defaultdict(list)
        for each in pairs:
            bearings[each.asset, each.specimen].append(each.gain)
        gains = [np.array(bearings[key]) for key in sorted(bearings)]
        means = np.empty(DRAWS)
        for draw in range(DRAWS):
            drawn = [gains[at] for at in rng.integers(len(gains), size=len(gains))]
            again = np.concatenate([of[rng.integers(len(of), size=len(of))] for of in drawn])
            means[draw] = again.mean()
        return means


def versus(champion: Sequence[Judged], usual: UnknownCheck, challenger: Sequence[Judged], anew: UnknownCheck) -> Versus:
    """Pairs of the same recordings, in the same order, each read with its own unknown-check."""
    pairs = []
    for one, other in zip(champion, challenger, strict=True):
        assert one.span == other.span
        entry = one.span.entry
        said, says = answer(one, usual), answer(other, anew)
        pairs.append(Pair(entry.name, entry.rig, entry.bearing, one.fault, said, says))
    return Versus(tuple(pairs))


def answer(judged: Judged, check: UnknownCheck) -> Fault | None:
    """What the service would say of a recording; None: unknown."""
    if max(judged.distances(check).values()) > check.threshold:
        return None
    return FAULTS[int(judged.probabilities.argmax())]


def tally(answers: Sequence[tuple[Fault, Fault | None]]) -> Tally:
    """Counts of (label, answer)."""
    scores = [_score(*each) for each in answers]
    return Tally(scores.count(1), scores.count(-1), scores.count(0))


def _score(fault: Fault, said: Fault | None) -> int:
    return 0 if said is None else 1 if said is fault else -1


def _fault(pair: Pair) -> str:
    return pair.fault
