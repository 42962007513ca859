"""A bundle in a tar archive, unpacked without trust in anything that the archive says.

Tar, uncompressed: it is read from front to back and grows by nothing, so what arrives bounds what it can cost. Nothing
is created under a name that the archive gives: every file is one that its manifest lists, and lies in one folder.
"""

import os
import tarfile
from pathlib import Path, PurePosixPath

from data.errors import BrinellError
from models.bundle import MANIFEST, BundleError, read_manifest
from models.signing import SIGNATURE

MOST_MEMBERS = 256
LARGEST_MANIFEST = 8 << 20
LONGEST_NAME = 200
PLAIN = (tarfile.REGTYPE, tarfile.AREGTYPE)


class ArchiveError(BrinellError):
    """No bundle can be unpacked; nothing was."""


def unpack(archive: Path, into: Path) -> None:
    """Writes the files of the bundle in `archive` to the new folder `into`; not yet known to be a good bundle.

    Raises:
        ArchiveError: not a tar archive, or one with anything but one manifest and files that it lists.
        OSError: they cannot be written.
    """
    contents = _contents(archive)
    into.mkdir()
    for name, content in contents.items():
        with (into / name).open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())


def _contents(archive: Path) -> dict[str, bytes]:
    try:
        with tarfile.open(archive, "r:") as tar:
            members = _members(tar)
            manifest = _the_manifest(members)
            written = _content(tar, manifest, LARGEST_MANIFEST)
            listed = {MANIFEST, SIGNATURE, *_listed(written)}
            wanted = _wanted(members, PurePosixPath(manifest.name).parent, listed)
            largest = archive.stat().st_size
            return {name: _content(tar, member, largest) for name, member in wanted.items()}
    except ArchiveError:
        raise
    except Exception as error:  # tarfile lets through whatever its parsers of numbers, names and headers raise
        raise ArchiveError("it is no tar archive, or a broken one") from error


def _members(tar: tarfile.TarFile) -> list[tarfile.TarInfo]:
    members = []
    for member in tar:
        members.append(member)
        if len(members) > MOST_MEMBERS:
            raise ArchiveError(f"it holds more than {MOST_MEMBERS} files")
    return members


def _the_manifest(members: list[tarfile.TarInfo]) -> tarfile.TarInfo:
    found = [member for member in members if PurePosixPath(member.name).name == MANIFEST]
    if len(found) != 1:
        raise ArchiveError(f"it holds {len(found)} files {MANIFEST}; one is wanted")
    return found[0]


def _listed(written: bytes) -> list[str]:
    try:
        names = list(read_manifest("in the archive", written).files)
    except BundleError as error:
        raise ArchiveError(error.reason) from None
    for name in names:
        if len(name.encode()) > LONGEST_NAME:
            raise ArchiveError(f"the manifest lists a file whose name is longer than {LONGEST_NAME} bytes")
    return names


def _wanted(members: list[tarfile.TarInfo], folder: PurePosixPath, listed: set[str]) -> dict[str, tarfile.TarInfo]:
    """The members by the names that the manifest gives them.

    Raises:
        ArchiveError: one is no file of the bundle, or stands twice.
    """
    wanted: dict[str, tarfile.TarInfo] = {}
    for member in members:
        path = PurePosixPath(member.name)
        if member.isdir() and path in (folder, *folder.parents):
            continue
        if path.parent != folder or path.name not in listed:
            raise ArchiveError(f"it holds {member.name[:100]!r}, which the manifest does not list")
        if path.name in wanted:
            raise ArchiveError(f"it holds {path.name} twice")
        wanted[path.name] = member
    return wanted


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo, largest: int) -> bytes:
    """What a plain file holds; a link or a device is none, nor is a file with holes, larger than what came."""
    file = tar.extractfile(member) if member.type in PLAIN and not member.issparse() else None
    if file is None:
        raise ArchiveError(f"{member.name[:100]!r} is no plain file")
    if member.size > largest:
        raise ArchiveError(f"{member.name[:100]!r} has {member.size} bytes; at most {largest} are read")
    content = file.read()
    if len(content) != member.size:
        raise ArchiveError(f"it ends within {member.name[:100]!r}")
    return content
