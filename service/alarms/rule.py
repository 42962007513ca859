"""From the levels of single recordings to the level of an asset: k of the last n, and back after m quiet ones.

    quiet -> watch -> alarm     as soon as enough of the last n recordings say so
    watch, alarm -> quiet       after m recordings in a row that say quiet
    any -> no_verdict           while the last n recordings say nothing at all; what stood before is kept beneath

A pure function of a state that is JSON: it knows no clock and no store.
"""

from collections.abc import Sequence
from enum import StrEnum
from math import comb
from typing import Annotated, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Level(StrEnum):
    """What a recording says, or an asset stands at; the later, the worse."""

    NO_VERDICT = "no_verdict"
    QUIET = "quiet"
    WATCH = "watch"
    ALARM = "alarm"


ORDER = {level: rank for rank, level in enumerate(Level)}


def worst(*levels: Level) -> Level:
    """The worst of them; one that has no verdict hides none that has.

    >>> worst(Level.QUIET, Level.NO_VERDICT, Level.WATCH)
    <Level.WATCH: 'watch'>
    """
    return max(levels, key=ORDER.__getitem__)


class Rule(BaseModel):
    """How many recordings it takes.

    The defaults: were 1 % of a healthy machine's recordings wrongly raised, independently of each other, and one made
    each hour, `watch` would be entered 0.05 times a year, `alarm` 0.0003 times; at 5 %, 5.6 and 0.2 times
    (`crossings`). `of` = 5 lets a machine that is recorded once a day be told within four days, where a bearing takes
    weeks; `alarm_after` over `watch_after`, so that an alarm is always announced by a watch. Wrong recordings in a
    row, of one cause, are not independent: no rule on the last n helps against those.

    Attributes:
        of: the last so many recordings are looked at (n).
        watch_after: so many of them that say watch or alarm make a watch.
        alarm_after: so many of them that say alarm make an alarm.
        back_after: so many in a row that say quiet lead back (m); one without a verdict neither counts nor ends it.
        silent_hours: with no recording for longer it is said that the asset is silent; None: never said. A week, since
            a sensor that nobody misses is worse than a message too many, and rounds by hand can say None.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    of: Annotated[int, Field(ge=1, le=50)] = 5
    watch_after: Annotated[int, Field(ge=1, le=50)] = 3
    alarm_after: Annotated[int, Field(ge=1, le=50)] = 4
    back_after: Annotated[int, Field(ge=1, le=50)] = 5
    silent_hours: Annotated[float | None, Field(gt=0, le=87_600)] = 168

    @model_validator(mode="after")
    def _can_be_reached(self) -> Self:
        if not self.watch_after <= self.alarm_after <= self.of:
            raise ValueError("watch_after <= alarm_after <= of is needed, else a level could not be reached")
        return self


DEFAULT = Rule()


def crossings(rate: float, needed: int, of: int) -> float:
    """How often, per recording, `needed` of the last `of` are newly reached by recordings raised at random.

    The newest is raised, the one that it drives out was not, and of those between just one too few were.

    Args:
        rate: share of a healthy machine's recordings that are raised, each independently.

    >>> round(24 * 365 * crossings(0.01, 3, of=5), 3), round(24 * 365 * crossings(0.05, 4, of=5), 2)
    (0.051, 0.2)
    """
    return comb(of - 1, needed - 1) * rate**needed * (1 - rate) ** (of - needed + 1)


class Heard(NamedTuple):
    """What one recording said.

    Attributes:
        time_us: its place in the order, microseconds.
        recording: the same for all axes of one recording, another one for each recording.
        after: where the asset stood then, beneath; None: not known, in a state that was kept before this was.
    """

    time_us: int
    recording: int
    level: Level
    after: Level | None = None


class AssetState(BaseModel):
    """What is remembered of an asset.

    Attributes:
        level: where it stands.
        beneath: the same, without regard to `no_verdict`.
        heard: the last recordings, in their order.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)  # those that were kept earlier hold more

    level: Level = Level.QUIET
    beneath: Level = Level.QUIET
    heard: tuple[Heard, ...] = ()


class Event(NamedTuple):
    """The asset's level has changed."""

    time_us: int
    before: Level
    level: Level
    why: str


