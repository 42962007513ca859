"""Simulated machines that are commissioned and then measured again: healthy, at another load, and with each fault.

A machine is a rig drawn as for `training.doubt.plants`, its shaft hardly heard. From one recording to the next its
speed, its noise, its shaft lines and its resonances move a little; some of the healthy recordings are made at a load
that was not there at commissioning. The rule that joins the voices was argued on the machines of `CHOOSING`, and is
measured on others; docs/voices.md tells both.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from data.fault import FAULTS, Fault
from data.recording import Recording
from data.rig import Rig, draw_rig, simulate
from training.doubt.plants import SHAFT_SCALE

CHOOSING = range(0, 160)
TESTING = range(10_000, 10_060)

SECONDS = 3.0
COMMISSIONED = (2, 20)
"""Healthy recordings at commissioning: of machines in turn."""
HEALTHY_TESTS, OTHER_LOADS = 2, 1

# How much one recording differs from the next (one standard deviation, dB, and relative).
NOISE_DB, SHAFT_DB = 0.8, 1.5
SPEED, RESONANCE = 0.02, 0.005
OTHER_LOAD_DB = (3.0, 8.0)


@dataclass(frozen=True)
class Test:
    """A recording that is listened to; `other_load`: the machine is healthy, but louder than at commissioning."""

    recording: Recording
    fault: Fault
    other_load: bool = False


@dataclass(frozen=True)
class Machine:
    """A machine: what it is commissioned on, and what is measured later."""

    name: str
    commissioned: tuple[Recording, ...]
    tests: tuple[Test, ...]


def machine(seed: int) -> Machine:
    """The machine of a seed."""
    rng = np.random.default_rng([14, seed])
    drawn = draw_rig(rng)
    scale = float(np.exp(rng.uniform(*np.log(SHAFT_SCALE))))
    rig = replace(drawn, shaft_harmonics=tuple(scale * height for height in drawn.shaft_harmonics))
    count = COMMISSIONED[seed % len(COMMISSIONED)]
    return Machine(
        f"simulated machine {seed}",
        tuple(_measured(rig, Fault.NORMAL, 0.0, rng) for _ in range(count)),
        tuple(_tests(rig, rng)),
    )


def _tests(rig: Rig, rng: np.random.Generator) -> Iterator[Test]:
    for _ in range(HEALTHY_TESTS):
        yield Test(_measured(rig, Fault.NORMAL, 0.0, rng), Fault.NORMAL)
    for _ in range(OTHER_LOADS):
        yield Test(_measured(rig, Fault.NORMAL, float(rng.uniform(*OTHER_LOAD_DB)), rng), Fault.NORMAL, True)
    for fault in FAULTS[1:]:
        yield Test(_measured(rig, fault, 0.0, rng), fault)


def _measured(rig: Rig, fault: Fault, louder_db: float, rng: np.random.Generator) -> Recording:
    """One recording, on another day."""
    louder = 10 ** ((louder_db + NOISE_DB * rng.standard_normal()) / 20)
    shaft = 10 ** (SHAFT_DB * rng.standard_normal(len(rig.shaft_harmonics)) / 20)
    warm = 1 + RESONANCE * rng.standard_normal()
    today = replace(
        rig,
        speed_rpm=rig.speed_rpm * (1 + SPEED * rng.uniform(-1, 1)),
        noise_g=rig.noise_g * louder,
        shaft_harmonics=tuple(float(a * b) for a, b in zip(rig.shaft_harmonics, shaft, strict=True)),
        resonances=tuple(replace(mode, hz=mode.hz * warm) for mode in rig.resonances),
    )
    return simulate(today, fault, SECONDS, rng)
