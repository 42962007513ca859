"""How something is timed: by the clock and by the processor time of all threads of this process."""

import time
from collections.abc import Callable, Iterable


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock and of the processor."""
    clock, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - clock, time.process_time() - processor


def exhaust(calls: Iterable[object]) -> None:
    """Makes all the calls and keeps none of what they give."""
    for _ in calls:
        pass
