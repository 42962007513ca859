"""What waits to be answered: how much may wait, for how long, and for whom.

    with queue.place(request, most_bytes) as place:        # refused here: before the body is read
        body = await collect(...)
        answer = await place.answer(lambda: work(body))    # refused here: before it costs processor time

Over the bounds a request is refused with 503 (the queue is full) or 429 (this client alone fills half of it), and with
how long to stay away, by what work has taken lately. What cannot begin by its deadline is refused (a batch tries again
to read its next channel), what a client no longer waits for is not begun, and what is begun ends at its next step.
"""

import asyncio
import math
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Any, Self, TypeVar

from starlette.requests import Request

from service.errors import RequestRefused, problem, refused
from service.lanes import Job, Lanes
from service.security.asker import asker
from service.settings import MIB, Settings

Result = TypeVar("Result")
Item = TypeVar("Item")
Why = Callable[[], Exception]
"""Makes an error anew for whoever is told: one that is kept would keep what its traceback goes through."""

DEADLINE = "X-Deadline-Ms"
LONGEST_DEADLINE_MS = 3_600_000

LONG_BYTES = 8 * MIB
"""From here on a body is long work: as float32, 40 s at 50 kHz, which take a quarter of a second."""

CLIENT_SHARE = 0.5
"""Of the queue that one client may fill, so that others still get in."""

WATCHED_AFTER_S = 0.05
"""Most answers are out by then; only for what waits longer is it worth to look whether the client is still there."""

WEIGHT_OF_NEW = 0.1

_stopping = partial(refused, 503, "queue", "the service is stopping")
_gone = partial(refused, 503, "queue", "the client has gone")


@dataclass
class _Pace:
    """What work of a lane has taken lately; at first a guess."""

    seconds: float

    def learn(self, seconds: float) -> None:
        self.seconds += WEIGHT_OF_NEW * (seconds - self.seconds)


