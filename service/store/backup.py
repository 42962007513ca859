"""A copy of a SQLite store while the service runs, and the way back (https://www.sqlite.org/backup.html)."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from service.store.location import held, make_private, put_aside, refuse_absent, sync_folder
from service.store.migration import APPLICATION_ID
from service.store.tables import SCHEMA
from service.store.trouble import StoreError


def backup(file: Path, to: Path, *, overwrite: bool) -> int:
    """Copies the store as it is at one moment; what is stored meanwhile waits for nothing. How many diagnoses it has.

    Raises:
        StoreError: there is no store, `to` is there already, or the copy cannot be made.
    """
    refuse_absent(file)
    if to.exists() and not overwrite:
        raise StoreError(f"{to} is there already", "Choose another name, or say --force.")
    writing = to.with_name(f"{to.name}.writing")
    try:
        _copy(file, writing)
        count = checked(writing)
        writing.replace(to)
        sync_folder(to.parent)
    finally:
        writing.unlink(missing_ok=True)
    return count


def restore(backup: Path, file: Path, *, force: bool) -> Path | None:
    """Puts a backup in the store's place. What was there stays under another name, which is returned.

    Raises:
        StoreError: no whole backup of this version or an older one, the store is in use, or `force` is missing.
    """
    checked(backup)
    with held(file, alone=True) as alone:
        if not alone:
            raise StoreError(f"{file} is in use", "Stop the service first.")
        there = file.exists()
        if there and not force:
            raise StoreError(f"{file} is there already", "With --force it is kept under another name.")
        writing = file.with_name(f"{file.name}.writing")
        try:
            _copy(backup, writing)
            aside = put_aside(file, "replaced") if there else None
            writing.rename(file)
            sync_folder(file.parent)
        finally:
            writing.unlink(missing_ok=True)
    return aside


def checked(file: Path) -> int:
    """How many diagnoses a backup holds.

    Raises:
        StoreError: it is damaged, no store, or of a version that is not known here.
    """
    if not file.is_file():
        raise StoreError(f"{file}: there is no such file", "Name a file that brinell backup wrote.")
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            if _one(connection, "PRAGMA application_id") != APPLICATION_ID:
                raise StoreError(f"{file} is no store of Brinell", "Name a file that brinell backup wrote.")
            found = _one(connection, "PRAGMA integrity_check(1)")
            if found != "ok":
                raise StoreError(f"{file} is damaged: {found}", "Take an older backup.")
            schema = str(_one(connection, "SELECT version_num FROM alembic_version"))
            if schema > SCHEMA:
                reason = f"{file} is of schema {schema}; this version of Brinell knows none after {SCHEMA}"
                raise StoreError(reason, "Use the version of Brinell that wrote it, or a newer one.")
            return int(str(_one(connection, "SELECT count(*) FROM diagnoses")))
    except sqlite3.Error as error:
        raise StoreError(f"{file} cannot be read: {error}", "Take another backup.") from error


def _copy(source: Path, to: Path) -> None:
    to.unlink(missing_ok=True)
    make_private(to)
    try:
        with (
            closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as read,
            closing(sqlite3.connect(to)) as write,
        ):
            # All pages in one step: in several, every commit of the service would make it begin anew.
            read.backup(write)
            write.execute("PRAGMA journal_mode=DELETE")  # one file, whole by itself
        handle = os.open(to, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except (sqlite3.Error, OSError) as error:
        raise StoreError(
            f"{source} cannot be copied to {to}: {error}", "Look at the disk, and who may write."
        ) from error


def _one(connection: sqlite3.Connection, statement: str) -> object:
    row = connection.execute(statement).fetchone()
    return None if row is None else row[0]
