"""How long a client may take: one that sends or reads a byte a minute would hold its place for ever."""

import asyncio
import math

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.errors import Problem, answer

IDLE_S = 20.0
"""Longest wait for the next part of a body."""

UNREAD_S = 120.0
"""Longest wait for a client to take the next part of an answer; the kernel holds some MB that it must take first."""

SLOWEST_BYTES_S = 4096
"""Over the whole body, after the first `IDLE_S`: one byte in each wait would be no better."""

HEARING, SAYING = 0, 1


class Patience:
    """Ends a request whose client is too slow: 408 where no answer has begun, else the connection is closed.

    What is refused before its body is in ends its connection too; any other refusal leaves it open.
    """

    def __init__(self, app: ASGIApp, idle_s: float = IDLE_S) -> None:
        self.app = app
        self.idle_s = idle_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        waited, received, ended, began = 0.0, 0, False, False
        loop = asyncio.get_running_loop()

        async def receive_in_time() -> Message:
            nonlocal waited, received, ended
            if ended:  # only a disconnect can come, and that may take as long as the answer
                return await receive()
            since = loop.time()
            allowed = self.idle_s + received / SLOWEST_BYTES_S - waited
            wait(HEARING, since + min(self.idle_s, max(allowed, 0)))
            message = await receive()
            wait(HEARING, math.inf)
            waited += loop.time() - since
            received += len(message.get("body", b""))
            ended = not message.get("more_body", False)
            return message

        async def send_in_time(message: Message) -> None:
            nonlocal began
            began = True
            if not ended and message.get("status", 0) >= 400 and _brings_body(scope):
                # What still comes in is not waited for: the connection can carry no other request.
                message.setdefault("headers", []).append((b"connection", b"close"))
            wait(SAYING, loop.time() + UNREAD_S)
            await send(message)
            wait(SAYING, math.inf)

        # One for the whole request: each costs as much as a route. A client may be awaited in both ways at once.
        patience, until = asyncio.timeout(None), [math.inf, math.inf]

        def wait(way: int, at: float) -> None:
            until[way] = at
            first = min(until)
            patience.reschedule(None if first == math.inf else first)

        try:
            async with patience:
                await self.app(scope, receive_in_time, send_in_time)
        except TimeoutError:
            if began or not patience.expired():
                raise
            problem = Problem(field="body", reason="it came too slowly", what_to_do="Send it at once, or compressed.")
            refusal = answer(Request(scope), 408, [problem], {"Connection": "close"})
            await refusal(scope, receive, send)


def _brings_body(scope: Scope) -> bool:
    lengths = [value for name, value in scope["headers"] if name in (b"content-length", b"transfer-encoding")]
    return any(value != b"0" for value in lengths)
