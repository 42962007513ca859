"""What was taken from the broker and is not answered yet, on disk: a file of SQLite beside the store.

    message -> accept() -> acknowledged -> load() -> diagnosed -> answered() -> published -> forget()

A recording is `open` while chunks of it are missing, then `waiting`, `answered`, and at last `done`: what is done
leaves its digests, so that a message that comes again is known. What cannot be read is `rejected`, and the latest of
it are kept; the next start knows them no longer, as another mapping may read them. Every call is one transaction, which
is on disk when it returns; calls come from one thread at a time.
"""

import sqlite3
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from service.mqtt.piece import Piece
from service.mqtt.spool_file import SpoolError, in_words, sound
from service.store.location import held

DONE_KEPT = 10_000
REJECTED_KEPT = 100
REJECTED_BYTES = 65_536
"""Of a rejected payload: enough to see what it is."""


@dataclass(frozen=True)
class Ready:
    """A recording that is complete, and the stream that it must be diagnosed in the order of."""

    id: int
    stream: str


@dataclass(frozen=True)
class Accepted:
    """What became of messages.

    Attributes:
        ready: recordings that are complete now.
        taken, repeated, rejected: messages.
    """

    ready: Sequence[Ready]
    taken: int
    repeated: int
    rejected: int


@dataclass(frozen=True, eq=False)
class Kept:
    """A recording's messages, in order, and when its first came, in seconds since 1970."""

    source: str
    topic: str
    came_s: float
    payloads: Sequence[bytes]


@dataclass(frozen=True)
class Answer:
    """What is to be published."""

    topic: str
    payload: bytes


