"""A machine from one day to the next: its speed and load vary, and, where it is damaged, the damage grows.

Growth: the amplitude of the strikes is multiplied by the same factor each day, so that they grow evenly in dB. That an
indicator of a failing bearing grows exponentially is the model of N. Z. Gebraeel et al., "Residual-life distributions
from component degradation signals: a Bayesian approach", IIE Trans. 37 (2005), 543-557; a defect whose growth is in
proportion to its size that of Y. Li et al., "Adaptive prognostics for rolling element bearing condition", Mech. Syst.
Signal Process. 13 (1999), 103-113, with exponent 1. How fast, and from when, is our own.

Variation, all our own: each recording is made at another load, anywhere between `LOAD`; with the load the shaft slips
(as that of an induction motor) and the machine gets louder. Beyond that each recording differs by chance in speed,
noise, shaft lines, and in the resonances, which move with the temperature.
"""

from dataclasses import dataclass, replace

import numpy as np

from data.fault import Fault
from data.recording import Recording
from data.rig.rig import Rig
from data.rig.simulation import simulate

LOAD = (0.4, 1.0)
"""Part of the full load; evenly distributed."""
SLIP_AT_FULL_LOAD = 0.03
LOADED_DB = 6.0
"""How much louder noise and shaft are at full load than at none: 3.6 dB between the ends of `LOAD`."""

# One standard deviation, dB, and relative.
NOISE_DB, SHAFT_DB, STRIKES_DB = 0.8, 1.5, 1.0
SPEED, RESONANCE = 0.002, 0.005


@dataclass(frozen=True)
class Damage:
    """What grows.

    Attributes:
        fault: where.
        onset_day: from when.
        first_db: SNR (`Rig.snr_db`) on that day.
        per_day_db: how much it grows each day.
    """

    fault: Fault
    onset_day: float
    first_db: float
    per_day_db: float

    def snr_db(self, day: float) -> float | None:
        """On a day; None before it begins.

        >>> Damage(Fault.OUTER_RACE, 20.0, -40.0, 1.0).snr_db(50.0)
        -10.0
        """
        return None if day < self.onset_day else self.first_db + self.per_day_db * (day - self.onset_day)

    def day_of(self, snr_db: float) -> float:
        """When it reaches this."""
        return self.onset_day + (snr_db - self.first_db) / self.per_day_db


def recorded(rig: Rig, damage: Damage | None, day: float, seconds: float, rng: np.random.Generator) -> Recording:
    """One recording on a day.

    Args:
        rig: at no load.
        damage: None: it stays healthy.
        day: since the first.
        seconds: how long.

    Returns:
        As `simulate` does: with the speed as it was then, and the fault as label from the day of its onset on.
    """
    load = float(rng.uniform(*LOAD))
    louder = _ratio(LOADED_DB * load + NOISE_DB * rng.standard_normal())
    shaft = [_ratio(SHAFT_DB * rng.standard_normal()) for _ in rig.shaft_harmonics]
    warm = 1 + RESONANCE * float(rng.standard_normal())
    speed = (1 - SLIP_AT_FULL_LOAD * load) * (1 + SPEED * float(rng.standard_normal()))
    scatter_db = STRIKES_DB * float(rng.standard_normal())
    snr_db = None if damage is None else damage.snr_db(day)
    today = replace(
        rig,
        speed_rpm=rig.speed_rpm * speed,
        noise_g=rig.noise_g * louder,
        shaft_harmonics=tuple(a * b for a, b in zip(rig.shaft_harmonics, shaft, strict=True)),
        resonances=tuple(replace(mode, hz=mode.hz * warm) for mode in rig.resonances),
        snr_db=rig.snr_db if snr_db is None else snr_db + scatter_db,
    )
    fault = Fault.NORMAL if damage is None or snr_db is None else damage.fault
    return simulate(today, fault, seconds, rng)


def _ratio(db: float) -> float:
    return float(10 ** (db / 20))
