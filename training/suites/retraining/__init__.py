"""The suite `retraining`: a service meets what its bundle never saw, is told what some of it was, and retrains."""

from training.suites.retraining.cells import cells
from training.suites.retraining.page import page
from training.suites.suite import DOCS, Suite

RETRAINING = Suite("retraining", cells, page, DOCS / "measured" / "retraining.md")

__all__ = ["RETRAINING"]
