"""The suite `int8`: what eight bits change of the truth table's networks on the headline protocols."""

from training.suites.int8.page import page
from training.suites.int8.plan import cells
from training.suites.suite import DOCS, Suite

INT8 = Suite("int8", cells, page, DOCS / "measured" / "int8.md")

__all__ = ["INT8"]
