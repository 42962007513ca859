"""Moves recordings between broker, spool and engine.

    broker -> arrivals -> spool, acknowledged -> streams -> diagnosed -> answers -> broker -> had -> forgotten

Everything but transactions (in the spool's thread) and diagnosing (in the queue's) happens in the event loop. What
fails for now is tried again until it does not; what is in the spool outlives the process.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from service.errors import RequestRefused
from service.mqtt.broker import Arrived, Broker
from service.mqtt.condition import Condition
from service.mqtt.diagnosing import diagnosed, never
from service.mqtt.discovery import Discovery
from service.mqtt.inbox import Inbox
from service.mqtt.mapping import MessageMapping
from service.mqtt.piece import pieces
from service.mqtt.spool import Accepted, Ready, Spool
from service.mqtt.spool_file import SpoolError
from service.parts import Parts
from service.settings import MIB
from service.store.trouble import StoreError

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

BATCH = 64
"""Messages, or answers, that share a commit at most."""

PAUSE_S = 1.0
REFUSED_PAUSE_S = 30.0
UNSURE_WAITING = 64
"""Messages of QoS 0 that may wait in memory: the broker cannot be told to wait with them."""

MOST_LATE = 3
"""Times that a recording may miss its deadline after its diagnosis was begun."""


class Bridge:
    """Lives from the start of the service to its end; `run` is its life."""

    def __init__(self, parts: Parts, mapping: MessageMapping, spool: Spool, condition: Condition) -> None:
        self._parts = parts
        self._mapping = mapping
        self._spool = spool
        self._condition = condition
        self._patience_s = {
            source.identity: source.chunks.seconds for source in mapping.sources if source.chunks is not None
        }
        self._limit = parts.settings.mqtt_spool_mib * MIB
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="spool")
        self._broker = Broker(parts.settings, mapping, self)
        self._discovery = Discovery(mapping)
        self._arrivals: Inbox[Arrived] = Inbox()
        self._streams: dict[str, deque[int]] = {}
        self._turns: Inbox[str] = Inbox()
        self._answers: Inbox[int] = Inbox()
        self._had: Inbox[int] = Inbox()
        self._publishing: dict[int, int] = {}
        self._room = asyncio.Event()
        self._broken = 0
        self._undisturbed_since = time.monotonic()

    async def run(self) -> None:
        """Until it is cancelled."""
        await self._lasting(lambda: self._spool.begin(self._patience_s))
        waiting, unpublished = await self._lasting(self._spool.left)
        for ready in waiting:
            self._enter(ready)
        for number in unpublished:
            self._answers.put(number)
        self._note()
        self._broker.start()
        try:
            async with asyncio.TaskGroup() as tasks:
                workers = [self._diagnose] * self._parts.settings.threads
                for step in (self._accept, self._publish, self._forget, self._expire, *workers):
                    tasks.create_task(_forever(step))
        finally:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._broker.stop)
            self._thread.shutdown()

    def connected(self, session_kept: bool) -> None:
        """The broker is there; what it still waits for an acknowledgement of, it sends again."""
        if session_kept:
            self._arrivals.drop(lambda message: message.qos > 0)
        self._condition.connection = None
        self._undisturbed_since = time.monotonic()
        self._room.set()
        logger.info("connected to the broker")

    def disconnected(self, reason: str) -> None:
        """The broker is away."""
        if self._condition.connection != reason:
            logger.warning("%s", reason)
        self._condition.connection = reason

    def arrived(self, message: Arrived) -> None:
        """A message waits to be kept."""
        if message.qos == 0 and len(self._arrivals) >= UNSURE_WAITING:
            self._condition.lost += 1
            return
        self._arrivals.put(message)

    def taken(self, mid: int, refused: str | None) -> None:
        """The broker has an answer, or does not want it."""
        number = self._publishing.pop(mid, None)
        self._room.set()
        if number is None:  # our own status, or of discovery
            if refused is not None:
                logger.error("the broker does not take our status or discovery: %s", refused)
            return
        if refused is None:
            self._condition.publishing = None
            self._had.put(number)
            return
        self._condition.publishing = f"the broker does not take answers: {refused}"
        logger.error("%s", self._condition.publishing)
        asyncio.get_running_loop().call_later(REFUSED_PAUSE_S, self._answers.put_back, [number])

    async def _accept(self) -> None:
        batch = await self._arrivals.take(BATCH)
        together = len(batch)
        while batch:
            some = batch[:together]
            try:
                await self._keep(some)
            except SpoolError as error:
                self._take_nothing(str(error))
                await asyncio.sleep(PAUSE_S)
                together = 1  # where there is no room for all, there may be for one
                continue
            except Exception:
                if together > 1:
                    together = 1
                    continue
                logger.exception("a message cannot be kept, nor what is wrong with it")
                self._broken += 1
                self._note()
            self._condition.spool = None
            for message in some:
                self._broker.acknowledge(message)
            del batch[:together]

    async def _keep(self, messages: list[Arrived]) -> None:
        accepted = await self._in_spool(lambda: self._kept(messages))
        self._condition.accepted += accepted.taken
        self._condition.repeated += accepted.repeated
        self._note()
        for ready in accepted.ready:
            self._enter(ready)

    def _kept(self, messages: list[Arrived]) -> Accepted:
        found = [piece for message in messages for piece in pieces(self._mapping, message.topic, message.payload)]
        more = sum(len(piece.payload) for piece in found)
        if self._spool.bytes and self._spool.bytes + more > self._limit:
            raise SpoolError(f"the spool is full: {self._limit // MIB} MiB wait to be diagnosed.")
        return self._spool.accept(found)

    def _take_nothing(self, why: str) -> None:
        if self._condition.spool is None:
            logger.error("no message is taken from the broker: %s", why)
        self._condition.spool = why
        if self._streams:  # what is complete will make room, so chunks that cannot come in are not given up
            self._undisturbed_since = time.monotonic()

    def _note(self) -> None:
        self._condition.rejected = self._spool.rejected + self._broken
        self._condition.spool_bytes = self._spool.bytes
        self._condition.unpublished = len(self._answers) + len(self._publishing) + len(self._had)

    def _enter(self, ready: Ready) -> None:
        """Its turn comes when no earlier recording of its stream is under way."""
        self._condition.waiting += 1
        if ready.stream not in self._streams:
            self._streams[ready.stream] = deque()
            self._turns.put(ready.stream)
        self._streams[ready.stream].append(ready.id)

    async def _diagnose(self) -> None:
        [stream] = await self._turns.take(1)
        waiting = self._streams[stream]
        try:
            await self._settle(waiting[0])
        except Exception:
            self._turns.put(stream)
            raise
        waiting.popleft()
        self._condition.waiting -= 1
        if waiting:
            self._turns.put(stream)
        else:
            del self._streams[stream]

    async def _settle(self, number: int) -> None:
        """Diagnosed, or rejected."""
        late = 0
        while True:
            try:
                recording = await self._in_spool(lambda: self._spool.load(number))
                found = await diagnosed(self._parts, self._mapping, recording)
                break
            except (SpoolError, StoreError) as error:
                logger.info("a recording waits: %s", error)
            except Exception as error:
                late += isinstance(error, RequestRefused) and error.status == 504
                reason = _final(error, late)
                if reason is not None:
                    await self._lasting(lambda reason=reason: self._spool.reject(number, reason))  # type: ignore[misc]
                    self._note()
                    return
            await asyncio.sleep(PAUSE_S)
        if await self._lasting(lambda: self._spool.answered(number, found.key, found.answer)):
            self._answers.put(number)
        self._note()

    async def _publish(self) -> None:
        while not self._broker.connected or len(self._publishing) >= self._parts.settings.mqtt_in_flight:
            self._room.clear()
            await self._room.wait()
        [number] = await self._answers.take(1)
        answer = await self._lasting(lambda: self._spool.answer(number))
        for sensor in self._discovery.of(answer):
            self._broker.publish(sensor.topic, sensor.payload)
        self._publishing[self._broker.publish(answer.topic, answer.payload)] = number

    async def _forget(self) -> None:
        numbers = await self._had.take(BATCH)
        await self._lasting(lambda: self._spool.forget(numbers))
        self._condition.published += len(numbers)
        self._note()

    async def _expire(self) -> None:
        """Only what could have come is late: not while the broker was away, or the spool full."""
        await asyncio.sleep(PAUSE_S)
        undisturbed_s = time.monotonic() - self._undisturbed_since
        if self._condition.connection is not None:
            return
        patience_s = {source: seconds for source, seconds in self._patience_s.items() if seconds < undisturbed_s}
        if patience_s:
            await self._lasting(lambda: self._spool.expire(patience_s))
            self._note()

    async def _lasting(self, work: Callable[[], Result]) -> Result:
        """As `_in_spool`, again and again until the spool takes it."""
        failed = False
        while True:
            try:
                done = await self._in_spool(work)
            except SpoolError as error:
                failed = True
                self._take_nothing(str(error))
                await asyncio.sleep(PAUSE_S)
                continue
            if failed:
                self._condition.spool = None
            return done

    async def _in_spool(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def _final(error: Exception, late: int) -> str | None:
    """Why a recording is given up; None where it is to be tried again."""
    if late >= MOST_LATE:
        return f"it was not diagnosed by the deadline, {late} times"
    reason = never(error)
    if reason is None and not isinstance(error, RequestRefused):
        logger.error("a recording cannot be diagnosed", exc_info=error)
        return f"an error of the service's own: {type(error).__name__}"
    return reason


async def _forever(step: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await step()
        except Exception:
            logger.exception("the bridge to the broker stumbled")
            await asyncio.sleep(PAUSE_S)
