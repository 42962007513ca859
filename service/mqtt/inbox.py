"""What waits for a task of the event loop."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Inbox(Generic[Item]):
    """Things in the order in which they came; `take` waits until there are some."""

    def __init__(self) -> None:
        self._items: deque[Item] = deque()
        self._some = asyncio.Event()

    def __len__(self) -> int:
        return len(self._items)

    def put(self, item: Item) -> None:
        """Adds one at the end."""
        self._items.append(item)
        self._some.set()

    def put_back(self, items: Iterable[Item]) -> None:
        """Adds some before all others."""
        self._items.extendleft(reversed(list(items)))
        self._some.set()

    def drop(self, unwanted: Callable[[Item], bool]) -> None:
        """Forgets what is unwanted."""
        self._items = deque(item for item in self._items if not unwanted(item))

    async def take(self, most: int) -> list[Item]:
        """The first, at least one."""
        while not self._items:
            self._some.clear()
            await self._some.wait()
        return [self._items.popleft() for _ in range(min(most, len(self._items)))]
