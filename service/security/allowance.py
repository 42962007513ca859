"""How often each key, or each address without one, may ask: a bucket that fills evenly and holds a minute's worth."""

import time
from collections.abc import Callable

MOST = 10_000
"""Who asked longest ago is forgotten beyond it: by then the bucket has filled again, or thousands ask at once."""


class Allowance:
    """Of requests, by the key's id or the client's address; lives in the event loop."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, key: str, *, patient: bool = False) -> float:
        """Takes one request; 0, or the seconds to wait where there is none to take.

        Args:
            key: whose.
            patient: it can wait, and leaves half to those that cannot.
        """
        now = self._clock()
        left, since = self._left.pop(key, (float(self._per_minute), now))
        left = min(self._per_minute, left + (now - since) * self._per_minute / 60)
        needed = 1 + (self._per_minute - 1) / 2 if patient else 1
        taken = left >= needed
        self._left[key] = (left - taken, now)  # the last to have asked stands last
        if len(self._left) > MOST:
            del self._left[next(iter(self._left))]
        return 0.0 if taken else (needed - left) * 60 / self._per_minute
