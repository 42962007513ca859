"""A public dataset: its recordings, which of them are here, and how one is read."""

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from data.datasets.entry import Entry
from data.errors import DatasetError, FormatError, SignalError
from data.recording import Recording


@dataclass(frozen=True)
class Dataset:
    """The part of a public dataset that Brinell uses, under `root / name`, one file a recording.

    Attributes:
        name: short, the name of its folder and of its rig.
        title: what it is, for people.
        licence: as published; "none stated" where there is none.
        citation: the paper or page to cite.
        home: where a person can look at it.
        entries: all public recordings of that part, whether they are here or not.
        read: makes a `Recording` of one file; raises FormatError where the file is not what was published.
    """

    name: str
    title: str
    licence: str
    citation: str
    home: str
    entries: tuple[Entry, ...]
    read: Callable[[Path, Entry], Recording]

    def entry(self, name: str) -> Entry:
        """The recording of that name.

        Raises:
            DatasetError: there is none; the nearest names are said.
        """
        for entry in self.entries:
            files = (entry.file, *entry.aliases)
            if name in files or name in (Path(file).stem for file in files):
                return entry
        names = [entry.name for entry in self.entries]
        nearest = difflib.get_close_matches(name, names, n=3, cutoff=0.4) or names[:3]
        raise DatasetError(f"{self.name} has no recording {name!r}; did you mean {', '.join(nearest)}?")

    def path(self, root: Path, entry: Entry) -> Path | None:
        """Where the recording lies under `root`, under its published name or an alias; None where it is not here."""
        candidates = (root / self.name / file for file in (entry.file, *entry.aliases))
        return next((path for path in candidates if path.is_file()), None)

    def present(self, root: Path) -> tuple[Entry, ...]:
        """The recordings that are under `root`, in published order."""
        return tuple(entry for entry in self.entries if self.path(root, entry) is not None)

    def missing(self, root: Path) -> tuple[Entry, ...]:
        """The recordings that are not under `root`, in published order."""
        return tuple(entry for entry in self.entries if self.path(root, entry) is None)

    def load(self, root: Path, entry: Entry) -> Recording:
        """Reads one recording.

        Raises:
            DatasetError: it is not here, or its file is damaged; which one, and what to do.
        """
        path = self.path(root, entry)
        if path is None:
            where = root / self.name / entry.file
            raise DatasetError(f"{self.name}/{entry.name} is not here ({where}); get it by {self._fetch}")
        return self.check(path, entry)

    def check(self, path: Path, entry: Entry) -> Recording:
        """Reads the file at `path` as that recording, wherever it lies.

        Raises:
            DatasetError: it is not what was published.
        """
        try:
            return self.read(path, entry)
        except (FormatError, SignalError) as error:
            damaged = f"{self.name}/{entry.name} is damaged: {error}"
            raise DatasetError(f"{damaged}; delete it, then {self._fetch}") from error

    @property
    def _fetch(self) -> str:
        return f"`brinell data fetch {self.name}`"
