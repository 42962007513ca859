"""How bad a diagnosis is beside others: of a point's axes the worst is reported, and of a trend's points kept.

What all voices together say comes first: an alarm, then a watch, then no verdict, then quiet. Among equals the more
severe one, then a fault that the network names, then an answer that nobody can give (`unknown`: not like anything
learned), then no answer, then nothing found; then the one with the larger probability of any fault.
"""

from collections.abc import Mapping
from typing import Protocol

from pydantic import BaseModel, Field

from data.fault import Fault
from models.voices import SEVERITIES, Level, Severity
from service.diagnosis import Diagnosis, Verdict

Badness = tuple[int, int, int, float]

LEVELS: tuple[Level | None, ...] = (None, "quiet", "no_verdict", "watch", "alarm")
"""None: the machine was commissioned on it."""

_SEVERITIES: tuple[Severity | None, ...] = (None, *SEVERITIES)
"""None: not known."""

NOTHING_FOUND, NO_ANSWER, UNLIKE_ALL, FAULT = range(4)
_OF_VERDICT = {Verdict.UNKNOWN: UNLIKE_ALL, Verdict.NOT_APPLICABLE: NO_ANSWER, Verdict.SENSOR_FAULT: NO_ANSWER}


class Said(Protocol):
    """What the voices said together."""

    @property
    def level(self) -> Level: ...
    @property
    def severity(self) -> Severity: ...
    @property
    def advice(self) -> str: ...


class Worst(BaseModel):
    """Which axis is reported for the whole point."""

    axis: str
    level: Level
    severity: Severity
    why: str = Field(description="What makes it the worst, and what to do next, in plain words.")


def badness(
    level: Level | None, severity: Severity | None, verdict: Verdict, fault: Fault | None,
    probabilities: Mapping[Fault, float] | None,
) -> Badness:  # fmt: skip
    """Larger is worse.

    >>> unlike = badness("quiet", "high", Verdict.UNKNOWN, None, None)
    >>> unlike < badness("watch", "low", Verdict.DIAGNOSED, Fault.NORMAL, None)
    True
    """
    rank = _OF_VERDICT.get(verdict, NOTHING_FOUND if fault is Fault.NORMAL else FAULT)
    return LEVELS.index(level), _SEVERITIES.index(severity), rank, fault_probability(probabilities) or 0.0


def fault_probability(probabilities: Mapping[Fault, float] | None) -> float | None:
    """That it is any fault; None where there are no probabilities."""
    return None if probabilities is None else 1 - probabilities[Fault.NORMAL]


def worst(axes: Mapping[str, tuple[Diagnosis, Said]]) -> Worst:
    """The worst of at least one axis; of equals the first."""
    bad = {name: _bad(*each) for name, each in axes.items()}
    axis = max(bad, key=bad.__getitem__)
    said = axes[axis][1]
    beside = sum(said.level == other.level for _, other in axes.values()) > 1
    if len(axes) == 1:
        why = "the only axis"
    elif said.level == "quiet":
        why = f"nothing was found on any axis; {_least_quiet(axis, bad)}"
    elif beside:
        why = f"others stand at {said.level} too; of them {axis} is the worst"
    else:
        why = f"no other axis is as bad as {axis}"
    return Worst(axis=axis, level=said.level, severity=said.severity, why=f"{why}: {said.advice}")


def _least_quiet(axis: str, bad: Mapping[str, Badness]) -> str:
    _, severity, rank, probability = bad[axis]
    _, next_severity, next_rank, next_probability = max(each for name, each in bad.items() if name != axis)
    if severity != next_severity:
        return f"the vibration of {axis} is the most severe"
    if rank != next_rank:
        return f"on {axis} the network names a fault" if rank == FAULT else f"of {axis} the network cannot tell"
    return "the axes are alike" if probability == next_probability else f"on {axis} a fault is the most probable"


def _bad(found: Diagnosis, said: Said) -> Badness:
    return badness(said.level, said.severity, found.verdict, found.fault, found.probabilities)
