"""The settings that are tried, the same for every row, whatever its network."""

from collections.abc import Sequence

from training.suites.changes import changed
from training.suites.rows import ROWS, SHORT, Row
from training.suites.trial import Variant

SHARED = 2e-3
"""The learning rate of the shipped bundles' configurations, which the rows of the truth table share."""

LEARNING_RATES = (SHARED / 3, SHARED, 3 * SHARED)
"""Peaks of the one cycle; all else of a schedule stays. One setting more of each row costs twelve CPU minutes."""


def tuned_rows() -> tuple[Row, ...]:
    """The rows that learn from real recordings under the schedule that the table's networks share."""
    return tuple(row for row in ROWS if row.changes == SHORT)


def variants(rows: Sequence[Row]) -> tuple[Variant, ...]:
    """Row by row, each learning rate; a rate stays what it is whichever the table comes to use."""
    return tuple(
        Variant(row.label, named(row.label, rate), changed(row.training(), {"schedule": {"learning_rate": rate}}))
        for row in rows
        for rate in LEARNING_RATES
    )


def named(label: str, rate: float) -> str:
    """The variant's name."""
    return f"{label}, learning rate {told(rate)}"


def told(rate: float) -> str:
    """`0.00067`."""
    return f"{rate:.2g}"
