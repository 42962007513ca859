"""The sampling rate that a column of times implies."""

import numpy as np
from numpy.typing import NDArray

from data.errors import FormatError

# Times are written with few digits: a step may look up to this much longer or shorter than it was.
STEP_TOLERANCE = 0.5
# Rounded times give the rate to about this; a rate so near a whole number of hertz was meant to be one.
RATE_TOLERANCE = 1e-5


def is_regular(times: NDArray[np.float64]) -> bool:
    """Whether the values rise in equal steps."""
    return times.size > 1 and _irregular_step(times) is None


def rate_of(times: NDArray[np.float64], what: str) -> float:
    """The sampling rate in Hz of `times` (seconds, [samples]); `what` names the column in messages.

    Raises:
        FormatError: the times do not rise in equal steps.
    """
    if times.size < 2:
        raise FormatError(f"{what} has {times.size} times; at least two are needed for a sampling rate")
    step = _irregular_step(times)
    if step is not None:
        raise FormatError(
            f"{what} is not regular: {times[step]:g} s is followed by {times[step + 1]:g} s at sample {step + 1}; "
            "samples are missing, or it is no time in seconds"
        )
    rate = (times.size - 1) / (times[-1] - times[0])
    whole = round(rate)
    return float(whole) if whole and abs(rate - whole) <= RATE_TOLERANCE * rate else float(rate)


def _irregular_step(times: NDArray[np.float64]) -> int | None:
    steps = np.diff(times)
    mean = (times[-1] - times[0]) / (times.size - 1)
    if not (np.isfinite(mean) and mean > 0):
        return int(np.argmin(steps))
    wrong = np.abs(steps - mean) > STEP_TOLERANCE * mean
    return int(np.argmax(wrong)) if wrong.any() else None
