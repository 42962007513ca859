"""How bad a diagnosis is beside others: of a point's axes the worst is reported, and of a trend's points kept.

A fault, then an answer that nobody can give (`unknown`: not like anything learned), then no answer, then nothing found;
among equals, the one with the larger probability of any fault.
"""

from collections.abc import Mapping

from pydantic import BaseModel, Field

from data.fault import Fault
from service.diagnosis import Diagnosis, Verdict

Badness = tuple[int, float]

NOTHING_FOUND, NO_ANSWER, UNLIKE_ALL, FAULT = range(4)
_OF_VERDICT = {Verdict.UNKNOWN: UNLIKE_ALL, Verdict.NOT_APPLICABLE: NO_ANSWER, Verdict.SENSOR_FAULT: NO_ANSWER}


class Worst(BaseModel):
    """Which axis is reported for the whole point."""

    axis: str
    why: str = Field(description="What makes it the worst, in plain words.")


def badness(verdict: Verdict, fault: Fault | None, probabilities: Mapping[Fault, float] | None) -> Badness:
    """Larger is worse.

    >>> badness(Verdict.UNKNOWN, None, None) < badness(Verdict.DIAGNOSED, Fault.INNER_RACE, {Fault.NORMAL: 0.4})
    True
    """
    rank = _OF_VERDICT.get(verdict, NOTHING_FOUND if fault is Fault.NORMAL else FAULT)
    return rank, fault_probability(probabilities) or 0.0


def fault_probability(probabilities: Mapping[Fault, float] | None) -> float | None:
    """That it is any fault; None where there are no probabilities."""
    return None if probabilities is None else 1 - probabilities[Fault.NORMAL]


def worst(axes: Mapping[str, Diagnosis]) -> Worst:
    """The worst of at least one axis; of equals the first."""
    bad = {name: badness(each.verdict, each.fault, each.probabilities) for name, each in axes.items()}
    axis = max(bad, key=bad.__getitem__)
    found = axes[axis]
    if len(axes) == 1:
        return Worst(axis=axis, why=f"the only axis: {found.message}")
    beside = sum(bad[name][0] == bad[axis][0] for name in axes) > 1
    least = bad[axis][0] == NOTHING_FOUND
    if least:
        why = f"nothing was found on any axis; on {axis} a fault is the most probable"
    elif beside:
        why = f"others are as bad; of them a fault is the most probable on {axis}"
    else:
        why = f"no other axis is as bad as {axis}"
    return Worst(axis=axis, why=f"{why}: {found.message}")
