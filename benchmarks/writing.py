"""The three files of a run: raw results, page, picture."""

from pathlib import Path

from benchmarks import picture
from benchmarks.page import PICTURE, page
from benchmarks.results import Results
from data.errors import BrinellError

RAW = "bench.json"
PAGE = "bench.md"


class NoResults(BrinellError):
    """There are no raw results to make a page of."""


def write(results: Results, folder: Path) -> None:
    """All three, into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    results.write(folder / RAW)
    rewrite(folder)


def rewrite(folder: Path) -> None:
    """Page and picture, from the raw results in `folder`.

    Raises:
        NoResults: there are none.
    """
    if not (folder / RAW).exists():
        raise NoResults(f"{folder / RAW}: no such file; brinell bench writes it")
    results = Results.read(folder / RAW)
    (folder / PAGE).write_text(page(results), encoding="utf-8")
    picture.draw(results, folder / PICTURE)
