"""Connections to the two kinds of database, set up so that a commit means what the durability says.

SQLite: a log beside the file (WAL) for `power-safe`, where a commit is one short write and reading never waits for it.
For `fast` the file itself with a rollback journal: its few large commits then write each page once and not twice.
Every transaction of the writer begins IMMEDIATE, so that two processes queue instead of failing half-way
(https://www.sqlite.org/wal.html, https://www.sqlite.org/isolation.html).
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from service.store.trouble import StoreError, trouble

Durability = Literal["power-safe", "fast"]

PATIENCE_S = 5
"""How long a transaction waits for another process's lock, or for PostgreSQL to take a connection."""

READERS = 3
"""Connections to read by; one is left to what must not wait for the others."""

JOURNALS: Mapping[Durability, str] = {"power-safe": "WAL", "fast": "PERSIST"}
"""PERSIST: the journal's file stays, so that a commit makes and deletes none."""

POSTGRESQL_ARGUMENTS = {
    "connect_timeout": PATIENCE_S,
    "application_name": "brinell",
    # Else it is the database's, and what is read from one in SQL_ASCII would be bytes.
    "client_encoding": "utf8",
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
    def sqlite(cls, file: Path) -> "Database":
        """A file, made where there is none; every commit is on disk when it ends."""
        url = URL.create("sqlite", database=str(file))
        writer = create_engine(url, pool_size=1, max_overflow=0, connect_args={"timeout": PATIENCE_S, **ANY_THREAD})
        reader = create_engine(
            url, pool_size=READERS, max_overflow=0, connect_args={"timeout": PATIENCE_S, **ANY_THREAD}
        )
        event.listen(writer, "connect", _prepare_writer)
        event.listen(reader, "connect", _prepare_reader)
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
                pool_size=READERS,
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

    @contextmanager
    def moment(self) -> Iterator[Connection]:
        """A transaction that only reads, and sees all tables as they are at one moment; to be short.

        Raises:
            StoreError: the database cannot be read.
        """
        with _in_words(), self.reader.connect() as connection:
            if connection.dialect.name == "postgresql":  # else every statement would see a moment of its own
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    def close(self) -> None:
        """Lets go of all connections."""
        self.reader.dispose()
        self.writer.dispose()


ANY_THREAD = {"check_same_thread": False}
"""The pools hand a connection to one thread at a time; which one does not matter."""


def set_journal(file: Path, durability: Durability) -> None:
    """Makes the file one with the journal of this durability; nothing else may have it open."""
    with closing(sqlite3.connect(file, timeout=PATIENCE_S)) as connection, _in_words():
        connection.execute(f"PRAGMA journal_mode={JOURNALS[durability]}")


def _prepare_writer(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # Python's module would begin transactions of its own
    [mode] = connection.execute("PRAGMA journal_mode").fetchone()
    if mode != "wal":
        connection.execute("PRAGMA journal_mode=PERSIST")
    connection.execute("PRAGMA synchronous=FULL")
    # What a retention deletes need not be overwritten: that would double what it writes.
    connection.execute("PRAGMA secure_delete=OFF")


def _prepare_reader(connection: Any, _: Any) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA query_only=ON")


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
        raise trouble(error.orig, gone=error.connection_invalidated) from error
    except sqlite3.Error as error:
        raise trouble(error) from error
