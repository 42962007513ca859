"""The keys as the service knows them: read from the store, and looked up without it."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

from service.security.api_key import ApiKey, parts

FRESH_S = 5.0
"""A key that is revoked, on this replica or another, opens nothing after this time."""


class Keyring:
    """Looks keys up; where the store cannot be read it goes on with what it knew."""

    def __init__(self, load: Callable[[], Awaitable[Mapping[str, ApiKey]]]) -> None:
        self._load = load
        self._keys: Mapping[str, ApiKey] = {}
        self._read = -FRESH_S
        self._reading = asyncio.Lock()

    async def find(self, text: str) -> ApiKey | None:
        """The key that this text opens; None where there is none."""
        found = parts(text)
        if found is None:
            return None
        identity, secret = found
        await self.refresh()
        key = self._keys.get(identity)
        return key if key is not None and key.is_opened_by(secret) else None

    async def refresh(self) -> None:
        """Reads the keys again where what is known is no longer fresh."""
        async with self._reading:
            if time.monotonic() - self._read < FRESH_S:
                return
            self._read = time.monotonic()
            self._keys = await self._load()
