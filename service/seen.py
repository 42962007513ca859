"""Which status an answer went out with, for those who stand around a route."""

from starlette.types import Message, Send


class Seen:
    """Sends on, and remembers the status; `absent` until an answer has begun."""

    def __init__(self, send: Send, absent: int) -> None:
        self.status = absent
        self._send = send

    async def send(self, message: Message) -> None:
        """In place of `send`."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
        await self._send(message)
