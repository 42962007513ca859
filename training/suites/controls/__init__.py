"""The suite `controls`: whether networks are right for the right reason."""

from training.suites.controls.page import page
from training.suites.controls.plan import cells_of, shipped_configs
from training.suites.suite import DOCS, Suite

CONTROLS = Suite("controls", lambda _: cells_of(shipped_configs()), page, DOCS / "measured" / "controls.md")

__all__ = ["CONTROLS"]
