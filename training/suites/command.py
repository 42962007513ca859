"""What `brinell evaluate --suite` does."""

from pathlib import Path

from rich.console import Console

from data.errors import BrinellError
from training.config import ConfigError
from training.sheet import Sheet
from training.suites import SUITES, Suite, queue

FAILURES_TOLD = 3


class UnfilledCells(BrinellError):
    """Cells of a suite failed; which ones was told when they did."""


def tell_plan(name: str, root: Path, only: str | None, into: Path | None) -> None:
    """Prints what is filled and what the rest would cost.

    Raises:
        ConfigError: no such suite.
    """
    headings = ("", "cells", "filled", "CPU-hours left")
    Console().print(Sheet(f"suite {name}", headings, queue.plan(_named(name, into), root, only)).table())


def fill(name: str, root: Path, runs: Path, only: str | None, into: Path | None) -> None:
    """Runs what is not filled, and writes the page.

    Raises:
        ConfigError: no such suite.
        UnfilledCells: some cells failed.
    """
    suite = _named(name, into)
    outcome = queue.run(suite, root, runs, only)
    print(f"page: {suite.into}")
    if outcome.elsewhere:
        print(f"{len(outcome.elsewhere)} cells are left to another process that is at them")
    if outcome.failed:
        first = ", ".join(outcome.failed[:FAILURES_TOLD])
        raise UnfilledCells(f"{len(outcome.failed)} of {name}'s cells failed, first {first}; each was told above")


def _named(name: str, into: Path | None) -> Suite:
    if name not in SUITES:
        raise ConfigError(f"no suite {name!r}; there are {', '.join(SUITES)}")
    return SUITES[name] if into is None else SUITES[name].elsewhere(into)
