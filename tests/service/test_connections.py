"""Connections that want to stay, and connections that nobody else can read."""

import asyncio
import socket
import ssl
import time
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from pathlib import Path

import httpx2
import psutil
import pytest
from starlette.types import Message, Receive, Scope, Send

from service.security.patience import Patience
from service.serving import check_tls
from service.settings import Settings, SettingsError
from tests.service.process import brinell
from tests.service.running import running

ASK = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


def test_a_body_that_trickles_is_ended() -> None:
    async def read_all(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive()).get("more_body", False):
            pass

    async def trickle() -> Message:
        await asyncio.sleep(0.04)
        return {"type": "http.request", "body": b"x", "more_body": True}

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    scope: Scope = {"type": "http", "method": "POST", "path": "/", "headers": [], "query_string": b""}
    began = time.perf_counter()
    asyncio.run(Patience(read_all, idle_s=0.2)(scope, trickle, send))
    assert sent[0]["status"] == 408
    assert time.perf_counter() - began < 2


def test_heads_without_end_are_cut_off() -> None:
    with running() as service:
        for end in (b"X-A: " + b"a" * 60_000, b"".join(b"X-%d: %s\r\n" % (n, b"a" * 100) for n in range(600))):
            with socket.create_connection(("127.0.0.1", service.port), timeout=5) as connection:
                connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n" + end)
                assert read_to_end(connection) == b""
        with socket.create_connection(("127.0.0.1", service.port), timeout=15) as slow:
            slow.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n")
            began = time.monotonic()
            assert read_to_end(slow) == b""
            assert 5 < time.monotonic() - began < 14
        assert httpx2.get(f"{service.url}/healthz").status_code == 200


def test_one_peer_cannot_take_every_connection() -> None:
    with running(connections_of_a_peer=4, connections=64) as service, ExitStack() as opened:
        idle = [opened.enter_context(connect(service.port)) for _ in range(4)]
        assert read_to_end(opened.enter_context(connect(service.port))) == b""
        # Another address of this machine's is another peer.
        other = opened.enter_context(connect(service.port, "127.0.0.2"))
        other.sendall(ASK)
        assert b"200 OK" in read_to_end(other)
        idle[0].sendall(ASK)
        assert b"200 OK" in read_to_end(idle[0])
        # A connection that has ended makes room for another.
        again = opened.enter_context(connect(service.port))
        again.sendall(ASK)
        assert b"200 OK" in read_to_end(again)


def connect(port: int, source: str = "127.0.0.1") -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=5, source_address=(source, 0))


def read_to_end(connection: socket.socket) -> bytes:
    try:
        return b"".join(iter(lambda: connection.recv(65536), b""))
    except ConnectionResetError:
        return b""


def test_it_takes_as_many_open_files_as_it_may() -> None:
    with running(under=["prlimit", "--nofile=64:"]) as service:
        soft, hard = service.process.rlimit(psutil.RLIMIT_NOFILE)
        assert soft == hard > 64


def test_it_speaks_tls(certificate: tuple[Path, Path], tmp_path: Path) -> None:
    certified, key = certificate
    trusting = ssl.create_default_context(cafile=str(certified))
    with running(verify=trusting, tls_certificate=certified, tls_key=key) as service:
        assert service.url.startswith("https://")
        assert httpx2.get(f"{service.url}/healthz", verify=trusting).status_code == 200
    (tmp_path / "cert.pem").write_text("no certificate")
    with pytest.raises(SettingsError, match="BRINELL_TLS_KEY cannot be used"):
        check_tls(Settings(tls_certificate=tmp_path / "cert.pem", tls_key=key))


def test_a_refusal_leaves_the_connection_open_where_the_body_is_in(tmp_path: Path) -> None:
    with running(state=tmp_path, auth="keys", requests_per_minute=2) as service:
        key = brinell("keys", "api", "sensor", state=tmp_path)
        with closing(HTTPConnection("127.0.0.1", service.port, timeout=20)) as connection:
            for status in (422, 422, 429, 429):
                headers = {"X-API-Key": key, "Content-Type": "application/octet-stream"}
                connection.request("POST", "/v1/diagnose?rate_hz=12000", bytes(12), headers)
                answer = connection.getresponse()
                assert (answer.status, answer.headers["Connection"]) == (status, None)
                answer.read()
            sent = connection.sock
            connection.request("GET", "/v1/models", headers={"X-API-Key": key})
            assert connection.getresponse().status == 429
            assert connection.sock is sent
        with closing(HTTPConnection("127.0.0.1", service.port, timeout=20)) as connection:
            connection.putrequest("POST", "/v1/diagnose?rate_hz=12000")
            for header in (("X-API-Key", key), ("Content-Length", str(1 << 40)), ("Expect", "100-continue")):
                connection.putheader(*header)
            connection.endheaders()
            answer = connection.getresponse()
            assert (answer.status, answer.headers["Connection"]) == (429, "close")
