"""Downloads published recordings: with progress, resumed after a break, checked, and moved into place whole.

A file is written as `NAME.part` beside its place and renamed when it is complete and its checksum is right, so what
has the published name is what was published.
"""

import hashlib
import os
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from data.datasets.dataset import Dataset
from data.datasets.entry import Entry
from data.errors import DatasetError
from data.home import VARIABLE

if TYPE_CHECKING:
    import httpx2

ATTEMPTS = 4
TIMEOUT_S = 30.0

Progress = Callable[[int, int | None], None]
"""Called with the bytes that are here and, where it is known, with how many there will be."""


class Unreachable(DatasetError):
    """No connection to the host of an address: its other files need not be tried."""


class Unwritable(DatasetError):
    """The folder of the recordings cannot be written to."""


def fetch_all(
    wanted: Sequence[tuple[Dataset, Entry]],
    root: Path,
    progress: Callable[[str], Progress],
    mirror: str | None = None,
) -> tuple[int, list[str]]:
    """Gets what it can; returns how many recordings came, and what went wrong, each host that does not answer once.

    Args:
        wanted: the recordings.
        root: the folder of all datasets.
        progress: makes what is told how far one recording, by name, is.
        mirror: as of `fetch`.
    """
    came, failures = 0, []
    left_out: Counter[str] = Counter()
    silent: set[str] = set()
    for dataset, entry in wanted:
        host = urlsplit(_address(dataset, entry, mirror)).netloc
        if host in silent:
            left_out[host] += 1
            continue
        try:
            fetch(dataset, entry, root, progress(f"{dataset.name}/{entry.name}"), mirror)
            came += 1
        except Unwritable as error:
            failures.append(str(error))
            break
        except Unreachable as error:
            failures.append(str(error))
            silent.add(host)
        except DatasetError as error:
            failures.append(str(error))
    failures += [f"{count} more of {host} were not tried" for host, count in left_out.items()]
    return came, failures


def fetch(dataset: Dataset, entry: Entry, root: Path, progress: Progress, mirror: str | None = None) -> Path:
    """Gets one recording into `root`, going on from what an earlier call left; returns where it lies.

    Args:
        dataset: the recording's dataset.
        entry: the recording.
        root: the folder of all datasets.
        progress: told how far it is.
        mirror: a base address that serves `dataset/file` in place of the public home.

    Raises:
        Unreachable: no connection to the host.
        Unwritable: `root` cannot be written to.
        DatasetError: not there, broken off again and again, or not the published bytes.
    """
    here = dataset.path(root, entry)
    if here is not None:
        return here
    entry = replace(entry, url=_address(dataset, entry, mirror))
    place = root / dataset.name / entry.file
    part = place.with_name(f"{place.name}.part")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        _download(entry, part, progress)
        _check(dataset, entry, part)
        os.replace(part, place)
    except OSError as error:
        reason = f"{error.strerror or error}; set {VARIABLE} to a folder that can be written"
        raise Unwritable(f"{error.filename or place}: {reason}") from error
    return place


def _address(dataset: Dataset, entry: Entry, mirror: str | None) -> str:
    return entry.url if mirror is None else f"{mirror.rstrip('/')}/{dataset.name}/{entry.file}"


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
            except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
                raise Unreachable(f"{entry.url}: {error}; check the network, or give a mirror") from error
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
