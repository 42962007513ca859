"""Where a store is: a file of SQLite, a PostgreSQL database, or nowhere."""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from service.store.trouble import StoreError

NONE = "none"
NAME = "brinell.db"
POSTGRESQL = ("postgresql://", "postgres://")
SIDE_FILES = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a database: the commits that are not in it yet, their index, or how to undo one."""


def state_folder() -> Path:
    """What the service remembers lives here where BRINELL_STATE is not set (XDG base directories)."""
    home = os.environ.get("XDG_STATE_HOME", "").strip()
    return (Path(home) if home else Path.home() / ".local" / "state") / "brinell"


def postgresql(store: str) -> URL | None:
    """The URL of a PostgreSQL database, for psycopg; None where `store` is none.

    Raises:
        ValueError: it begins like one, and is none.
    """
    if not store.startswith(POSTGRESQL):
        return None
    try:
        return make_url(store).set(drivername="postgresql+psycopg")
    except ArgumentError:
        raise ValueError("no URL of PostgreSQL: postgresql://USER:PASSWORD@HOST:5432/DATABASE is") from None


def without_password(text: str) -> str:
    """A text that may hold a URL, to be shown.

    >>> without_password("postgresql://brinell:secret@db/plant")
    'postgresql://brinell:***@db/plant'
    """
    return re.sub(r"(://[^/@:\s]*):[^@\s]*@", r"\1:***@", text)


def checked(store: str) -> str:
    """The setting as it was given.

    Raises:
        ValueError: it names a kind of database that there is no support for.
    """
    if postgresql(store) is None and "://" in store:
        raise ValueError("a path, postgresql://..., or none is wanted")
    return store


def with_password(store: str, password: str) -> str:
    """The URL of a PostgreSQL database that has none yet.

    >>> with_password("postgresql://brinell@db/plant", "a/b")
    'postgresql://brinell:a%2Fb@db/plant'

    Raises:
        ValueError: it is no such URL.
    """
    url = postgresql(store)
    if url is None or not url.username or url.password is not None:
        raise ValueError("beside a file with the password it is postgresql://USER@HOST:5432/DATABASE")
    return url.set(drivername="postgresql", password=password).render_as_string(hide_password=False)


def writes_a_file(store: str | None) -> bool:
    """Is it SQLite's?"""
    return store is None or (store != NONE and postgresql(store) is None)


def file_of(store: str | None, state: Path) -> Path:
    """The database file that the settings name."""
    return Path(store).expanduser() if store else state / NAME


def refuse_absent(file: Path) -> None:
    """For who wants what a store holds: an empty one made in its place would say that there is nothing.

    Raises:
        StoreError: there is no such file.
    """
    if not file.is_file():
        raise StoreError(f"there is no store at {file}", "Set BRINELL_STORE or BRINELL_STATE as the service has them.")


@contextmanager
def held(file: Path, *, alone: bool) -> Iterator[bool]:
    """Holds the database file for use, or for putting another in its place (`alone`); yields False where it cannot.

    The system lets go when the process ends, however it ends.

    Raises:
        StoreError: the folder cannot be written.
    """
    lock = _lock_file(file)
    with lock:
        try:
            fcntl.flock(lock, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def _lock_file(file: Path) -> IO[str]:
    try:
        make_folder(file.parent)
        return file.with_name(f"{file.name}.lock").open("a")
    except OSError as error:
        raise StoreError(
            f"{file.parent} cannot be written: {error.strerror}",
            "Set BRINELL_STATE to a folder that the service's user may write, or BRINELL_STORE=none to keep nothing.",
        ) from None


def make_folder(folder: Path) -> None:
    """With what is missing above it; its owner's alone: diagnoses, keys, audit and signals are nobody else's."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        sync_folder(folder.parent)


def make_private(file: Path) -> None:
    """An empty one that its owner alone reads, where there is none; SQLite gives its mode to what lies beside it."""
    with suppress(OSError):  # who opens it next says what is wrong with the place
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def put_aside(file: Path, why: str) -> Path:
    """Renames a database with what belongs to it, so that nothing of it is lost; the new name of the database."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    aside = file.with_name(f"{file.name}.{why}-{stamp}")
    # The database last: while it is there, a process that ends here leaves a store that is put aside again.
    for end in (*SIDE_FILES, ""):
        source = file.with_name(file.name + end)
        if source.exists():
            source.rename(aside.with_name(aside.name + end))
    sync_folder(file.parent)
    return aside


def sync_folder(folder: Path) -> None:
    """Makes what was created or renamed in it survive a power loss."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
