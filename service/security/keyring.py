"""The keys as the service knows them: read from the store, and looked up without it."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from service.security.api_key import ApiKey, parts
from service.store.trouble import StoreError, StoreUnavailable

FRESH_S = 5.0
"""A key that is revoked, on this replica or another, opens nothing after this time."""

NEW_S = 0.5
"""A key that is not known may have been made just now; no stranger makes the service read the store more often."""

PATIENCE_S = 1.0
"""For a key that is not known."""

PATIENCE_KNOWN_S = 0.25
"""For one that is known, from the beginning of a reading: a store that hangs holds nobody up for longer."""


class Keyring:
    """Looks keys up; where the store cannot be read it goes on with what it knew.

    Args:
        load: reads the store.
        trusted_s: after so long without the store nobody knows which keys were revoked meanwhile, and none opens.
    """

    def __init__(self, load: Callable[[], Awaitable[Mapping[str, ApiKey]]], trusted_s: float) -> None:
        self._load = load
        self._trusted_s = trusted_s
        self._read_at = 0.0
        self._keys: Mapping[str, ApiKey] | None = None
        self._tried = 0.0
        self._reading: asyncio.Task[None] | None = None
        self._began = 0.0

    async def find(self, text: str) -> ApiKey | None:
        """The key that this text opens; None where there is none.

        Raises:
            StoreError: the store could not be read, ever or for too long.
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
            await self._wait_for_refresh(self._began + PATIENCE_KNOWN_S - time.monotonic())
        elif self._age_s() >= FRESH_S / 2:
            self._refresh()  # who asks often never waits for it
        if self._unread_s() > self._trusted_s:
            await self._wait_for_refresh()
            if self._unread_s() > self._trusted_s:
                raise StoreUnavailable(
                    f"the store could not be read for {self._unread_s():.0f} s, and keys may have been revoked",
                    "See to the store; BRINELL_KEYS_TRUSTED_S is how long keys are trusted without it.",
                )
        key = self._known(identity)
        if key is None and self._age_s() >= NEW_S:
            await self._wait_for_refresh()
            key = self._known(identity)
        return key

    def _known(self, identity: str) -> ApiKey | None:
        return None if self._keys is None else self._keys.get(identity)

    def _age_s(self) -> float:
        return time.monotonic() - self._tried

    def _unread_s(self) -> float:
        return time.monotonic() - self._read_at

    async def _wait_for_refresh(self, patience_s: float = PATIENCE_S) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(self._refresh()), patience_s)

    def _refresh(self) -> "asyncio.Task[None]":
        """The one reading that goes on, or a new one."""
        if self._reading is None or self._reading.done():
            self._began = time.monotonic()
            self._reading = asyncio.get_running_loop().create_task(self._read())
        return self._reading

    async def _read(self) -> None:
        try:
            self._keys = await self._load()
            self._read_at = self._began
        except StoreError:
            if self._keys is None:
                raise
        finally:
            self._tried = time.monotonic()
