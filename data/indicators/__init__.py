"""Condition indicators: what a recording's numbers say of a machine, each with its standard.

>>> import numpy as np
>>> from data.recording import Recording
>>> seconds = np.arange(25_600) / 12_800
>>> shaking = Recording(np.sin(2 * np.pi * 50 * seconds), 12_800.0)
>>> found = indicators(shaking, MachineClass.GROUP_2_RIGID)
>>> round(found.values["velocity_rms_mm_s"], 2), found.zone
(22.07, 'D')
>>> found.missing["band_rms_g_5500_10000"]
'the rate is too low: needs 21,277 Hz'
"""

from data.indicators.definitions import DEFINITIONS, Definition, family
from data.indicators.model import Indicators, Zone
from data.indicators.reading import indicators
from data.indicators.severity import BOUNDARIES_MM_S, MachineClass, zone_of

__all__ = [
    "BOUNDARIES_MM_S",
    "DEFINITIONS",
    "Definition",
    "Indicators",
    "MachineClass",
    "Zone",
    "family",
    "indicators",
    "zone_of",
]
