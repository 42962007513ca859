"""What can go wrong with a store, in words: the database's error becomes a reason and what to do about it."""

import sqlite3
from collections.abc import Mapping
from typing import Self

from data.errors import BrinellError

RETRY_AFTER_S = 5


class StoreError(BrinellError):
    """A store cannot be opened, saved or restored; the message says what to do."""

    def __init__(self, reason: str, what_to_do: str) -> None:
        super().__init__(f"{reason}. {what_to_do}")
        self.reason = reason
        self.what_to_do = what_to_do

    def again(self) -> Self:
        """The same for somebody else: the traceback of one that was raised holds what that went through."""
        return type(self)(self.reason, self.what_to_do)


class StoreUnavailable(StoreError):
    """The store cannot take or give anything just now; asked again later it may."""


class StoreDamaged(StoreError):
    """The file is no database, or a broken one."""


class NothingKept(BrinellError):
    """There is no store to look into."""


class KeyRefused(BrinellError):
    """An Idempotency-Key came with another request than before, or nothing is kept that could be sent again."""


DAMAGED = {
    "SQLITE_CORRUPT": "the database file is damaged",
    "SQLITE_NOTADB": "the file is no database",
}

REASONS: Mapping[str, tuple[str, str]] = {
    "SQLITE_FULL": ("the disk of the store is full", "Free space on it, or set BRINELL_KEEP_MIB lower."),
    "SQLITE_IOERR": ("the disk of the store gives errors", "Look at the system's log; replace the disk if need be."),
    "SQLITE_BUSY": ("another process holds the store locked", "End what holds it: a shell, a copy, a backup by hand."),
    "SQLITE_READONLY": ("the store cannot be written", "Give the service's user the right to write it."),
    "SQLITE_CANTOPEN": (
        "the database file cannot be opened",
        "Set BRINELL_STATE to a folder that the service's user may write.",
    ),
    "53100": ("the disk of PostgreSQL is full", "Free space on it."),
    "53300": ("PostgreSQL takes no more connections", "Raise its max_connections."),
    "25006": ("this PostgreSQL is a standby and takes no writes", "Point BRINELL_STORE at the primary."),
    "28P01": ("PostgreSQL refuses the password", "Put the right one into BRINELL_STORE."),
    "3D000": ("there is no such database in PostgreSQL", "Create it: createdb NAME."),
    "42501": ("PostgreSQL forbids it to this user", "Grant the user CREATE on the schema, and its tables."),
    "57014": ("PostgreSQL took too long", "Look for what holds locks there: SELECT * FROM pg_stat_activity."),
    "55P03": ("another session holds a lock in PostgreSQL", "Look for it: SELECT * FROM pg_stat_activity."),
}
"""By SQLite's error name, without what follows its second word, or PostgreSQL's SQLSTATE."""

GONE = ("PostgreSQL does not answer", "Start it, and see that BRINELL_STORE names its host and port.")


def trouble(cause: BaseException | None, *, gone: bool = False) -> StoreError:
    """The error of the database in words; `gone` where the connection was lost with it."""
    if isinstance(cause, sqlite3.Error):
        name = getattr(cause, "sqlite_errorname", "SQLITE_ERROR")
        code = "_".join(name.split("_")[:2])
        if code in DAMAGED:
            return StoreDamaged(f"{DAMAGED[code]} ({cause})", "Restore a backup: brinell restore FILE.")
    else:
        code = getattr(cause, "sqlstate", None) or ""
        if gone or not code or code.startswith(("08", "57P")):
            return StoreUnavailable(f"{GONE[0]} ({_line(cause)})", GONE[1])
    reason, what_to_do = REASONS.get(code, ("the database refused", "Look at the service's log."))
    return StoreUnavailable(f"{reason} ({_line(cause)})", what_to_do)


def _line(cause: BaseException | None) -> str:
    """One line: what PostgreSQL's client says runs over several."""
    return " ".join(str(cause).split())[:200]
