"""Recordings to try the service with where none is at hand: made by the simulated rig, and said to be so."""

import io
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from data.catalogue import look_up
from data.fault import Fault
from data.rig import draw_rig, simulate

RATE_HZ = 16_000.0
SECONDS = 5.0
BEARING = "6205"
STEP_G = 1 / 32
"""Of the converter that it is read by; what is finer is noise, which does not pack."""


@dataclass(frozen=True)
class Demo:
    """What a simulated machine is like.

    Attributes:
        title: for people.
        fault: what is wrong with it.
        speed_rpm: of its shaft.
        seed: of everything else about it.
    """

    title: str
    fault: Fault
    speed_rpm: float
    seed: int


DEMOS = {
    "outer-race": Demo("Outer race damaged", Fault.OUTER_RACE, 1480.0, 3),
    "inner-race": Demo("Inner race damaged", Fault.INNER_RACE, 1480.0, 5),
    "rolling-element": Demo("Rolling element damaged", Fault.ROLLING_ELEMENT, 1790.0, 7),
    "sound": Demo("Nothing damaged", Fault.NORMAL, 1480.0, 1),
}


@lru_cache(maxsize=len(DEMOS))
def npy(name: str) -> bytes:
    """The recording as a `.npy` file: float16 [samples], g, in steps of `STEP_G`, which keeps what is sent small.

    Raises:
        KeyError: there is no such demo.
    """
    demo = DEMOS[name]
    rng = np.random.default_rng(demo.seed)
    rig = draw_rig(
        rng, geometry=look_up(BEARING).geometry, rate_hz=RATE_HZ, speed_rpm=demo.speed_rpm, noise_g=0.3, snr_db=0.0
    )
    file = io.BytesIO()
    samples = simulate(rig, demo.fault, SECONDS, rng).samples
    np.save(file, (np.round(samples / STEP_G) * STEP_G).astype(np.float16), allow_pickle=False)
    return file.getvalue()
