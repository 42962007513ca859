"""What the service has answered lately: how many a minute, and how long each took."""

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

MINUTES = 60
MOST_TIMES = 1000
"""Answers whose times are remembered, for as long as they are of the last hour."""

MINUTE_S = 60.0


@dataclass(frozen=True)
class Times:
    """Of so many of the last answers, ms."""

    n: int
    median: float
    p95: float
    most: float


class Recent:
    """The last hour of one process; safe in several threads.

    Args:
        clock: seconds that never run backwards.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began = clock()
        self._times: deque[tuple[float, float]] = deque(maxlen=MOST_TIMES)
        self._minutes: deque[tuple[int, int]] = deque(maxlen=MINUTES)
        self._counting = threading.Lock()

    def count(self, total_ms: float) -> None:
        """An answer was given, and took so long."""
        now = self._clock()
        with self._counting:
            self._times.append((now, total_ms))
            minute = int((now - self._began) // MINUTE_S)
            before = self._minutes.pop()[1] if self._minutes and self._minutes[-1][0] == minute else 0
            self._minutes.append((minute, before + 1))

    def by_minute(self) -> list[int]:
        """Answers in each of the last `MINUTES`, the newest last: that one is not over."""
        now = int((self._clock() - self._began) // MINUTE_S)
        with self._counting:
            counts = dict(self._minutes)
        return [counts.get(minute, 0) for minute in range(now - MINUTES + 1, now + 1)]

    def times(self) -> Times | None:
        """None where nothing was answered in the last hour."""
        since = self._clock() - MINUTES * MINUTE_S
        with self._counting:
            lately = sorted(took for at, took in self._times if at >= since)
        return None if not lately else Times(len(lately), _at(lately, 0.5), _at(lately, 0.95), lately[-1])


def _at(ordered: Sequence[float], share: float) -> float:
    """The nearest rank."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
