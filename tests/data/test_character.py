"""What a signal is like before any front end shapes it."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from scipy.signal import welch

from data.character import OCTAVE_EDGES_HZ, from_power_law_db, level_spread_db, octave_spectrum_db
from data.datasets import DATASETS
from data.recording import Recording


def _noise(rate_hz: float = 48_000.0, seconds: float = 4.0) -> Recording:
    return Recording(np.random.default_rng(0).standard_normal(int(rate_hz * seconds)).astype(np.float32), rate_hz)


@pytest.mark.parametrize("rate_hz", [12_000.0, 48_828.0, 97_656.0])
def test_white_noise_holds_power_in_proportion_to_the_width_of_an_octave_at_any_rate(rate_hz: float) -> None:
    widths = np.diff(OCTAVE_EDGES_HZ)
    assert octave_spectrum_db(_noise(rate_hz)) == pytest.approx(10 * np.log10(widths / widths.sum()), abs=1.5)


def test_gain_and_offset_do_not_change_the_spectrum() -> None:
    noise = _noise()
    louder = Recording(noise.samples * 30 + 5, noise.rate_hz)
    assert octave_spectrum_db(louder) == pytest.approx(octave_spectrum_db(noise), abs=0.01)


def test_a_steady_signal_has_hardly_any_level_spread_and_one_that_stops_and_starts_has_much() -> None:
    noise = _noise()
    gate = 0.01 + (np.arange(noise.samples.size) // 24_000 % 2)
    assert level_spread_db(noise) < 0.5
    assert level_spread_db(Recording(noise.samples * gate, noise.rate_hz)) == pytest.approx(40, abs=1)


def test_a_signal_too_short_to_vary_counts_as_steady() -> None:
    assert level_spread_db(_noise(seconds=0.09)) == 0


@pytest.mark.parametrize("power", [0.0, -0.5, -1.0])
def test_coloured_noise_has_the_spectrum_of_a_power_law_and_a_tone_in_noise_has_not(power: float) -> None:
    white = _noise()
    hz = np.maximum(np.fft.rfftfreq(white.samples.size, 1 / white.rate_hz), 20)
    coloured = np.fft.irfft(np.fft.rfft(white.samples) * hz**power, white.samples.size)
    assert from_power_law_db(octave_spectrum_db(Recording(coloured, white.rate_hz))) < 0.5
    tone = np.std(coloured) * np.sin(2 * np.pi * 700 * np.arange(white.samples.size) / white.rate_hz)
    assert from_power_law_db(octave_spectrum_db(Recording(coloured + tone, white.rate_hz))) > 1.0


def test_no_recording_of_a_machine_has_the_spectrum_of_coloured_noise(data_root: Path) -> None:
    for dataset in DATASETS.values():
        for entry in dataset.present(data_root):
            spectrum = octave_spectrum_db(dataset.load(data_root, entry))
            assert from_power_law_db(spectrum) > 1.0, entry.name


def test_every_recording_of_a_machine_is_steadier_than_speech(data_root: Path) -> None:
    spreads = {
        entry.name: level_spread_db(dataset.load(data_root, entry))
        for dataset in DATASETS.values()
        for entry in dataset.present(data_root)
    }
    assert max(spreads.values()) < 10, max(spreads, key=spreads.__getitem__)


@pytest.mark.parametrize("size", [300, 12_000, 200_001])
def test_the_octave_spectrum_is_that_of_welchs_method_in_double_precision(size: int) -> None:
    samples = np.cumsum(np.random.default_rng(0).standard_normal(size)).astype(np.float32) + 2
    segment = min(size, 2400)
    hz, density = welch(samples.astype(np.float64) - samples.mean(), 48_000.0, nperseg=segment)
    edges = np.searchsorted(hz, OCTAVE_EDGES_HZ)
    power = np.array([density[low:high].sum() for low, high in pairwise(edges)])
    expected = 10 * np.log10(power / power.sum() + 1e-9)
    assert octave_spectrum_db(Recording(samples, 48_000.0)) == pytest.approx(expected, abs=1e-3)
