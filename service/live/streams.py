"""Who looks on: each has a stream of events, all of them share one look every few seconds."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any, Protocol

from service.errors import RequestRefused, problem
from service.live.event import event

EVERY_S = 2.0
HEARTBEAT_S = 5.0
"""Something is sent so often: whoever stands between closes no silent connection, and who has gone is noticed."""

MOST = 64
MOST_OF_ONE = 8
"""Of one key, or of one address where no keys are asked for."""

MOST_BEHIND = 32
"""Events that a client has not taken yet; then its stream ends, and it begins anew."""

RETRY_S = 10
HEARTBEAT = b": still here\n\n"
ENDED = event("ended", "{}")


class Look(Protocol):
    """What was seen (`service.live.look`)."""

    def since(self, before: Any) -> Iterator[bytes]:
        """An event for each kind of thing that is another."""


class Streams:
    """Those that are open; lives in the event loop. The look goes on for as long as there is one."""

    def __init__(self, every_s: float = EVERY_S, heartbeat_s: float = HEARTBEAT_S) -> None:
        self.every_s = every_s
        self.heartbeat_s = heartbeat_s
        self._open: set[Stream] = set()
        self._of_one: Counter[str] = Counter()
        self._looking: asyncio.Task[None] | None = None

    def join(self, owner: str, look: Callable[[], Awaitable[Look]]) -> "Stream":
        """A new stream; to be left with `leave`, whatever happens.

        Raises:
            RequestRefused: 429, 503: too many are open.
        """
        if self._of_one[owner] >= MOST_OF_ONE:
            raise _too_many(429, f"{MOST_OF_ONE} streams of this key or address are open already")
        if len(self._open) >= MOST:
            raise _too_many(503, f"{MOST} streams are open already")
        stream = Stream(self, owner)
        self._open.add(stream)
        self._of_one[owner] += 1
        if self._looking is None or self._looking.done():
            self._looking = asyncio.get_running_loop().create_task(self._look_on(look))
        return stream

    def leave(self, stream: "Stream") -> None:
        """The stream is over."""
        if stream not in self._open:
            return
        self._open.discard(stream)
        self._of_one[stream.owner] -= 1
        if not self._open and self._looking is not None:
            self._looking.cancel()
            self._looking = None

    def end(self) -> None:
        """Ends all: the service stops, and waits for every connection."""
        for stream in self._open:
            stream.end()

    async def _look_on(self, look: Callable[[], Awaitable[Look]]) -> None:
        before = await look()
        while True:
            await asyncio.sleep(self.every_s)
            now = await look()
            for told in now.since(before):
                for stream in self._open:
                    stream.tell(told)
            before = now


class Stream:
    """One client's."""

    def __init__(self, streams: Streams, owner: str) -> None:
        self.owner = owner
        self._streams = streams
        self._waiting: asyncio.Queue[bytes | None] = asyncio.Queue()

    def tell(self, told: bytes) -> None:
        """Something is to be sent."""
        if self._waiting.qsize() < MOST_BEHIND:
            self._waiting.put_nowait(told)
        else:
            self.end()

    def end(self) -> None:
        """What waits is sent, and no more."""
        self._waiting.put_nowait(None)

    def leave(self) -> None:
        """The client has gone, or has been sent away."""
        self._streams.leave(self)

    async def events(self, may_go_on: Callable[[], Awaitable[bool]]) -> AsyncIterator[bytes]:
        """What to send, until the service stops or nobody may look on any more."""
        yield f"retry: {1000 * RETRY_S}\n\n".encode()
        while True:
            try:
                told = await asyncio.wait_for(self._waiting.get(), self._streams.heartbeat_s)
            except TimeoutError:
                told = HEARTBEAT
            if told is None:
                return
            if not await may_go_on():
                yield ENDED
                return
            yield told


def _too_many(status: int, reason: str) -> RequestRefused:
    return RequestRefused(status, [problem("streams", reason)], {"Retry-After": str(RETRY_S)})
