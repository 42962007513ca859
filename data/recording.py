"""One measured signal and all that is known about it."""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from data.errors import SignalError
from data.fault import Fault
from data.geometry import CharacteristicOrders

SHORTEST_SAMPLES = 256
EXCERPT_PIECES = 8
RATE_LIMITS_HZ = (500.0, 2_000_000.0)
SPEED_LIMITS_RPM = (30.0, 60_000.0)


@dataclass(frozen=True, eq=False)
class Recording:
    """A vibration signal from one measuring point.

    Attributes:
        samples: float32 [samples], g.
        rate_hz: sampling rate.
        speed_rpm: shaft speed, where known.
        orders: the bearing's characteristic orders, where known.
        fault: the label, where known.
        rig: the machine it was made on (`mfpt`, `jnu`, `cwru`, `simulated`).
        bearing: which physical bearing on that rig.
        load: with its published unit ("270 lbs").
        source: file name, or where else it came from.
        channel: which of the source's, where it says.
        unit: what the numbers were understood to be in before they became g; None where nothing said it.

    Raises:
        SignalError: not one-dimensional, under 256 samples, NaN or Inf, or a rate or speed outside the limits.
    """

    samples: NDArray[np.float32]
    rate_hz: float
    speed_rpm: float | None = None
    orders: CharacteristicOrders | None = None
    fault: Fault | None = None
    rig: str | None = None
    bearing: str | None = None
    load: str | None = None
    source: str = ""
    channel: str | None = None
    unit: str | None = None

    def __post_init__(self) -> None:
        samples = np.asarray(self.samples, dtype=np.float32)
        object.__setattr__(self, "samples", samples)
        if samples.ndim != 1:
            raise SignalError("samples", f"shape {samples.shape}; one channel, one dimension is wanted")
        if samples.size < SHORTEST_SAMPLES:
            raise SignalError("samples", f"{samples.size} samples; at least {SHORTEST_SAMPLES} are needed")
        if not np.isfinite(samples).all():
            first = int(np.flatnonzero(~np.isfinite(samples))[0])
            raise SignalError("samples", f"sample {first} is {samples[first]}; all must be finite numbers")
        _within("rate_hz", self.rate_hz, RATE_LIMITS_HZ, "Hz")
        if self.speed_rpm is not None:
            _within("speed_rpm", self.speed_rpm, SPEED_LIMITS_RPM, "rpm")

    @property
    def seconds(self) -> float:
        """Duration."""
        return self.samples.size / self.rate_hz

    @property
    def shaft_hz(self) -> float | None:
        """Shaft revolutions per second, where the speed is known."""
        return None if self.speed_rpm is None else self.speed_rpm / 60

    def span(self, start: float, stop: float) -> "Recording":
        """The part between two fractions of its length, cut before any filter sees it."""
        first, last = round(start * self.samples.size), round(stop * self.samples.size)
        return replace(self, samples=self.samples[first:last])

    def excerpt(self, longest: int) -> "Recording":
        """Evenly spaced pieces, joined to at most `longest` samples: what is read of the whole at a bounded cost."""
        if self.samples.size <= longest:
            return self
        size = longest // EXCERPT_PIECES
        starts = np.linspace(0, self.samples.size - size, EXCERPT_PIECES).astype(int)
        return replace(self, samples=np.concatenate([self.samples[start : start + size] for start in starts]))


def _within(field: str, value: float, limits: tuple[float, float], unit: str) -> None:
    low, high = limits
    if not (math.isfinite(value) and low <= value <= high):
        raise SignalError(field, f"{value} {unit}; between {low:g} and {high:g} {unit} is wanted")
