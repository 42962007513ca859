"""The mean power spectrum of a signal by Welch's method.

P. D. Welch, "The use of fast Fourier transform for the estimation of power spectra", IEEE Trans. Audio Electroacoust.
15 (1967). (`scipy.signal.welch` does the same segment by segment, at four times the cost.)
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy import fft

from data.steps import step

# Transforms of several segments at once cost less than half, in fours; memory is bounded by so many samples.
BATCH_SAMPLES = 1 << 18
LANES = 4
HANN_POWER = 3 / 8
"""Mean square of the taper."""


def mean_power(samples: NDArray[np.float32], size: int) -> NDArray[np.float64]:
    """Mean squared magnitude, float64 [size // 2 + 1], of the spectra of segments under Hann's taper.

    Segments of `size` samples overlap by half and are taken each less its mean; what is left at the end is not read.
    """
    segments = sliding_window_view(samples, size)[:: size - size // 2]
    taper = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)).astype(np.float32)
    total = np.zeros(size // 2 + 1)
    at_once = max(LANES, BATCH_SAMPLES // size // LANES * LANES)
    for first in range(0, len(segments), at_once):
        step()
        some = segments[first : first + at_once]
        spectra = fft.rfft((some - some.mean(axis=1, keepdims=True)) * taper)
        total += (spectra.real**2 + spectra.imag**2).sum(axis=0, dtype=np.float64)
    return total / len(segments)
