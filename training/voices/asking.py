"""The ways in which a machine may be asked: with what is true of it, with a wrong speed, with a wrong bearing."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from data.recording import Recording
from models.bearing_fit import rolling_elements, with_elements


@dataclass(frozen=True)
class Asking:
    """What the machine's owner believes, at commissioning and afterwards.

    Attributes:
        speed: how far (relative) the speed that is stated is off.
        elements: how many rolling elements too many are stated.
    """

    speed: float = 0.0
    elements: int = 0

    def of(self, recording: Recording) -> Recording:
        """The recording, told so."""
        assert recording.speed_rpm is not None
        assert recording.orders is not None
        number = rolling_elements(recording.orders) + self.elements
        orders = with_elements(recording.orders, number) if self.elements else recording.orders
        return replace(recording, speed_rpm=recording.speed_rpm * (1 + self.speed), orders=orders)


RIGHT = "right"
ASKED: Mapping[str, tuple[Asking, ...]] = {
    RIGHT: (Asking(),),
    "speed off by 1 %": (Asking(0.01), Asking(-0.01)),
    "speed off by 3 %": (Asking(0.03), Asking(-0.03)),
    "speed off by 6 %": (Asking(0.06), Asking(-0.06)),
    "one rolling element more or less": (Asking(elements=1), Asking(elements=-1)),
}
"""What stands in one line of a table."""
