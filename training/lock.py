"""A lock on a file, between processes. The system lets go of it when its holder ends, however it ends."""

import fcntl
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from data.errors import BrinellError


class LockError(BrinellError):
    """There is no place for the lock's file."""


@contextmanager
def locked(path: Path, wait: bool = True) -> Iterator[bool]:
    """Holds the lock of `path`, an empty file that stays; yields False where another holds it and `wait` is False.

    Raises:
        LockError: the file cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        opened = path.open("a")
    except OSError as error:
        raise LockError(f"{path.parent}: {error.strerror}; a folder that can be written is wanted") from error
    with opened as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def once(runs: Path, name: str) -> AbstractContextManager[bool]:
    """While `name` in the folder `runs` is made by whichever process asks first; the others wait."""
    return locked(runs / ".locks" / name)
