"""The three files of a run: raw results, page, picture."""

from pathlib import Path

from benchmarks.serving import picture
from benchmarks.serving.page import PICTURE, page
from benchmarks.serving.results import Served
from benchmarks.writing import NoResults

RAW = "serve.json"
PAGE = "serve.md"


def write(served: Served, folder: Path) -> None:
    """All three, into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    served.write(folder / RAW)
    rewrite(folder)


def rewrite(folder: Path) -> None:
    """Page and picture, from the raw results in `folder`.

    Raises:
        NoResults: there are none.
    """
    if not (folder / RAW).exists():
        raise NoResults(f"{folder / RAW}: no such file; brinell bench serve writes it")
    served = Served.read(folder / RAW)
    (folder / PAGE).write_text(page(served), encoding="utf-8")
    picture.draw(served, folder / PICTURE)
