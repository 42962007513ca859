"""The suite `voices`: what the network, the evidence, the change and their combination hear of machines never seen."""

from training.suites.suite import DOCS, Suite
from training.suites.voices.cells import cells
from training.suites.voices.page import page

VOICES = Suite("voices", cells, page, DOCS / "voices.md")

__all__ = ["VOICES"]