def advance(
    state: AssetState, level: Level, time_us: int, *, recording: int | None = None, rule: Rule = DEFAULT
) -> tuple[AssetState, list[Event]]:
    """The state after one more diagnosis, and what is to be told.

    Several diagnoses of one recording (its axes, or one that comes twice) count once, by the worst. A late one takes
    its place in the order of time, and what had come to quiet without it is not quiet with it. Where it is one of the
    last n, it leads where it had led in time, or higher where some before those had no verdict.

    Args:
        level: what the diagnosis says.
        time_us: when, by a clock that never runs backwards.
        recording: which recording it is of; else `time_us` tells.
    """
    heard, place = _placed(state.heard, Heard(time_us, time_us if recording is None else recording, level))
    if heard == list(state.heard):
        return state, []
    beneath = (heard[place - 1].after if place else None) or state.beneath
    reached = None
    for end in range(place, len(heard)):
        before, beneath = beneath, _stepped(beneath, heard[: end + 1], rule)
        reached = reached if beneath is before else end
        heard[end] = heard[end]._replace(after=beneath)
    shown = Level.NO_VERDICT if _nothing_said(heard[-rule.of :], rule) else beneath
    after = AssetState(level=shown, beneath=beneath, heard=tuple(_kept(heard, rule)))
    if shown is state.level:
        return after, []
    if state.level is Level.NO_VERDICT and beneath is state.beneath:
        why = f"recordings have a verdict again, and {shown} still stands"
    else:
        why = _reason(shown, [each.level for each in heard], reached, rule)
    return after, [Event(time_us, state.level, shown, why)]


def _placed(heard: Sequence[Heard], new: Heard) -> tuple[list[Heard], int]:
    """With the new one in its place, and which that is."""
    for place, other in enumerate(heard):
        if other.recording == new.recording:
            merged = other._replace(level=worst(other.level, new.level))
            return [*heard[:place], merged, *heard[place + 1 :]], place
    place = sum(other.time_us <= new.time_us for other in heard)
    return [*heard[:place], new, *heard[place:]], place


def _stepped(level: Level, heard: Sequence[Heard], rule: Rule) -> Level:
    said = [each.level for each in heard if each.level is not Level.NO_VERDICT]
    if len(said) >= rule.back_after and set(said[-rule.back_after :]) == {Level.QUIET}:
        return Level.QUIET
    last = [each.level for each in heard[-rule.of :]]
    if last.count(Level.ALARM) >= rule.alarm_after:
        return Level.ALARM
    return worst(level, Level.WATCH) if _raised(last) >= rule.watch_after else level


def _raised(levels: Sequence[Level]) -> int:
    return levels.count(Level.WATCH) + levels.count(Level.ALARM)


def _nothing_said(last: Sequence[Heard], rule: Rule) -> bool:
    return len(last) == rule.of and all(each.level is Level.NO_VERDICT for each in last)


def _kept(heard: Sequence[Heard], rule: Rule) -> list[Heard]:
    """The last n, and of those before what a row of quiet ones, or a late one, may still need."""
    before = [each for each in heard[: -rule.of] if each.level is not Level.NO_VERDICT]
    return [*before[-max(rule.of, rule.back_after) :], *heard[-rule.of :]]


def _reason(shown: Level, said: Sequence[Level], reached: int | None, rule: Rule) -> str:
    """Why it is shown.

    Args:
        said: by the recordings, in their order.
        reached: with which of them; None: it stood before the one that came in.
    """
    if shown is Level.NO_VERDICT:
        return f"none of the last {rule.of} recordings has a verdict"
    if reached is None:
        return f"with all that is known of the last recordings {shown} still stands"
    last = said[: reached + 1][-rule.of :]
    if reached == len(said) - 1:
        return _counted(shown, last, f"the last {len(last)}", rule)
    counted = _counted(shown, last, f"{len(last)}", rule)
    return f"with what came late {counted}, and nothing has led away from {shown} since"


def _counted(shown: Level, last: Sequence[Level], of: str, rule: Rule) -> str:
    if shown is Level.QUIET:
        return f"{rule.back_after} recordings in a row say quiet"
    if shown is Level.ALARM:
        return f"{last.count(Level.ALARM)} of {of} recordings say alarm"
    return f"{_raised(last)} of {of} recordings say watch or alarm"
