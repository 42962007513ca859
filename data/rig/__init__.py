"""The simulated rig: a bearing test bench in numbers, for tests, demos and as training data.

>>> import numpy as np
>>> from data.fault import Fault
>>> from data.rig import draw_rig, simulate
>>> rng = np.random.default_rng(0)
>>> recording = simulate(draw_rig(rng), Fault.INNER_RACE, 2.0, rng)
>>> recording.rig, recording.fault.value, recording.seconds
('simulated', 'inner_race', 2.0)
"""

from data.rig.draw import draw_geometry, draw_rig
from data.rig.life import Damage, recorded
from data.rig.rig import LoadZone, Resonance, Rig
from data.rig.simulation import simulate

__all__ = ["Damage", "LoadZone", "Resonance", "Rig", "draw_geometry", "draw_rig", "recorded", "simulate"]
