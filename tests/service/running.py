"""A real service in a process of its own, and what it costs."""

import re
import signal
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import psutil

from tests.service.process import Process, free_port, wait_until_ready


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

    def peak_mib(self) -> float:
        """The most memory that it has held so far."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1024  # type: ignore[index]


@contextmanager
def running(verify: ssl.SSLContext | None = None, **settings: Any) -> Iterator[Running]:
    """`with running(threads=1) as service:` starts `brinell serve` on a free port, ready to answer.

    `verify` trusts the certificate of one that speaks TLS.
    """
    port = free_port()
    process = Process(port, **settings)
    service = Running(psutil.Process(process.pid), port, "http" if verify is None else "https")
    try:
        wait_until_ready(process, service.url, verify or True)
        yield service
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


@contextmanager
def serving(**settings: Any) -> Iterator[tuple[psutil.Process, httpx2.Client]]:
    """As `running`, with a client that knows where it is."""
    with running(**settings) as service, httpx2.Client(base_url=service.url, timeout=60) as client:
        yield service.process, client
