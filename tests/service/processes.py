"""The service as a process of its own, for tests of what only a real server can show."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def serving(**settings: object) -> Iterator[tuple[subprocess.Popen[bytes], httpx2.Client]]:
    """A ready service with `BRINELL_*` set, on a free port; told to stop at the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    given = {f"BRINELL_{name.upper()}": str(value) for name, value in settings.items()}
    process = subprocess.Popen(
        [sys.executable, "-m", "brinell", "serve"], cwd=ROOT, env={**os.environ, **given, "BRINELL_PORT": str(port)},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            wait_until_ready(process, client)
            yield process, client
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)


def wait_until_ready(process: subprocess.Popen[bytes], client: httpx2.Client) -> None:
    for _ in range(600):
        assert process.poll() is None
        try:
            if client.get("/readyz").status_code == 200:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.1)
    pytest.fail("not ready after a minute")
