"""How fast something of a measuring point grows, a week.

The time of an axis is cut into equal spans; growth is the median of the slopes between their medians (H. Theil, Proc.
R. Netherlands Acad. Sci. 53, 1950; P. K. Sen, J. Am. Stat. Assoc. 63, 1968): up to 29 % of them may be wrong without
moving it far.
"""

from typing import Annotated, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

MOST_SPANS = 100
"""Of time: growth costs the square of them."""

LEAST_FOR_GROWTH = 3
SHORTEST_US, WEEK_US = 86_400_000_000, 604_800e6
"""What a machine did within hours, times a week, would be no forecast."""

Array = NDArray[np.float64]
Quantity = Literal["fault_probability", "velocity_rms_mm_s", "kurtosis", "envelope_rms_g", "change_deviation"]
"""The probability of any fault, and what a trend shows of the indicators (`service.store.packing.CONDITION`)."""
QUANTITIES: tuple[Quantity, ...] = get_args(Quantity)


class Growth(BaseModel):
    """How fast something grows on an axis, in its own unit."""

    axis: str
    of: Quantity
    per_week: Annotated[
        float | None, Field(description=f"Null under {LEAST_FOR_GROWTH} diagnoses, or where they lie within a day.")
    ]
    n: Annotated[int, Field(description="Diagnoses that it is reckoned from: those of which it is known.")]


def growths(axis: str, times_us: NDArray[np.int64], values: Array) -> list[Growth]:
    """That of each quantity.

    Args:
        axis: whose.
        times_us: int64 [diagnoses], microseconds, ascending.
        values: float64 [diagnoses, QUANTITIES]; NaN: not known.
    """
    known = ~np.isnan(values)
    return [
        Growth(axis=axis, of=of, per_week=per_week(times_us[told], column[told]), n=int(told.sum()))
        for of, column, told in zip(QUANTITIES, values.T, known.T, strict=True)
    ]


def per_week(times_us: NDArray[np.int64], values: Array) -> float | None:
    """The slope of a course; None where it is too short.

    >>> day = 86_400_000_000
    >>> round(per_week(np.arange(4) * day, np.array([1.0, 3.0, 5.0, 91.0])), 6)
    112.0
    """
    if values.size < LEAST_FOR_GROWTH or times_us[-1] - times_us[0] < SHORTEST_US:
        return None
    spans = (times_us - times_us[0]) * MOST_SPANS // (times_us[-1] - times_us[0] + 1)
    return slope(medians((times_us - times_us[0]) / WEEK_US, spans), medians(values, spans))


def medians(values: Array, spans: NDArray[np.int64]) -> Array:
    """The median of the values of each span that holds any; the numbers of the spans ascend.

    >>> medians(np.array([1.0, 9.0, 2.0, 5.0, 8.0]), np.array([0, 0, 0, 3, 3])).tolist()
    [2.0, 6.5]
    """
    ordered = values[np.lexsort((values, spans))]
    first = np.flatnonzero(np.r_[True, np.diff(spans) > 0])
    count = np.diff(np.r_[first, spans.size])
    return np.asarray((ordered[first + (count - 1) // 2] + ordered[first + count // 2]) / 2)


def slope(times: Array, values: Array) -> float | None:
    """The median of the slopes between all pairs of points at different times; None where there is none.

    >>> slope(np.array([0.0, 1.0, 2.0, 3.0]), np.array([0.0, 2.0, 4.0, 90.0]))
    16.0
    """
    one, other = np.triu_indices(times.size, 1)
    apart = times[other] - times[one]
    different = apart > 0
    if not different.any():
        return None
    return float(np.median((values[other] - values[one])[different] / apart[different]))
