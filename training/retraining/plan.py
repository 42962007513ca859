"""What a retraining will use, and what it will not: shown before anything is started."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from data.fault import FAULTS, Fault
from models.bundle import Bundle
from training.config import TrainingConfig
from training.retraining.case import Found, NothingToLearn
from training.retraining.checked import checked
from training.retraining.gate import Condition, Gate, evidence, remembered
from training.retraining.halves import Halves, halves
from training.retraining.rehearsal import Base
from training.sheet import Sheet

FEWEST_CHOOSE = 2
"""Limits that some of the recordings which choose have set are judged by the others."""


@dataclass(frozen=True, eq=False)
class Plan:
    """`found`: what can be used, and why the rest cannot; dealt into `halves`. `base`: None without it."""

    champion: Bundle
    found: Found
    halves: Halves
    base: Base | None
    gate: Gate
    minutes: float

    @classmethod
    def of(cls, champion: Bundle, found: Found, base: Path | None, gate: Gate, minutes: float) -> "Plan":
        """Checks labels and signals, and deals them.

        Raises:
            NothingToLearn: nothing can be learned from, or chosen by; with what was left out, and why.
            DatasetError: recordings of the champion's are missing under `base`.
        """
        usable = checked(found, champion.manifest.front_end)
        config = TrainingConfig.read(champion.folder / "config.toml")
        if not usable.cases:
            raise NothingToLearn(f"no labelled recording can be used{_because(usable)}")
        dealt = halves(usable.cases, gate.apart, gate.minutes_apart, champion.manifest.front_end)
        if base is None and len(dealt.choose) < FEWEST_CHOOSE:
            raise NothingToLearn(
                f"too few recordings, or too short: {len(dealt.choose)} would choose how much is learned anew, and "
                f"{FEWEST_CHOOSE} must without --base{_because(usable)}"
            )
        return cls(
            champion,
            usable,
            dealt,
            Base(config, base) if base is not None else None,
            gate,
            minutes,
        )

    @property
    def key(self) -> str:
        """Sixteen hexadecimal digits that change with champion, any label or signal, gate, minutes and base."""
        spans = ""
        if self.base is not None:
            split = self.base.split
            spans = str([(each.entry.rig, each.entry.name) for part in (split.train, split.test) for each in part])
        parts = (
            self.champion.written.hex(),
            self.found.key,
            self.gate.model_dump_json(),
            f"{self.minutes:g}",
            spans,
        )
        return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:16]

    @property
    def evidence(self) -> tuple[Condition, ...]:
        """Whether there is enough to judge by, known before anything is trained."""
        return evidence(self.gate, self.found.cases, self.halves.judge)

    @property
    def lacking(self) -> tuple[Condition, ...]:
        """What the gate asks for and is not there: then it cannot open, however much is trained."""
        tested = None if self.base is None else [(each.entry.rig, each.entry.bearing) for each in self.base.split.test]
        return tuple(each for each in (*self.evidence, remembered(self.gate, tested)) if not each.holds)

    def sheets(self) -> Iterator[Sheet]:
        """For people."""
        yield Sheet(
            f"What was found: {self.champion.identity}, from {self.found.source}",
            ("fault", "recordings", "bearings", "teach", "choose", "judge"),
            tuple(self._row(fault) for fault in FAULTS if any(each.fault is fault for each in self.found.cases)),
        )
        if self.found.left_out:
            rows = tuple((str(count), reason) for reason, count in self.found.reasons)
            yield Sheet("Left out", ("recordings", "why"), rows)
        doubts = tuple((doubt,) for doubt in self.doubts())
        if doubts:
            yield Sheet("Look at these", ("what nothing here will show, or what to look at",), doubts)

    def doubts(self) -> Iterator[str]:
        """What a person should look at before it is believed."""
        of_bearing: dict[tuple[str, str], set[Fault]] = defaultdict(set)
        for each in self.found.cases:
            of_bearing[each.bearing].add(each.fault)
        for (asset, specimen), faults in sorted(of_bearing.items()):
            found = sorted(faults - {Fault.NORMAL})
            if len(found) > 1:
                yield f"{asset}, bearing {specimen}: {' and '.join(found)} were found in one bearing"
        yield from self._unjudged()
        if self.base is None and self.gate.without_base:
            yield "without the champion's own recordings nothing can show what it forgets"
        for condition in self.lacking:
            yield f"{condition.asked}: there are {condition.found}"

    def _unjudged(self) -> Iterator[str]:
        """What the judgement will not say, however it falls."""
        judging = defaultdict(set)
        for each in self.halves.judge:
            judging[each.fault].add(each.bearing)
        if Fault.NORMAL not in judging:
            yield "no healthy recording judges: nothing new shows what is said of healthy machines"
        if self.gate.apart == "time":
            yield "the bearings that judge have taught: nothing shows what is said of others"
        else:
            for fault in sorted(fault for fault, bearings in judging.items() if len(bearings) == 1):
                yield f"one bearing with {fault} judges: its recordings stand for no other bearing"

    def _row(self, fault: Fault) -> tuple[str, ...]:
        cases = [each for each in self.found.cases if each.fault is fault]
        parts = [sum(span.entry.fault is fault for span, _ in part) for part in (self.halves.train, self.halves.choose)]
        judge = sum(each.fault is fault for each in self.halves.judge)
        return (fault, str(len(cases)), str(len({each.bearing for each in cases})), *map(str, (*parts, judge)))


def _because(found: Found) -> str:
    """What was left out, and why, as the end of a sentence."""
    return "".join(f"; {count} left out: {reason}" for reason, count in found.reasons)
