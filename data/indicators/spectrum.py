"""The power of a signal by frequency, from which velocity and bands are read."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from data.welch import HANN_POWER, mean_power

SHORTEST_S = 1.0
"""A segment is at least this long, so that its lines are resolved to about 1 Hz."""


@dataclass(frozen=True, eq=False)
class PowerSpectrum:
    """What part of the mean square lies at which frequency.

    Attributes:
        mean_squares: float64 [bins]; their sum is the mean square of the signal, in its unit squared.
        bin_hz: width of a bin; bin k is at k * bin_hz.
    """

    mean_squares: NDArray[np.float64]
    bin_hz: float

    def rms(self, low_hz: float, high_hz: float) -> float:
        """Of what lies from `low_hz` up to `high_hz`, in the signal's unit."""
        return float(np.sqrt(self.mean_squares[self._bins(low_hz, high_hz)].sum()))

    def integrated_rms(self, low_hz: float, high_hz: float) -> float:
        """The same of the integral over time, in the signal's unit times s: a line's amplitude over 2 pi f."""
        bins = self._bins(low_hz, high_hz)
        angular = 2 * np.pi * self.bin_hz * np.arange(bins.start, bins.stop)
        return float(np.sqrt((self.mean_squares[bins] / angular**2).sum()))

    def _bins(self, low_hz: float, high_hz: float) -> slice:
        low, high = (min(int(np.ceil(hz / self.bin_hz)), self.mean_squares.size) for hz in (low_hz, high_hz))
        return slice(max(low, 1), high)


def power_spectrum(samples: NDArray[np.float32], rate_hz: float) -> PowerSpectrum:
    """By Welch's method: half-overlapping segments of 1 to 1.5 s, so long that together they hold every sample.

    Hann's taper smears a line over 2 Hz to either side, so one that near to an edge counts in part.

    Args:
        samples: float32 [samples] without a mean, 1 s or more.
        rate_hz: sampling rate.
    """
    halves = int(2 * samples.size / (SHORTEST_S * rate_hz))
    size = fft.prev_fast_len(2 * samples.size // halves, real=True)
    power = mean_power(samples, size)
    # Every bin but those at 0 Hz and at half the rate stands for its mirror image too.
    power[1 : (size + 1) // 2] *= 2
    return PowerSpectrum(power / (HANN_POWER * size**2), rate_hz / size)
