"""Which version of each bundle was chosen to answer, kept in a small file that survives a loss of power.

It lies beside the versions that it speaks of, so that whoever shares the folder (replicas, the command line) shares the
choice, and a backup of the folder holds it.
"""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from data.errors import BrinellError
from models.bundle import numbers

FILE = "active.json"
LOCK = ".active.lock"
KEPT_BEFORE = 20


class ChoiceError(BrinellError):
    """The choice cannot be read or kept; what was asked for is not done."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Choice(_Part):
    """Of one bundle.

    Attributes:
        version: the chosen one; None: the newest good one.
        before: those that answered before it, the latest last.
        out: it does not answer, whatever was chosen.
    """

    version: str | None = None
    before: list[str] = []
    out: bool = False

    def in_turn(self, found: list[str]) -> list[str]:
        """The versions that may answer, by their right to: the chosen one, those before it, older ones, newer ones.

        Args:
            found: what is in the folder, the newest first.
        """
        if self.version is None:
            return found
        before = [version for version in reversed(self.before) if version in found]
        newer = [version for version in found if numbers(version) > numbers(self.version)]
        return list(dict.fromkeys([self.version, *before, *(each for each in found if each not in newer), *newer]))

    def earlier(self, found: list[str], active: str | None) -> str | None:
        """The version of `found` that answered before the `active` one did, else the next older one."""
        remembered = [version for version in self.before if version in found and version != active]
        if remembered:
            return remembered[-1]
        now = active or self.version or found[0]
        return next((version for version in found if numbers(version) < numbers(now)), None)

    def activate(self, version: str, instead_of: str | None) -> None:
        """Chooses `version`; `instead_of` is what answers now."""
        if instead_of not in (None, version):
            self.before = [*self.before, str(instead_of)][-KEPT_BEFORE:]
        self.version, self.out = version, False

    def roll_back(self, version: str) -> None:
        """Chooses a version of `before` again and forgets those that came after it; or an older one."""
        if version in self.before:
            latest = len(self.before) - 1 - self.before[::-1].index(version)
            self.before = self.before[:latest]
        self.version, self.out = version, False


class Choices(_Part):
    """Of every bundle about which one was made."""

    bundles: dict[str, Choice] = {}

    def of(self, name: str) -> Choice:
        """The choice about a bundle, to be read."""
        return self.bundles.get(name, Choice())

    def about(self, name: str) -> Choice:
        """The choice about a bundle, to be changed."""
        return self.bundles.setdefault(name, Choice())


def read(root: Path) -> Choices:
    """What was chosen in the folder `root`; nothing where nothing was.

    Raises:
        ChoiceError: the file is not one that this wrote; to take the newest versions would undo a choice in silence.
    """
    path = root / FILE
    try:
        return Choices.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return Choices()
    except (OSError, ValidationError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no choice of versions"
        raise ChoiceError(f"{path}: {reason}; set it right, or remove it to choose the newest of each bundle") from None


@contextmanager
def changing(root: Path) -> Iterator[Choices]:
    """The choices, to be changed; on disk when the block ends without an error, one process at a time.

    Raises:
        ChoiceError: the folder cannot be written, or as `read`.
    """
    try:
        with (root / LOCK).open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            choices = read(root)
            yield choices
            _replace(root, json.dumps(choices.model_dump(), indent=1) + "\n")
    except OSError as error:
        raise ChoiceError(f"the choice cannot be kept in {root}: {error.strerror}") from error


def _replace(root: Path, content: str) -> None:
    fresh = root / f".{FILE}.{secrets.token_hex(4)}"
    try:
        with fresh.open("w") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(root / FILE)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise
    sync_folder(root)


def sync_folder(folder: Path) -> None:
    """What was renamed in the folder is renamed after a loss of power too."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
