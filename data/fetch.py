"""Downloads published recordings: with progress, resumed after a break, checked, and moved into place whole.

A file is written as `NAME.part` beside its place and renamed when it is complete and its checksum is right, so what
has the published name is what was published.
"""

import hashlib
import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from data.datasets.dataset import Dataset
from data.datasets.entry import Entry
from data.errors import DatasetError

if TYPE_CHECKING:
    import httpx2

ATTEMPTS = 4
TIMEOUT_S = 30.0

Progress = Callable[[int, int | None], None]
"""Called with the bytes that are here and, where it is known, with how many there will be."""


def fetch(dataset: Dataset, entry: Entry, root: Path, progress: Progress, mirror: str | None = None) -> Path:
    """Gets one recording into `root`, going on from what an earlier call left; returns where it lies.

    Args:
        dataset: the recording's dataset.
        entry: the recording.
        root: the folder of all datasets.
        progress: told how far it is.
        mirror: a base address that serves `dataset/file` in place of the public home.

    Raises:
        DatasetError: not reachable, not there, broken off again and again, or not the published bytes.
    """
    here = dataset.path(root, entry)
    if here is not None:
        return here
    if mirror is not None:
        entry = replace(entry, url=f"{mirror.rstrip('/')}/{dataset.name}/{entry.file}")
    place = root / dataset.name / entry.file
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_name(f"{place.name}.part")
    _download(entry, part, progress)
    _check(dataset, entry, part)
    os.replace(part, place)
    return place


def checksum_of(path: Path, kind: str) -> str:
    """The file's checksum in the form of `Entry.checksum`; `kind` is `sha256` or `md5`."""
    with path.open("rb") as file:
        return f"{kind}:{hashlib.file_digest(file, kind).hexdigest()}"


def _download(entry: Entry, part: Path, progress: Progress) -> None:
    import httpx2

    if entry.checksum is None:
        # Without a checksum nothing would show that two halves do not belong together.
        part.unlink(missing_ok=True)
    failure = ""
    with httpx2.Client(follow_redirects=True, timeout=TIMEOUT_S) as client:
        for _ in range(ATTEMPTS):
            try:
                if _complete(entry, part) or _stream(client, entry, part, progress):
                    return
                failure = "the server could not go on from there"
            except httpx2.ConnectError as error:
                failure = str(error)
                break
            except httpx2.TransportError as error:
                failure = str(error)
    size = _size(part)
    raise DatasetError(
        f"{entry.url}: broke off after {size} bytes ({failure}); run it again, it goes on from there"
        if size and entry.checksum
        else f"{entry.url}: {failure}; check the network, or give a mirror"
    )


def _stream(client: "httpx2.Client", entry: Entry, part: Path, progress: Progress) -> bool:
    """Whether the file is complete now; False where what is here cannot be gone on from, and was dropped."""
    have = _size(part)
    # The bytes as they are: a compressed transfer could not be resumed by its length.
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    with client.stream("GET", entry.url, headers=headers) as answer:
        if have and (answer.status_code == 416 or (answer.status_code == 206 and not _continues(answer, have))):
            part.unlink()
            return False
        if answer.status_code not in (200, 206):
            raise DatasetError(f"{entry.url}: the server answered {answer.status_code} {answer.reason_phrase}")
        if answer.status_code == 200:
            have = 0
        length = answer.headers.get("Content-Length")
        total = have + int(length) if length and length.isdigit() else entry.size
        with part.open("ab" if have else "wb") as file:
            progress(have, total)
            # Without a block size: blocks of one size are filled first, and what is in the last is lost when it breaks.
            for block in answer.iter_raw():
                file.write(block)
                have += len(block)
                progress(have, total)
    return True


def _continues(answer: "httpx2.Response", have: int) -> bool:
    return re.match(rf"bytes {have}-", answer.headers.get("Content-Range", "")) is not None


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _complete(entry: Entry, part: Path) -> bool:
    return entry.size is not None and _size(part) == entry.size


def _check(dataset: Dataset, entry: Entry, part: Path) -> None:
    """Deletes what is not the published file, so that the next call begins anew."""
    try:
        if entry.checksum is not None:
            found = checksum_of(part, entry.checksum.split(":")[0])
            if found != entry.checksum:
                raise DatasetError(
                    f"{entry.url}: not the published file ({_size(part)} bytes, {found}; wanted {entry.size} bytes, "
                    f"{entry.checksum}); deleted, run it again"
                )
        else:
            dataset.check(part, entry)
    except DatasetError:
        part.unlink()
        raise
