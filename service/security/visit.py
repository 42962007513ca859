"""A request that is answered piece by piece: the guard looks but once, and such a request may go on for hours."""

import asyncio
from collections.abc import Awaitable, Callable

from starlette.requests import Request

from service.errors import RequestRefused, refusal_of, refused
from service.parts import Parts
from service.security.asker import key_id
from service.store.trouble import StoreError

LOOKS_AGAIN_S = 0.5
"""While it waits: a key that was revoked, or a client that has gone, is to leave its place to others. Less than the
second that connections are left for a last word, once the service stops (`service.serving`)."""


class Visit:
    """What let a request in, to be asked again.

    Attributes:
        key_id: of the key that it came with; None where nobody is asked for one.
    """

    def __init__(self, parts: Parts, request: Request) -> None:
        self.key_id = key_id(request)
        self._parts = parts
        self._headers = request.headers
        session = parts.sessions.find(request.headers)
        self._session = session if session is not None and session.key_id == self.key_id else None
        self._has_begun = False

    async def may_go_on(self) -> bool:
        """Whether what let it in still would; not where the keys cannot be read."""
        try:
            return await self._is_valid()
        except StoreError:
            return False

    async def turn(self, over: Callable[[], Awaitable[bool]]) -> RequestRefused | None:
        """Waits until its key may ask once more, behind what cannot wait, or until the request is `over`.

        The first turn is that of the request itself, which the guard has counted.

        Returns:
            Why it may ask no more, with the guard's status: 401 or, where the keys cannot be read, 503. None where it
            may, or the request is over.
        """
        begun, self._has_begun = self._has_begun, True
        if not begun or self.key_id is None:
            return None
        try:
            while await self._is_valid():
                wait_s = self._parts.allowance.take(self.key_id, patient=True)
                if not wait_s:
                    return None
                await asyncio.sleep(min(wait_s, LOOKS_AGAIN_S))
                if await over():
                    return None
        except StoreError as error:
            return refusal_of(error)
        return refused(401, "key", "it was revoked, or its session ended, since the request began")

    async def _is_valid(self) -> bool:
        """Whether its key is, and the session that it came by is open.

        Raises:
            StoreError: the keys cannot be read.
        """
        if self.key_id is None:
            return True
        if self._session is not None and self._parts.sessions.find(self._headers) is not self._session:
            return False
        return await self._parts.keyring.of(self.key_id) is not None
