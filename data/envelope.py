"""The amplitude envelope of one frequency band.

Envelope analysis: P. D. McFadden, J. D. Smith, "Vibration monitoring of rolling element bearings by the
high-frequency resonance technique - a review", Tribology International 17 (1984).
"""

import numpy as np
from numpy.typing import NDArray
from scipy import fft

BAND_PASS_POLES = 4
LOW_PASS_POLES = 8


def band_envelope(samples: NDArray[np.float32], rate_hz: float, band_hz: tuple[float, float]) -> NDArray[np.float32]:
    """The analytic signal's magnitude after a zero-phase Butterworth band-pass; same shape and unit as `samples`."""
    from scipy.signal import butter, sosfiltfilt

    sections = butter(BAND_PASS_POLES, band_hz, "bandpass", fs=rate_hz, output="sos")
    return np.abs(_analytic(sosfiltfilt(sections, samples).astype(np.float32)))


def low_pass(samples: NDArray[np.float32], rate_hz: float, cutoff_hz: float) -> NDArray[np.float32]:
    """Zero-phase Butterworth low-pass; a cut-off at or above 0.99 of Nyquist leaves the samples as they are."""
    from scipy.signal import butter, sosfiltfilt

    if cutoff_hz >= 0.99 * rate_hz / 2:
        return samples
    sections = butter(LOW_PASS_POLES, cutoff_hz, fs=rate_hz, output="sos")
    return np.asarray(sosfiltfilt(sections, samples), dtype=np.float32)


def _analytic(samples: NDArray[np.float32]) -> NDArray[np.complex64]:
    # scipy.signal.hilbert takes the length as it is: a prime one costs ten times a padded transform.
    padded = fft.next_fast_len(samples.size)
    spectrum = fft.fft(samples, padded)
    spectrum[1 : (padded + 1) // 2] *= 2
    spectrum[padded // 2 + 1 :] = 0
    return np.asarray(fft.ifft(spectrum)[: samples.size], dtype=np.complex64)
