"""A way to tell people: whatever has `deliver`."""

from typing import Protocol

from data.errors import BrinellError
from service.alarms.outbox import Letter


class NotDelivered(BrinellError):
    """The other side has not taken it; it may have come all the same.

    Attributes:
        reached: somebody answered, so that another message may fare better.
    """

    def __init__(self, reason: str, *, reached: bool = False) -> None:
        super().__init__(reason)
        self.reached = reached


class Channel(Protocol):
    """Blocks until the other side has said that it has the message."""

    def deliver(self, letter: Letter) -> None:
        """Sends it once; raises NotDelivered."""
