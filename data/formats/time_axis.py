"""The sampling rate that a column of times implies."""

import numpy as np
from numpy.typing import NDArray

from data.errors import FormatError

# Times are rounded: a step may look up to this part longer or shorter than the usual one.
STEP_TOLERANCE = 0.5
# Rounded times give the rate to about this; a rate so near a whole number of hertz was meant to be one.
RATE_TOLERANCE = 1e-5
_NAMES = {"t", "time", "times"}


def is_regular(times: NDArray[np.float64]) -> bool:
    """Whether the values rise in equal steps."""
    return times.size > 1 and _irregular_step(times) is None


def is_clock(name: str, values: NDArray[np.float64]) -> bool:
    """Whether a vector among signals is their times, by its name in small letters and by its values."""
    return name in _NAMES and is_regular(values)


def snapped(rate: float) -> float:
    """A rate that was computed from rounded times, as it was meant."""
    whole = round(rate)
    return float(whole) if whole and abs(rate - whole) <= RATE_TOLERANCE * rate else float(rate)


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
    return snapped((times.size - 1) / (times[-1] - times[0]))


def _irregular_step(times: NDArray[np.float64]) -> int | None:
    steps = np.diff(times)
    if not np.isfinite(steps).all():
        return int(np.argmin(np.isfinite(steps)))
    usual = float(np.median(steps))
    wrong = np.abs(steps - usual) > STEP_TOLERANCE * abs(usual)
    if times[-1] > times[0] and (not wrong.any() or _is_coarse(times, steps)):
        return None
    return int(np.argmax(wrong))


def _is_coarse(times: NDArray[np.float64], steps: NDArray[np.float64]) -> bool:
    """Whether times with too few digits to tell neighbours apart still lie on one line, to within their last digit."""
    digit = float(steps[steps > 0].min(initial=np.inf))
    mean = (times[-1] - times[0]) / (times.size - 1)
    line = times[0] + mean * np.arange(times.size)
    return bool(mean < 2 * digit and np.abs(times - line).max() <= 1.01 * digit)
