"""A bearing's geometry and the characteristic orders that follow from it.

Kinematics without slip, outer race fixed: R. B. Randall, J. Antoni, "Rolling element bearing
diagnostics - A tutorial", Mech. Syst. Signal Process. 25 (2011), equations 1-4.
"""

import math
from dataclasses import dataclass

from data.errors import SignalError
from data.fault import Fault


@dataclass(frozen=True)
class CharacteristicOrders:
    """Events per shaft revolution: `bpfo`, `bpfi`, `bsf` (spin of one element), `ftf` (cage)."""

    bpfo: float
    bpfi: float
    bsf: float
    ftf: float

    def __post_init__(self) -> None:
        for name in ("bpfo", "bpfi", "bsf", "ftf"):
            value = getattr(self, name)
            if not (math.isfinite(value) and 0 < value < 100):
                raise SignalError("bearing", f"{name} is {value}; an order lies between 0 and 100 per revolution")

    def of(self, fault: Fault) -> float:
        """The order at which `fault` strikes; a damaged rolling element strikes twice a spin.

        Raises:
            ValueError: `normal` strikes at none.
        """
        strikes = {Fault.INNER_RACE: self.bpfi, Fault.OUTER_RACE: self.bpfo, Fault.ROLLING_ELEMENT: 2 * self.bsf}
        if fault not in strikes:
            raise ValueError(f"{fault} has no characteristic order")
        return strikes[fault]


@dataclass(frozen=True)
class Geometry:
    """`rolling_elements` (count), `diameter_ratio` (element over pitch diameter), contact angle in degrees."""

    rolling_elements: int
    diameter_ratio: float
    contact_angle_deg: float = 0.0

    def __post_init__(self) -> None:
        if not 3 <= self.rolling_elements <= 100:
            raise SignalError("bearing", f"{self.rolling_elements} rolling elements; give 3 to 100")
        if not 0 < self.diameter_ratio < 0.7:
            raise SignalError(
                "bearing", f"diameter ratio {self.diameter_ratio}; element over pitch diameter lies in 0 to 0.7"
            )
        if not 0 <= self.contact_angle_deg < 90:
            raise SignalError("bearing", f"contact angle {self.contact_angle_deg} degrees; give 0 to under 90")

    def orders(self) -> CharacteristicOrders:
        """The characteristic orders, without slip."""
        ratio = self.diameter_ratio * math.cos(math.radians(self.contact_angle_deg))
        return CharacteristicOrders(
            bpfo=self.rolling_elements / 2 * (1 - ratio),
            bpfi=self.rolling_elements / 2 * (1 + ratio),
            bsf=(1 - ratio**2) / (2 * self.diameter_ratio),
            ftf=(1 - ratio) / 2,
        )
