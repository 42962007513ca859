"""Headers that keep a browser from doing more with an answer than show it (OWASP Secure Headers)."""

from collections.abc import Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
PAGE = "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"
"""Of /docs, whose page starts by a script of its own; it loads nothing from elsewhere."""


def _raw(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


# As ASGI has them: to go through a mapping of headers costs more than all else here.
_EVERYWHERE, _OF_PAGE = _raw(HEADERS), _raw(HEADERS | {"Content-Security-Policy": PAGE})


class SecurityHeaders:
    """Adds the headers; a route that says otherwise is left its word."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = message.setdefault("headers", [])
                said = {name for name, _ in given}
                given += [
                    each for each in (_OF_PAGE if scope["path"] == "/docs" else _EVERYWHERE) if each[0] not in said
                ]
            await send(message)

        await self.app(scope, receive, send_with_headers)
