"""Envelopes read piece by piece are those of filters run over the whole signal, forwards and backwards."""

import numpy as np
import pytest
from scipy.signal import butter, hilbert, sosfiltfilt

from data.envelope import band_envelopes
from data.fault import Fault
from data.rig import draw_rig, simulate

RATE_HZ = 50_000.0
BANDS_HZ = ((1e3, 4e3), (4e3, 10e3), (12e3, 22e3))
TOLERANCE = 2e-4
"""Of the envelope's median, away from the ends, where only one of the two knows what came before."""


@pytest.mark.parametrize("cutoff_hz", [200.0, 1920.0, np.inf])
def test_the_envelopes_are_those_of_whole_signals_filtered_in_double_precision(cutoff_hz: float) -> None:
    rng = np.random.default_rng(0)
    samples = simulate(draw_rig(rng, rate_hz=RATE_HZ), Fault.OUTER_RACE, 6.0, rng).samples
    found = band_envelopes(samples, RATE_HZ, BANDS_HZ, cutoff_hz)
    assert found.dtype == np.float32
    for envelope, band in zip(found, BANDS_HZ, strict=True):
        sections = butter(4, band, "bandpass", fs=RATE_HZ, output="sos")
        whole = np.abs(hilbert(sosfiltfilt(sections, samples.astype(np.float64))))
        if cutoff_hz < RATE_HZ / 2:
            whole = sosfiltfilt(butter(8, cutoff_hz, fs=RATE_HZ, output="sos"), whole)
        middle = slice(100_000, 200_000)
        np.testing.assert_allclose(envelope[middle], whole[middle], atol=TOLERANCE * np.median(whole))


def test_a_signal_shorter_than_a_filters_answer_is_read() -> None:
    found = band_envelopes(np.random.default_rng(0).standard_normal(256).astype(np.float32), RATE_HZ, BANDS_HZ, 100.0)
    assert found.shape == (3, 256)
    assert np.isfinite(found).all()
