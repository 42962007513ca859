"""A body that is taken in while what came of it before is answered."""

import asyncio
from collections.abc import AsyncIterator
from typing import Self

from starlette.requests import ClientDisconnect, Request

from service.bodies.incoming import drain, limited
from service.errors import RequestRefused

PIECE = 1 << 14


class ReadAhead:
    """Within its block the body comes in, whether or not anybody asks for it.

    A client that sends all before it reads would otherwise wait for us for ever, and we for it. What waits here are the
    bytes as they came, within the limit of the body: taken apart, the shortest lines would weigh fifty times as much.

    Attributes:
        complete: nothing more comes in.
        lost: the client has gone before its end.
    """

    def __init__(self, request: Request, limit: int) -> None:
        self.complete = self.lost = False
        self._request = request
        self._limit = limit
        self._held = bytearray()
        self._news = asyncio.Event()
        self._refusal: RequestRefused | None = None
        self._taking: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._taking = asyncio.create_task(self._take())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._taking is not None:
            self._taking.cancel()

    async def pieces(self) -> AsyncIterator[bytes]:
        """The body as it came, a little at a time, so that others are served between.

        Raises:
            RequestRefused: it is over its limit; what came before is out by then.
        """
        while not self.complete or self._held:
            if self._held:
                piece = bytes(self._held[:PIECE])
                del self._held[:PIECE]  # of the front, which moves nothing
                yield piece
                await asyncio.sleep(0)
            else:
                self._news.clear()
                await self._news.wait()
        if self._taking is not None:
            await self._taking
        if self._refusal is not None:
            raise self._refusal

    async def _take(self) -> None:
        length = self._request.headers.get("content-length")
        try:
            async for chunk in limited(self._request.stream(), length, self._limit):
                self._held += chunk
                self._news.set()
        except ClientDisconnect:  # nobody waits for what is left
            self.lost = True
            self._held.clear()
        except RequestRefused as refusal:
            self._refusal = refusal
            await drain(self._request)
        finally:
            self.complete = True
            self._news.set()
