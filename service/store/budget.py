"""What may be written to the disk in a day: flash wears by every block, whatever is in it.

An allowance that fills evenly and holds a day's worth. Once it is used up the store is over its budget, until a tenth
of a day's worth is there again: a store at the limit does not change its mind with every commit.
"""

import logging
import time
from collections.abc import Callable

logger = logging.getLogger(__name__)

MB = 1_000_000
DAY_S = 86_400.0
ENOUGH_AGAIN = 0.1


class Budget:
    """Of one store, since it was opened.

    Args:
        mb_a_day: that may be written.
        clock: seconds.
    """

    def __init__(self, mb_a_day: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.over = False
        self._mb_a_day = mb_a_day
        self._a_day = mb_a_day * MB
        self._clock = clock
        self._left = self._a_day
        self._written = 0
        self._since = clock()

    @property
    def warning(self) -> str | None:
        """What whoever watches the service should know."""
        if not self.over:
            return None
        return f"the store writes more than {self._mb_a_day:g} MB a day (BRINELL_WRITE_BUDGET_MB_A_DAY)"

    def count(self, written: int) -> None:
        """Bytes that the store has written so far; said in the log where that changes what it is."""
        now = self._clock()
        filled = (now - self._since) / DAY_S * self._a_day
        self._left = min(self._a_day, self._left + filled) - (written - self._written)
        self._written, self._since = written, now
        if not self.over and self._left < 0:
            self.over = True
            logger.warning("%s", self.warning)
        elif self.over and self._left > ENOUGH_AGAIN * self._a_day:
            self.over = False
            logger.warning("the store is within its write budget again")
