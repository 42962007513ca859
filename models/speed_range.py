"""Ranges of shaft speed, each held against itself alone: a machine sounds otherwise at another speed."""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

Each = TypeVar("Each")

SpeedRange = tuple[float, float] | None
"""Lowest and highest speed, rpm; None: of recordings that state no speed."""

WIDEST = 1.2
"""A range ends where a speed is this much over its lowest one."""
BEYOND = math.log(1.1)
"""How far outside a range (logarithm) a speed is still held against it."""


def parted(recordings: Iterable[Each], speed_rpm: Callable[[Each], float | None]) -> tuple[tuple[Each, ...], ...]:
    """By speed, the slowest first: each range begins at the lowest speed that the one before it does not hold."""

    def speed(each: Each) -> float:
        # Those without a speed come first, as at 0 rpm: a range of their own.
        return speed_rpm(each) or 0.0

    parts: list[list[Each]] = []
    for each in sorted(recordings, key=speed):
        if parts and speed(each) <= WIDEST * speed(parts[-1][0]):
            parts[-1].append(each)
        else:
            parts.append([each])
    return tuple(map(tuple, parts))


def spanned(speeds_rpm: Sequence[float | None]) -> SpeedRange:
    """The range that holds these speeds."""
    known = [speed for speed in speeds_rpm if speed is not None]
    return (min(known), max(known)) if known else None


def distance(speeds: SpeedRange, speed_rpm: float | None) -> float:
    """How far (logarithm) a speed lies outside a range; infinite where one of both is not known."""
    if speeds is None or speed_rpm is None:
        return 0.0 if speeds is None and speed_rpm is None else math.inf
    return max(0.0, math.log(speeds[0] / speed_rpm), math.log(speed_rpm / speeds[1]))


def told(speeds: SpeedRange) -> str:
    """In words."""
    if speeds is None:
        return "at a speed that is not stated"
    low, high = speeds
    return f"{low:.0f} rpm" if round(low) == round(high) else f"{low:.0f} to {high:.0f} rpm"


def told_speed(speed_rpm: float | None) -> str:
    """In words."""
    return "a speed that is not stated" if speed_rpm is None else f"{speed_rpm:.0f} rpm"
