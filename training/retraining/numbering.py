"""Which version a retraining writes: settled before anything is trained, and the same when it goes on after a kill."""

import re
from collections.abc import Collection
from pathlib import Path

from models.bundle import Bundle, numbers, versions
from models.manifest import VERSION
from training.retraining.case import RetrainingError

FILE = "version"
"""In the folder of what is half done."""


def settled(champion: Bundle, out: Path, folder: Path, wanted: str | None, held: Collection[str] = ()) -> str:
    """What stands in `folder` since the first start, else the version that is `wanted`, else the next one.

    Args:
        out: where the bundle will be written.
        folder: of what this retraining has half done; beside it are those of others.
        held: by the service that shall answer with it.

    Raises:
        RetrainingError: there is this version already, it is none, or another one was wanted at the first start.
    """
    kept = folder / FILE
    begun = kept.read_text() if kept.exists() else ""
    if begun:
        if wanted not in (None, begun):
            raise RetrainingError(f"this was begun as {begun}: leave --version out, or remove {folder} to begin anew")
        return begun
    name, there = champion.manifest.name, _there(champion, out, folder.parent) | set(held)
    version = wanted or _next(there)
    if not re.fullmatch(VERSION, version):
        raise RetrainingError(f"{version} is no version; one is three numbers, 1.2.0")
    if version in there:
        raise RetrainingError(f"there is {name}/{version} already, and a version is never changed: give another one")
    folder.mkdir(parents=True, exist_ok=True)
    kept.write_text(version)
    return version


def _there(champion: Bundle, out: Path, work: Path) -> set[str]:
    """Beside the champion, in `out`, and what others that were killed will write."""
    beside = (*versions(champion.folder.parent), *versions(out / champion.manifest.name))
    begun = (path.read_text() for path in work.glob(f"*/{FILE}"))
    return {champion.manifest.version, *(path.name for path in beside), *begun}


def _next(there: Collection[str]) -> str:
    """The next minor version after all."""
    major, minor, *_ = max(numbers(each) for each in there)
    return f"{major}.{minor + 1}.0"
