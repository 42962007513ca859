"""What the shipped bundles answer about simulated machines: what a store is filled with."""

from dataclasses import replace
from functools import cache

import numpy as np

from data.fault import Fault
from data.geometry import Geometry
from data.recording import Recording
from data.rig import draw_rig, simulate
from service.diagnosis import Diagnosis
from service.engine import Engine
from service.registry import Registry
from service.settings import Settings

MACHINES = 60
FAULT_OF_MACHINE = (*(Fault.NORMAL,) * 7, Fault.OUTER_RACE, Fault.INNER_RACE, Fault.ROLLING_ELEMENT)


@cache
def answers() -> list[Diagnosis]:
    """What the shipped bundles say about simulated machines."""
    engine = Engine(Registry.load(Settings().bundles).bundles)
    return [engine.diagnose(_recording(seed)) for seed in range(MACHINES)]


def _recording(seed: int) -> Recording:
    """Of two seconds; of every three machines one gives speed and bearing, one the speed, one nothing."""
    rng = np.random.default_rng(seed)
    geometry = Geometry(9, 0.2034)
    rig = draw_rig(rng, geometry=geometry, rate_hz=48_000.0, speed_rpm=1800.0, snr_db=0.0)
    recording = simulate(rig, FAULT_OF_MACHINE[seed % len(FAULT_OF_MACHINE)], 2.0, rng)
    if seed % 3 == 0:
        return recording
    return replace(recording, orders=None, bearing=None, speed_rpm=recording.speed_rpm if seed % 3 == 1 else None)
