"""Requests at a fixed rate, whatever becomes of those before: what a plant's sensors do.

A generator whose connections wait for their answers slows down with the server, and its pauses are in no figure.
Here each request has its moment, and its time to the answer is counted from then: also what it waited for a connection,
and what the generator itself was late. (G. Tene, "How NOT to measure latency", 2013.)
"""

import asyncio
import base64
import contextlib
import time
from collections import deque
from collections.abc import Sequence
from typing import Any

import httptools
import numpy as np
import uvloop

MOST_CONNECTIONS = 100
"""Fewer than our service lets one client have waiting."""

GIVES_UP_S = 30.0

MOST_IDLE_S = 3.0
"""A server closes a connection that is idle for longer (uvicorn after 5 s), perhaps while it is asked."""


class OpenLoop:
    """Asks `requests` (each as on the wire, base64) in turn at `127.0.0.1:port`."""

    def __init__(self, port: int, requests: Sequence[str]) -> None:
        self._port = port
        self._requests = [base64.b64decode(each) for each in requests]

    def drive(self, per_s: float, seconds: float) -> dict[str, Any]:
        """`asked`, `failed`, and quantiles of milliseconds: `p50_ms`, `p99_ms`, `late_p99_ms` (the generator)."""
        drive = _Drive(self._port, self._requests)
        uvloop.run(drive.run(per_s, seconds))
        p50, p99 = np.quantile(drive.times_s or [np.nan], (0.5, 0.99)).tolist()
        return {
            "asked": drive.asked,
            "failed": drive.asked - len(drive.times_s),
            "p50_ms": 1e3 * p50,
            "p99_ms": 1e3 * p99,
            "late_p99_ms": 1e3 * float(np.quantile(drive.late_s or [0.0], 0.99)),
        }


class _Drive:
    def __init__(self, port: int, requests: Sequence[bytes]) -> None:
        self.asked = 0
        self.times_s: list[float] = []
        self.late_s: list[float] = []
        self._port = port
        self._requests = requests
        self._free: list[_Connection] = []
        self._open = 0
        self._waiting: deque[tuple[float, bytes]] = deque()
        self._left = asyncio.Event()
        self._out = 0

    async def run(self, per_s: float, seconds: float) -> None:
        count, began = round(per_s * seconds), time.perf_counter()
        while self.asked < count:
            due = began + self.asked / per_s
            wait = due - time.perf_counter()
            if wait > 0:
                await asyncio.sleep(wait)
            self.late_s.append(time.perf_counter() - due)
            self._waiting.append((due, self._requests[self.asked % len(self._requests)]))
            self.asked += 1
            self._out += 1
            self._send_what_waits()
            if wait <= 0:
                await asyncio.sleep(0)
        self._left.clear()
        if self._out:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._left.wait(), GIVES_UP_S)
        for connection in self._free:
            connection.close()

    def freed(self, connection: "_Connection", time_s: float | None) -> None:
        """An answer is there; None: it was none, and the connection is gone."""
        self._out -= 1
        if time_s is not None:
            self.times_s.append(time_s)
            self._free.append(connection)
        else:
            self._open -= 1
        if not self._out:
            self._left.set()
        self._send_what_waits()

    def _send_what_waits(self) -> None:
        while self._waiting and self._free:
            connection = self._free.pop()
            if time.perf_counter() - connection.idle_since_s > MOST_IDLE_S:
                self._open -= 1
                connection.close()
            else:
                connection.send(*self._waiting.popleft())
        if self._waiting and self._open < MOST_CONNECTIONS:
            self._open += 1
            asyncio.get_running_loop().create_task(self._connect(*self._waiting.popleft()))

    async def _connect(self, due: float, request: bytes) -> None:
        connection = _Connection(self)
        try:
            await asyncio.get_running_loop().create_connection(lambda: connection, "127.0.0.1", self._port)
        except OSError:
            self.freed(connection, None)
        else:
            connection.send(due, request)


class _Connection(asyncio.Protocol):
    def __init__(self, drive: _Drive) -> None:
        self.idle_since_s = 0.0
        self._drive = drive
        self._due: float | None = None
        self._transport: Any = None
        self._parser = httptools.HttpResponseParser(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def send(self, due: float, request: bytes) -> None:
        self._due = due
        self._parser = httptools.HttpResponseParser(self)
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        due, self._due, self.idle_since_s = self._due, None, time.perf_counter()
        good = self._parser.get_status_code() == 200 and self._parser.should_keep_alive()
        assert due is not None
        if not good:
            self._transport.close()
        self._drive.freed(self, self.idle_since_s - due if good else None)

    def connection_lost(self, error: Exception | None) -> None:
        if self._due is not None:
            self._due = None
            self._drive.freed(self, None)

    def close(self) -> None:
        self._transport.close()
