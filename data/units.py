"""Units of acceleration: whatever a sensor's numbers are in, they are read in g.

>>> told = Calibration(Unit.V, sensitivity_mv_g=100.0)
>>> told.in_g(np.array([0.1, -0.2], dtype=np.float32), None)[0]
array([ 1., -2.], dtype=float32)
"""

import re
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from data.errors import SignalError

STANDARD_GRAVITY = 9.80665
"""m/s2 in a g (3rd CGPM, 1901; ISO 80000-3)."""
SENSITIVITY_LIMITS_MV_G = (1e-3, 1e5)


class Unit(StrEnum):
    """What numbers can be said to be in."""

    G = "g"
    M_S2 = "m/s2"
    V = "V"


COUNTS = "counts"
FULL_SCALE = "full scale"
_RAW = (COUNTS, FULL_SCALE)
"""What a file's numbers are before anybody says what they mean: read as they are."""

_PREFIXES = {"": 1.0, "m": 1e-3, "u": 1e-6, "k": 1e3}
_SPELLED = {
    Unit.G: r"(?P<prefix>m|u|)g(?:n|_n|'s|s|rms|pk|peak)?",
    Unit.M_S2: r"(?P<prefix>m|k|)m(?:/s(?:ec)?(?:\^|\*\*)?2|/s/s|/\(s(?:\^|\*\*)?2\)|\*?s(?:\^|\*\*)?-2)",
    Unit.V: r"(?P<prefix>m|u|)v(?:olts?|olt|rms|pk)?",
}


@dataclass(frozen=True)
class Written:
    """A unit as somebody wrote it: `factor` of `unit`, so `mV` is 0.001 of V."""

    unit: Unit
    factor: float


def written(text: str) -> Written | None:
    """What a text means as a unit of acceleration or of a sensor's voltage; None where it means neither.

    >>> written("m/s²"), written("mV"), written("mm/s")
    (Written(unit=<Unit.M_S2: 'm/s2'>, factor=1.0), Written(unit=<Unit.V: 'V'>, factor=0.001), None)
    """
    plain = re.sub(r"\s+", "", text.strip().strip("()[]")).replace("²", "2").replace("⁻", "-").replace("·", "*")
    plain = plain.replace("µ", "u").replace("μ", "u").lower()
    for unit, pattern in _SPELLED.items():
        match = re.fullmatch(pattern, plain)
        if match is not None:
            return Written(unit, _PREFIXES[match["prefix"]])
    return None


@dataclass(frozen=True)
class Calibration:
    """What is told about the numbers; it counts before what a file says.

    Attributes:
        unit: what they are in.
        sensitivity_mv_g: of the sensor, where they are volts; alone, it says that they are.
        scale: what a one among them is, in the unit.
    """

    unit: Unit | None = None
    sensitivity_mv_g: float | None = None
    scale: float | None = None

    def in_g(self, samples: NDArray[np.float32], said: str | None) -> tuple[NDArray[np.float32], str | None]:
        """float32 [samples] in g, and the unit that they were understood to be in; None where nothing says it.

        Args:
            samples: float32 [samples], as they came.
            said: the unit that the file says.

        Raises:
            SignalError: field `unit` or `sensitivity_mv_g`: what is told cannot be, or does not suffice.
        """
        understood = self._understood(said)
        if understood is None:
            return _scaled(samples, self.scale or 1.0), said if self.scale is None and said in _RAW else None
        factor = (self.scale or 1.0) * understood.factor * self._g_in(understood.unit)
        return _scaled(samples, factor), understood.unit.value

    def overrules(self, said: str | None) -> bool:
        """Whether a file's unit is set aside for another one."""
        told, files = self._told(), None if said is None else written(said)
        return told is not None and said is not None and said not in _RAW and (files is None or files.unit != told)

    def _told(self) -> Unit | None:
        return Unit.V if self.unit is None and self.sensitivity_mv_g is not None else self.unit

    def _understood(self, said: str | None) -> Written | None:
        told = self._told()
        files = None if said is None else written(said)
        if told is not None:
            # A file in mV, told to be in volts, is told what it says.
            return files if files is not None and files.unit == told else Written(told, 1.0)
        if said is None or said in _RAW:
            return None
        if files is None:
            reason = f"the file says {said[:40]!r}, which is no unit of acceleration; give unit where the file is wrong"
            raise SignalError("unit", reason)
        return files

    def _g_in(self, unit: Unit) -> float:
        if unit is not Unit.V:
            if self.sensitivity_mv_g is not None:
                raise SignalError("sensitivity_mv_g", f"belongs to volts, and the samples are in {unit.value}")
            return 1.0 if unit is Unit.G else 1 / STANDARD_GRAVITY
        if self.sensitivity_mv_g is None:
            raise SignalError(
                "sensitivity_mv_g", "is missing: the samples are volts, and only it says how many g they are"
            )
        low, high = SENSITIVITY_LIMITS_MV_G
        if not low <= self.sensitivity_mv_g <= high:
            raise SignalError(
                "sensitivity_mv_g", f"{self.sensitivity_mv_g} mV/g; between {low:g} and {high:g} is wanted"
            )
        return 1000 / self.sensitivity_mv_g


AS_IT_IS = Calibration()


def _scaled(samples: NDArray[np.float32], factor: float) -> NDArray[np.float32]:
    if factor == 1.0:
        return samples
    with np.errstate(over="ignore"):
        return samples * np.float32(factor)
