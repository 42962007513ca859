"""What uvicorn leaves open: a client that never ends the head of its request, or takes every connection there is."""

from asyncio import Transport
from asyncio.events import TimerHandle
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_S = 10.0
HEAD_BYTES = 32 << 10


class GuardedConnection(HttpToolsProtocol):
    """HTTP/1.1 whose head is short and comes soon; closed without a word where it does not.

    Args:
        most_of_a_peer: connections that one address may have open; a further one is closed as it is made.
    """

    def __init__(self, *given: Any, most_of_a_peer: int, **named: Any) -> None:
        super().__init__(*given, **named)
        self._most_of_a_peer = most_of_a_peer
        self._in_head = True
        self._head_bytes = 0
        self._ended = False  # a message ended in what came in last
        self._deadline: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if self._is_one_too_many():
            transport.close()
        else:
            self._await_head()

    def data_received(self, data: bytes) -> None:
        if self._in_head and self._deadline is None:  # the next request of a connection that was kept
            self._await_head()
        only_head = self._in_head
        self._ended = False
        super().data_received(data)
        # What the parser has in hand and has not told of counts too: a header without end is never told.
        if only_head and self._in_head and not self._ended:
            self._head_bytes += len(data)
            self._close_if_long()

    def on_message_begin(self) -> None:
        self._in_head, self._head_bytes = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._stop_waiting()
        self._head_bytes = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if not self._close_if_long():
            super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._in_head, self._head_bytes, self._ended = True, 0, True
        if self.cycle is not None:
            super().on_message_complete()

    def on_body(self, body: bytes) -> None:
        if self.cycle is not None:
            super().on_body(body)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def _is_one_too_many(self) -> bool:
        if self.client is None:  # a socket of the file system
            return False
        peers = [each.client for each in self.connections if isinstance(each, GuardedConnection)]
        return sum(peer is not None and peer[0] == self.client[0] for peer in peers) > self._most_of_a_peer

    def _await_head(self) -> None:
        self._deadline = self.loop.call_later(HEAD_S, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _close_if_long(self) -> bool:
        if self._head_bytes > HEAD_BYTES:
            self.transport.close()
        return self._head_bytes > HEAD_BYTES
