"""Where a bundle lies while it comes in: beside its later place, out of sight, one at a time."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data.errors import BrinellError

FOLDER = ".incoming"


class Busy(BrinellError):
    """Another bundle is coming in."""


@contextmanager
def staging(root: Path) -> Iterator[Path]:
    """An empty folder on the filesystem of `root`, gone when the block ends; what a killed process left is gone first.

    Raises:
        Busy: another process or request holds it.
        OSError: it cannot be made.
    """
    held = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        folder = root / FOLDER
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    except BlockingIOError:
        raise Busy("another bundle is coming in") from None
    finally:
        os.close(held)
