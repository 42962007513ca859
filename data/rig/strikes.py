"""When and how hard a damaged bearing strikes.

Strikes follow one another in shaft angle with an interval that varies from one to the next, so that phase is lost
after a while; load and cage decide their strength (R. B. Randall, J. Antoni, "Rolling element bearing diagnostics -
A tutorial", Mech. Syst. Signal Process. 25 (2011), section 2).
"""

import numpy as np
from numpy.typing import NDArray

from data.fault import Fault
from data.rig.rig import LoadZone, Rig

Array = NDArray[np.float64]


def strikes(rig: Rig, fault: Fault, revolutions: tuple[float, float], rng: np.random.Generator) -> tuple[Array, Array]:
    """The strikes of `fault` between two shaft angles.

    Args:
        revolutions: first and last shaft angle, in turns.

    Returns:
        Shaft angles in turns (increasing) and strengths (not negative), one of each a strike; empty for `normal`.
    """
    if fault is Fault.NORMAL:
        return np.empty(0), np.empty(0)
    angles = _angles(rig.slipped_orders().of(fault), rig.jitter, revolutions, rng)
    strengths = _loads(rig, fault, angles, rng) * np.exp(rig.strength_spread * rng.standard_normal(angles.size))
    if fault is Fault.ROLLING_ELEMENT:
        strengths[1::2] *= rig.alternate
    return angles, strengths


def _angles(order: float, jitter: float, revolutions: tuple[float, float], rng: np.random.Generator) -> Array:
    first, last = revolutions
    # Room for intervals that happen to be short, then cut.
    count = int((last - first) * order * (1 + 3 * jitter)) + 8
    intervals = np.maximum(1 + jitter * rng.standard_normal(count), 0.1) / order
    angles: Array = first + rng.random() / order + np.cumsum(intervals) - intervals[0]
    return angles[angles < last]


def _loads(rig: Rig, fault: Fault, angles: Array, rng: np.random.Generator) -> Array:
    """Load at the defect when it strikes: the defect turns with shaft or cage, or stands; unbalance turns the load."""
    start = rng.random()
    place = {
        Fault.INNER_RACE: angles + start,
        Fault.OUTER_RACE: np.full_like(angles, rig.position),
        Fault.ROLLING_ELEMENT: rig.slipped_orders().ftf * angles + start,
    }[fault]
    load = 1 + rig.unbalance * np.exp(2j * np.pi * (angles + rng.random()))
    return np.asarray(np.abs(load) * zone_load(rig.load_zone, place - np.angle(load) / (2 * np.pi)))


def zone_load(zone: LoadZone, turns: Array) -> Array:
    """Relative load at `turns` from the middle of the zone; Stribeck: (1 - (1 - cos) / (2 epsilon)) ** 1.5."""
    inside: Array = np.maximum(0, 1 - (1 - np.cos(2 * np.pi * turns)) / (2 * zone.extent)) ** 1.5
    return np.asarray((1 - zone.depth) + zone.depth * inside)
