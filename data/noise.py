"""White noise at a stated signal-to-noise ratio."""

import numpy as np
from numpy.typing import NDArray


def add_noise(
    signal: NDArray[np.float32], snr_db: float | NDArray[np.floating], rng: np.random.Generator
) -> NDArray[np.float32]:
    """Add white Gaussian noise so that signal power over noise power is `snr_db` along the last axis.

    `snr_db` is one number, or broadcasts against `signal` with a last axis of 1.
    """
    power = np.mean(np.square(signal, dtype=np.float64), axis=-1, keepdims=True)
    scale = np.sqrt(power * 10 ** (-np.asarray(snr_db) / 10)).astype(np.float32)
    noise = rng.standard_normal(signal.shape, dtype=np.float32)
    return np.asarray(signal + scale * noise, dtype=np.float32)
