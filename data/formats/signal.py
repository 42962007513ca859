"""What a file of samples holds, before anything is known about the machine."""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from data.units import Calibration


@dataclass(frozen=True, eq=False)
class Signal:
    """One channel of a file.

    Attributes:
        samples: float32 [samples], in `unit`.
        rate_hz: sampling rate, where the file says it.
        note: what a person should know about how the file was read.
        speed_rpm: shaft speed, where the file says it.
        channel: its name, where the file has one or there are several.
        unit: as the file writes it; None where it does not.
    """

    samples: NDArray[np.float32]
    rate_hz: float | None
    note: str
    speed_rpm: float | None = None
    channel: str | None = None
    unit: str | None = None

    def told(self, rate_hz: float | None, calibration: Calibration) -> "tuple[Signal, tuple[str, ...]]":
        """In g, with what is told in place of what the file says, and a sentence for each contradiction.

        `unit` is then what was understood: `g`, `m/s2`, `V`, `counts`, `full scale`, or None.

        Raises:
            SignalError: field `unit` or `sensitivity_mv_g`, as `Calibration.in_g`.
        """
        doubts: list[str] = []
        if rate_hz is not None and self.rate_hz is not None and not math.isclose(self.rate_hz, rate_hz, rel_tol=1e-4):
            doubts.append(f"the file says {self.rate_hz:g} Hz, {rate_hz:g} Hz was asked for and used")
        samples, unit = calibration.in_g(self.samples, self.unit)
        if calibration.overrules(self.unit):
            doubts.append(f"the file says {self.unit}, {unit} was asked for and used")
        known = replace(self, samples=samples, unit=unit, rate_hz=self.rate_hz if rate_hz is None else rate_hz)
        return known, tuple(doubts)
