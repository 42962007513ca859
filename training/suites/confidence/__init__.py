"""The suite `confidence`: what a stated confidence is worth, and which score tells what was never learned."""

from training.suites.confidence.cells import cells
from training.suites.confidence.page import page
from training.suites.confidence.pictures import draw
from training.suites.suite import DOCS, Suite

CONFIDENCE = Suite("confidence", cells, page, DOCS / "measured" / "confidence.md", draw=draw)

__all__ = ["CONFIDENCE"]
