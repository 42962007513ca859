"""Runs the cells of a suite one after the other. A queue that was killed goes on where it was."""

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from training.suites.cell import Cell
from training.suites.ledger import Ledger
from training.suites.suite import Suite


@dataclass
class Outcome:
    """Names of the cells: `done` now, `failed`, `elsewhere` where another process is at them."""

    done: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)


def chosen(cells: Iterable[Cell], only: str | None) -> list[Cell]:
    """Those whose name holds `only`."""
    return [cell for cell in cells if only is None or only in cell.name]


def run(suite: Suite, root: Path, runs: Path, only: str | None = None, console: Console | None = None) -> Outcome:
    """Measures what is not there yet, in the order of the suite, then writes the page, also where it is interrupted.

    A cell that fails is told in one line, since tracebacks would drown in a queue of hundreds, and left unfilled.
    A cell that another process is at is left to that process.
    """
    console, outcome, ledger = console or Console(), Outcome(), suite.ledger
    missing = unfilled(chosen(suite.cells(root), only), ledger)
    try:
        with _bar(console) as bar:
            task = bar.add_task(suite.name, total=len(missing))
            for cell in missing:
                bar.update(task, description=f"{suite.name}: {escape(cell.name)}")
                _attempt(cell, ledger, (root, runs), outcome, bar.console)
                bar.advance(task)
    finally:
        suite.write_page(root)
    return outcome


def unfilled(cells: Sequence[Cell], ledger: Ledger) -> list[Cell]:
    """The cells that have no result yet."""
    filled = ledger.results().keys()
    return [cell for cell in cells if cell.key not in filled]


def plan(suite: Suite, root: Path, only: str | None = None) -> tuple[tuple[str, ...], ...]:
    """Rows of a table: group, cells, filled, CPU-hours thought to be left; the sum of all groups last."""
    ledger = suite.ledger
    cells = chosen(suite.cells(root), only)
    left = {cell.name for cell in unfilled(cells, ledger)}
    groups: dict[str, list[Cell]] = defaultdict(list)
    for cell in cells:
        groups[cell.group].append(cell)
    return tuple(_planned(name, group, left) for name, group in [*groups.items(), ("together", cells)])


def _planned(name: str, cells: Sequence[Cell], left: set[str]) -> tuple[str, ...]:
    open_cells = [cell for cell in cells if cell.name in left]
    hours = sum(cell.seconds for cell in open_cells) / 3600
    return (name, str(len(cells)), str(len(cells) - len(open_cells)), f"{hours:.2f}")


def _attempt(cell: Cell, ledger: Ledger, where: tuple[Path, Path], outcome: Outcome, console: Console) -> None:
    with ledger.claimed(cell) as mine:
        if not mine:
            outcome.elsewhere.append(cell.name)
            return
        # Another process may have filled it since the queue began.
        if ledger.holds(cell):
            return
        began = time.process_time()
        try:
            result = cell.measure(*where)
        except Exception as error:
            outcome.failed.append(cell.name)
            console.print(f"[red]failed[/] {escape(cell.name)}: {escape(f'{type(error).__name__}: {error}')}")
            return
        seconds = round(time.process_time() - began, 1)
        ledger.put(cell, {"key": cell.key, "name": cell.name, "cpu_seconds": seconds, **result})
        outcome.done.append(cell.name)
        console.print(f"{escape(cell.name)}: {seconds:.0f} s")


def _bar(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console)
