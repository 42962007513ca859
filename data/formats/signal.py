"""What a file of samples holds, before anything is known about the machine."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Signal:
    """One channel of a file.

    Attributes:
        samples: float32 [samples], in the file's unit; the network does not look at the unit.
        rate_hz: sampling rate, where the file says it.
        note: what a person should know about how the file was read.
        speed_rpm: shaft speed, where the file says it.
    """

    samples: NDArray[np.float32]
    rate_hz: float | None
    note: str
    speed_rpm: float | None = None


Channel = str | int | None
"""Which channel of a file: its name, or its number counted from 1; None where there is only one."""
