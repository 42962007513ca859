"""Bringing a recording to another sampling rate without aliases."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from data.recording import Recording

STOPBAND_DB = 80.0


def resample(samples: NDArray[np.float32], rate_hz: float, to_hz: float) -> NDArray[np.float32]:
    """Polyphase resampling, float32 in and out; both rates in Hz, their ratio kept to 1 part in a million."""
    from scipy.signal import resample_poly

    ratio = Fraction(to_hz / rate_hz).limit_denominator(5000)
    if ratio == 1:
        return samples
    return np.asarray(resample_poly(samples, ratio.numerator, ratio.denominator), dtype=np.float32)


def limit_band(samples: NDArray[np.float32], rate_hz: float, limit_hz: float, width_hz: float) -> NDArray[np.float32]:
    """Linear-phase low-pass: flat to `limit_hz`, at least 80 dB down from `limit_hz + width_hz` on (Kaiser window)."""
    from scipy.signal import firwin, kaiserord, oaconvolve

    taps, beta = kaiserord(STOPBAND_DB, width_hz / (rate_hz / 2))
    kernel = firwin(taps | 1, limit_hz + width_hz / 2, window=("kaiser", beta), fs=rate_hz)
    return np.asarray(oaconvolve(samples, kernel.astype(np.float32), mode="same"), dtype=np.float32)


def resampled(recording: Recording, to_hz: float) -> Recording:
    """The same recording at another rate."""
    return replace(recording, samples=resample(recording.samples, recording.rate_hz, to_hz), rate_hz=to_hz)
