"""One thread that writes: whoever waits for a commit shares it with all who came while the one before was under way.

    keep() -> queue -> thread: one transaction for all that wait -> every waiter is told

`power-safe`: each diagnosis waits. `fast`: none does, and a commit is made at a `Pace`.
"""

import asyncio
import contextlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from service.store.row import Row
from service.store.trouble import StoreError, StoreUnavailable

logger = logging.getLogger(__name__)

CAPACITY = 8192
"""Diagnoses that may wait, about 1 KiB each: as many as a disk takes in some seconds, or `fast` gathers."""

PAUSE_S = 1.0
"""After a failure: how long the store is left alone, and new requests are refused before they cost anything."""

UPKEEP_S = 600.0
"""At most this long after the one before, the store is looked after, whether there was anything to write or not."""

CLOSE_S = 20.0

Write = Callable[[Sequence[Row]], Mapping[int, int]]
Outcome = Sequence[int] | Exception
"""The ids that rows have in the store, or why they are not there."""


@dataclass(frozen=True)
class Pace:
    """When a commit is due: at the first of both.

    Attributes:
        interval_s: how long a row that nobody waits for may stay in memory; 0 where everybody waits.
        rows: that wait, and are written in one transaction.
    """

    interval_s: float
    rows: int = 1000


@dataclass
class Counts:
    """What a writer did since it started.

    Attributes:
        stored: diagnoses that are in the store.
        commits: transactions that they took.
        refused: diagnoses that were not answered because they could not be stored.
        lost: answered in `fast`, and then not stored when the service ended.
    """

    stored: int = 0
    commits: int = 0
    refused: int = 0
    lost: int = 0


@dataclass(frozen=True, eq=False)
class _Waiting:
    """What is written together or not at all."""

    rows: Sequence[Row]
    told: asyncio.Future[Sequence[int]] | None


