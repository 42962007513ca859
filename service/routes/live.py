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
from service.parts import Parts, parts_of
from service.security.guard import KEY_ID
from service.settings import Settings
from service.store.trouble import StoreError

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
        owner = _key_of(request) or (request.client.host if request.client is not None else "")
        return EventStream(parts.streams.join(owner, partial(look, parts)), _may_go_on(parts, request))

    return routes


def _key_of(request: Request) -> str | None:
    found: str | None = request.scope.get("state", {}).get(KEY_ID)
    return found


def _may_go_on(parts: Parts, request: Request) -> Callable[[], Awaitable[bool]]:
    """Whether what let the request in still would: the guard looks but once, and a stream has no end."""
    key_id = _key_of(request)
    session = parts.sessions.find(request.headers)
    by_cookie = session is not None and session.key_id == key_id

    async def ask() -> bool:
        if key_id is None:
            return True
        if by_cookie and parts.sessions.find(request.headers) is not session:
            return False
        try:
            return await parts.keyring.of(key_id) is not None
        except StoreError:
            return False

    return ask
