"""The threads that do the work: short work goes first, long work is done in steps and lets the short pass.

Whatever takes milliseconds is done in the order it came. A recording of ten minutes takes seconds; it is interrupted
between its steps (`data.steps`) wherever short work waits and no thread is free, though not for longer than
`PATIENCE_S`: then it has its next step, so that it ends however much short work there is. One thread is always left to
the short work, where there are several. Windows that wait for the same graph are read together.

That short work passes long work is what keeps the largest slowdown small: M. A. Bender, S. Chakrabarti,
S. Muthukrishnan, "Flow and stretch metrics for scheduling continuous job streams", SODA 1998.
"""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from data.steps import between_steps

MOST_WINDOWS = 16
"""Of several requests, read together; a graph takes them in calls of `models.graph.MICRO_BATCH`."""

PATIENCE_S = 1.0


@dataclass(eq=False, slots=True)
class Job:
    """Something to be done.

    Attributes:
        do: gives the answers to items, in their order; called in a thread.
        item: this job's own.
        answer: is given what `do` gives, or raises; belongs to the event loop that made it. None: nobody waits now.
        windows: in the item; jobs with the same `do` are done together up to `MOST_WINDOWS`. 0: by itself.
        given_up: makes the error that says why it need not be done any more: what is not begun never is, what is begun
            ends at its next step.
        entered_s, began_s, ended_s: by the clock `time.perf_counter`; 0 where it did not happen.
    """

    do: Callable[[Sequence[Any]], Sequence[Any]]
    item: Any
    answer: asyncio.Future[Any] | None
    windows: int = 0
    given_up: Callable[[], Exception] | None = None
    entered_s: float = field(default_factory=time.perf_counter)
    began_s: float = 0.0
    ended_s: float = 0.0
    together: int = 1
    """How many jobs were done in the same call."""


class Lanes:
    """`threads` jobs are worked at once.

    Args:
        loop: where the answers are awaited.
        patience_s: how long a long job lets short ones pass before it has its next step.
    """

    def __init__(self, threads: int, loop: asyncio.AbstractEventLoop, patience_s: float = PATIENCE_S) -> None:
        self._loop = loop
        self._patience_s = patience_s
        self._free = threads
        self._owed = 0  # long jobs whose patience is over: the next free turns are theirs
        self._short: deque[Job] = deque()
        self._long: deque[Job] = deque()
        self._closed = False
        self._waking = False
        self._lock = threading.Lock()
        self._short_ready = threading.Condition(self._lock)
        self._long_ready = threading.Condition(self._lock)
        self._turn = threading.Condition(self._lock)
        workers = [self._work_short] * threads + [self._work_long] * max(1, threads - 1)
        self._threads = [threading.Thread(target=work, name=f"lane-{n}") for n, work in enumerate(workers)]
        for thread in self._threads:
            thread.start()

    def enter(self, job: Job, *, long: bool) -> None:
        """The job is done when its turn comes; called in the loop."""
        with self._lock:
            if long:
                self._long.append(job)
                self._long_ready.notify()
                return
            self._short.append(job)
        if not self._waking:
            self._waking = True
            self._loop.call_soon(self._wake)

    def _wake(self) -> None:
        # Only once the loop has heard all that came in: it is then read together, by one thread that is woken once.
        self._waking = False
        with self._lock:
            self._next_short()

    def _next_short(self) -> None:
        if self._short and self._free > self._owed:
            self._short_ready.notify()

    def close(self) -> None:
        """Ends the threads, once all that has entered is done."""
        with self._lock:
            self._closed = True
            self._short_ready.notify_all()
            self._long_ready.notify_all()
        for thread in self._threads:
            thread.join()

    def _work_short(self) -> None:
        while True:
            with self._lock:
                while not (self._short and self._free > self._owed):
                    if self._closed and not self._short:
                        self._short_ready.notify_all()  # who waited for a turn to take the last one waits for nothing
                        return
                    self._short_ready.wait()
                jobs = self._taken()
                if not jobs:  # given up, all of them: a long one may have waited for them
                    self._turns_changed()
                    continue
                self._free -= 1
                self._next_short()
            self._work(jobs)
            del jobs  # what they were about is not kept until the next come
            with self._lock:
                self._free += 1
                self._turns_changed()

    def _work_long(self) -> None:
        while True:
            with self._lock:
                while not self._long:
                    if self._closed:
                        return
                    self._long_ready.wait()
                job = self._long.popleft()
                self._await_turn()
                begun = _begin(job)
            if begun:
                with between_steps(lambda job=job: self._let_pass(job)):  # type: ignore[misc]
                    self._work([job])
            del job
            with self._lock:
                self._free += 1
                self._turns_changed()

    def _taken(self) -> list[Job]:
        """The next of the short lane, and those further back that can be done in the same call."""
        first = self._short.popleft()
        if not _begin(first):
            return []
        jobs, room = [first], MOST_WINDOWS - first.windows
        if first.windows and self._short:
            left: deque[Job] = deque()
            for job in self._short:
                if not (0 < job.windows <= room and job.do == first.do):
                    left.append(job)
                elif _begin(job):
                    jobs.append(job)
                    room -= job.windows
            self._short = left
        return jobs

    def _let_pass(self, job: Job) -> None:
        """Between two steps of a long job."""
        if job.given_up is not None:
            raise job.given_up()
        if not self._short or self._free:
            return
        with self._lock:
            self._free += 1
            self._turns_changed()
            self._await_turn()

    def _await_turn(self) -> None:
        """Waits, holding the lock, until a long job may go on."""
        patience_over, owed = time.monotonic() + self._patience_s, False
        while not (self._free and (owed or not self._short)):
            left = patience_over - time.monotonic()
            if left <= 0 and not owed:
                owed = True
                self._owed += 1
                continue
            self._turn.wait(None if owed else left)
        self._owed -= owed
        self._free -= 1

    def _turns_changed(self) -> None:
        self._next_short()
        if self._free and (self._owed or not self._short):
            self._turn.notify_all()

    def _work(self, jobs: list[Job]) -> None:
        outcome: Sequence[Any] | Exception
        try:
            outcome = jobs[0].do([job.item for job in jobs])
        except BaseException as error:
            # What is no Exception would end the thread, its turn never given back; and no future takes a StopIteration.
            broken_off = RuntimeError(f"the work broke off: {error!r}")
            outcome = error if isinstance(error, Exception) and not isinstance(error, StopIteration) else broken_off
        ended_s = time.perf_counter()
        for job in jobs:
            job.ended_s, job.together = ended_s, len(jobs)
        self._loop.call_soon_threadsafe(_settle, jobs, outcome)
        del outcome  # an error is not to be held by its own traceback, and all that its frames hold with it


def _begin(job: Job) -> bool:
    # In this order: of one that is given up meanwhile nobody says that it did not begin, and it begins all the same.
    job.began_s = time.perf_counter()
    if job.given_up is not None:
        job.began_s = 0.0
    return bool(job.began_s)


def _settle(jobs: list[Job], outcome: Sequence[Any] | Exception) -> None:
    for at, job in enumerate(jobs):
        if job.answer is None or job.answer.done():  # given up by whoever waited
            continue
        if isinstance(outcome, Exception):
            job.answer.set_exception(outcome)
        else:
            job.answer.set_result(outcome[at])
