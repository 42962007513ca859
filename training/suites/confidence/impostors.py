"""Signals that no machine made. The sensor check stands before the networks and stops some; here it is left out.

Each is drawn by a seed: float64 [samples] of `seconds` at `rate_hz`.
"""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

Signal = NDArray[np.float64]
Draw = Callable[[np.random.Generator, float, float], Signal]

SPEECH_KNEE_HZ = 500.0
SPEECH_FALL_DB = 9.0
"""An octave, above the knee: near the long-term spectrum of talkers (D. Byrne et al., J. Acoust. Soc. Am. 96, 1994)."""
SYLLABLES_HZ = (2.0, 8.0)
SYLLABLE_SPREAD_DB = 8.0


def clipped_sine(rng: np.random.Generator, seconds: float, rate_hz: float) -> Signal:
    """A sine of 40 to 400 Hz that is cut off at a third to nine tenths of its height."""
    hz, height = rng.uniform(40, 400), rng.uniform(0.33, 0.9)
    noise = 0.003 * rng.standard_normal(round(seconds * rate_hz))
    return np.clip(np.sin(2 * np.pi * (hz * _times(seconds, rate_hz) + rng.random())), -height, height) + noise


def hum(rng: np.random.Generator, seconds: float, rate_hz: float) -> Signal:
    """The mains at 50 or 60 Hz with odd and even harmonics, in a hundredth of noise."""
    mains_hz, times = rng.choice([50.0, 60.0]), _times(seconds, rate_hz)
    total = 0.01 * rng.standard_normal(times.size)
    for harmonic in (1, 2, 3, 5, 7):
        height = rng.uniform(0.3, 1) / harmonic**2
        total += height * np.sin(2 * np.pi * (mains_hz * harmonic * times + rng.random()))
    return total


def white_noise(rng: np.random.Generator, seconds: float, rate_hz: float) -> Signal:
    """Gaussian."""
    return np.asarray(rng.standard_normal(round(seconds * rate_hz)))


def pink_noise(rng: np.random.Generator, seconds: float, rate_hz: float) -> Signal:
    """Gaussian, its density falling by 3 dB an octave."""
    return _coloured(rng, seconds, rate_hz, lambda hz: 1 / np.sqrt(np.maximum(hz, 20.0)))


def speech_like(rng: np.random.Generator, seconds: float, rate_hz: float) -> Signal:
    """Noise with the long-term spectrum of speech, as loud and as quiet as syllables are."""

    def colour(hz: Signal) -> Signal:
        octaves = np.log2(np.maximum(hz, SPEECH_KNEE_HZ) / SPEECH_KNEE_HZ)
        return np.asarray(10 ** (-SPEECH_FALL_DB * octaves / 20) * (hz > 80))

    steady, times = _coloured(rng, seconds, rate_hz, colour), _times(seconds, rate_hz)
    syllables_hz = rng.uniform(*SYLLABLES_HZ, 4)
    swing = sum(np.sin(2 * np.pi * (hz * times + rng.random())) for hz in syllables_hz) / np.sqrt(2)
    return np.asarray(steady * 10 ** (SYLLABLE_SPREAD_DB * swing / 20))


IMPOSTORS: Mapping[str, Draw] = {
    "clipped sine": clipped_sine,
    "hum": hum,
    "white noise": white_noise,
    "pink noise": pink_noise,
    "speech-like noise": speech_like,
}


def _times(seconds: float, rate_hz: float) -> Signal:
    return np.arange(round(seconds * rate_hz)) / rate_hz


def _coloured(rng: np.random.Generator, seconds: float, rate_hz: float, colour: Callable[[Signal], Signal]) -> Signal:
    size = round(seconds * rate_hz)
    spectrum = np.fft.rfft(rng.standard_normal(size)) * colour(
        np.asarray(np.fft.rfftfreq(size, 1 / rate_hz), dtype=np.float64)
    )
    return np.asarray(np.fft.irfft(spectrum, size), dtype=np.float64)
