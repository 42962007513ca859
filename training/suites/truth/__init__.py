"""The truth table: what networks and the envelope rule reach on conditions, bearings and machines never seen."""

from training.suites.suite import DOCS, Suite
from training.suites.truth.page import page
from training.suites.truth.plan import cells

TRUTH = Suite("truth", cells, page, DOCS / "results.md")
