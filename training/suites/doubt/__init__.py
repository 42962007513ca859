"""The suite `doubt`: what a wrong speed or a wrong bearing costs, and what asking the signal itself saves."""

from training.suites.doubt.cells import cells
from training.suites.doubt.page import page
from training.suites.suite import DOCS, Suite

DOUBT = Suite("doubt", cells, page, DOCS / "measured" / "doubt.md")

__all__ = ["DOUBT"]
