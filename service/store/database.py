"""Connections to the two kinds of database, set up so that a commit means what the durability says.

SQLite: WAL, so that reading never waits for writing; every transaction of the writer begins IMMEDIATE, so that two
processes queue instead of failing half-way (https://www.sqlite.org/wal.html, https://www.sqlite.org/isolation.html).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from service.store.trouble import StoreError, trouble

Durability = Literal["power-safe", "fast"]

PATIENCE_S = 5
"""How long a transaction waits for another process's lock, or for PostgreSQL to take a connection."""

POSTGRESQL_ARGUMENTS = {
    "connect_timeout": PATIENCE_S,
    "application_name": "brinell",
    # A host that has lost power closes no connection: without these a commit would wait for many minutes.
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}


@dataclass(frozen=True, eq=False)
class Database:
    """One database, with connections to write by (in one thread) and to read by."""

    writer: Engine
    reader: Engine

    @classmethod
    def sqlite(cls, file: Path, durability: Durability) -> "Database":
        """A file, made where there is none."""
        synchronous = {"power-safe": "FULL", "fast": "NORMAL"}[durability]
        url = URL.create("sqlite", database=str(file))
        writer = create_engine(url, pool_size=1, max_overflow=0, connect_args={"timeout": PATIENCE_S, **ANY_THREAD})
        reader = create_engine(url, pool_size=2, max_overflow=0, connect_args={"timeout": PATIENCE_S, **ANY_THREAD})
        # What a retention deletes need not be overwritten: that would double what it writes.
        pragmas = ("journal_mode=WAL", f"synchronous={synchronous}", "secure_delete=OFF")
        event.listen(writer, "connect", _prepared(*pragmas))
        event.listen(reader, "connect", _prepared("query_only=ON"))
        _begin_by(writer, "BEGIN IMMEDIATE")
        _begin_by(reader, "BEGIN")
        return cls(writer, reader)

    @classmethod
    def postgresql(cls, url: URL, durability: Durability) -> "Database":
        """A database of a server.

        Raises:
            StoreError: psycopg is not installed.
        """
        commit = {"power-safe": "on", "fast": "off"}[durability]
        options = (
            f"-c synchronous_commit={commit} -c statement_timeout=10000 -c lock_timeout={1000 * PATIENCE_S} -c jit=off"
        )
        arguments = {**POSTGRESQL_ARGUMENTS, "options": options}
        try:
            # Asked first whether it still lives, a connection outlives a restart of the server unnoticed.
            writer = create_engine(url, pool_size=1, max_overflow=0, pool_pre_ping=True, connect_args=arguments)
            # Every reading holds for itself: a transaction would only cost two more journeys to the server.
            reader = create_engine(
                url,
                pool_size=2,
                max_overflow=0,
                pool_pre_ping=True,
                connect_args=arguments,
                isolation_level="AUTOCOMMIT",
            )
        except ModuleNotFoundError:
            reason, what_to_do = "psycopg, which speaks to PostgreSQL, is not installed", "pip install '.[postgres]'"
            raise StoreError(reason, what_to_do) from None
        return cls(writer, reader)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is on disk (as the durability says) when the block ends.

        Raises:
            StoreError: it is not; nothing of it is kept, except where PostgreSQL was lost in the very commit.
        """
        with _in_words(), self.writer.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads.

        Raises:
            StoreError: the database cannot be read.
        """
        with _in_words(), self.reader.begin() as connection:
            yield connection

    def close(self) -> None:
        """Lets go of all connections."""
        self.reader.dispose()
        self.writer.dispose()


ANY_THREAD = {"check_same_thread": False}
"""The pools hand a connection to one thread at a time; which one does not matter."""


def _prepared(*pragmas: str) -> Any:
    def prepare(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # Python's module would begin transactions of its own
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    return prepare


def _begin_by(engine: Engine, statement: str) -> None:
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(statement)

    event.listen(engine, "begin", begin)


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except (IntegrityError, DataError):  # a mistake of ours, not a state of the database
        raise
    except DBAPIError as error:
        raise trouble(error) from error
