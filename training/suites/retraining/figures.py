"""What a drill's answers come to, with intervals over recordings, and over bearings where there are several."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from data.fault import Fault
from training.metrics import Share
from training.retraining.versus import Bearing, Pair, Versus, bootstrapped, mean

Row = Sequence[str | None]
"""Of the raw results: what stands before the label, the label, and what was said before and after."""


@dataclass(frozen=True)
class Answers:
    """The same recordings, before and after."""

    versus: Versus

    @property
    def counts(self) -> tuple[str, str]:
        """Right, unknown and wrong, before and after."""
        both = self.versus.champion, self.versus.challenger
        before, after = (f"{each.right}, {each.unknown}, {each.wrong}" for each in both)
        return before, after

    @property
    def shares(self) -> tuple[str, str]:
        """Of recordings right, every fault weighing alike, with 95 %."""
        pairs = self.versus.pairs
        before, after = ([said is each.fault for each, said in zip(pairs, of, strict=True)] for of in self._said())
        return _share(pairs, before), _share(pairs, after)

    @property
    def gain(self) -> str:
        """Of the score (right 1, unknown 0, wrong -1), with 95 %."""
        low, high = self.versus.interval
        return f"{self.versus.gain:+.2f} ({low:+.2f} to {high:+.2f})"

    @property
    def size(self) -> str:
        """Recordings, and the bearings that they are of."""
        return f"{len(self.versus.pairs)}, {len({each.bearing for each in self.versus.pairs})}"

    def _said(self) -> tuple[list[Fault | None], list[Fault | None]]:
        pairs = self.versus.pairs
        return [each.champion for each in pairs], [each.challenger for each in pairs]


def answers(rows: Sequence[Row]) -> Answers:
    """Of rows that begin with what a bearing is known by: one name, or asset and specimen."""
    pairs = []
    for at, (*bearing, fault, before, after) in enumerate(rows):
        asset, *specimen = map(str, bearing)
        said = (None if each is None else Fault(each) for each in (before, after))
        pairs.append(Pair(str(at), asset, " ".join(specimen), Fault(fault or ""), *said))
    return Answers(Versus(tuple(pairs)))


def _share(pairs: Sequence[Pair], right: Sequence[bool]) -> str:
    of_fault: dict[Fault, dict[Bearing, list[float]]] = defaultdict(lambda: defaultdict(list))
    for each, hit in zip(pairs, right, strict=True):
        of_fault[each.fault][each.bearing].append(float(hit))
    means = [mean([hit for hits in of.values() for hit in hits]) for of in of_fault.values()]
    low, high = _interval(list(of_fault.values()), right)
    return f"{mean(means):.0%} ({low:.0%} to {high:.0%})"


def _interval(groups: Sequence[dict[Bearing, list[float]]], right: Sequence[bool]) -> tuple[float, float]:
    bearings = sum(map(len, groups))
    if bearings == len(groups):
        # One bearing of each fault: nothing is to be said of others, and Wilson's interval is over its recordings.
        return Share(sum(right), len(right)).interval()
    if len(set(right)) == 1:
        # Drawn anew, all alike stay all alike: Wilson's interval over bearings, which are all right or all not.
        return Share(bearings * right[0], bearings).interval()
    return bootstrapped(groups)