class Queue:
    """Belongs to the event loop that it is made in; only `Lanes` knows threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lanes = Lanes(settings.threads, asyncio.get_running_loop())
        self._places: set[Place] = set()
        self._bytes = 0
        self._of_client: Counter[str] = Counter()
        self._bytes_of_client: Counter[str] = Counter()
        self._short, self._long = _Pace(0.02), _Pace(3.0)
        self._ending = False

    def place(self, request: Request, most_bytes: int) -> "Place":
        """Room for a request whose body holds at most `most_bytes`; a context manager, which gives the room back.

        Raises:
            RequestRefused: 429, 503, or a deadline that is none.
        """
        deadline_s = _deadline_s(request, self._settings.deadline_s)
        client = asker(request)
        if self._ending:
            raise _stopping()
        self._refuse_over_bounds(client, most_bytes)
        return Place(self, request, client, most_bytes, deadline_s)

    def drain(self, seconds: float) -> None:
        """Takes nothing new; what is not answered after `seconds` is refused with 503."""
        self._ending = True
        asyncio.get_running_loop().call_later(seconds, self._give_up_all)

    def close(self) -> None:
        """Ends the threads, once what they do is done."""
        self._lanes.close()

    @property
    def waiting(self) -> int:
        """Requests that wait or are worked on."""
        return len(self._places)

    @property
    def waiting_bytes(self) -> int:
        """Held for their bodies."""
        return self._bytes

    @property
    def retry_after_s(self) -> int:
        """Until what waits now will be done."""
        long = sum(place.is_long for place in self._places)
        work_s = long * self._long.seconds + (len(self._places) - long) * self._short.seconds
        return max(1, math.ceil(work_s / self._settings.threads))

    def full(self, status: int, reason: str) -> RequestRefused:
        """A refusal that says when to come again."""
        return RequestRefused(status, [problem("queue", reason)], {"Retry-After": str(self.retry_after_s)})

    def _refuse_over_bounds(self, client: str, most_bytes: int) -> None:
        count, limit = self._settings.max_waiting, self._settings.max_waiting_mib * MIB
        mine = self._of_client[client]
        # Whoever is alone gets in, however large: the bounds are on what waits beside it.
        if mine and mine + 1 > max(1, CLIENT_SHARE * count):
            raise self.full(429, f"{mine} requests of this client are waiting already")
        if mine and self._bytes_of_client[client] + most_bytes > CLIENT_SHARE * limit:
            raise self.full(429, f"{self._bytes_of_client[client]} bytes of this client are waiting already")
        if len(self._places) + 1 > count:
            raise self.full(503, f"{len(self._places)} requests are waiting already")
        if self._places and self._bytes + most_bytes > limit:
            raise self.full(503, f"{self._bytes} bytes are waiting already")

    def _give_up_all(self) -> None:
        for place in list(self._places):
            place.abandon(_stopping)

    def _hold(self, place: "Place", sign: int) -> None:
        self._bytes += sign * place.bytes
        self._bytes_of_client[place.client] += sign * place.bytes
        if not self._bytes_of_client[place.client]:
            del self._bytes_of_client[place.client]


class Place:
    """One request's room in the queue.

    Attributes:
        bytes: held for its body.
        job: what it waits for, once it does.
        abandoned: nobody waits for any answer of it any more.
    """

    def __init__(self, queue: Queue, request: Request, client: str, most_bytes: int, deadline_s: float) -> None:
        self.client = client
        self.bytes = most_bytes
        self.job: Job | None = None
        self.abandoned = False
        self._work_bytes: int | None = None
        self._queue = queue
        self._request = request
        self._deadline_s = deadline_s
        self._late_at = time.monotonic() + deadline_s
        self._given_up: Why | None = None
        self._body_is_in = False
        self._watch: asyncio.Task[None] | None = None

    @property
    def is_long(self) -> bool:
        """Is it worked in steps?"""
        return (self.bytes if self._work_bytes is None else self._work_bytes) >= LONG_BYTES

    def holds(self, size: int) -> None:
        """The body has come in, and was of this size."""
        self._body_is_in = True
        self._queue._hold(self, -1)
        self.bytes = size
        self._queue._hold(self, +1)

    def hurry(self, seconds: float) -> None:
        """Moves the deadline to `seconds` from now, if that is earlier."""
        self._late_at = min(self._late_at, time.monotonic() + seconds)

    def renew(self, work_bytes: int | None = None) -> None:
        """Gives the next of several answers a deadline of its own; None: it is about the whole body."""
        self._work_bytes = work_bytes
        if not self.abandoned:
            self._late_at = time.monotonic() + self._deadline_s
            self._given_up = None

    async def answer(self, work: Callable[[], Result]) -> Result:
        """What `work` gives, done by one of the threads when its turn comes.

        Raises:
            RequestRefused: 503 where it could not begin in time, 504 where it did not end in time.
        """
        return await self._answered(lambda _: [work()], None, 0)

    async def answer_together(
        self, work: Callable[[Sequence[Item]], Sequence[Result]], item: Item, windows: int
    ) -> Result:
        """As `answer`, together with others that wait with the same `work`, up to 16 windows in all."""
        return await self._answered(work, item, windows)

    async def _answered(self, do: Callable[[Sequence[Any]], Sequence[Result]], item: Any, windows: int) -> Result:
        loop = asyncio.get_running_loop()
        if self._given_up is not None:
            raise self._given_up()
        left_s = self._late_at - time.monotonic()
        if left_s <= 0:
            raise self._late()()
        answer: asyncio.Future[Result] = loop.create_future()
        self.job = job = Job(do, item, answer, windows)
        self._queue._lanes.enter(job, long=self.is_long)
        watching = loop.call_later(min(left_s, WATCHED_AFTER_S), self._start_watch)
        try:
            found = await answer
        except asyncio.CancelledError:
            self.abandon(_stopping)
            raise
        finally:
            watching.cancel()
            if self._watch is not None:
                self._watch.cancel()
            # The future holds the error that came out of it: held in turn by what the error came through, it would keep
            # body and signal until the collector of garbage comes by, some hundred requests later.
            job.answer = None
            del answer
        self._pace.learn(job.ended_s - job.began_s)
        return found

    def abandon(self, why: Why) -> None:
        """Nothing of it need be answered any more."""
        self.abandoned = True
        self._give_up(why)

    def _give_up(self, why: Why) -> None:
        self._given_up = why
        if self.job is not None:
            self.job.given_up = why
            if self.job.answer is not None and not self.job.answer.done():
                self.job.answer.set_exception(why())

    @property
    def _pace(self) -> _Pace:
        return self._queue._long if self.is_long else self._queue._short

    def _start_watch(self) -> None:
        self._watch = asyncio.get_running_loop().create_task(self._until_unwanted())

    async def _until_unwanted(self) -> None:
        """Ends when the client has gone or the deadline has passed."""
        try:
            async with asyncio.timeout(self._late_at - time.monotonic()):
                # What still comes in of a body is read by somebody else, who sees the client go.
                while not self._body_is_in or (await self._request.receive())["type"] != "http.disconnect":
                    await asyncio.sleep(WATCHED_AFTER_S)
            self.abandon(_gone)
        except TimeoutError:
            if self.job is not None:
                self.job.given_up = self._late()  # before it is said whether it began: from here on it does not
            self._give_up(self._late())

    def _late(self) -> Why:
        if self.job is not None and self.job.began_s:
            return partial(self._queue.full, 504, "begun, but not done by the deadline")
        return partial(self._queue.full, 503, "could not begin by the deadline")

    def __enter__(self) -> Self:
        self._queue._places.add(self)
        self._queue._of_client[self.client] += 1
        self._queue._hold(self, +1)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._queue._hold(self, -1)
        self._queue._of_client[self.client] -= 1
        if not self._queue._of_client[self.client]:
            del self._queue._of_client[self.client]
        self._queue._places.discard(self)


def _deadline_s(request: Request, set_s: float) -> float:
    given = request.headers.get(DEADLINE)
    if given is None:
        return set_s
    if not (given.isascii() and given.isdigit() and 1 <= int(given[:8]) <= LONGEST_DEADLINE_MS):
        raise refused(422, "deadline", f"the header {DEADLINE} is {given[:20]!r}")
    return min(set_s, int(given) / 1000)
