"""A recording of a simulated rig: strikes through the structure, shaft harmonics, noise and stray impulses.

Noise excites the same structure as strikes do, so that a resonance alone tells nobody that something is broken.
"""

import math

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from data.fault import Fault
from data.recording import Recording
from data.rig.rig import Rig
from data.rig.strikes import strikes
from data.rig.structure import TAPS, ringing, transfer_function

Array = NDArray[np.float64]

# After this many decay times the slowest mode has fallen by 60 dB.
LEAD_DECAYS = 7.0
# Below this the tilt of the noise stops, else its power would all lie near zero.
LOWEST_TILT_HZ = 50.0


def simulate(rig: Rig, fault: Fault, seconds: float, rng: np.random.Generator) -> Recording:
    """Measures `rig` with `fault` for `seconds`.

    Returns:
        A labelled recording in g with the speed and the bearing's orders as an operator knows them: nominal, without
        the slip that the rig really has.

    Raises:
        SignalError: too short to be a recording.
    """
    lead = math.ceil(LEAD_DECAYS * max(mode.decay_s for mode in rig.resonances) * rig.rate_hz) + TAPS
    wanted = round(seconds * rig.rate_hz)
    # The lead lets ringing from before the first sample be there, and takes what the circular convolution wraps around.
    size = fft.next_fast_len(wanted + lead, real=True)
    times = np.arange(size) / rig.rate_hz
    turns = _turns(rig, times, rng)
    structure = transfer_function(rig, size)

    angles, strengths = strikes(rig, fault, (float(turns[0]), float(turns[-1])), rng)
    response = ringing(np.interp(angles, turns, times) * rig.rate_hz, strengths, structure, size)
    strays = ringing(*_strays(rig, size, rng), structure, size)
    noise = _noise(rig, structure, turns, rng)

    strike_gain = rig.noise_g * 10 ** (rig.snr_db / 20)
    total = noise + _shaft_harmonics(rig, turns, rng)
    total += response * (strike_gain / max(_rms(response[lead:]), 1e-12) if strengths.size else 0.0)
    total += strays * (strike_gain * _stray_scale(rig, structure))
    return Recording(
        samples=total[lead : lead + wanted].astype(np.float32),
        rate_hz=rig.rate_hz,
        speed_rpm=rig.speed_rpm,
        orders=rig.geometry.orders(),
        fault=fault,
        rig="simulated",
        bearing=f"simulated {fault}",
        source=f"simulated {fault}",
    )


def _turns(rig: Rig, times: Array, rng: np.random.Generator) -> Array:
    """Shaft angle in turns at `times`: mean speed plus three slow swings of it, integrated in closed form."""
    turns = rig.shaft_hz * times
    if rig.speed_wander:
        for swing_hz, phase in zip(rng.uniform(0.1, 2.0, 3), rng.uniform(0, 2 * np.pi, 3), strict=True):
            depth = rig.speed_wander * rig.shaft_hz / (3 * 2 * np.pi * swing_hz)
            # On a coarse grid: the swing is slow, and a sine a sample would cost more than all the rest.
            coarse = np.linspace(times[0], times[-1], max(16, int(64 * times[-1])))
            turns += np.interp(times, coarse, depth * np.sin(2 * np.pi * swing_hz * coarse + phase))
    return turns


def _strays(rig: Rig, size: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Places (samples) and strengths of impulses that come when they like, from somewhere else on the machine."""
    count = int(rng.poisson(rig.stray_per_s * size / rig.rate_hz)) if rig.stray_per_s else 0
    return rng.uniform(0, size - 1, count), rig.stray_strength * np.exp(0.5 * rng.standard_normal(count))


def _stray_scale(rig: Rig, structure: NDArray[np.complex128]) -> float:
    """What makes a stray of strength 1 about as tall as a strike, healthy rigs included.

    Estimated from the power of a steady train at the outer race's order, so that healthy and damaged rigs of the same
    settings suffer the same strays.
    """
    size = 2 * (structure.size - 1)
    energy = 2 * float(np.sum(np.abs(structure) ** 2)) / size
    per_sample = rig.geometry.orders().bpfo * rig.shaft_hz / rig.rate_hz
    return 1 / math.sqrt(energy * per_sample)


def _noise(rig: Rig, structure: NDArray[np.complex128], turns: Array, rng: np.random.Generator) -> Array:
    """Tilted noise that excites the structure too, modulated by the shaft; RMS `noise_g`."""
    hz = fft.rfftfreq(turns.size, 1 / rig.rate_hz)
    shape = (np.maximum(hz, LOWEST_TILT_HZ) / 1000) ** (rig.noise_slope_db / (20 * math.log10(2)))
    shape *= 1 + rig.noise_resonance * np.abs(structure)
    noise = fft.irfft(fft.rfft(rng.standard_normal(turns.size)) * shape, turns.size)
    if rig.noise_modulation:
        noise *= 1 + rig.noise_modulation * np.cos(2 * np.pi * (turns + rng.random()))
    return np.asarray(noise * (rig.noise_g / _rms(noise)))


def _shaft_harmonics(rig: Rig, turns: Array, rng: np.random.Generator) -> Array:
    phases = np.exp(2j * np.pi * rng.random(len(rig.shaft_harmonics)))
    # Horner's scheme on one phasor: a power of it is a harmonic, without a sine for each.
    phasor = np.exp(2j * np.pi * turns)
    total = np.zeros(turns.size, dtype=np.complex128)
    for amplitude, phase in zip(reversed(rig.shaft_harmonics), reversed(phases), strict=True):
        total = (total + amplitude * phase) * phasor
    return total.real * rig.noise_g


def _rms(values: Array) -> float:
    return float(np.sqrt(np.mean(values**2)))
