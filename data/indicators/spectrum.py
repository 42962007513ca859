"""The power of a signal by frequency, from which velocity and bands are read."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from data.indicators.pieces import pieces
from data.steps import step

RAMP_S = 0.25
SLOPES = (0.8, 1.2)
"""An integrated band ends softly: a shaft that turns at its very edge must not flicker in and out of it."""


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
        first, last = np.ceil(np.array([low_hz, high_hz]) / self.bin_hz).astype(int)
        return float(np.sqrt(self.mean_squares[first:last].sum()))

    def integrated_rms(self, low_hz: float, high_hz: float) -> float:
        """Of the integral over time, in the signal's unit times s; a line at f has its amplitude over 2 pi f.

        All of it from `low_hz` to `high_hz`, and falling by half a cosine to nothing at 0.8 and 1.2 times these.
        """
        hz = self.bin_hz * np.arange(1, self.mean_squares.size)
        below, above = (hz / low_hz - SLOPES[0]) / (1 - SLOPES[0]), (SLOPES[1] - hz / high_hz) / (SLOPES[1] - 1)
        gain = np.sin(np.pi / 2 * np.clip(np.minimum(below, above), 0, 1)) ** 2
        return float(np.sqrt((self.mean_squares[1:] * (gain / (2 * np.pi * hz)) ** 2).sum()))


def power_spectrum(samples: NDArray[np.float32], rate_hz: float) -> PowerSpectrum:
    """Mean over pieces of up to 4 s, with ramps of 0.25 s that lie over their neighbours', so that no jump leaks.

    Two ramps' squares add up to 1: every sample counts alike but those in the first and the last 0.25 s.

    Args:
        samples: float32 [samples] without a mean, longer than two ramps.
        rate_hz: sampling rate.
    """
    ramp = int(RAMP_S * rate_hz)
    cut = pieces(samples, rate_hz, overlap=ramp)
    count, length = cut.shape
    taper = np.ones(length, dtype=np.float32)
    taper[:ramp] = np.sin(np.pi / 2 * (np.arange(ramp) + 0.5) / ramp)
    taper[length - ramp :] = taper[:ramp][::-1]
    size = fft.next_fast_len(length, real=True)
    power = np.zeros(size // 2 + 1)
    for piece in cut:
        step()
        spectrum = fft.rfft(piece * taper, size)
        power += spectrum.real**2 + spectrum.imag**2
    # Every bin but those at 0 Hz and at half the rate stands for its mirror image too.
    power[1 : (size + 1) // 2] *= 2
    weight = float(np.square(taper, dtype=np.float64).sum())
    return PowerSpectrum(power / (count * size * weight), rate_hz / size)
