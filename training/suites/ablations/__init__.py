"""The ablations: what each choice of MRA-SNN in the front end `order` is worth, and what it costs."""

from training.suites.ablations import frontier, page, plan
from training.suites.suite import DOCS, Suite

ABLATIONS = Suite("ablations", plan.cells, page.page, DOCS / "measured" / "ablations.md", draw=frontier.draw)
