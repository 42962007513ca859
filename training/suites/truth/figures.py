"""Figures of the truth table: over seeds, over windows, and over recordings and bearings."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import mean, pstdev

from data.fault import Fault
from training.metrics import Share
from training.suites.truth.raw import Reached, ReadRecording


@dataclass(frozen=True)
class Spread:
    """A figure with one value a seed: its mean, its standard deviation (of these seeds), its worst."""

    values: tuple[float, ...]

    def text(self, scale: float = 1.0, digits: int = 3) -> str:
        """`98.1 ± 0.4 (97.5)`, the worst seed in parentheses; of one seed the value alone; of none nothing."""
        if not self.values:
            return ""
        scaled = [scale * value for value in self.values]
        if len(scaled) == 1:
            return f"{scaled[0]:.{digits}f}"
        return f"{mean(scaled):.{digits}f} ± {pstdev(scaled):.{digits}f} ({min(scaled):.{digits}f})"


def over_seeds(seeds: Sequence[Sequence[Reached]], figure: str) -> Spread:
    """The mean over splits of a figure, for each seed."""
    values = [[getattr(reached, figure) for reached in splits] for splits in seeds]
    known = [[value for value in splits if value is not None] for splits in values]
    return Spread(tuple(mean(splits) for splits in known if splits))


def of_splits(seeds: Sequence[Sequence[Reached]], figure: str) -> list[Spread]:
    """A figure's values over seeds, one a split."""
    return [over_seeds([[reached] for reached in split], figure) for split in zip(*seeds, strict=True)]


@dataclass(frozen=True)
class Verdict:
    """How a recording was read, over splits or seeds: right only if it always, or mostly, was.

    `answer` is what the service would say of it: the verdict, or None where the unknown-check lets it not pass.
    """

    recording: ReadRecording
    verdict: Fault
    forced_right: bool
    answer: Fault | None

    @property
    def fault(self) -> Fault:
        """The label."""
        return self.recording.fault

    @property
    def right(self) -> bool:
        """Read as what it is."""
        return self.verdict is self.fault


def of_seed(splits: Iterable[Reached]) -> dict[str, Verdict]:
    """Each distinct recording by title; one that several splits test is right only if right in all of them."""
    verdicts: dict[str, Verdict] = {}
    for reached in splits:
        for each in reached.recordings:
            before = verdicts.get(each.title)
            forced_right = each.forced is each.fault and (before is None or before.forced_right)
            if before is not None and not before.right:
                verdicts[each.title] = replace(before, forced_right=forced_right)
            else:
                answer = each.verdict if each.known else None
                verdicts[each.title] = Verdict(each, each.verdict, forced_right, answer)
    return verdicts


def majority(seeds: Sequence[dict[str, Verdict]]) -> list[Verdict]:
    """Each recording as most seeds read it; right only if more than half of them read it right."""
    return [_vote([seed[title] for seed in seeds]) for title in (seeds[0] if seeds else ())]


def _vote(votes: Sequence[Verdict]) -> Verdict:
    right = sum(vote.right for vote in votes)
    forced = sum(vote.forced_right for vote in votes)
    if 2 * right > len(votes):
        verdict = votes[0].fault
    else:
        ((verdict, _),) = Counter(vote.verdict for vote in votes if not vote.right).most_common(1)
    answered = sum(vote.answer is verdict for vote in votes)
    return Verdict(votes[0].recording, verdict, 2 * forced > len(votes), verdict if 2 * answered > len(votes) else None)


@dataclass(frozen=True)
class Counts:
    """Recordings by how they were read. `named`: a fault was said of a faulty one; `answered`: the service says it."""

    right: Share
    named_right: Share
    named_wrong: Share
    answered_right: Share
    answered_wrong: Share
    missed: Share
    false_alarms: Share
    answered_alarms: Share
    forced_right: Share
    bearings_right: Share


def counts(verdicts: Sequence[Verdict]) -> Counts:
    """Of recordings, each once; a bearing is right only if all its recordings are."""
    faulty = [each for each in verdicts if each.fault is not Fault.NORMAL]
    healthy = [each for each in verdicts if each.fault is Fault.NORMAL]
    wrong = [each.verdict is not Fault.NORMAL and not each.right for each in faulty]
    bearings = Counter(each.recording.bearing for each in verdicts)
    spoilt = {each.recording.bearing for each in verdicts if not each.right}
    return Counts(
        right=share(each.right for each in verdicts),
        named_right=share(each.right for each in faulty),
        named_wrong=share(wrong),
        answered_right=share(each.answer is each.fault for each in faulty),
        answered_wrong=share(each.answer not in (None, Fault.NORMAL, each.fault) for each in faulty),
        missed=share(each.verdict is Fault.NORMAL for each in faulty),
        false_alarms=share(not each.right for each in healthy),
        answered_alarms=share(each.answer not in (None, Fault.NORMAL) for each in healthy),
        forced_right=share(each.forced_right for each in faulty),
        bearings_right=Share(len(bearings) - len(spoilt), len(bearings)),
    )


def share(which: Iterable[bool]) -> Share:
    """How many of them hold."""
    held = list(which)
    return Share(sum(held), len(held))


@dataclass(frozen=True)
class Told:
    """The counts of one row: as `most` seeds have it, and of each seed."""

    verdicts: tuple[Verdict, ...]
    most: Counts
    each: tuple[Counts, ...]

    @classmethod
    def of(cls, seeds: Sequence[Sequence[Reached]]) -> "Told":
        """From [seeds][splits]; at least one seed."""
        read = [of_seed(splits) for splits in seeds]
        verdicts = tuple(majority(read))
        return cls(verdicts, counts(verdicts), tuple(counts(list(seed.values())) for seed in read))

    def good(self, figure: str, interval: bool = False) -> str:
        """`14 of 15`; `14 of 15 (worst 12)` where the worst seed differs; with Wilson's interval if wanted."""
        return self._text(figure, min(self._by_seed(figure)), interval)

    def bad(self, figure: str) -> str:
        """As `good`, of a figure that is better small."""
        return self._text(figure, max(self._by_seed(figure)), False)

    def _by_seed(self, figure: str) -> list[int]:
        return [getattr(each, figure).right for each in self.each]

    def _text(self, figure: str, worst: int, interval: bool) -> str:
        most: Share = getattr(self.most, figure)
        if not most.total:
            return "none tested"
        text = f"{most.right} of {most.total}"
        if interval:
            low, high = most.interval()
            text += f", {low:.0%} to {high:.0%}"
        return text if worst == most.right else f"{text} (worst {worst})"
