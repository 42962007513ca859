"""The kept signals of a backup: a folder beside it, with the files that it lists.

Files are never changed once they are written, so on one disk a copy is a link and costs nothing.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from service.memory.folder import PLACE
from service.store.identity import shown
from service.store.location import make_folder, sync_folder
from service.store.trouble import StoreError


def beside(backup: Path) -> Path:
    """Where the signals of a backup lie."""
    return backup.with_name(f"{backup.name}.recordings")


def save(backup: Path, folder: Path) -> int:
    """Copies the signals that a backup lists from `folder` to `beside(backup)`; how many there were.

    Raises:
        StoreError: they cannot be copied.
    """
    return _gather(backup, [folder], beside(backup), replaced=None) if folder.is_dir() else 0


def bring_back(store: Path, backup: Path, folder: Path) -> tuple[int, Path | None]:
    """Makes `folder` hold what the restored store lists, from beside the backup and from what `folder` held before.

    Returns:
        How many signals there are, and the name under which the folder as it was is kept.

    Raises:
        StoreError: they cannot be copied; the folder is as it was.
    """
    aside = None
    if folder.is_dir():
        aside = folder.with_name(f"{folder.name}.replaced-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}")
    elif not beside(backup).is_dir():
        return 0, None
    return _gather(store, [beside(backup), folder], folder, replaced=aside), aside


def _gather(store: Path, sources: Sequence[Path], to: Path, *, replaced: Path | None) -> int:
    writing = to.with_name(f"{to.name}.writing")
    try:
        if writing.exists():  # of a copy that was killed
            shutil.rmtree(writing)
        make_folder(writing)
        there = [source for source in sources if (source / PLACE).is_file()]
        if there:
            shutil.copyfile(there[0] / PLACE, writing / PLACE)
        count = sum(_copied(identity, size, there, writing) for identity, size in _listed(store))
        sync_folder(writing)
        if replaced is not None:
            to.rename(replaced)
        elif to.exists():
            shutil.rmtree(to)
        writing.rename(to)
        sync_folder(to.parent)
    except OSError as error:
        reason = f"the recordings cannot be copied to {to}: {error.strerror}"
        raise StoreError(reason, "Look at the disk, and who may write.") from error
    finally:
        shutil.rmtree(writing, ignore_errors=True)
    return count


def _copied(identity: int, size: int, sources: Sequence[Path], to: Path) -> bool:
    """False where it was deleted since, or is kept on another machine."""
    name = f"{shown(identity)}.npy"
    for source in sources:
        try:
            if (source / name).stat().st_size != size:
                continue
            _link_or_copy(source / name, to / name)
        except FileNotFoundError:
            continue
        return True
    return False


def _link_or_copy(file: Path, to: Path) -> None:
    try:
        os.link(file, to)
    except FileNotFoundError:
        raise
    except OSError:  # another disk, or one that knows no links
        shutil.copyfile(file, to)
        with to.open("rb+") as copy:
            os.fsync(copy.fileno())


def _listed(store: Path) -> Iterator[tuple[int, int]]:
    with closing(sqlite3.connect(f"{store.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        known = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'recordings'").fetchone()
        if known[0]:  # else the store is older than they are
            yield from connection.execute("SELECT id, bytes FROM recordings ORDER BY id")
