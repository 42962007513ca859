"""The keys as the service knows them: read from the store, and looked up without it."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

from service.security.api_key import ApiKey, parts
from service.store.trouble import StoreError

FRESH_S = 5.0
"""A key that is revoked, on this replica or another, opens nothing after this time."""

NEW_S = 0.5
"""A key that is not known may have been made just now; no stranger makes the service read the store more often."""


class Keyring:
    """Looks keys up; where the store cannot be read it goes on with what it knew."""

    def __init__(self, load: Callable[[], Awaitable[Mapping[str, ApiKey]]]) -> None:
        self._load = load
        self._keys: Mapping[str, ApiKey] | None = None
        self._read = 0.0
        self._reading = asyncio.Lock()

    async def find(self, text: str) -> ApiKey | None:
        """The key that this text opens; None where there is none.

        Raises:
            StoreError: the store could never be read.
        """
        found = parts(text)
        if found is None:
            return None
        identity, secret = found
        key = (await self._known(FRESH_S)).get(identity) or (await self._known(NEW_S)).get(identity)
        return key if key is not None and key.is_opened_by(secret) else None

    async def _known(self, fresh_s: float) -> Mapping[str, ApiKey]:
        async with self._reading:
            if self._keys is None or time.monotonic() - self._read >= fresh_s:
                self._read = time.monotonic()
                try:
                    self._keys = await self._load()
                except StoreError:
                    if self._keys is None:
                        raise
            return self._keys
