"""What is kept at one moment, as lines of text in temporary files: no transaction stays open while they are sent.

A reader that stays would keep SQLite's log from being cut short, or its writer from writing.
"""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from pydantic import BaseModel
from sqlalchemy import Connection

from data.exported.lines import ASSETS, FEEDBACK, LINES, RECORDINGS, AssetLine, RecordingLine
from service.assets import records as assets
from service.memory import feedback, records
from service.memory.records import Wanted
from service.store.database import Database

IN_MEMORY = 1 << 16
"""Bytes of lines that need no file."""


class Snapshot:
    """Made by `Snapshot.take`.

    Attributes:
        counts: lines of each file.
    """

    def __init__(self, files: dict[str, IO[bytes]]) -> None:
        self.counts = dict.fromkeys(files, 0)
        self._files = files

    @classmethod
    @contextmanager
    def take(cls, database: Database, wanted: Wanted, folder: Path) -> Iterator["Snapshot"]:
        """Some 700 bytes a recording in `folder`, until the block ends.

        Args:
            database: of the store.
            wanted: which recordings; of feedback and assets all, or those of the one asset.
            folder: to write in.

        Raises:
            StoreError: the store cannot be read.
            OSError: there is no room.
        """
        with ExitStack() as stack:
            taken = cls({name: stack.enter_context(_spool(folder)) for name in LINES})
            with database.moment() as connection:
                rows = records.everything(connection, wanted)
                taken._write(RECORDINGS, (records.line(row) for row in rows))
                taken._write(FEEDBACK, feedback.everything(connection, wanted.asset))
                taken._write(ASSETS, _assets(connection, wanted.asset))
            yield taken

    def recordings(self) -> Iterator[RecordingLine]:
        """The kept recordings of that moment, the oldest first."""
        return (RecordingLine.model_validate_json(line) for line in self.lines(RECORDINGS))

    def lines(self, file: str) -> Iterator[bytes]:
        """The lines of one of `LINES`, as they are exported."""
        self._files[file].seek(0)
        return iter(self._files[file])

    def _write(self, file: str, lines: Iterable[BaseModel]) -> None:
        for line in lines:
            self._files[file].write(line.model_dump_json().encode() + b"\n")
            self.counts[file] += 1


def _spool(folder: Path) -> IO[bytes]:
    return tempfile.SpooledTemporaryFile(IN_MEMORY, dir=str(folder))


def _assets(connection: Connection, wanted: str | None) -> Iterator[AssetLine]:
    for asset in assets.everything(connection):
        if wanted in (None, asset.id):
            yield AssetLine(id=asset.id, registered=asset.model_dump(mode="json", exclude={"id"}))
