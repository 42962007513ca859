"""How much the envelope of a band moves: impacts ring in a band, and lift it again and again.

The RMS of the whole envelope is root 2 times the band's own and says nothing new: so it is taken about its mean.
Enveloping: P. D. McFadden, J. D. Smith, "Vibration monitoring of rolling element bearings by the high-frequency
resonance technique - a review", Tribology International 17 (1984).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from data.envelope_spectrum import Band, Complexes, centred_spectra, cut

FLANK = 0.1
WINDOW_S = 1.0


def envelope_rms(samples: NDArray[np.float32], rate_hz: float, bands: Sequence[Band]) -> list[float]:
    """RMS about its mean of each band's envelope, in the unit of `samples`.

    The envelope is the magnitude of the analytic signal; a band's edges are sloped over a tenth of its width within.
    Whole windows of about 1 s are read.

    Args:
        samples: float32 [samples], 1 s or more.
        rate_hz: sampling rate.
        bands: within half the rate.
    """
    window = fft.prev_fast_len(round(WINDOW_S * rate_hz), real=True)
    sums, squares, counts = np.zeros((3, len(bands)))
    for spectra in centred_spectra(samples, window):
        for at, band in enumerate(bands):
            squared = _squared_envelope(cut(spectra, rate_hz / window, band, FLANK), window)
            squares[at] += squared.sum(dtype=np.float64)
            sums[at] += np.sqrt(squared).sum(dtype=np.float64)
            counts[at] += squared.size
    return [float(rms) for rms in np.sqrt(np.maximum(squares / counts - (sums / counts) ** 2, 0))]


def _squared_envelope(part: Complexes, window: int) -> NDArray[np.float32]:
    """From the positive frequencies of a band [windows, frequencies], sampled at about the band's width."""
    size = fft.next_fast_len(part.shape[-1])
    analytic = fft.ifft(part, size) * np.float32(2 * size / window)
    return np.asarray(analytic.real**2 + analytic.imag**2)
