"""The suite `tuning`: the same few settings tried for every network of the truth table, chosen on validation parts."""

from training.suites.suite import DOCS, Suite
from training.suites.tuning import page, plan

TUNING = Suite("tuning", plan.cells, page.page, DOCS / "measured" / "tuning.md")

__all__ = ["TUNING"]
