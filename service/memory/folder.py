"""The folder of the kept signals: `<id>.npy`, each whole or not there.

A file is written under another name, synced where that is asked for, and renamed; only then does the store hear of it.
What a killed process left without a row is found at the next start. `place` names the folder, in the store too.
"""

import hashlib
import io
import logging
import os
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.lib import format as npy_format
from numpy.typing import NDArray

from service.store.identity import shown
from service.store.location import make_folder, sync_folder
from service.store.trouble import StoreError

logger = logging.getLogger(__name__)

PLACE = "place"
NAME = re.compile(r"([0-7][0-9a-f]{15})\.npy")
WRITING = ".writing"

HEAD_BYTES = 128
"""Of a .npy file, before the samples."""

RESERVE = 0.05
RESERVE_BYTES = 256 << 20
"""So much of the disk, or this much where that is less, is left free: the store, which must go on, may be on it."""

LEFT_BY_A_KILL = 16
"""More files than that without a row are no leftovers of a killed process: another store was put in place of theirs."""


class Folder:
    """Made where there is none.

    Raises:
        StoreError: it cannot be written.
    """

    def __init__(self, path: Path, *, durable: bool) -> None:
        self.path = path
        self._durable = durable
        try:
            make_folder(path)
            self.place = _place(path)
        except OSError as error:
            raise StoreError(
                f"{path} cannot be written: {error.strerror}",
                "Set BRINELL_RECORDINGS to a folder that the service's user may write.",
            ) from None

    def file(self, identity: int) -> Path:
        """Where a signal lies, or would."""
        return self.path / f"{shown(identity)}.npy"

    def write(self, identity: int, samples: NDArray[np.float32]) -> tuple[str, int]:
        """Writes float32 [samples]; the sha256 and the size of the file.

        Raises:
            OSError: nothing is written.
        """
        head = io.BytesIO()
        npy_format.write_array_header_1_0(head, npy_format.header_data_from_array_1_0(samples))
        parts = (head.getvalue(), samples.data.cast("B"))
        size = sum(len(part) for part in parts)
        self._leave_room(size)
        digest, file = hashlib.sha256(), self.file(identity)
        writing = file.with_name(f".{file.name}{WRITING}")
        try:
            with writing.open("wb", buffering=0) as out:
                for part in parts:
                    digest.update(part)
                    _write_all(out.fileno(), memoryview(part))
                if self._durable:
                    os.fsync(out.fileno())
            writing.rename(file)
        except OSError:
            writing.unlink(missing_ok=True)
            raise
        if self._durable:
            sync_folder(self.path)
        return digest.hexdigest(), size

    def remove(self, identity: int) -> None:
        """After the store has forgotten it; what cannot be removed now goes at the next start."""
        try:
            self.file(identity).unlink(missing_ok=True)
        except OSError as error:
            logger.warning("%s cannot be removed: %s", self.file(identity), error.strerror)

    def clean(self, listed: Mapping[int, int]) -> list[int]:
        """Makes the folder hold what the store lists (bytes by id); nothing else may use it meanwhile.

        Returns:
            What the store lists and is not here, or not whole: it may be forgotten.
        """
        for leftover in self.path.glob(f".*{WRITING}"):
            leftover.unlink()
        sizes = dict(self._sizes())
        unlisted = sizes.keys() - listed.keys()
        if len(unlisted) > LEFT_BY_A_KILL:
            self._put_aside(unlisted)
        else:
            for identity in unlisted:
                self.remove(identity)
        lost = [identity for identity, size in listed.items() if sizes.get(identity) != size]
        for identity in lost:
            self.remove(identity)
        return lost

    def _sizes(self) -> Iterator[tuple[int, int]]:
        with os.scandir(self.path) as entries:
            for entry in entries:
                found = NAME.fullmatch(entry.name)
                if found is not None:
                    yield int(found[1], 16), entry.stat().st_size

    def _put_aside(self, unlisted: set[int]) -> None:
        aside = self.path / f"unlisted-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}"
        aside.mkdir()
        for identity in unlisted:
            file = self.file(identity)
            file.rename(aside / file.name)
        logger.error("%d recordings that this store does not know are kept in %s", len(unlisted), aside)

    def _leave_room(self, size: int) -> None:
        disk = shutil.disk_usage(self.path)
        if disk.free - size < min(RESERVE_BYTES, RESERVE * disk.total):
            raise OSError(f"the disk of {self.path} is full ({disk.free >> 20} MiB free)")


def _place(path: Path) -> str:
    file = path / PLACE
    if not file.exists():
        fresh = path / f".{PLACE}{WRITING}"
        fresh.write_text(secrets.token_hex(4))
        fresh.rename(file)
    return file.read_text()


def _write_all(descriptor: int, content: memoryview) -> None:
    while content:
        content = content[os.write(descriptor, content) :]
