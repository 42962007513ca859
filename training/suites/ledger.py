"""Raw results on disk: `<folder>/<group>.jsonl`, one line a cell, sorted by name, one result for each name.

Several processes may write: each reads the file anew under a lock, adds its line and replaces the file in one move.
"""

import json
import os
from contextlib import AbstractContextManager
from pathlib import Path

from training.lock import locked
from training.suites.cell import Cell, Result

LOCKS = ".locks"


class Ledger:
    """The results of a suite, in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def results(self) -> dict[str, Result]:
        """All results by key."""
        files = sorted(self.folder.glob("*.jsonl"))
        return {result["key"]: result for file in files for result in _read(file)}

    def holds(self, cell: Cell) -> bool:
        """True where the cell is filled."""
        return any(result["key"] == cell.key for result in _read(self._file(cell)))

    def put(self, cell: Cell, result: Result) -> None:
        """Keeps a result; an older one of the same name, of another key, goes."""
        file = self._file(cell)
        with locked(self.folder / LOCKS / cell.group):
            kept = {each["name"]: each for each in _read(file)} | {cell.name: result}
            lines = [json.dumps(kept[name], separators=(",", ":")) + "\n" for name in sorted(kept)]
            scratch = file.with_suffix(".writing")
            scratch.write_text("".join(lines), encoding="utf-8")
            os.replace(scratch, file)

    def claimed(self, cell: Cell) -> AbstractContextManager[bool]:
        """Keeps other processes off a cell; yields False where one of them is at it."""
        return locked(self.folder / LOCKS / cell.key, wait=False)

    def _file(self, cell: Cell) -> Path:
        return self.folder / f"{cell.group}.jsonl"


def _read(file: Path) -> list[Result]:
    if not file.exists():
        return []
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
