"""Reads an export line by line, in flat memory, and believes nothing that it does not hold to.

    with Export.open(Path("export.zip")) as export:
        for line in export.recordings():
            recording = export.recording(line)      # sha256 checked

Every member must have a known name, stand there once, and be stored uncompressed: all of them together cannot be larger
than the file. Who signed it: `models.signing.export_signer`.
"""

import hashlib
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ValidationError

from data.errors import BrinellError, SignalError
from data.exported.lines import (
    ASSETS,
    FEEDBACK,
    LINES,
    MANIFEST,
    RECORDINGS,
    SIGNATURE,
    AssetLine,
    FeedbackLine,
    Manifest,
    RecordingLine,
    file_of,
)
from data.formats import npy
from data.formats.source import Source
from data.geometry import CharacteristicOrders
from data.recording import Recording

LARGEST_HEAD = 65_536
LONGEST_LINE = 65_536
PIECE = 1 << 18

SIGNAL = re.compile(r"signals/[0-7][0-9a-f]{15}\.npy")
ENCRYPTED = 0x1

Line = TypeVar("Line", bound=BaseModel)


class ExportError(BrinellError):
    """No export, a damaged one, or one that was tampered with; the message says which file of it and why."""


class Export:
    """An export that is open; made by `Export.open`.

    Attributes:
        manifest: as it was checked.
        signed: the bytes of the manifest, which a signature is over.
        signature: the content of signature.json; None where nobody signed it.
    """

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self._archive = archive
        self._name = name
        self._members = _members(archive, name)
        self.signed = self._head(MANIFEST)
        self.signature = self._head(SIGNATURE) if SIGNATURE in self._members else None
        self.manifest = self._model(Manifest, self.signed, MANIFEST)
        if set(self.manifest.sha256) != set(LINES):
            raise self._wrong(MANIFEST, f"it must have the sha256 of {', '.join(LINES)}")
        for file in LINES:
            self._check(file, self.manifest.sha256[file])

    @classmethod
    @contextmanager
    def open(cls, path: Path) -> Iterator["Export"]:
        """The export at `path`; its lines are whole and as the manifest says, its signals are checked as they are read.

        Raises:
            ExportError: it is none that can be used.
        """
        try:
            with zipfile.ZipFile(path) as archive:
                yield cls(archive, str(path))
        except OSError as error:
            raise ExportError(f"{path} cannot be read: {error.strerror}") from error
        except (zipfile.BadZipFile, NotImplementedError, EOFError) as error:
            raise ExportError(f"{path} is no whole zip file: {error}") from error

    def recordings(self) -> Iterator[RecordingLine]:
        """Each kept recording, the oldest first.

        Raises:
            ExportError: a line that is none, or names another file than its own.
        """
        for line in self._lines(RECORDINGS, RecordingLine):
            if line.file != file_of(line.id) or line.file not in self._members:
                raise self._wrong(RECORDINGS, f"{line.id} has no file of its own")
            yield line

    def feedback(self) -> Iterator[FeedbackLine]:
        """Each finding, the oldest first, with those that were corrected later (`standing` leaves them out).

        Raises:
            ExportError: a line that is none.
        """
        yield from self._lines(FEEDBACK, FeedbackLine)

    def assets(self) -> Iterator[AssetLine]:
        """Each measuring point.

        Raises:
            ExportError: a line that is none.
        """
        yield from self._lines(ASSETS, AssetLine)

    def samples(self, line: RecordingLine) -> NDArray[np.float32]:
        """The signal, float32 [samples], g.

        Raises:
            ExportError: it is not the one that was written, or no signal.
        """
        content = self._archive.read(self._members[line.file])
        if hashlib.sha256(content).hexdigest() != line.sha256:
            raise self._wrong(line.file, "it is not as it was written (sha256)")
        try:
            (signal,) = npy.read(Source(line.file, io.BytesIO(content)))
        except BrinellError as error:
            raise ExportError(f"{self._name}: {error}") from None
        return signal.samples

    def recording(self, line: RecordingLine) -> Recording:
        """The signal with what is known about it; no label, which feedback may give.

        Raises:
            ExportError: as `samples`.
        """
        orders = None if line.orders is None else CharacteristicOrders(**line.orders.model_dump())
        try:
            return Recording(
                self.samples(line),
                line.rate_hz,
                speed_rpm=line.speed_rpm,
                orders=orders,
                rig=line.asset,
                bearing=line.bearing,
                source=line.file,
                channel=line.axis,
                unit=line.unit,
            )
        except SignalError as error:
            raise self._wrong(line.file, str(error)) from None

    def _lines(self, file: str, kind: type[Line]) -> Iterator[Line]:
        with self._archive.open(self._members[file]) as lines:
            while line := lines.readline(LONGEST_LINE + 1):
                if len(line) > LONGEST_LINE:
                    raise self._wrong(file, f"a line is longer than {LONGEST_LINE} bytes")
                yield self._model(kind, line, file)

    def _model(self, kind: type[Line], content: bytes, file: str) -> Line:
        try:
            return kind.model_validate_json(content)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            raise self._wrong(file, f"{where or 'the whole'}: {first['msg']}") from None

    def _head(self, file: str) -> bytes:
        member = self._members.get(file)
        if member is None:
            raise self._wrong(file, "it is missing")
        if member.file_size > LARGEST_HEAD:
            raise self._wrong(file, f"it is larger than {LARGEST_HEAD} bytes")
        return self._archive.read(member)

    def _check(self, file: str, sha256: str) -> None:
        if file not in self._members:
            raise self._wrong(file, "it is missing")
        digest = hashlib.sha256()
        with self._archive.open(self._members[file]) as content:
            while piece := content.read(PIECE):
                digest.update(piece)
        if digest.hexdigest() != sha256:
            raise self._wrong(file, "it is not as it was written (sha256)")

    def _wrong(self, file: str, reason: str) -> ExportError:
        return ExportError(f"{self._name}: {file}: {reason}")


def standing(feedback: Iterable[FeedbackLine]) -> list[FeedbackLine]:
    """What still holds: without the findings that a later one corrects."""
    lines = list(feedback)
    corrected = {line.corrects for line in lines}
    return [line for line in lines if line.id not in corrected]


def _members(archive: zipfile.ZipFile, name: str) -> dict[str, zipfile.ZipInfo]:
    found: dict[str, zipfile.ZipInfo] = {}
    for member in archive.infolist():
        file = member.filename
        if file not in (MANIFEST, SIGNATURE, *LINES) and not SIGNAL.fullmatch(file):
            raise ExportError(f"{name} holds {file[:100]!r}, which is no part of an export")
        if file in found:
            raise ExportError(f"{name} holds {file} twice")
        if member.compress_type != zipfile.ZIP_STORED or member.flag_bits & ENCRYPTED:
            raise ExportError(f"{name}: {file} is compressed or encrypted; in an export nothing is")
        found[file] = member
    size = archive.fp.seek(0, io.SEEK_END) if archive.fp is not None else 0
    if sum(member.file_size for member in found.values()) > size:
        raise ExportError(f"{name} says that it holds more than it does")
    return found
