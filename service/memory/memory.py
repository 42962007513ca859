"""Remembers what machines sounded like: all of late in memory, and on disk what is worth it.

    hear() -> queue -> thread: ring, and where it is worth it: file -> row

One thread does all of it, so that no answer waits for it: by the time it hears of a recording, the diagnosis is stored
and sent. What cannot be written is counted and said, and asking goes on.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from data.exported.lines import Why
from service.memory import keep, records
from service.memory.folder import HEAD_BYTES, Folder
from service.memory.heard import Heard
from service.memory.keep import Judge, Rules
from service.memory.ring import Ring
from service.store.database import Database, Durability
from service.store.identity import DAY_US, wall_us
from service.store.location import held
from service.store.trouble import StoreError

logger = logging.getLogger(__name__)

MOST_WAITING = 64 << 20
"""Bytes of signals that may wait for the thread: some seconds of a slow disk."""

CLOSE_S = 10.0


@dataclass(frozen=True)
class Limits:
    """The settings.

    Attributes:
        ring: recordings of each asset and axis that are held in memory.
        ring_bytes: of all of them.
        disk_bytes: of all files.
        rules: what is worth writing.
        pause_s: how long the disk is left alone after a failure.
    """

    ring: int
    ring_bytes: int
    disk_bytes: int
    rules: Rules
    pause_s: float = 10.0


@dataclass(frozen=True)
class Wish:
    """Recordings of an asset that show it when it was healthy, by the ids of their diagnoses."""

    asset: str
    ids: frozenset[int]


@dataclass
class Counts:
    """What a memory did since it started.

    Attributes:
        kept: recordings written.
        kept_bytes: of them.
        retired: recordings that made room for others.
        declined: recordings that were worth it, but less than all that is kept.
        failed: recordings that were worth it and could not be written.
        dropped: recordings that came faster than the disk takes them.
    """

    kept: int = 0
    kept_bytes: int = 0
    retired: int = 0
    declined: int = 0
    failed: int = 0
    dropped: int = 0


class Memory:
    """Made by `Memory.open`; `hear` and `forget` from any thread."""

    def __init__(self, database: Database, folder: Folder, limits: Limits) -> None:
        self.counts = Counts()
        self.folder = folder
        self._database = database
        self._limits = limits
        self._ring = Ring(limits.ring, limits.ring_bytes)
        self._judge = Judge(limits.rules)
        self._queue: deque[Heard | Wish | str] = deque()
        self._waiting = 0
        self._change = threading.Condition()
        self._closing = self._working = False
        self._trouble = ""
        self._resume = 0.0
        self._thread = threading.Thread(target=self._run, name="memory", daemon=True)

    @classmethod
    @contextmanager
    def open(cls, database: Database, path: Path, durability: Durability, limits: Limits) -> Iterator["Memory"]:
        """The memory whose files are at `path`; what waits is written when the block ends.

        Raises:
            StoreError: the folder cannot be written, or the store not read.
        """
        lock = path / "recordings"
        with held(lock, alone=True) as alone:
            folder = Folder(path, durable=durability == "power-safe")
            if alone:  # else another process uses it, which has seen to this
                _clean(database, folder)
        with held(lock, alone=False):
            memory = cls(database, folder, limits)
            memory._recall()
            memory._thread.start()
            try:
                yield memory
            finally:
                memory._close()

    @property
    def ring_bytes(self) -> int:
        """Held in memory."""
        return self._ring.bytes

    @property
    def busy(self) -> bool:
        """Is there something that was heard and is not looked at yet?"""
        with self._change:
            return self._working or bool(self._queue)

    def hear(self, heard: Heard) -> None:
        """Takes a recording whose diagnosis is stored; costs nothing, and raises nothing."""
        with self._change:
            if self._queue and self._waiting + heard.size > MOST_WAITING:
                self.counts.dropped += 1
                return
            self._waiting += heard.size
            self._queue.append(heard)
            self._change.notify()

    def keep(self, asset: str, ids: Iterable[int]) -> None:
        """The machine was commissioned on these: what the ring holds of them is written, what is written stays."""
        with self._change:
            self._queue.append(Wish(asset, frozenset(ids)))
            self._change.notify()

    def raised(self, asset: str) -> None:
        """An alarm of the asset was raised: what the ring still holds of it is written."""
        with self._change:
            self._queue.append(asset)
            self._change.notify()

    def remove(self, identity: int) -> bool:
        """Forgets a recording and its file, now; False where there is none.

        Raises:
            StoreError: it stays.
        """
        with self._database.writing() as connection:
            gone = records.forget(connection, [identity])
        self.folder.remove(identity)
        return gone > 0

    def _recall(self) -> None:
        with self._database.reading() as connection:
            for row in records.written_since(connection, wall_us() - DAY_US):
                self._judge.written(row.asset, row.axis, records.reasons(row), row.time_us, row.bytes)

    def _run(self) -> None:
        while (told := self._take()) is not None:
            try:
                if isinstance(told, Wish):
                    self._grant(told)
                elif isinstance(told, str):
                    self._write((heard, self._judge.before(heard)) for heard in self._ring.of(told))
                else:
                    self._remember(told.of_its_own())
            except Exception:
                logger.exception("a recording is not remembered")

    def _take(self) -> Heard | Wish | str | None:
        with self._change:
            self._working = False
            while not self._queue:
                if self._closing:
                    return None
                self._change.wait()
            self._working = True
            told = self._queue.popleft()
            self._waiting -= told.size if isinstance(told, Heard) else 0
            return told

    def _remember(self, heard: Heard) -> None:
        why, raised = self._judge.why(heard), self._judge.raised(heard)
        if why:
            self._write([(heard, why)])
        if raised:
            self._write((each, self._judge.before(each)) for each in self._ring.of(heard.asset))
        self._ring.add(heard)

    def _grant(self, wish: Wish) -> None:
        self._write((heard, [Why.BASELINE]) for heard in self._ring.of(wish.asset) if heard.id in wish.ids)
        with self._database.writing() as connection:
            records.give_reason(connection, wish.ids, Why.BASELINE)

    def _write(self, wanted: Iterable[tuple[Heard, Sequence[Why]]]) -> None:
        for heard, why in wanted:
            if why and not self.folder.file(heard.id).exists():
                self._keep(heard, why)

    def _keep(self, heard: Heard, why: Sequence[Why]) -> None:
        """Writes one; where it cannot be written, later ones may."""
        if time.monotonic() < self._resume:
            self.counts.failed += 1
            return
        try:
            if not self._make_room(heard.size + HEAD_BYTES, keep.worth(why)):
                self.counts.declined += 1
                return
            file = self.folder.write(heard.id, heard.recording.samples)
            self._list(heard, why, file)
        except (OSError, StoreError) as error:
            self._failed(error)
            return
        self._judge.written(heard.asset, heard.axis, why, heard.time_us, file[1])
        self.counts.kept += 1
        self.counts.kept_bytes += file[1]
        if self._trouble:
            logger.warning("recordings are kept again")
            self._trouble = ""

    def _list(self, heard: Heard, why: Sequence[Why], file: tuple[str, int]) -> None:
        try:
            with self._database.writing() as connection:
                records.add(connection, self.folder.place, heard, why, file)
        except Exception:
            self.folder.remove(heard.id)
            raise

    def _make_room(self, size: int, worth: int) -> bool:
        """Deletes what is worth less, or as much and older; False where all that is kept is worth more.

        What somebody labelled goes too, but only when there is nothing else, and for what is worth much.
        """
        if size > self._limits.disk_bytes:
            return False
        most = keep.LABELLED if worth >= keep.TELLING else worth
        while True:
            with self._database.reading() as connection:
                fits = records.total(connection, self.folder.place) + size <= self._limits.disk_bytes
                least = None if fits else records.least(connection, self.folder.place, most)
            if least is None:
                return fits
            self.counts.retired += self.remove(least)

    def _failed(self, error: OSError | StoreError) -> None:
        self.counts.failed += 1
        self._resume = time.monotonic() + self._limits.pause_s
        if not self._trouble:
            self._trouble = str(error)
            logger.error("recordings are not kept: %s", error)

    def _close(self) -> None:
        with self._change:
            self._closing = True
            self._change.notify()
        self._thread.join(CLOSE_S)
        if self._queue:
            logger.error("%d recordings were not looked at any more", len(self._queue))


def _clean(database: Database, folder: Folder) -> None:
    with database.reading() as connection:
        listed = records.sizes(connection, folder.place)
    lost = folder.clean(listed)
    if lost:
        logger.error("%d kept recordings are not in %s any more, or not whole", len(lost), folder.path)
        with database.writing() as connection:
            records.forget(connection, lost)
