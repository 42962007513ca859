"""How strong and how impulsive a signal is: numbers of the samples themselves, all about their mean.

RMS, peak and crest factor are defined in ISO 2041. Kurtosis and crest factor for bearings: D. Dyer, R. M. Stewart,
"Detection of rolling element bearing damage by statistical vibration analysis", J. Mech. Des. 100 (1978).
(`scipy.stats` has the kurtosis too; importing it takes half a second and 70 MiB.)
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.steps import step

BLOCK = 1 << 16


@dataclass(frozen=True)
class Level:
    """The moments of a signal about its mean.

    Attributes:
        mean: of the samples.
        peak: the largest distance from the mean.
        variance: second moment.
        fourth: fourth moment.
    """

    mean: float
    peak: float
    variance: float
    fourth: float

    @property
    def rms(self) -> float:
        """Root of the mean square about the mean."""
        return math.sqrt(self.variance)

    @property
    def crest_factor(self) -> float:
        """Peak over RMS: 1.41 of a sine. The variance must not be 0."""
        return self.peak / self.rms

    @property
    def kurtosis(self) -> float:
        """Pearson's: fourth moment over squared variance, 3 of noise, 1.5 of a sine. The variance must not be 0.

        Fisher's, the excess, is 3 less. As `scipy.stats.kurtosis(samples, fisher=False)`: not corrected for bias.
        """
        return self.fourth / self.variance**2


def level(samples: NDArray[np.float32]) -> Level:
    """The moments of samples [samples], in their unit; memory does not grow with their number.

    >>> level(np.array([1.0, -1.0, 1.0, -1.0], dtype=np.float32))
    Level(mean=0.0, peak=1.0, variance=1.0, fourth=1.0)
    """
    lowest, highest = float(samples.min()), float(samples.max())
    if lowest == highest:
        return Level(lowest, 0.0, 0.0, 0.0)
    mean = float(samples.mean(dtype=np.float64))
    second = fourth = 0.0
    for first in range(0, samples.size, BLOCK):
        step()
        squares = np.square(samples[first : first + BLOCK].astype(np.float64) - mean)
        second += float(squares.sum())
        fourth += float(squares @ squares)
    return Level(mean, max(highest - mean, mean - lowest), second / samples.size, fourth / samples.size)
