"""A real service in a process of its own, and what it costs."""

import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Running:
    """A service that answers at `127.0.0.1:port`."""

    process: psutil.Process
    port: int
    scheme: str = "http"

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def cpu_seconds(self) -> float:
        """User and system, so far."""
        times = self.process.cpu_times()
        return float(times.user + times.system)


@contextmanager
def running(verify: ssl.SSLContext | None = None, **settings: Any) -> Iterator[Running]:
    """`with running(threads=1) as service:` starts `brinell serve` on a free port, ready to answer.

    `verify` trusts the certificate of one that speaks TLS.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    given = {f"BRINELL_{name.upper()}": str(value) for name, value in settings.items()}
    process = subprocess.Popen(
        [sys.executable, "-m", "brinell", "serve"], cwd=ROOT,
        env={**os.environ, **given, "BRINELL_PORT": str(port)},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    service = Running(psutil.Process(process.pid), port, "http" if verify is None else "https")
    try:
        wait_until_ready(process, service.url, verify or True)
        yield service
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)


@contextmanager
def serving(**settings: Any) -> Iterator[tuple[psutil.Process, httpx2.Client]]:
    """As `running`, with a client that knows where it is."""
    with running(**settings) as service, httpx2.Client(base_url=service.url, timeout=60) as client:
        yield service.process, client


def wait_until_ready(process: subprocess.Popen[bytes], url: str, verify: ssl.SSLContext | bool) -> None:
    for _ in range(600):
        assert process.poll() is None
        try:
            if httpx2.get(f"{url}/readyz", verify=verify).status_code == 200:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.1)
    pytest.fail("not ready after a minute")
