"""How a machine's alarm would have stood, recording by recording."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from service.alarms.rule import DEFAULT, AssetState, Level, Rule, advance
from service.alarms.rule import worst as worst_level
from service.assets.answer import AxisDiagnosis
from service.assets.offline.listener import Heard
from service.assets.worst import worst
from service.moment import microseconds


@dataclass(frozen=True, eq=False)
class Step:
    """One recording and where the machine stands after it.

    Attributes:
        heard: the recording.
        worst: the axis that stands for it.
        level: what its voices say together; None: the machine was commissioned on it.
        state: of the alarm after it.
        why: what changed the state; None: it has not changed.
    """

    heard: Heard
    worst: str
    level: Level | None
    state: Level
    why: str | None

    @property
    def time(self) -> datetime:
        """When the recording was made."""
        return self.heard.dated.time

    @property
    def answer(self) -> AxisDiagnosis:
        """About the axis that stands for it."""
        return self.heard.axes[self.worst]


def steps(heard: Iterable[Heard], commissioned: Sequence[str] = (), rule: Rule = DEFAULT) -> Iterator[Step]:
    """Follows the alarm's rule.

    Args:
        heard: in the order of time.
        commissioned: SHA-256 of files that advance no alarm, since they showed the machine healthy.
        rule: the service's, unless another is given.
    """
    state, known = AssetState(), frozenset(commissioned)
    for number, each in enumerate(heard):
        axis = worst({name: (answer, answer.combined) for name, answer in each.axes.items()}).axis
        if each.content in known:
            yield Step(each, axis, None, state.level, None)
            continue
        level = worst_level(*(Level(answer.combined.level) for answer in each.axes.values()))
        state, events = advance(state, level, microseconds(each.dated.time), recording=number, rule=rule)
        yield Step(each, axis, level, state.level, events[0].why if events else None)


def first(found: Sequence[Step], level: Level) -> Step | None:
    """The first step at which the state is at least this bad; None: never."""
    return next((step for step in found if worst_level(step.state, level) is step.state), None)


def voices(answer: AxisDiagnosis) -> Mapping[str, str]:
    """What each says, by its name."""
    return {each.voice: each.says for each in answer.voices}
