"""The keys as the service knows them: read from the store, and looked up without it."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from service.security.api_key import ApiKey, parts
from service.store.trouble import StoreError

FRESH_S = 5.0
"""A key that is revoked, on this replica or another, opens nothing after this time."""

NEW_S = 0.5
"""A key that is not known may have been made just now; no stranger makes the service read the store more often."""

PATIENCE_S = 1.0
"""For a key that is not known; who has one that is never waits for the store."""


class Keyring:
    """Looks keys up; where the store cannot be read it goes on with what it knew."""

    def __init__(self, load: Callable[[], Awaitable[Mapping[str, ApiKey]]]) -> None:
        self._load = load
        self._keys: Mapping[str, ApiKey] | None = None
        self._tried = 0.0
        self._reading: asyncio.Task[None] | None = None

    async def find(self, text: str) -> ApiKey | None:
        """The key that this text opens; None where there is none.

        Raises:
            StoreError: the store could never be read.
        """
        found = parts(text)
        if found is None:
            return None
        identity, secret = found
        key = await self.of(identity)
        return key if key is not None and key.is_opened_by(secret) else None

    async def of(self, identity: str) -> ApiKey | None:
        """The valid key of this id; None where there is none. It opens nothing: who asks has shown its secret before.

        Raises:
            StoreError: the store could never be read.
        """
        if self._keys is None:
            await asyncio.shield(self._refresh())
        elif self._age_s() >= FRESH_S:
            self._refresh()
        key = self._known(identity)
        if key is None and self._age_s() >= NEW_S:
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(self._refresh()), PATIENCE_S)
            key = self._known(identity)
        return key

    def _known(self, identity: str) -> ApiKey | None:
        return None if self._keys is None else self._keys.get(identity)

    def _age_s(self) -> float:
        return time.monotonic() - self._tried

    def _refresh(self) -> "asyncio.Task[None]":
        """The one reading that goes on, or a new one."""
        if self._reading is None or self._reading.done():
            self._reading = asyncio.get_running_loop().create_task(self._read())
        return self._reading

    async def _read(self) -> None:
        try:
            self._keys = await self._load()
        except StoreError:
            if self._keys is None:
                raise
        finally:
            self._tried = time.monotonic()
