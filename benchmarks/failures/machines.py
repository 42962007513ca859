"""Simulated machines over sixty days: some that fail, some that stay healthy, all in the same variation.

A machine is a rig drawn at random, its shaft as little heard as that of `training.doubt.plants`; how it varies, and how
its damage grows, says `data.rig.life`. No machine here was looked at while anything was chosen.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace

import numpy as np

from data.fault import FAULTS, Fault
from data.recording import Recording
from data.rig import Damage, Rig, draw_rig, recorded
from service.assets.asset import Asset, Axis, GivenEachTime
from service.bearing import GeometryGiven
from training.doubt.plants import SHAFT_SCALE

HEALTHY = range(20_000, 20_020)
FAILING = range(30_000, 30_030)
"""Ten of each fault, in turn."""

DAYS = 60
A_DAY = 4
SECONDS = 3.0
RATE_HZ = 25_600.0

ONSET_DAY = (10.0, 25.0)
FIRST_DB = -40.0
LAST_DB = (0.0, 6.0)


@dataclass(frozen=True, eq=False)
class Machine:
    """One machine; `damage`: None where it stays healthy."""

    seed: int
    rig: Rig
    damage: Damage | None
    rng: np.random.Generator

    @property
    def asset(self) -> Asset:
        """As an engineer registers it: with the bearing, and the speed told each time."""
        return Asset(
            id=f"simulated-{self.seed}",
            machine=f"simulated machine {self.seed}",
            point="bearing",
            axes=(Axis(name="x"),),
            bearing=GeometryGiven(**asdict(self.rig.geometry)),
            speed=GivenEachTime(kind="given"),
        )

    def recordings(self) -> Iterator[tuple[float, Recording]]:
        """Each with its day, in order; may be asked for once."""
        for number in range(DAYS * A_DAY):
            day = number / A_DAY
            yield day, recorded(self.rig, self.damage, day, SECONDS, self.rng)


def machine(seed: int) -> Machine:
    """The machine of a seed of `HEALTHY` or `FAILING`."""
    rng = np.random.default_rng([14, 60, seed])
    drawn = draw_rig(rng, rate_hz=RATE_HZ)
    scale = float(np.exp(rng.uniform(*np.log(SHAFT_SCALE))))
    rig = replace(drawn, shaft_harmonics=tuple(scale * height for height in drawn.shaft_harmonics))
    return Machine(seed, rig, _damage(FAULTS[1 + seed % 3], rng) if seed in FAILING else None, rng)


def _damage(fault: Fault, rng: np.random.Generator) -> Damage:
    onset_day = float(rng.uniform(*ONSET_DAY))
    last_db = float(rng.uniform(*LAST_DB))
    return Damage(fault, onset_day, FIRST_DB, (last_db - FIRST_DB) / (DAYS - onset_day))
