"""A real Mosquitto in a process of its own, which writes down each message that it keeps for others."""

import os
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.service.process import free_port

PROGRAM = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")

CONFIGURATION = """
persistence true
persistence_location {folder}/
autosave_on_changes true
autosave_interval 1
max_queued_messages 100000
{user}
listener {port} 127.0.0.1
{access}
"""


@dataclass
class Mosquitto:
    """`start` it first; `access` is what its configuration says about who may connect."""

    folder: Path
    access: str = "allow_anonymous true"
    scheme: str = "mqtt"
    configuration: str = CONFIGURATION
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"{self.scheme}://localhost:{self.port}"

    def start(self) -> None:
        """Listens afterwards."""
        assert PROGRAM is not None
        user = "user root" if os.getuid() == 0 else ""  # else it gives up being root, and cannot write its folder
        configuration = self.folder / "mosquitto.conf"
        configuration.write_text(
            self.configuration.format(folder=self.folder, port=self.port, access=self.access, user=user)
        )
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen([PROGRAM, "-c", configuration], stdout=log, stderr=log)
        for _ in range(100):
            assert self.process.poll() is None, (self.folder / "log").read_text()
            with socket.socket() as trial:
                if trial.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError("Mosquitto does not listen after 5 s")

    def stop(self) -> None:
        """It has written down what it keeps."""
        assert self.process is not None
        self.process.terminate()
        self.process.wait()

    def kill(self) -> None:
        """SIGKILL: it writes nothing more."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()


def installed() -> None:
    """Skips the test where there is no Mosquitto; in CI that is a failure."""
    if PROGRAM is not None:
        return
    reason = "Mosquitto is not installed (Debian: apt-get install mosquitto)"
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
