"""Simulated plants: rigs whose shaft shows less than on a test bench, beside other machines and the mains' hum.

The estimate of speed and the check of the bearing were set on the plants of `CHOOSING`, and are measured on others.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from data.fault import FAULTS, Fault
from data.recording import Recording
from data.rig import Rig, draw_rig, simulate

CHOOSING = range(0, 600)
TESTING = range(10_000, 10_240)

SECONDS = (1.5, 8.0)
# The rigs' own shaft lines are 0.05 to 0.8 of the noise; in a plant they may be a hundredth of that.
SHAFT_SCALE = (0.01, 1.0)
HUM_SHARE = 0.5
HUM_HARMONICS = (1, 2, 3, 4, 6)
OTHER_SHAFT_SHARE = 0.1
OTHER_SHAFT_HARMONICS = (1, 2, 3, 4, 5)
OTHER_SHAFT_RATIO = (0.33, 3.0)
FOREIGN_RMS = (0.003, 0.5)


def plant(seed: int) -> Recording:
    """The recording of one plant; seeds go round the four states of a bearing."""
    rng = np.random.default_rng([7, seed])
    drawn = draw_rig(rng)
    scale = _between_log(rng, SHAFT_SCALE)
    rig = replace(drawn, shaft_harmonics=tuple(scale * height for height in drawn.shaft_harmonics))
    fault: Fault = FAULTS[seed % len(FAULTS)]
    recording = simulate(rig, fault, float(rng.uniform(*SECONDS)), rng)
    foreign = np.zeros(recording.samples.size)
    if rng.random() < HUM_SHARE:
        hum_hz = float(rng.choice([50.0, 60.0]) * (1 + rng.uniform(-0.002, 0.002)))
        foreign += _comb(rig, hum_hz, HUM_HARMONICS, foreign.size, rng)
    if rng.random() < OTHER_SHAFT_SHARE:
        other_hz = rig.shaft_hz * _between_log(rng, OTHER_SHAFT_RATIO)
        foreign += _comb(rig, other_hz, OTHER_SHAFT_HARMONICS, foreign.size, rng)
    samples = recording.samples + foreign.astype(np.float32)
    return replace(recording, samples=samples, rig="simulated", source=f"simulated plant {seed}")


def _comb(rig: Rig, hz: float, harmonics: tuple[int, ...], size: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Tones at multiples of `hz`, g [size]."""
    times = np.arange(size) / rig.rate_hz
    loudest = rig.noise_g * _between_log(rng, FOREIGN_RMS)
    total = np.zeros(size)
    for harmonic in harmonics:
        height = loudest * rng.uniform(0.1, 1.0)
        total += height * np.sin(2 * np.pi * (hz * harmonic * times + rng.random()))
    return total


def _between_log(rng: np.random.Generator, limits: tuple[float, float]) -> float:
    return float(np.exp(rng.uniform(*np.log(limits))))