class Spool:
    """Made by `Spool.open`.

    Attributes:
        bytes: of payloads that are not answered yet.
        rejected: recordings and messages that were, since the start.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        with in_words():
            [self.bytes] = connection.execute(
                "SELECT coalesce(sum(bytes), 0) FROM recordings WHERE state IN ('open', 'waiting')"
            ).fetchone()
        self.rejected = 0
        # By a clock that nobody sets: the latest chunk of each open recording.
        self._opened = time.monotonic()
        self._latest: dict[int, float] = {}

    @classmethod
    @contextmanager
    def open(cls, file: Path) -> Iterator["Spool"]:
        """The spool in a file, made where there is none; a damaged one is kept under another name.

        Raises:
            SpoolError: it cannot be opened, or another service has it.
        """
        with held(file, alone=True) as mine:
            if not mine:
                raise SpoolError(f"{file} is another service's. Set BRINELL_MQTT_SPOOL to a file of its own.")
            with closing(sound(file)) as connection:
                yield cls(connection)

    def begin(self, sources: Collection[str]) -> None:
        """What another mapping made of messages need not hold: what was rejected is not known any more.

        Args:
            sources: whose chunks are taken; what waits for those of another one is rejected.

        Raises:
            SpoolError: not all of it is done.
        """
        with self._transaction() as connection:
            connection.execute(
                "UPDATE parts SET digest = randomblob(32)"
                " WHERE recording IN (SELECT id FROM recordings WHERE state = 'rejected')"
            )
        for number, source, parts, here in self._incomplete():
            if source not in sources:
                self.reject(number, f"chunks: {here} of {parts} came, and the mapping takes no more of them")

    def accept(self, pieces: Sequence[Piece]) -> Accepted:
        """Keeps the messages, on disk when it returns.

        Raises:
            SpoolError: none of them is kept.
        """
        before = self.bytes, self.rejected
        ready: list[Ready] = []
        repeated = rejected = 0
        try:
            with self._transaction() as connection:
                for piece in pieces:
                    if connection.execute("SELECT 1 FROM parts WHERE digest = ?", (piece.digest,)).fetchone():
                        repeated += 1
                    elif piece.reason is not None:
                        rejected += 1
                        self._keep(piece, "waiting")
                        self._reject(connection.execute("SELECT max(id) FROM recordings").fetchone()[0], piece.reason)
                    elif piece.parts == 1:
                        ready.append(Ready(self._keep(piece, "waiting"), piece.stream))
                    else:
                        ready += self._join(piece)
        except SpoolError:
            self.bytes, self.rejected = before
            raise
        return Accepted(ready, len(pieces) - repeated - rejected, repeated, rejected)

    def left(self) -> tuple[list[Ready], list[int]]:
        """What an earlier process has not diagnosed, and what it has not published, the oldest first."""
        with in_words():
            rows = self._connection.execute(
                "SELECT id, stream, state FROM recordings WHERE state IN ('waiting', 'answered') ORDER BY id"
            ).fetchall()
        waiting = [Ready(number, stream) for number, stream, state in rows if state == "waiting"]
        return waiting, [number for number, _, state in rows if state == "answered"]

    def load(self, number: int) -> Kept:
        """A recording that waits.

        Raises:
            SpoolError: it cannot be read.
        """
        with in_words():
            source, topic, came_s = self._connection.execute(
                "SELECT source, topic, came_s FROM recordings WHERE id = ?", (number,)
            ).fetchone()
            rows = self._connection.execute("SELECT payload FROM parts WHERE recording = ? ORDER BY part", (number,))
            return Kept(source, topic, came_s, [payload for (payload,) in rows])

    def answered(self, number: int, key: str, answer: Answer) -> bool:
        """Keeps the answer in the place of the messages; False where another recording has brought it.

        Raises:
            SpoolError: it is not kept.
        """
        with self._transaction() as connection:
            same = "SELECT 1 FROM recordings WHERE key = ? AND state IN ('answered', 'done') AND id != ?"
            published = connection.execute(same, (key, number)).fetchone() is not None
            freed = self._size(number)
            connection.execute(
                "UPDATE recordings SET state = ?, key = ?, result_topic = ?, result = ? WHERE id = ?",
                ("done" if published else "answered", key, answer.topic, None if published else answer.payload, number),
            )
            connection.execute("UPDATE parts SET payload = NULL WHERE recording = ?", (number,))
        self.bytes -= freed
        return not published

    def answer(self, number: int) -> Answer:
        """What is to be published.

        Raises:
            SpoolError: it cannot be read.
        """
        with in_words():
            found = self._connection.execute("SELECT result_topic, result FROM recordings WHERE id = ?", (number,))
            return Answer(*found.fetchone())

    def forget(self, numbers: Sequence[int]) -> None:
        """The broker has the answers.

        Raises:
            SpoolError: they would be published again.
        """
        with self._transaction() as connection:
            connection.executemany(
                "UPDATE recordings SET state = 'done', result = NULL WHERE id = ?", [(number,) for number in numbers]
            )
            self._prune("done", DONE_KEPT)

    def reject(self, number: int, reason: str) -> None:
        """The recording cannot be diagnosed, now or ever.

        Raises:
            SpoolError: it still waits.
        """
        before = self.bytes, self.rejected
        try:
            with self._transaction():
                self._reject(number, reason)
        except SpoolError:
            self.bytes, self.rejected = before
            raise

    def expire(self, seconds: dict[str, float]) -> int:
        """Rejects what has waited too long for a chunk; how many recordings.

        Args:
            seconds: that each source waits; others wait on.

        Raises:
            SpoolError: they still wait.
        """
        now = time.monotonic()
        rows = self._incomplete()
        self._latest = {number: self._latest.get(number, self._opened) for number, *_ in rows}
        late = 0
        for number, source, parts, here in rows:
            patience_s = seconds.get(source)
            if patience_s is not None and now - self._latest[number] > patience_s:
                self.reject(number, f"chunks: {here} of {parts} came, and none for {patience_s:g} s")
                late += 1
        return late

    def rejections(self) -> list[tuple[str, str, bytes]]:
        """Topic, reason, and the beginning of the payload of the latest that were rejected."""
        with in_words():
            rows = self._connection.execute(
                "SELECT topic, reason, payload, min(part) FROM recordings JOIN parts ON recording = recordings.id"
                " WHERE state = 'rejected' GROUP BY recordings.id ORDER BY recordings.id"
            )
            return [(topic, reason, payload) for topic, reason, payload, _ in rows]

    def _incomplete(self) -> list[tuple[int, str, int, int]]:
        """Id, source, parts and how many of them are here, of each open recording."""
        with in_words():
            return self._connection.execute(
                "SELECT id, source, parts, (SELECT count(*) FROM parts WHERE recording = recordings.id)"
                " FROM recordings WHERE state = 'open'"
            ).fetchall()

    def _keep(self, piece: Piece, state: str) -> int:
        row = self._connection.execute(
            "INSERT INTO recordings (state, source, stream, topic, name, parts, bytes, came_s)"
            " VALUES (?, ?, ?, ?, ?, ?, 0, ?) RETURNING id",
            (state, piece.source, piece.stream, piece.topic, piece.recording or None, piece.parts, time.time()),
        )
        number = int(row.fetchone()[0])
        self._add(number, piece)
        return number

    def _add(self, number: int, piece: Piece) -> None:
        self._connection.execute(
            "INSERT INTO parts (digest, recording, part, payload) VALUES (?, ?, ?, ?)",
            (piece.digest, number, piece.part, piece.payload),
        )
        self._connection.execute("UPDATE recordings SET bytes = bytes + ? WHERE id = ?", (len(piece.payload), number))
        if piece.parts > 1:
            self._latest[number] = time.monotonic()
        self.bytes += len(piece.payload)

    def _join(self, piece: Piece) -> list[Ready]:
        """Adds a chunk to its recording; the recording, where it is complete."""
        number = self._open(piece)
        if number is None:
            number = self._keep(piece, "open")
        else:
            self._add(number, piece)
        size = self._size(number)
        if size > piece.most_bytes:
            self._reject(number, f"chunks: {size} bytes; at most {piece.most_bytes} are taken")
            return []
        [here] = self._connection.execute("SELECT count(*) FROM parts WHERE recording = ?", (number,)).fetchone()
        if here < piece.parts:
            return []
        self._connection.execute("UPDATE recordings SET state = 'waiting' WHERE id = ?", (number,))
        return [Ready(number, piece.stream)]

    def _open(self, piece: Piece) -> int | None:
        """The recording that the chunk belongs to. One that has such a chunk already was never completed."""
        found = self._connection.execute(
            "SELECT id, parts, EXISTS (SELECT 1 FROM parts WHERE recording = recordings.id AND part = ?)"
            " FROM recordings WHERE name = ? AND state = 'open'",
            (piece.part, piece.recording),
        ).fetchone()
        if found is None:
            return None
        number, parts, has_it = found
        if parts == piece.parts and not has_it:
            return int(number)
        self._reject(number, "chunks: another recording with the same id began before it was complete")
        return None

    def _size(self, number: int) -> int:
        return int(self._connection.execute("SELECT bytes FROM recordings WHERE id = ?", (number,)).fetchone()[0])

    def _reject(self, number: int, reason: str) -> None:
        self.bytes -= self._size(number)
        self.rejected += 1
        self._connection.execute(
            "UPDATE recordings SET state = 'rejected', reason = ? WHERE id = ?", (reason[:500], number)
        )
        self._connection.execute(
            "UPDATE parts SET payload = substr(payload, 1, ?) WHERE recording = ? AND length(payload) > ?",
            (REJECTED_BYTES, number, REJECTED_BYTES),
        )
        self._connection.execute(
            "UPDATE parts SET payload = NULL WHERE recording = ?1"
            " AND part > (SELECT min(part) FROM parts WHERE recording = ?1)",
            (number,),
        )
        self._prune("rejected", REJECTED_KEPT)

    def _prune(self, state: str, kept: int) -> None:
        self._connection.execute(
            "DELETE FROM recordings WHERE state = ?1 AND id <= ("
            "SELECT id FROM recordings WHERE state = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
            (state, kept),
        )

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with in_words():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # a full disk may have ended it
                    self._connection.execute("ROLLBACK")
                raise
