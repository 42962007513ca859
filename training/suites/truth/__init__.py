"""The truth table: what networks and the envelope rule reach on conditions, bearings and machines never seen."""

from training.suites.suite import DOCS, Suite
from training.suites.truth import page, plan

TRUTH = Suite("truth", plan.cells, page.page, DOCS / "results.md")
