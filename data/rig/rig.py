"""What a simulated rig is made of: bearing, shaft, structure, sensor, and what disturbs the measurement."""

import math
from dataclasses import dataclass

from data.errors import SignalError
from data.geometry import CharacteristicOrders, Geometry
from data.recording import RATE_LIMITS_HZ, SPEED_LIMITS_RPM


@dataclass(frozen=True)
class Resonance:
    """One mode of the structure: `hz`, `damping` (fraction of critical), `gain` (ring amplitude, signed)."""

    hz: float
    damping: float
    gain: float = 1.0

    def __post_init__(self) -> None:
        if not (self.hz > 0 and 0 < self.damping < 1 and math.isfinite(self.gain)):
            raise SignalError("resonances", f"{self}; hz over 0 and damping between 0 and 1 are wanted")

    @property
    def decay_s(self) -> float:
        """Time in which the ringing falls to 1/e."""
        return 1 / (2 * math.pi * self.hz * self.damping)


@dataclass(frozen=True)
class LoadZone:
    """Stribeck's distribution of a radial load around the bearing.

    Attributes:
        extent: load distribution factor epsilon; 0.5 loads half of the circumference (no clearance), less a
            narrower arc, 1 all of it but one point.
        depth: how much of a strike's strength the load decides; 1 leaves nothing outside the zone.

    Source: T. A. Harris, "Rolling Bearing Analysis", load distribution under radial load (exponent 1.5, point contact).
    """

    extent: float = 0.5
    depth: float = 0.8

    def __post_init__(self) -> None:
        if not (self.extent > 0 and 0 <= self.depth <= 1):
            raise SignalError("load_zone", f"{self}; extent over 0 and depth in 0 to 1 are wanted")


@dataclass(frozen=True)
class Rig:
    """A rig with one bearing, at one speed.

    Attributes:
        geometry: of the bearing.
        speed_rpm: mean shaft speed.
        rate_hz: sampling rate.
        resonances: modes of the structure that strikes excite.
        snr_db: power of the strikes' response over the power of the coloured noise, over the whole band.
        slip: relative deviation of the cage's speed from rolling without slip.
        jitter: standard deviation of the interval between strikes, as a part of it; deviations add up.
        speed_wander: slow relative variation of the shaft speed (amplitude).
        load_zone: how load is spread around the bearing; it stands at position 0.
        unbalance: rotating load over static load.
        position: where an outer race's defect sits, in turns from the middle of the load zone.
        alternate: strength of a rolling element's strike on one race relative to the other's.
        strength_spread: standard deviation of the logarithm of a strike's strength.
        pulse_s: duration (standard deviation, s) of the force of one strike.
        shaft_harmonics: amplitudes of 1, 2, ... times the shaft frequency, relative to the noise's RMS.
        noise_g: RMS of the coloured noise, g.
        noise_slope_db: tilt of the noise's spectrum, dB an octave.
        noise_resonance: how much the noise too excites the resonances (0: not; 1: peaks of +6 dB).
        noise_modulation: depth at which the shaft modulates the noise's amplitude.
        stray_per_s: mean number of stray impulses a second, unrelated to the bearing.
        stray_strength: typical strength of a stray impulse relative to that of the strikes.
    """

    geometry: Geometry
    speed_rpm: float
    rate_hz: float
    resonances: tuple[Resonance, ...] = (Resonance(1900, 0.06, 0.6), Resonance(3400, 0.05), Resonance(5100, 0.04, -0.7))
    snr_db: float = 0.0
    slip: float = 0.0
    jitter: float = 0.01
    speed_wander: float = 0.0
    load_zone: LoadZone = LoadZone()
    unbalance: float = 0.1
    position: float = 0.0
    alternate: float = 0.6
    strength_spread: float = 0.15
    pulse_s: float = 8e-6
    shaft_harmonics: tuple[float, ...] = (0.5, 0.3)
    noise_g: float = 1.0
    noise_slope_db: float = -2.0
    noise_resonance: float = 1.0
    noise_modulation: float = 0.0
    stray_per_s: float = 0.0
    stray_strength: float = 2.0

    def __post_init__(self) -> None:
        for field, value, (low, high) in (
            ("speed_rpm", self.speed_rpm, SPEED_LIMITS_RPM),
            ("rate_hz", self.rate_hz, RATE_LIMITS_HZ),
            ("slip", self.slip, (-0.2, 0.2)),
            ("jitter", self.jitter, (0.0, 0.2)),
            ("speed_wander", self.speed_wander, (0.0, 0.2)),
            ("unbalance", self.unbalance, (0.0, 5.0)),
            ("stray_per_s", self.stray_per_s, (0.0, 1000.0)),
        ):
            if not low <= value <= high:
                raise SignalError(field, f"{value}; a rig has {low:g} to {high:g}")
        if not self.resonances:
            raise SignalError("resonances", "none; a strike that excites nothing is not heard")
        if self.noise_g <= 0 or self.pulse_s < 0:
            raise SignalError("noise_g", "noise RMS over 0 g and a pulse of at least 0 s are wanted")

    @property
    def shaft_hz(self) -> float:
        """Mean shaft revolutions per second."""
        return self.speed_rpm / 60

    def slipped_orders(self) -> CharacteristicOrders:
        """The orders at which this rig really strikes: the cage runs at 1 + slip of its ideal speed.

        The elements pass the outer race with the cage, the inner race with what the shaft is faster than the cage;
        their spin is taken to follow the cage.
        """
        ideal, elements = self.geometry.orders(), self.geometry.rolling_elements
        ftf = ideal.ftf * (1 + self.slip)
        return CharacteristicOrders(
            bpfo=elements * ftf, bpfi=elements * (1 - ftf), bsf=ideal.bsf * (1 + self.slip), ftf=ftf
        )
