"""What stands at a candidate's lines: heights of envelope lines around one characteristic order, as numbers.

A candidate is an order at which a fault would strike. Read at its harmonics, at their sidebands, between them and at
the cage's order, all bearings look alike: what is learned on one machine can be asked of another.
Lines and sidebands: R. B. Randall, J. Antoni, "Rolling element bearing diagnostics - A tutorial", Mech. Syst. Signal
Process. 25 (2011).
"""

import numpy as np
from numpy.typing import NDArray

from data.envelope_spectrum import widened
from data.fault import FAULTS, Fault
from data.geometry import CharacteristicOrders

CANDIDATES: tuple[Fault, ...] = tuple(fault for fault in FAULTS if fault is not Fault.NORMAL)
"""The faults that strike at an order, in the order of the numbers."""

HARMONICS = np.arange(1.0, 7.0)
SEARCHED_HARMONICS = 4
FRACTIONS = np.array([0.5, 1.5, 2.5])
"""Lines here speak for another order, of which the candidate is a multiple."""
BETWEEN = np.array([0.31, 0.41, 0.63])
"""No line of the candidate lies here: what stands here is a foreign one."""
SIDEBANDS = tuple((harmonic, shift) for harmonic in (1, 2, 3) for shift in (1, 2))
CAGE = np.array([1.0, 2.0])
LABELS = (
    *(f"{harmonic:g}×" for harmonic in HARMONICS),
    *(f"{fraction:g}×" for fraction in FRACTIONS),
    *(f"{between:g}×" for between in BETWEEN),
    *(f"{multiple:g} cage" for multiple in CAGE),
    *(f"{harmonic}× ± {shift} {what}" for harmonic, shift in SIDEBANDS for what in ("shaft", "cage")),
)
"""What each number stands at, for people."""
NUMBERS = HARMONICS.size + FRACTIONS.size + 2 * len(SIDEBANDS) + BETWEEN.size + CAGE.size

SEARCH = 0.02
TRIES = 17


def read_candidates(
    heights: NDArray[np.float32], orders: CharacteristicOrders, bins_per_order: float
) -> NDArray[np.float32]:
    """Numbers at each candidate's lines, float32 [candidates, channels, NUMBERS].

    Args:
        heights: [channels, bins] of lines over their floor, from order 0.
        orders: of the bearing; each is moved by up to +-2 % to where its first harmonics stand highest (slip).
        bins_per_order: of `heights`.
    """
    wide = widened(heights)
    found = [_read(wide, orders.of(fault), orders.ftf, bins_per_order) for fault in CANDIDATES]
    return np.stack(found).astype(np.float32)


def _read(wide: NDArray[np.float32], expected: float, ftf: float, bins_per_order: float) -> NDArray[np.float32]:
    tries = expected * (1 + SEARCH * np.linspace(-1, 1, TRIES))
    searched = _at(wide, tries[:, None] * HARMONICS[:SEARCHED_HARMONICS], bins_per_order)
    order = float(tries[searched.mean(axis=0).sum(axis=-1).argmax()])
    pairs = [
        (harmonic * order - shift * spacing, harmonic * order + shift * spacing)
        for harmonic, shift in SIDEBANDS
        for spacing in (1.0, ftf)
    ]
    lines = np.concatenate([order * HARMONICS, order * FRACTIONS, order * BETWEEN, ftf * CAGE])
    sides = _at(wide, np.array(pairs), bins_per_order).mean(axis=-1)
    return np.concatenate([_at(wide, lines, bins_per_order), sides], axis=1)


def _at(wide: NDArray[np.float32], orders: NDArray[np.float64], bins_per_order: float) -> NDArray[np.float32]:
    """Heights [channels, ...] at `orders` [...]; 0, as high as the floor, where the spectrum does not reach."""
    bins = np.rint(orders * bins_per_order).astype(np.int64)
    inside = (bins > 0) & (bins < wide.shape[1])
    return np.where(inside, wide[:, np.where(inside, bins, 0)], np.float32(0))
