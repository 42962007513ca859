"""The amplitude envelope of frequency bands.

Envelope analysis: P. D. McFadden, J. D. Smith, "Vibration monitoring of rolling element bearings by the
high-frequency resonance technique - a review", Tribology International 17 (1984).
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy import fft

from data.steps import step

BAND_PASS_POLES = 4
LOW_PASS_POLES = 8
# After so many periods of its lowest frequency a filter's answer has died away.
SETTLED_PERIODS = 12
PIECE_OF_MARGIN = 16
# Transforms of several pieces at once cost less than half; these stay in the processor's cache.
PIECES_AT_ONCE = 8


def band_envelopes(
    samples: NDArray[np.float32], rate_hz: float, bands_hz: Sequence[tuple[float, float]], cutoff_hz: float = np.inf
) -> NDArray[np.float32]:
    """The analytic signal's magnitude in each band, float32 [bands, samples], in the unit of `samples`.

    Both filters are Butterworth's, run forwards and backwards: no phase, the squared gain. They are applied to the
    spectra of pieces that overlap by what the filters need to settle; beyond its ends the signal is reflected.

    Args:
        samples: float32 [samples].
        rate_hz: sampling rate.
        bands_hz: lower and upper edge of each band.
        cutoff_hz: the envelope is limited to this; at or above 0.99 of Nyquist it is left as it is.
    """
    margin = int(SETTLED_PERIODS * rate_hz / min(cutoff_hz, *(low for low, _ in bands_hz)))
    size = fft.next_fast_len(PIECE_OF_MARGIN * margin, real=True)
    hop = size - 2 * margin
    count = -(-samples.size // hop)
    padded = np.pad(samples, (margin, margin + count * hop - samples.size), mode="reflect", reflect_type="odd")
    pieces = sliding_window_view(padded, size)[::hop]
    passes = [2 * _squared_gain(BAND_PASS_POLES, band, "bandpass", rate_hz, size) for band in bands_hz]
    smooth = cutoff_hz < 0.99 * rate_hz / 2
    low_pass = _squared_gain(LOW_PASS_POLES, cutoff_hz, "lowpass", rate_hz, size) if smooth else None
    envelopes = np.empty((len(bands_hz), count, hop), dtype=np.float32)
    for first in range(0, count, PIECES_AT_ONCE):
        step()
        some = slice(first, first + PIECES_AT_ONCE)
        spectra = fft.rfft(pieces[some])
        for envelope, gain in zip(envelopes, passes, strict=True):
            magnitude = np.abs(fft.ifft(spectra * gain, size))
            if low_pass is not None:
                magnitude = fft.irfft(fft.rfft(magnitude) * low_pass, size)
            envelope[some] = magnitude[:, margin : margin + hop]
    return envelopes.reshape(len(bands_hz), -1)[:, : samples.size]


def _squared_gain(
    poles: int, edges_hz: float | tuple[float, float], kind: Literal["bandpass", "lowpass"], rate_hz: float, size: int
) -> NDArray[np.float32]:
    """Of Butterworth's filter, at the frequencies of a real transform of `size` samples."""
    from scipy.signal import butter, freqz_sos

    sections = butter(poles, edges_hz, kind, fs=rate_hz, output="sos")
    _, response = freqz_sos(sections, fft.rfftfreq(size, 1 / rate_hz), fs=rate_hz)
    return np.asarray(np.abs(response) ** 2, dtype=np.float32)
