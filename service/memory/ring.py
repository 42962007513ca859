"""The last recordings of each measuring point's axes, in memory."""

from collections import OrderedDict, deque
from collections.abc import Iterator

from service.memory.heard import Heard


class Ring:
    """Holds the last few of each asset and axis, and never more than so many bytes of all; for one thread.

    Where all together are too much, what came first goes first, whose it ever is.

    Args:
        each: recordings of one asset and axis.
        most_bytes: of all signals.
    """

    def __init__(self, each: int, most_bytes: int) -> None:
        self.bytes = 0
        self._each = each
        self._most_bytes = most_bytes
        self._held: OrderedDict[int, Heard] = OrderedDict()
        self._by_asset: dict[str, dict[str, deque[int]]] = {}

    def __len__(self) -> int:
        return len(self._held)

    def add(self, heard: Heard) -> None:
        """The newest of its asset and axis; what is larger than the whole ring is not held."""
        if heard.size > self._most_bytes or not self._each:
            return
        own = self._by_asset.setdefault(heard.asset, {}).setdefault(heard.axis, deque())
        own.append(heard.id)
        self._held[heard.id] = heard
        self.bytes += heard.size
        if len(own) > self._each:
            self._forget(own[0])
        while self.bytes > self._most_bytes:
            self._forget(next(iter(self._held)))

    def of(self, asset: str) -> Iterator[Heard]:
        """What is held of an asset's axes, the oldest of each first."""
        for own in self._by_asset.get(asset, {}).values():
            for identity in own:
                yield self._held[identity]

    def _forget(self, identity: int) -> None:
        heard = self._held.pop(identity)
        self.bytes -= heard.size
        axes = self._by_asset[heard.asset]
        axes[heard.axis].remove(identity)
        if not axes[heard.axis]:
            del axes[heard.axis]
        if not axes:
            del self._by_asset[heard.asset]
