"""How often each key may ask: a bucket that fills evenly and holds a minute's worth."""

import time
from collections.abc import Callable


class Allowance:
    """Of requests, by the key's id; lives in the event loop."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, key: str) -> float:
        """Takes one request; 0, or the seconds to wait where there is none to take."""
        now = self._clock()
        left, since = self._left.get(key, (float(self._per_minute), now))
        left = min(self._per_minute, left + (now - since) * self._per_minute / 60)
        taken = left >= 1
        self._left[key] = (left - taken, now)
        return 0.0 if taken else (1 - left) * 60 / self._per_minute
