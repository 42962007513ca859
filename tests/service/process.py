"""`brinell serve`, and what else `brinell` does, as processes of their own."""

import os
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import httpx2

ROOT = Path(__file__).resolve().parents[2]


class Process(subprocess.Popen[str]):
    """`brinell serve` with these settings, not waited for; it logs into a file, where nothing of it is dropped.

    `under` is what starts it, and becomes it.
    """

    def __init__(self, port: int, under: Sequence[str] = (), **settings: Any) -> None:
        self._log = TemporaryFile("w+")  # noqa: SIM115 (it is closed with the process)
        super().__init__(
            [*under, sys.executable, "-m", "brinell", "serve"], cwd=ROOT, text=True,
            env={**os.environ, "OMP_NUM_THREADS": "1", **_given(settings), "BRINELL_PORT": str(port)},
            stdout=subprocess.DEVNULL, stderr=self._log,
        )  # fmt: skip

    def said(self) -> str:
        """All of the log, once the process has ended."""
        self.wait(timeout=60)
        self._log.seek(0)
        return self._log.read()


def brinell(*words: object, code: int = 0, **settings: object) -> str:
    """What the command says, with these settings; on standard error where it is to end with another `code`."""
    run = subprocess.run(
        [sys.executable, "-m", "brinell", *map(str, words)],
        cwd=ROOT, env=os.environ | _given(settings), capture_output=True, text=True,
    )  # fmt: skip
    assert run.returncode == code, run.stderr
    return (run.stderr if code else run.stdout).strip()


def _given(settings: Mapping[str, object]) -> dict[str, str]:
    return {f"BRINELL_{name.upper()}": str(value) for name, value in settings.items()}


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
