"""A request that is answered piece by piece: the guard looks but once, and such a request may go on for hours."""

import asyncio

from starlette.requests import Request

from service.errors import RequestRefused, refused
from service.parts import Parts
from service.security.guard import KEY_ID
from service.store.trouble import StoreError


class Visit:
    """What let a request in, to be asked again.

    Attributes:
        key_id: of the key that it came with; None where nobody is asked for one.
    """

    def __init__(self, parts: Parts, request: Request) -> None:
        self.key_id: str | None = request.scope.get("state", {}).get(KEY_ID)
        self._parts = parts
        self._headers = request.headers
        session = parts.sessions.find(request.headers)
        self._session = session if session is not None and session.key_id == self.key_id else None
        self._has_begun = False

    async def may_go_on(self) -> bool:
        """Whether what let it in still would: its key is valid, and the session that it came by is open."""
        if self.key_id is None:
            return True
        if self._session is not None and self._parts.sessions.find(self._headers) is not self._session:
            return False
        try:
            return await self._parts.keyring.of(self.key_id) is not None
        except StoreError:
            return False

    async def turn(self) -> RequestRefused | None:
        """Waits until its key may ask once more, behind what cannot wait; why it may not any more, or None.

        The first turn is that of the request itself, which the guard has counted.
        """
        begun, self._has_begun = self._has_begun, True
        if not begun or self.key_id is None:
            return None
        while wait_s := self._parts.allowance.take(self.key_id, patient=True):
            await asyncio.sleep(wait_s)
        if await self.may_go_on():
            return None
        return refused(401, "key", "it was revoked, or its session ended, since the request began")
