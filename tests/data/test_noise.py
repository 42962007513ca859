"""Noise is added at the ratio that was asked for."""

import numpy as np
import pytest

from data.noise import add_noise


@pytest.mark.parametrize("snr_db", [-10.0, 0.0, 20.0])
def test_signal_power_over_noise_power_is_what_was_asked_for(snr_db: float) -> None:
    rng = np.random.default_rng(0)
    signal = 3 * np.sin(np.arange(200_000, dtype=np.float32) / 7)
    noise = add_noise(signal, snr_db, rng) - signal
    assert 10 * np.log10(np.mean(signal**2) / np.mean(noise**2)) == pytest.approx(snr_db, abs=0.1)


def test_each_window_can_have_its_own_ratio() -> None:
    signal = np.ones((2, 50_000), dtype=np.float32)
    noise = add_noise(signal, np.array([[0.0], [20.0]]), np.random.default_rng(0)) - signal
    assert noise.std(axis=1) == pytest.approx([1.0, 0.1], rel=0.02)
