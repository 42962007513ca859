"""The id of a diagnosis: when it was made, in an order that never runs backwards, and by which process.

63 bits: microseconds since 2020 (51 bits, until 2091), then the process's number (12 bits). Shown as 16 hexadecimal
digits, whose alphabetical order is the order of time. Rows of growing ids are appended to a database's pages, so an id
costs no index of its own, and a span of time is a span of ids.
"""

import threading
import time
from collections.abc import Callable

EPOCH_US = 1_577_836_800_000_000
"""2020-01-01 in microseconds since 1970."""

PROCESS_BITS = 12
LAST = (1 << 63) - 1
DAY_US = 86_400_000_000


def wall_us() -> int:
    """What the clock of this machine says, microseconds since 1970."""
    return time.time_ns() // 1000


class Clock:
    """Makes ids; safe in several threads.

    Args:
        process: the number of this process among those that share the store.
        last: the largest id in the store: a clock that was set back while nothing ran does no harm either.
        wall: microseconds since 1970.
    """

    def __init__(self, process: int, last: int, wall: Callable[[], int] = wall_us) -> None:
        self._process = process % (1 << PROCESS_BITS)
        self._last_us = last >> PROCESS_BITS
        self._wall = wall
        self._lock = threading.Lock()
        newest = self._last_us + EPOCH_US if last else wall()
        self._start_us = min(wall(), newest + DAY_US)
        self._started = time.monotonic()

    def new_id(self) -> tuple[int, int]:
        """An id larger than all before it, and what the clock says (microseconds since 1970)."""
        now = self._wall()
        with self._lock:
            self._last_us = max(now - EPOCH_US, self._last_us + 1)
            return self._last_us << PROCESS_BITS | self._process, now

    def trusted_us(self) -> int:
        """The time to reckon age by: not after what has surely passed, so that a clock set ahead deletes nothing."""
        passed_us = round(1e6 * (time.monotonic() - self._started))
        return min(self._wall(), self._start_us + passed_us)


def first_id(time_us: int) -> int:
    """The smallest id that a diagnosis of this time can have."""
    return min(max(time_us - EPOCH_US, 0) << PROCESS_BITS, LAST)


def time_of(identity: int) -> int:
    """When it was made, microseconds since 1970, on the clock that never runs backwards."""
    return (identity >> PROCESS_BITS) + EPOCH_US


def shown(identity: int) -> str:
    """As the service's answers write it.

    >>> shown(1 << PROCESS_BITS)
    '0000000000001000'
    """
    return f"{identity:016x}"
