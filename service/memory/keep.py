"""Which recordings are worth a disk that wears out, and what they are worth beside each other."""

from collections.abc import Iterable
from dataclasses import dataclass

from data.exported.lines import Why
from service.diagnosis import Verdict
from service.memory.heard import Heard
from service.store.identity import DAY_US

WORTH = {
    Why.DAILY: 0,
    Why.LOW_CONFIDENCE: 1,
    Why.UNKNOWN: 1,
    Why.WATCH: 2,
    Why.ALARM: 3,
    Why.BEFORE_ALARM: 3,
    Why.ASKED: 3,
    Why.BASELINE: 3,
}
"""Where there is no room for all, the lowest go first, and of them the oldest."""

LABELLED = 4
"""Somebody opened the machine and said what it was: nothing teaches more."""

TELLING = 3
"""What is worth as much may take the place of what is labelled, when nothing else is left."""

WANTED = frozenset({Why.ASKED, Why.BASELINE})
"""Somebody said so: no spacing and no budget holds for these."""

URGENT = 2
"""From this worth on the whole of a day's budget may be spent; below it only half: the rest is left for alarms."""

MINUTE_US = 60_000_000


@dataclass(frozen=True)
class Rules:
    """The settings.

    Attributes:
        below: a confidence under this is low.
        minutes: the same reason, again about the same asset and axis, counts only after so long.
        day_bytes: what may be written in a day that nobody asked for.
    """

    below: float
    minutes: float
    day_bytes: int


def reasons(heard: Heard, below: float) -> list[Why]:
    """What speaks for keeping a recording, whatever was kept before."""
    answer, found = heard.diagnosis, []
    if heard.asked:
        found.append(Why.ASKED)
    if heard.baseline:
        found.append(Why.BASELINE)
    if answer.verdict is Verdict.UNKNOWN:
        found.append(Why.UNKNOWN)
    if answer.confidence is not None and answer.confidence < below:
        found.append(Why.LOW_CONFIDENCE)
    if heard.level in (Why.WATCH, Why.ALARM):
        found.append(Why(heard.level))
    if answer.verdict is not Verdict.SENSOR_FAULT:  # a day's sample of nothing shows nothing
        found.append(Why.DAILY)
    return found


def worth(why: Iterable[Why]) -> int:
    """The rank of a recording that is kept for these reasons."""
    return max(WORTH[each] for each in why)


class Judge:
    """Says why a recording is to be written now, knowing what was written before; for one thread."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self._last: dict[tuple[str, str, Why | None], int] = {}
        self._levels: dict[tuple[str, str], str | None] = {}
        self._day, self._spent = 0, 0

    def why(self, heard: Heard) -> list[Why]:
        """The reasons that hold and are due; none: it is not written."""
        due = [why for why in reasons(heard, self.rules.below) if self._due(heard, why)]
        return due if self._affordable(heard, due) else [why for why in due if why in WANTED]

    def before(self, heard: Heard) -> list[Why]:
        """The same for what was heard before an alarm was raised."""
        return [Why.BEFORE_ALARM] if self._affordable(heard, [Why.BEFORE_ALARM]) else []

    def raised(self, heard: Heard) -> bool:
        """Is this the first of its asset and axis to say `alarm`, after others that did not?"""
        before = self._levels.get(heard.point)
        self._levels[heard.point] = heard.level
        return heard.level == "alarm" and before != "alarm"

    def written(self, asset: str, axis: str, why: Iterable[Why], time_us: int, size: int) -> None:
        """To be told of everything that was written, also before this process began."""
        for each in (None, *why):
            self._last[asset, axis, each] = time_us
        if WANTED.isdisjoint(why):
            self._spent = self._spent_on(time_us) + size
            self._day = time_us // DAY_US

    def _due(self, heard: Heard, why: Why) -> bool:
        if why in WANTED:
            return True
        # Whatever was kept of a day shows that day.
        last = self._last.get((*heard.point, None if why is Why.DAILY else why))
        spacing_us = DAY_US if why is Why.DAILY else self.rules.minutes * MINUTE_US
        # A clock that was set back: what lies ahead of it is no reason to wait.
        return last is None or not 0 <= heard.time_us - last < spacing_us

    def _affordable(self, heard: Heard, why: list[Why]) -> bool:
        share = 1.0 if why and worth(why) >= URGENT else 0.5
        return self._spent_on(heard.time_us) + heard.size <= share * self.rules.day_bytes

    def _spent_on(self, time_us: int) -> int:
        return self._spent if time_us // DAY_US == self._day else 0
