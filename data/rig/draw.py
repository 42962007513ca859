"""Rigs drawn at random, wide enough that what holds on them is not a property of one machine."""

from dataclasses import replace
from typing import Any

import numpy as np

from data.geometry import Geometry
from data.rig.rig import LoadZone, Resonance, Rig

ROLLING_ELEMENTS = (7, 16)
DIAMETER_RATIO = (0.13, 0.30)
SHAFT_HZ = (10.0, 32.0)
RATES_HZ = (12_000.0, 48_000.0)
SNR_DB = (-16.0, 6.0)
SLIP = (-0.012, 0.012)
JITTER = (0.002, 0.02)
RESONANCES = (2, 5)
RESONANCE_HZ = (1_000.0, 10_000.0)
DAMPING = (0.02, 0.12)
SHAFT_HARMONICS = (2, 7)
STRAY_SHARE = 0.4
# A mode closer to the Nyquist frequency than this would be cut by any real acquisition's filter.
HIGHEST_RESONANCE_OF_RATE = 0.42


def draw_geometry(rng: np.random.Generator) -> Geometry:
    """A bearing of 7-16 elements, diameter ratio 0.13-0.30, contact angle 0 or (one in four) up to 15 degrees."""
    angle = float(rng.uniform(0, 15)) if rng.random() < 0.25 else 0.0
    elements = int(rng.integers(ROLLING_ELEMENTS[0], ROLLING_ELEMENTS[1] + 1))
    return Geometry(elements, _between(rng, DIAMETER_RATIO), angle)


def draw_rig(rng: np.random.Generator, **given: Any) -> Rig:
    """A random rig; what is `given` (fields of `Rig` by name) is kept instead of drawn.

    The draw does not depend on what is given: the same seed gives the same rig but for those fields, and except that
    the resonances follow the rate.
    """
    rate_hz = float(rng.choice(RATES_HZ))
    rate_hz = given.get("rate_hz", rate_hz)
    drawn = Rig(
        geometry=draw_geometry(rng),
        speed_rpm=60 * _between(rng, SHAFT_HZ),
        rate_hz=rate_hz,
        resonances=_draw_resonances(rng, rate_hz),
        snr_db=_between(rng, SNR_DB),
        slip=_between(rng, SLIP),
        jitter=_between_log(rng, JITTER),
        speed_wander=_between_log(rng, (0.0003, 0.003)),
        load_zone=LoadZone(_between(rng, (0.3, 0.9)), _between(rng, (0.4, 0.95))),
        unbalance=_between(rng, (0.0, 0.4)),
        position=_between(rng, (-0.25, 0.25)),
        alternate=_between(rng, (0.3, 0.9)),
        strength_spread=_between(rng, (0.05, 0.35)),
        pulse_s=_between(rng, (3e-6, 12e-6)),
        shaft_harmonics=_draw_shaft_harmonics(rng),
        noise_g=_between_log(rng, (0.02, 2.0)),
        noise_slope_db=_between(rng, (-5.0, 1.0)),
        noise_resonance=_between(rng, (0.0, 2.0)),
        noise_modulation=_between(rng, (0.0, 0.15)),
        stray_per_s=_between(rng, (0.5, 6.0)) if rng.random() < STRAY_SHARE else 0.0,
        stray_strength=_between(rng, (0.5, 4.0)),
    )
    return replace(drawn, **given)


def _draw_resonances(rng: np.random.Generator, rate_hz: float) -> tuple[Resonance, ...]:
    """Two to five modes, spread over the logarithm of frequency, with ring amplitudes of either sign."""
    high = min(RESONANCE_HZ[1], HIGHEST_RESONANCE_OF_RATE * rate_hz)
    low = min(RESONANCE_HZ[0], high / 2)
    count = int(rng.integers(RESONANCES[0], RESONANCES[1] + 1))
    draws = rng.random((RESONANCES[1], 4))[:count]
    return tuple(
        Resonance(
            hz=float(low * (high / low) ** place),
            damping=float(DAMPING[0] * (DAMPING[1] / DAMPING[0]) ** damping),
            gain=float((0.3 + 0.7 * gain) * (1 if sign < 0.5 else -1)),
        )
        for place, damping, gain, sign in draws
    )


def _draw_shaft_harmonics(rng: np.random.Generator) -> tuple[float, ...]:
    count = int(rng.integers(SHAFT_HARMONICS[0], SHAFT_HARMONICS[1] + 1))
    return tuple(float(a) for a in rng.uniform(0.05, 0.8, SHAFT_HARMONICS[1])[:count])


def _between(rng: np.random.Generator, limits: tuple[float, float]) -> float:
    return float(rng.uniform(*limits))


def _between_log(rng: np.random.Generator, limits: tuple[float, float]) -> float:
    return float(np.exp(rng.uniform(*np.log(limits))))
