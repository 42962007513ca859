"""Envelope lines, read in batches with short transforms, are those of the plain computation in double precision."""

import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from data.datasets import named
from data.envelope_spectrum import (
    BANDS,
    CLIPPED_SHARE,
    HIGHEST_OF_RATE,
    LOWEST_RATIO,
    LOWEST_WHITENED_HZ,
    PADDING,
    SMOOTHING_HZ,
    WHITENED,
    WIDEST_OF_BAND,
    Band,
    EnvelopeSpectrum,
)
from data.fault import FAULTS
from data.recording import Recording
from data.rig import draw_rig, simulate

TOLERANCE_NP = 1e-3
REAL = ("mfpt/baseline_1", "mfpt/InnerRaceFault_vload_3", "jnu/ob600_2", "cwru/171", "cwru/3003")
"""Three rigs, four rates; the last two change their answer most where a line moves."""


def plan_of(recording: Recording, highest: float = 40.0) -> EnvelopeSpectrum:
    assert recording.shaft_hz is not None
    return EnvelopeSpectrum.over_orders(recording.rate_hz, recording.shaft_hz, 1.0, highest, BANDS, WHITENED)


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


def assert_as_plainly(recording: Recording) -> None:
    plan = plan_of(recording)
    read = np.concatenate(list(plan.batches(recording.samples)))
    assert len(read) == recording.samples.size // plan.window
    for number, ratios in enumerate(read):
        window = recording.samples[number * plan.window : (number + 1) * plan.window]
        np.testing.assert_allclose(ratios, plainly(plan, window), atol=TOLERANCE_NP, rtol=0)


@pytest.mark.parametrize("seed", range(4))
def test_the_lines_of_simulated_machines_are_those_of_the_plain_computation(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rate = (12_000.0, 25_600.0, 48_000.0, 50_000.0)[seed]
    assert_as_plainly(simulate(draw_rig(rng, rate_hz=rate), FAULTS[seed], 5.3, rng))


@pytest.mark.parametrize("name", REAL)
def test_the_lines_of_real_machines_are_those_of_the_plain_computation(name: str, data_root: Path) -> None:
    dataset, (entry,) = named(name)
    assert_as_plainly(dataset.load(data_root, entry).span(0, 0.4))


def test_memory_does_not_grow_with_the_recording() -> None:
    rng = np.random.default_rng(0)
    ten = simulate(draw_rig(rng, rate_hz=50_000.0, speed_rpm=1000.0), FAULTS[1], 10.0, rng)
    plan = plan_of(ten)
    assert _peak_bytes(plan, np.tile(ten.samples, 6)) < 1.1 * _peak_bytes(plan, ten.samples)


def _peak_bytes(plan: EnvelopeSpectrum, samples: np.ndarray) -> int:
    tracemalloc.start()
    plan.lines(samples)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak
