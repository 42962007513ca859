"""The alarm's rule over what was heard of a machine, as it was recorded or more seldom, of all voices or of one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.failures.machines import FIRST_DB
from benchmarks.failures.measuring import HEALTHY_ONES, Life
from data.fault import Fault
from data.rig import Damage
from service.alarms.rule import ORDER, AssetState, Level, advance
from service.store.identity import DAY_US

OF_LEVEL = {level.value[0]: level for level in Level}
OF_VOICE = {"r": Level.ALARM, "q": Level.QUIET, "s": Level.NO_VERDICT}


@dataclass(frozen=True)
class Way:
    """How a machine was watched.

    Attributes:
        commissioned: on so many of its first recordings.
        every: of its recordings each such one is heard; 1: all.
        voice: this one alone, each of whose words counts as an alarm; None: all together.
    """

    commissioned: int = 20
    every: int = 1
    voice: str | None = None


@dataclass(frozen=True)
class Stood:
    """Where the alarm stood after the recording of a day.

    Attributes:
        said: by that recording.
        named: first letter of the fault that its voices named; a dash: none.
    """

    day: float
    said: Level
    level: Level
    named: str


def followed(life: Life, way: Way, a_day: int) -> Sequence[Stood]:
    """Every recording after those that it was commissioned on."""
    return list(_followed(life, way, a_day))


def damage(life: Life) -> Damage:
    """What grew on a machine that failed."""
    assert life.fault is not None
    assert life.onset_day is not None
    assert life.per_day_db is not None
    return Damage(Fault(life.fault), life.onset_day, FIRST_DB, life.per_day_db)


def first(stood: Sequence[Stood], level: Level, from_day: float) -> Stood | None:
    """The first recording from a day on at which the alarm stands there, or worse."""
    return next((each for each in stood if each.day >= from_day and _as_bad(each.level, level)), None)


def entries(stood: Sequence[Stood], level: Level, before_day: float) -> int:
    """How often it came to stand there, or worse, from better, before a day."""
    some = [_as_bad(each.level, level) for each in stood if each.day < before_day]
    return sum(now and not before for before, now in zip([False, *some], some, strict=False))


def _followed(life: Life, way: Way, a_day: int) -> Iterator[Stood]:
    heard, state = life.heard[way.commissioned], AssetState()
    left = [at for at, level in enumerate(heard.levels) if level != HEALTHY_ONES]
    for at in left[:: way.every]:
        said = OF_LEVEL[heard.levels[at]] if way.voice is None else OF_VOICE[getattr(heard, way.voice)[at]]
        state, _ = advance(state, said, round(DAY_US * at / a_day), recording=at)
        yield Stood(at / a_day, said, state.level, heard.named[at])


def _as_bad(level: Level, as_this: Level) -> bool:
    return ORDER[level] >= ORDER[as_this]
