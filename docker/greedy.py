"""Wants more than the unit of the service may have (docker/test-systemd.sh).

    greedy.py memory MIB | threads COUNT | cores SECONDS

Says what it got; whoever wants too much memory says nothing any more.
"""

import resource
import sys
import threading
import time
from multiprocessing import Process

WANTED = int(sys.argv[2])


def memory() -> int:
    """MiB, all of it written to."""
    return len(b"x" * (WANTED << 20)) >> 20


def threads() -> int:
    """At once."""
    for started in range(WANTED):
        try:
            threading.Thread(target=time.sleep, args=(2,)).start()
        except RuntimeError:
            return started
    return WANTED


def cores() -> float:
    """That two busy processes have."""
    began = time.monotonic()
    busy = [Process(target=_work, args=(began + WANTED,)) for _ in range(2)]
    for each in busy:
        each.start()
    for each in busy:
        each.join()
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return round((spent.ru_utime + spent.ru_stime) / (time.monotonic() - began), 2)


def _work(until: float) -> None:
    while time.monotonic() < until:
        pass


print({"memory": memory, "threads": threads, "cores": cores}[sys.argv[1]]())
