"""A file that is read: from a disk, or as it came in over the network."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from data.errors import FormatError


@dataclass(frozen=True, eq=False)
class Source:
    """An open file.

    Attributes:
        name: what messages call it.
        file: at its beginning, and seekable.
    """

    name: str
    file: BinaryIO

    def wrong(self, reason: object, field: str = "samples") -> FormatError:
        """What is wrong with the file, to be raised."""
        return FormatError(f"{self.name}: {reason}", field)


@contextmanager
def opened(path: Path) -> Iterator[Source]:
    """The file at `path`.

    Raises:
        FormatError: there is none that can be read.
    """
    if not path.is_file():
        raise FormatError(f"{path}: there is no such file")
    try:
        file = path.open("rb")
    except OSError as error:
        raise FormatError(f"{path}: {error.strerror}") from error
    with file:
        yield Source(str(path), file)
