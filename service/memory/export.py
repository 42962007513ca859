"""An export for retraining: what is kept at one moment, streamed as a signed zip file in flat memory.

Signals come first, as they lie on the disk, then the lines, the manifest and its signature. A signal that went since
that moment, or is not any more as it was written, is left out with its line, and counted in the manifest.
"""

import hashlib
import itertools
import zipfile
from collections.abc import Generator, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from data.exported.lines import (
    ASSETS,
    FEEDBACK,
    LINES,
    MANIFEST,
    RECORDINGS,
    SIGNATURE,
    Counts,
    Manifest,
    RecordingLine,
)
from models.signing import EXPORT_MANIFEST, sign
from service.docs import version
from service.memory.snapshot import Snapshot

PIECE = 1 << 18

LISTED, DELETED, DAMAGED = 0, 1, 2
"""What became of a recording's line."""

SIZE_NOT_KNOWN = 1 << 33
"""Of lines; so large that the zip file has room for any."""


def exported(snapshot: Snapshot, folder: Path, key: Path | None = None) -> Iterator[bytes]:
    """The zip file in pieces of about 256 KiB.

    Args:
        snapshot: what is to be in it.
        folder: of the signals.
        key: the private key that signs it.

    Raises:
        SigningError: at once, the key cannot be read.
    """
    if key is not None:
        sign(b"", key)  # before anything is sent
    return _Export(snapshot, folder, key).pieces()


class _Export:
    def __init__(self, snapshot: Snapshot, folder: Path, key: Path | None) -> None:
        self._snapshot = snapshot
        self._folder = folder
        self._key = key
        self._made_at = datetime.now(UTC)
        self._out = _Out()

    def pieces(self) -> Iterator[bytes]:
        with zipfile.ZipFile(self._out, "w", zipfile.ZIP_STORED) as archive:
            states = bytearray()
            for line in self._snapshot.recordings():
                states.append((yield from self._signal(archive, line)))
            digests = {}
            for file in LINES:
                lines = self._snapshot.lines(file)
                if file == RECORDINGS:
                    lines = itertools.compress(lines, (state == LISTED for state in states))
                digests[file] = yield from self._member(archive, file, lines, SIZE_NOT_KNOWN)
            self._sign(archive, self._manifest(states, digests))
        yield self._out.taken()

    def _signal(self, archive: zipfile.ZipFile, line: RecordingLine) -> Generator[bytes, None, int]:
        try:
            file = (self._folder / Path(line.file).name).open("rb")
        except FileNotFoundError:
            return DELETED
        except OSError:
            return DAMAGED
        with file:  # from here on it stays, whoever deletes it
            try:
                whole = hashlib.file_digest(file, "sha256").hexdigest() == line.sha256
            except OSError:
                whole = False
            if not whole:
                return DAMAGED
            file.seek(0)
            yield from self._member(archive, line.file, _pieces_of(file), line.bytes)
        return LISTED

    def _member(
        self, archive: zipfile.ZipFile, name: str, content: Iterable[bytes], size: int
    ) -> Generator[bytes, None, str]:
        """Writes a member of about this size; its sha256."""
        digest, member = hashlib.sha256(), self._named(name)
        member.file_size = size
        with archive.open(member, "w") as to:
            for piece in content:
                digest.update(piece)
                to.write(piece)
                if self._out.size >= PIECE:
                    yield self._out.taken()
        return digest.hexdigest()

    def _manifest(self, states: bytearray, digests: dict[str, str]) -> bytes:
        counts = Counts(
            recordings=states.count(LISTED),
            feedback=self._snapshot.counts[FEEDBACK],
            assets=self._snapshot.counts[ASSETS],
            deleted=states.count(DELETED),
            damaged=states.count(DAMAGED),
        )
        manifest = Manifest(made_at=self._made_at, made_by=version(), counts=counts, sha256=digests)
        return manifest.model_dump_json(indent=1).encode()

    def _sign(self, archive: zipfile.ZipFile, manifest: bytes) -> None:
        archive.writestr(self._named(MANIFEST), manifest)
        if self._key is not None:
            signature = sign(EXPORT_MANIFEST + manifest, self._key)
            archive.writestr(self._named(SIGNATURE), signature.model_dump_json(indent=1))

    def _named(self, name: str) -> zipfile.ZipInfo:
        return zipfile.ZipInfo(name, self._made_at.timetuple()[:6])


class _Out:
    """What zipfile writes, until it is taken; it cannot go back, so sizes follow each member."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self.size = 0

    def write(self, content: bytes, /) -> int:
        self._parts.append(bytes(content))
        self.size += len(content)
        return len(content)

    def flush(self) -> None:
        """Nothing to do: it is in memory."""

    def close(self) -> None:
        """Likewise."""

    def taken(self) -> bytes:
        content = b"".join(self._parts)
        self._parts, self.size = [], 0
        return content


def _pieces_of(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(PIECE):
        yield piece
