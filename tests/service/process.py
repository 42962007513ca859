"""`brinell serve` as a process of its own."""

import os
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import httpx2

ROOT = Path(__file__).resolve().parents[2]


class Process(subprocess.Popen[str]):
    """`brinell serve` with these settings, not waited for; it logs into a file, where nothing of it is dropped."""

    def __init__(self, port: int, **settings: Any) -> None:
        self._log = TemporaryFile("w+")  # noqa: SIM115 (it is closed with the process)
        given = {f"BRINELL_{name.upper()}": str(value) for name, value in settings.items()}
        super().__init__(
            [sys.executable, "-m", "brinell", "serve"], cwd=ROOT, text=True,
            env={**os.environ, "OMP_NUM_THREADS": "1", **given, "BRINELL_PORT": str(port)},
            stdout=subprocess.DEVNULL, stderr=self._log,
        )  # fmt: skip

    def said(self) -> str:
        """All of the log, once the process has ended."""
        self.wait(timeout=60)
        self._log.seek(0)
        return self._log.read()


def free_port() -> int:
    """A port of this machine's that nothing listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def wait_until_ready(process: Process, url: str, verify: ssl.SSLContext | bool = True) -> None:
    for _ in range(600):
        assert process.poll() is None, process.said()
        try:
            if httpx2.get(f"{url}/readyz", verify=verify).status_code == 200:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError("not ready after a minute")
