"""The store as the routes see it: an answer goes in before it goes out, and can be found again."""

import asyncio
import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection

from service.diagnosis import Diagnosis
from service.store import reading, writing
from service.store.budget import Budget
from service.store.database import READERS, Database, Durability
from service.store.identity import Clock, shown
from service.store.opening import opened
from service.store.reading import Answered
from service.store.retention import BATCH, Retention
from service.store.row import Row, Watched, row
from service.store.trouble import KeyRefused
from service.store.writer import Counts, Pace, Writer
from service.store.written import bytes_written

Result = TypeVar("Result")

INDEX_AFTER = 8192
"""Diagnoses that no term leads to yet: reading them through takes a few ms, and each index page is written once for
all of them."""

SWEEP_S = 3600.0

SPARING = Pace(interval_s=3600, rows=4096)
"""In `fast`, over the write budget: fewer and larger commits write the pages that they share once. Nothing is lost by
it but what a kill finds in memory, which is then of an hour; half of what may wait is left free."""


MOST_PARTS = 16
"""Diagnoses that one request may be answered with under one Idempotency-Key."""


@dataclass(frozen=True)
class Retried:
    """A request that can come again: the client's Idempotency-Key, and the sha256 of what it asks."""

    key: str
    fingerprint: bytes

    def part(self, number: int) -> "Retried":
        """The same for one of several diagnoses that answer it, counted from 0."""
        if number == 0:
            return self
        # No client's key holds a `/`, and a column holds 64 characters.
        return Retried("/" + hashlib.sha256(f"{self.key}/{number}".encode()).hexdigest()[:60], self.fingerprint)


@dataclass(frozen=True)
class Entry:
    """An answer that is ready to be stored and sent, and its JSON."""

    diagnosis: Diagnosis
    answer: bytes
    row: Row | None = None