class Writer:
    """Owns the thread.

    Args:
        write: stores rows, or raises StoreError; returns the ids that keys of theirs had before.
        upkeep: called in the same thread after a commit, and now and then without one.
        pace: of commits that nobody waits for.

    Attributes:
        pace: may be changed in the same thread.
    """

    def __init__(self, write: Write, upkeep: Callable[[], None], pace: Pace) -> None:
        self.counts = Counts()
        self.pace = pace
        self._write = write
        self._upkeep = upkeep
        self._queue: deque[_Waiting] = deque()
        self._rows = 0
        self._change = threading.Condition()
        self._awaited = 0
        self._oldest = 0.0
        self._closing = False
        self._trouble: StoreError | None = None
        self._resume = 0.0
        self._thread = threading.Thread(target=self._run, name="store", daemon=True)
        self._thread.start()

    @property
    def thread_id(self) -> int | None:
        """Of the thread, as the system counts it."""
        return self._thread.native_id

    @property
    def waiting(self) -> int:
        """Rows in memory."""
        return self._rows

    def check(self) -> None:
        """To be asked before work is done whose answer cannot be stored.

        Raises:
            StoreError: there is no room, or a commit failed just now and everybody waits for one.
        """
        trouble = self._trouble
        if trouble is not None and self.pace.interval_s == 0 and time.monotonic() < self._resume:
            self.counts.refused += 1
            raise trouble.again()
        if self._rows >= CAPACITY:
            self.counts.refused += 1
            full = StoreUnavailable(
                f"{CAPACITY} diagnoses wait to be stored", "Ask less often, or give the store a faster disk."
            )
            raise full if trouble is None else trouble.again()

    async def keep(self, rows: Sequence[Row], *, wait: bool) -> Sequence[int]:
        """Queues the rows, which are written together or not at all, and waits for their commit if `wait`.

        Returns:
            The id that each diagnosis has in the store: the row's own, or an earlier one with the same key.

        Raises:
            StoreError: it is not stored.
        """
        told: asyncio.Future[Sequence[int]] | None = asyncio.get_running_loop().create_future() if wait else None
        with self._change:
            self.check()
            if not self._queue:
                self._oldest = time.monotonic()
            before, self._rows = self._rows, self._rows + len(rows)
            self._queue.append(_Waiting(rows, told))
            self._awaited += wait
            if self._awaited or before == 0 or before < self.pace.rows <= self._rows:
                self._change.notify()
        if told is None:
            return [row["id"] for row in rows]
        try:
            return await told
        finally:
            del told  # it holds the error that came out of it, which is not to hold it in turn

    def close(self) -> None:
        """Writes what waits, if the store takes it, and ends the thread."""
        with self._change:
            self._closing = True
            self._change.notify()
        self._thread.join(CLOSE_S)
        if self._queue:
            self.counts.lost += self._rows
            logger.error("%d diagnoses that were answered are not in the store: %s", self._rows, self._trouble)

    def _run(self) -> None:
        while True:
            batch = self._take()
            if batch and not self._commit(batch) and self._closing:
                return
            if not batch and self._closing:
                return
            del batch  # nor is what came of it kept until the next
            self._look_after()

    def _take(self) -> list[_Waiting]:
        """What is to be written now; nothing at the end, or where it turns out that there is longer to wait."""
        with self._change:
            if not self._due():
                self._change.wait(self._patience_s())
            if not self._due():
                return []
            batch: list[_Waiting] = []
            size = 0
            while self._queue and size < self.pace.rows:
                batch.append(self._queue.popleft())
                size += len(batch[-1].rows)
            self._rows -= size
            self._awaited -= sum(waiting.told is not None for waiting in batch)
            self._oldest = time.monotonic()
            return batch

    def _due(self) -> bool:
        if self._closing or self._awaited:
            return True
        now = time.monotonic()
        full = self._rows >= self.pace.rows or now >= self._oldest + self.pace.interval_s
        return bool(self._queue) and full and now >= self._resume

    def _patience_s(self) -> float:
        if not self._queue:
            return UPKEEP_S
        due = self._oldest + (0 if self._rows >= self.pace.rows else self.pace.interval_s)
        return max(due, self._resume) - time.monotonic()

    def _commit(self, batch: list[_Waiting]) -> bool:
        try:
            earlier = self._write([row for waiting in batch for row in waiting.rows])
        except StoreError as error:
            self._failed(batch, error)
            return False
        except Exception as mistake:
            logger.exception("%d diagnoses could not be stored", _size(batch))
            self.counts.lost += _size(waiting for waiting in batch if waiting.told is None)
            why = f"not stored: {mistake!r}"
            _tell(batch, lambda _: RuntimeError(why))
            return False
        if self._trouble is not None:
            logger.warning("the store takes diagnoses again")
            self._trouble = None
        self.counts.stored += _size(batch) - len(earlier)
        self.counts.commits += 1
        _tell(batch, lambda rows: [earlier.get(row["id"], row["id"]) for row in rows])
        return True

    def _failed(self, batch: list[_Waiting], error: StoreError) -> None:
        """Who waits is refused; what nobody waits for is kept for the next try."""
        if self._trouble is None:
            logger.error("the store takes no diagnoses: %s", error)
        with self._change:
            self._trouble = error.again()
            self._resume = time.monotonic() + PAUSE_S
            unawaited = [waiting for waiting in batch if waiting.told is None]
            self._queue.extendleft(reversed(unawaited))
            self._rows += _size(unawaited)
        self.counts.refused += _size(waiting for waiting in batch if waiting.told is not None)
        _tell(batch, lambda _: error.again())

    def _look_after(self) -> None:
        try:
            self._upkeep()
        except StoreError as error:
            logger.warning("the store is not looked after: %s", error)
        except Exception:
            logger.exception("the store is not looked after")


def _size(waiting: Iterable[_Waiting]) -> int:
    return sum(len(each.rows) for each in waiting)


def _tell(batch: list[_Waiting], outcome: Callable[[Sequence[Row]], Outcome]) -> None:
    """Wakes each event loop once, not once for each that waits."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Sequence[int]], Outcome]]] = {}
    for waiting in batch:
        if waiting.told is not None:
            by_loop.setdefault(waiting.told.get_loop(), []).append((waiting.told, outcome(waiting.rows)))
    for loop, told in by_loop.items():
        with contextlib.suppress(RuntimeError):  # a loop that has ended has nobody waiting
            loop.call_soon_threadsafe(_settle, told)


def _settle(told: list[tuple[asyncio.Future[Sequence[int]], Outcome]]) -> None:
    for future, outcome in told:
        if future.done():  # the client has gone
            continue
        if isinstance(outcome, Exception):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)
