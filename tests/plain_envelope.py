"""The lines of an envelope spectrum in plain double precision, step by step: what the quick computation is held to."""

import numpy as np

from data.envelope_spectrum import (
    CLIPPED_SHARE,
    HIGHEST_OF_RATE,
    LOWEST_RATIO,
    LOWEST_WHITENED_HZ,
    PADDING,
    SMOOTHING_HZ,
    WIDEST_OF_BAND,
    Band,
    EnvelopeSpectrum,
)


def plainly(plan: EnvelopeSpectrum, samples: np.ndarray) -> np.ndarray:
    """The log ratios of one window [channels, bins], step by step in float64."""
    hz = plan.rate_hz / plan.window
    spectrum = np.fft.rfft(samples.astype(np.float64) - samples.mean(dtype=np.float64))
    magnitude, half = np.maximum(np.abs(spectrum), 1e-30), max(1, round(SMOOTHING_HZ / hz / 2))
    smoothed = np.array([magnitude[max(0, k - half) : k + half + 1].mean() for k in range(magnitude.size)])
    white = Band(LOWEST_WHITENED_HZ, HIGHEST_OF_RATE * plan.rate_hz)
    channels = [(spectrum, band, 0.1) for band in plan.bands]
    channels += [(spectrum / magnitude, white, 0.0), (spectrum / smoothed, white, 0.0)]
    return np.stack([_channel(plan, *channel) for channel in channels])


def _channel(plan: EnvelopeSpectrum, spectrum: np.ndarray, band: Band, flank: float) -> np.ndarray:
    from scipy.fft import next_fast_len

    hz = plan.rate_hz / plan.window
    part = spectrum[int(band.low_hz / hz) : int(band.high_hz / hz)].copy()
    slope = int(flank * part.size)
    if slope:
        part[:slope] *= np.linspace(0, 1, slope)
        part[-slope:] *= np.linspace(1, 0, slope)
    size = next_fast_len(part.size + plan.bins // PADDING + 1)
    squared = np.abs(np.fft.ifft(part, size)) ** 2
    squared = np.minimum(squared, np.sort(squared)[int((1 - CLIPPED_SHARE) * (size - 1))])
    tapered = (squared - squared.mean()) * np.hanning(size)
    magnitude = np.abs(np.fft.rfft(tapered, PADDING * size))[: plan.bins]
    usable = min(magnitude.size, int(WIDEST_OF_BAND * PADDING * part.size))
    ratio = np.full(plan.bins, np.nan)
    ratio[:usable] = np.log(np.maximum(magnitude[:usable] / _floor(magnitude[:usable], plan), LOWEST_RATIO))
    return ratio


def _floor(magnitude: np.ndarray, plan: EnvelopeSpectrum) -> np.ndarray:
    width = max(8, min(int(PADDING * plan.floor_hz * plan.window / plan.rate_hz), magnitude.size))
    starts = range(0, magnitude.size - width + 1, width // 2)
    medians = [np.median(magnitude[start : start + width]) for start in starts]
    return np.interp(np.arange(magnitude.size), np.array(starts) + width / 2, medians)
