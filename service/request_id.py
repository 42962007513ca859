"""Every request has an id: the client's, where it sent a sane one, else a new one."""

import os
import re

from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = "X-Request-ID"
_RAW = HEADER.lower().encode()
SANE = re.compile(r"[A-Za-z0-9._-]{1,64}")


class RequestId:
    """Puts the id into the scope's state as `request_id` and into the answer's headers."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = next((value for name, value in scope["headers"] if name == _RAW), b"").decode("latin-1")
        identity = given if SANE.fullmatch(given) else os.urandom(16).hex()
        scope.setdefault("state", {})["request_id"] = identity

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message.setdefault("headers", [])
                if all(name != _RAW for name, _ in headers):  # a refusal has it already
                    headers.append((_RAW, identity.encode()))
            await send(message)

        await self.app(scope, receive, send_with_id)