class Store:
    """Keeps every diagnosis; made by `Store.open`."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        retention: Retention,
        interval_s: float,
        budget: Budget | None,
        hear: writing.Hear,
    ) -> None:
        self._database = database
        self._hear = hear
        self._clock = clock
        self._retention = retention
        self._budget = budget
        self._wait = interval_s == 0
        self._pace = Pace(interval_s)
        self._unindexed = INDEX_AFTER  # what an earlier process left is not known
        self._next_sweep = time.monotonic()
        self._readers = ThreadPoolExecutor(READERS - 1, thread_name_prefix="read")
        self._reader_apart = ThreadPoolExecutor(1, thread_name_prefix="read-apart")
        self._writer = Writer(self._write, self._look_after, self._pace)

    @classmethod
    @contextmanager
    def open(
        cls, store: str, durability: Durability, retention: Retention, commit_seconds: float,
        budget: Budget | None = None,
        hear: writing.Hear = writing.unheard,
    ) -> Iterator["Store"]:  # fmt: skip
        """The store at a path or URL; what waits is written when the block ends.

        Args:
            hear: told of new diagnoses of assets in the very transaction that stores them.

        Raises:
            StoreError: it cannot be opened.
        """
        with opened(store, durability) as (database, clock):
            interval_s = 0 if durability == "power-safe" else commit_seconds
            made = cls(database, clock, retention, interval_s, budget, hear)
            try:
                yield made
            finally:
                made._close()

    @property
    def database(self) -> Database:
        """For who has a thread of his own; the event loop asks `read` and `write`."""
        return self._database

    def new_id(self) -> tuple[int, int]:
        """For a row of another table: an id larger than all before it, and what the clock says (us since 1970)."""
        return self._clock.new_id()

    @property
    def counts(self) -> Counts:
        """What was stored, and what was not."""
        return self._writer.counts

    @property
    def waiting(self) -> int:
        """Diagnoses in memory that are not stored yet."""
        return self._writer.waiting

    def trusted_us(self) -> int:
        """The time to delete by (`Clock.trusted_us`)."""
        return self._clock.trusted_us()

    def bytes_written(self) -> int | None:
        """What storing has written to the disk since the start; None where the system or the database does not say."""
        return bytes_written(self._writer.thread_id) if self._database.writer.dialect.name == "sqlite" else None

    @property
    def warning(self) -> str | None:
        """What whoever watches the service should know of it."""
        return None if self._budget is None else self._budget.warning

    def check(self) -> None:
        """To be asked before work is done whose answer could not be stored.

        Raises:
            StoreError: the store takes nothing just now.
        """
        self._writer.check()

    def entry(
        self, diagnosis: Diagnosis, source: str | None = None, retried: Retried | None = None,
        watched: Watched | None = None,
    ) -> Entry:  # fmt: skip
        """Gives the diagnosis its id and makes it ready; takes processor time, so no work for the event loop."""
        identity, time_us = self._clock.new_id()
        named = diagnosis.model_copy(update={"id": shown(identity)})
        answer = named.model_dump_json().encode()
        key, fingerprint = (None, None) if retried is None else (retried.key, retried.fingerprint)
        made = row(identity, time_us, named, answer, source=source, key=key, fingerprint=fingerprint, watched=watched)
        return Entry(named, answer, made)

    async def keep(self, entry: Entry) -> bytes:
        """As `keep_all`, for one."""
        [answer] = await self.keep_all([entry])
        return answer

    async def keep_all(self, entries: Sequence[Entry]) -> list[bytes]:
        """Stores the entries, all or none, as durably as is set; with an Idempotency-Key they are in the store then.

        Returns:
            The answers to send: each entry's own, or the one that its key got before.

        Raises:
            StoreError: they are not stored, and so must not be sent.
            KeyRefused: the key came with another request.
        """
        rows = [entry.row for entry in entries if entry.row is not None]
        wait = self._wait or any(row["idempotency_key"] is not None for row in rows)
        identities = await self._writer.keep(rows, wait=wait)
        return [
            entry.answer if identity == row["id"] else await self._earlier_than(row)
            for entry, row, identity in zip(entries, rows, identities, strict=True)
        ]

    async def earlier(self, retried: Retried) -> list[Answered]:
        """The answers that this request got when it came before; none where it did not.

        Raises:
            StoreError: the store cannot be read.
            KeyRefused: the key came with another request.
        """
        return await self._answered([retried.part(number).key for number in range(MOST_PARTS)], retried.fingerprint)

    async def _earlier_than(self, row: Row) -> bytes:
        [found] = await self._answered([row["idempotency_key"] or ""], row["fingerprint"] or b"")
        return found.answer

    async def _answered(self, keys: Sequence[str], fingerprint: bytes) -> list[Answered]:
        found = await self.read(lambda connection: reading.by_keys(connection, keys))
        if any(each.fingerprint != fingerprint for each in found):
            raise KeyRefused("this key came with another request before")
        return found

    async def page(self, wanted: reading.Wanted, limit: int) -> Sequence[Any]:
        """The newest that are wanted (`reading.page`).

        Raises:
            StoreError: the store cannot be read.
        """
        return await self.read(lambda connection: reading.page(connection, wanted, limit))

    async def answer(self, identity: int) -> bytes | None:
        """The JSON of one diagnosis, as it was sent.

        Raises:
            StoreError: the store cannot be read.
        """
        return await self.read(lambda connection: reading.answer(connection, identity))

    async def read(self, read: Callable[[Connection], Result]) -> Result:
        """What `read` finds in other tables.

        Raises:
            StoreError: the store cannot be read.
        """
        return await self._read(read, self._readers)

    async def read_apart(self, read: Callable[[Connection], Result]) -> Result:
        """As `read`, for what is short and must not wait behind what is long.

        Raises:
            StoreError: the store cannot be read.
        """
        return await self._read(read, self._reader_apart)

    async def _read(self, read: Callable[[Connection], Result], thread: ThreadPoolExecutor) -> Result:
        def work() -> Result:
            with self._database.reading() as connection:
                return read(connection)

        return await asyncio.get_running_loop().run_in_executor(thread, work)

    async def write(self, write: Callable[[Connection], Result]) -> Result:
        """What `write` gives, which changes other tables, now.

        For what is seldom: it waits for the diagnoses that are being written.

        Raises:
            StoreError: nothing was changed.
        """

        def work() -> Result:
            with self._database.writing() as connection:
                return write(connection)

        return await asyncio.get_running_loop().run_in_executor(self._readers, work)

    def _write(self, rows: Sequence[Row]) -> Mapping[int, int]:
        with self._database.writing() as connection:
            earlier = writing.add(connection, rows, self._hear)
        self._unindexed += len(rows)
        return earlier

    def _look_after(self) -> None:
        """In the writer's thread, between commits."""
        self._keep_to_budget()
        if self._unindexed >= INDEX_AFTER:
            with self._database.writing() as connection:
                indexed = writing.index(connection)
            self._unindexed = INDEX_AFTER if indexed == writing.INDEXED_AT_ONCE else 0
        if time.monotonic() >= self._next_sweep:
            with self._database.writing() as connection:
                deleted = self._retention.sweep(connection, self._clock.trusted_us())
            self._next_sweep = time.monotonic() + (0 if deleted >= BATCH else SWEEP_S)

    def _keep_to_budget(self) -> None:
        written = self.bytes_written()
        if self._budget is None or written is None:
            return
        self._budget.count(written)
        if not self._wait:  # where each answer waits for its commit, that was asked for: it is only said
            self._writer.pace = SPARING if self._budget.over else self._pace

    def _close(self) -> None:
        self._writer.close()
        self._readers.shutdown()
        self._reader_apart.shutdown()
