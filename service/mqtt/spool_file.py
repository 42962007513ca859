"""The file of the spool: its tables, how it is opened, and what its errors mean."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from data.errors import BrinellError
from service.store.location import make_private, put_aside, sync_folder

logger = logging.getLogger(__name__)

VERSION = 1

SCHEMA = """
CREATE TABLE recordings (
    id INTEGER PRIMARY KEY AUTOINCREMENT, state TEXT NOT NULL, source TEXT NOT NULL, stream TEXT NOT NULL,
    topic TEXT NOT NULL, name TEXT, parts INTEGER NOT NULL, bytes INTEGER NOT NULL, came_s REAL NOT NULL,
    key TEXT, result_topic TEXT, result BLOB, reason TEXT
);
CREATE INDEX by_state ON recordings (state, id);
CREATE INDEX by_key ON recordings (key) WHERE key IS NOT NULL;
CREATE UNIQUE INDEX open_by_name ON recordings (name) WHERE state = 'open';
CREATE TABLE parts (
    digest BLOB NOT NULL UNIQUE, recording INTEGER NOT NULL REFERENCES recordings (id) ON DELETE CASCADE,
    part INTEGER NOT NULL, payload BLOB, UNIQUE (recording, part)
);
"""


class SpoolError(BrinellError):
    """The spool cannot be opened, or takes nothing just now; the message says what to do."""


def sound(file: Path) -> sqlite3.Connection:
    """Opens it; a damaged one is put aside, and an empty one begins.

    Raises:
        SpoolError: it cannot be opened, or is of another version.
    """
    try:
        return _connected(file)
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise SpoolError(f"{file} cannot be opened ({error}). Set BRINELL_MQTT_SPOOL to one that can.") from None
        aside = put_aside(file, "damaged")
        logger.error("the spool is damaged (%s). An EMPTY one begins; the old one is kept as %s", error, aside)
        return _connected(file)


def _connected(file: Path) -> sqlite3.Connection:
    make_private(file)
    connection: Any = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    try:
        # The rollback journal writes what is new once, and a log (WAL) twice: payloads are nearly all that is written.
        connection.execute("PRAGMA journal_mode=PERSIST")
        connection.execute("PRAGMA synchronous=FULL")
        # What is forgotten need not be overwritten: that would double what is written.
        connection.execute("PRAGMA secure_delete=OFF")
        connection.execute("PRAGMA foreign_keys=ON")
        [version] = connection.execute("PRAGMA user_version").fetchone()
        if version == 0:
            connection.executescript(f"BEGIN; {SCHEMA} PRAGMA user_version={VERSION}; COMMIT;")
            sync_folder(file.parent)
        elif version != VERSION:
            raise SpoolError(f"{file} is of another version ({version}). Empty it with the service that wrote it.")
        [found] = connection.execute("PRAGMA quick_check(1)").fetchone()
        if found != "ok":
            raise sqlite3.DatabaseError(found)
    except BaseException:
        connection.close()
        raise
    return connection  # type: ignore[no-any-return]


@contextmanager
def in_words() -> Iterator[None]:
    """Errors of SQLite as SpoolError, with what to do about them."""
    try:
        yield
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "SQLITE_ERROR")
        told = {
            "SQLITE_FULL": "the disk of the spool is full. Free space on it",
            "SQLITE_READONLY": "the spool cannot be written. Give the service's user the right to",
        }.get("_".join(name.split("_")[:2]), "the spool gives errors. Look at the system's log")
        raise SpoolError(f"{told} ({error}).") from error
