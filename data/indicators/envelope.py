"""How much the envelope of a band moves: impacts ring in a band, and lift it again and again.

The RMS of the whole envelope is root 2 times the band's own and says nothing new: so it is taken about its mean.
Enveloping: P. D. McFadden, J. D. Smith, "Vibration monitoring of rolling element bearings by the high-frequency
resonance technique - a review", Tribology International 17 (1984).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from data.envelope_spectrum import Band, cut
from data.indicators.pieces import pieces
from data.steps import step

FLANK = 0.1


def envelope_rms(samples: NDArray[np.float32], rate_hz: float, bands: Sequence[Band]) -> list[float]:
    """RMS about its mean of each band's envelope, in the unit of `samples`.

    The envelope is the magnitude of the analytic signal; a band's edges are sloped over a tenth of its width within.

    Args:
        samples: float32 [samples] without a mean.
        rate_hz: sampling rate.
        bands: within half the rate.
    """
    sums, squares, counts = np.zeros((3, len(bands)))
    for piece in pieces(samples, rate_hz):
        step()
        size = fft.next_fast_len(piece.size, real=True)
        spectrum = fft.rfft(piece, size)
        for at, band in enumerate(bands):
            part = cut(spectrum[None], rate_hz / size, band, FLANK)[0]
            # Shifted to zero a band has the same envelope, and twice its width in samples a second are enough.
            points = fft.next_fast_len(2 * part.size)
            analytic = fft.ifft(part, points)[: round(points * piece.size / size)] * np.float32(2 * points / size)
            squared = analytic.real**2 + analytic.imag**2
            squares[at] += squared.sum(dtype=np.float64)
            sums[at] += np.sqrt(squared).sum(dtype=np.float64)
            counts[at] += squared.size
    return [float(rms) for rms in np.sqrt(np.maximum(squares / counts - (sums / counts) ** 2, 0))]
