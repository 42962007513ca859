"""Vibration severity: in which zone of ISO 20816-3 a machine's velocity lies.

ISO 20816-3:2022, "Mechanical vibration - Measurement and evaluation of machine vibration - Part 3: Industrial
machinery with a power rating above 15 kW and operating speeds between 120 r/min and 30 000 r/min", annex A: tables A.1
(group 1) and A.2 (group 2), velocity, RMS; the boundaries are those of ISO 10816-3:2009. The standard judges the
largest of the measured directions of a bearing housing, in steady operation.
"""

from enum import StrEnum

from data.indicators.model import Zone
from data.recording import Recording
from data.units import COUNTS, FULL_SCALE


class MachineClass(StrEnum):
    """Group by power, and how stiff the foundation is in the direction measured.

    Group 1: above 300 kW, electrical machines of 315 mm shaft height or more. Group 2: above 15 kW up to 300 kW,
    electrical machines of 160 mm up to 315 mm. A foundation is rigid where the lowest natural frequency of machine and
    foundation together lies at least a quarter above the main frequency of excitation, most often the shaft's.
    """

    GROUP_1_RIGID = "group_1_rigid"
    GROUP_1_FLEXIBLE = "group_1_flexible"
    GROUP_2_RIGID = "group_2_rigid"
    GROUP_2_FLEXIBLE = "group_2_flexible"


BOUNDARIES_MM_S = {
    MachineClass.GROUP_1_RIGID: (2.3, 4.5, 7.1),
    MachineClass.GROUP_1_FLEXIBLE: (3.5, 7.1, 11.0),
    MachineClass.GROUP_2_RIGID: (1.4, 2.8, 4.5),
    MachineClass.GROUP_2_FLEXIBLE: (2.3, 4.5, 7.1),
}
"""A to B, B to C, C to D."""


SPEEDS_RPM = (600.0, 30_000.0)
"""Of a slower shaft the standard wants 2 to 1,000 Hz; a faster one is none of its machines."""


def why_unjudged(recording: Recording, machine: MachineClass | None) -> str | None:
    """Why the standard's zones say nothing about this recording; None where they do."""
    if machine is None:
        return "no machine class given"
    if recording.unit in (COUNTS, FULL_SCALE):
        return f"the samples are {recording.unit}, not an acceleration"
    low, high = SPEEDS_RPM
    if recording.speed_rpm is not None and not low <= recording.speed_rpm <= high:
        return f"the zones are for a velocity from 10 Hz on, of shafts from {low:,.0f} to {high:,.0f} rpm"
    return None


def zone_of(velocity_rms_mm_s: float, machine: MachineClass) -> Zone:
    """The zone of a velocity; a boundary belongs to the better one.

    >>> zone_of(1.0, MachineClass.GROUP_2_RIGID), zone_of(4.6, MachineClass.GROUP_2_RIGID)
    ('A', 'D')
    """
    a_to_b, b_to_c, c_to_d = BOUNDARIES_MM_S[machine]
    if velocity_rms_mm_s <= a_to_b:
        return "A"
    if velocity_rms_mm_s <= b_to_c:
        return "B"
    return "C" if velocity_rms_mm_s <= c_to_d else "D"
