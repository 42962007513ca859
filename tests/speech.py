"""A talking voice: what a microphone hears that is no machine."""

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

FORMANTS_HZ = ((730, 1090, 2440, 3400), (270, 2290, 3010, 3700), (300, 870, 2240, 3300), (530, 1840, 2480, 3500))
FORMANT_WIDTHS_HZ = (80, 100, 140, 200)


def spoken(seconds: float, rate_hz: float, seed: int) -> Samples:
    """Glottal pulses of a gliding pitch through formants, hiss, syllables, pauses: float32 [samples]."""
    rng = np.random.default_rng(seed)
    size = round(seconds * rate_hz)
    sound = np.zeros(size)
    voice_hz = rng.uniform(90, 230)
    at = 0
    while at < size:
        length = round(rng.uniform(0.08, 0.28) * rate_hz)
        syllable = _syllable(length, rate_hz, voice_hz * rng.uniform(0.85, 1.2), rng)
        sound[at : at + length] += syllable[: size - at]
        at += length + round(rng.choice([0.01, 0.03, 0.25], p=[0.5, 0.35, 0.15]) * rate_hz)
    return (sound + 1e-3 * sound.std() * rng.standard_normal(size)).astype(np.float32)


def _syllable(length: int, rate_hz: float, pitch_hz: float, rng: np.random.Generator) -> NDArray[np.float64]:
    from scipy.signal import lfilter

    time = np.arange(length) / rate_hz
    glide = np.linspace(1, rng.uniform(0.8, 1.15), length) * (1 + 0.01 * np.sin(2 * np.pi * 5 * time))
    phase = np.cumsum(pitch_hz * glide / rate_hz) % 1
    open_share = 0.6
    # The flow through the glottis rises slowly and shuts at once (Rosenberg); what radiates is its derivative.
    flow = np.where(phase < open_share, np.sin(np.pi / 2 * phase / open_share) ** 2, 0)
    sound = np.diff(flow, prepend=0) * rate_hz / pitch_hz
    sound += rng.uniform(0.02, 0.1) * rng.standard_normal(length)
    for formant, width in zip(FORMANTS_HZ[rng.integers(len(FORMANTS_HZ))], FORMANT_WIDTHS_HZ, strict=True):
        radius, angle = np.exp(-np.pi * width / rate_hz), 2 * np.pi * formant * rng.uniform(0.93, 1.07) / rate_hz
        poles = [1, -2 * radius * np.cos(angle), radius**2]
        sound = lfilter([sum(poles)], poles, sound)
    hiss = np.diff(rng.standard_normal(length), prepend=0) * 0.3 * sound.std() * (time < rng.uniform(0, 0.06))
    return np.asarray((sound + hiss) * np.sin(np.pi * np.arange(length) / length) ** 0.5 * rng.uniform(0.4, 1.0))
