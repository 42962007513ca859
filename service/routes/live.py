"""`GET /v1/live`: what changes, as it changes; docs/page.md says what comes.

It is no part of the OpenAPI description, which cannot say that an answer has no end.
"""

from collections.abc import Awaitable, Callable
from functools import partial

from fastapi import APIRouter, Request
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from service.live.look import look
from service.live.streams import Stream
from service.parts import parts_of
from service.security.asker import asker
from service.security.visit import Visit
from service.settings import Settings

EVENTS = "text/event-stream"


class EventStream(StreamingResponse):
    """Sends a stream's events, and leaves it however that ends."""

    def __init__(self, stream: Stream, may_go_on: Callable[[], Awaitable[bool]]) -> None:
        # Proxies are asked not to hold back what is to come at once.
        super().__init__(stream.events(may_go_on), media_type=EVENTS, headers={"X-Accel-Buffering": "no"})
        self._stream = stream

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As of any response."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._stream.leave()


def router(_: Settings) -> APIRouter:
    """`/v1/live`."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/v1/live", response_class=EventStream)
    async def live(request: Request) -> EventStream:
        parts = parts_of(request.app)
        stream = parts.streams.join(asker(request), partial(look, parts))
        return EventStream(stream, Visit(parts, request).may_go_on)

    return routes
