"""What a kind of body is: how its bytes become signals, and how large it may be."""

from collections.abc import Callable
from dataclasses import dataclass

from service.question import Given, Query, Question

Bytes = bytes | bytearray | memoryview
Several = bool | tuple[str, ...]
"""Which channels: the one that the query says, every one, or those of these names or numbers, in this order."""
Read = Callable[[Bytes, Query, str, Several], list[Given]]


@dataclass(frozen=True)
class Codec:
    """How bodies of one kind are read.

    Attributes:
        read: of the bytes, the query, what messages call it, and which channels are wanted, the signals.
        text: its numbers are text, which takes twelve times its size in memory while it is read.
    """

    read: Read
    text: bool = False

    def __call__(self, body: Bytes, query: Query) -> Question:
        """The question of a body with one channel.

        Raises:
            RequestRefused: the body is not of its kind, or query and body contradict one another.
            SignalError: no signal.
        """
        return self.read(body, query, "the body", False)[0].ask()
