"""What to do now, in one or two plain sentences; no more than the answer can carry."""

from data.fault import Fault
from service.diagnosis import Diagnosis, Verdict

SURE = 0.9
PARTS = {Fault.INNER_RACE: "inner race", Fault.OUTER_RACE: "outer race", Fault.ROLLING_ELEMENT: "rolling elements"}
WITHOUT = {
    Verdict.UNKNOWN: "Check that speed and bearing are right and that the sensor sits firmly, then measure again at "
    "steady speed. If it stays so, judge this machine by the spectra below.",
    Verdict.NOT_APPLICABLE: "Give the shaft speed and the bearing, and a recording of at least one second at 12 kHz or "
    "more.",
    Verdict.SENSOR_FAULT: "Check the sensor, its cable and its mounting, then measure again.",
}


def what_to_do(diagnosis: Diagnosis) -> str:
    """The advice that goes with an answer."""
    if diagnosis.fault is None:
        return WITHOUT[diagnosis.verdict]
    read = None if diagnosis.evidence is None else diagnosis.evidence.fault
    if diagnosis.fault is Fault.NORMAL:
        if read not in (None, Fault.NORMAL):
            return "The envelope spectrum shows lines of a fault all the same: measure again soon, and compare."
        return "Go on measuring as planned, and compare with earlier recordings of this machine."
    if read is not None and read is not diagnosis.fault:
        return "The envelope spectrum does not say the same: measure again, longer, before the machine is opened."
    if (diagnosis.confidence or 0) < SURE:
        return f"Measure again, longer, to be surer; if it stays so, plan to inspect the {PARTS[diagnosis.fault]}."
    return f"Plan to inspect the {PARTS[diagnosis.fault]}; until then measure more often, to see whether it grows."
