"""The files of a run: raw results, the page that is made of them, and a picture where there is one."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from benchmarks.results import Kept
from data.errors import BrinellError

Run = TypeVar("Run", bound=Kept)


class NoResults(BrinellError):
    """There are no raw results to make a page of."""


@dataclass(frozen=True)
class Files(Generic[Run]):
    """What one kind of run leaves in a folder.

    Attributes:
        raw, page, picture: names of files.
        made_by: the command.
        read: the results, from the raw file.
        page_of: the page, from the results.
        draw: the picture, at a path.
    """

    raw: str
    page: str
    picture: str | None
    made_by: str
    read: Callable[[Path], Run]
    page_of: Callable[[Run], str]
    draw: Callable[[Run, Path], None] | None = None

    def write(self, results: Run, folder: Path) -> None:
        """All of them, into `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        results.write(folder / self.raw)
        self.rewrite(folder)

    def rewrite(self, folder: Path) -> None:
        """Page and picture, from the raw results in `folder`.

        Raises:
            NoResults: there are none.
        """
        if not (folder / self.raw).exists():
            raise NoResults(f"{folder / self.raw}: no such file; {self.made_by} writes it")
        results = self.read(folder / self.raw)
        (folder / self.page).write_text(self.page_of(results), encoding="utf-8")
        if self.draw is not None and self.picture is not None:
            self.draw(results, folder / self.picture)
