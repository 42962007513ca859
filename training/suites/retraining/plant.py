"""A service in a process of its own, and the conversation that a plant has with it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data.errors import BrinellError
from data.fault import Fault
from data.recording import Recording

if TYPE_CHECKING:
    from httpx2 import Client

SECONDS = 60.0
FLOAT32 = {"Content-Type": "application/octet-stream"}


class PlantError(BrinellError):
    """The service did not start; the message has the end of its log."""


@dataclass(frozen=True)
class Answered:
    """One recording that a service was asked about: id of its diagnosis, its label, what was said (None: unknown)."""

    id: str
    asset: str
    fault: Fault
    said: Fault | None

    @property
    def right(self) -> bool:
        """It was said what it shows."""
        return self.said is self.fault


@contextmanager
def plant(bundles: Path, state: Path) -> "Iterator[Client]":
    """A client of a service that answers with what is in `bundles`, and keeps what it remembers in `state`.

    Raises:
        PlantError: it is not ready within a minute.
    """
    import httpx2

    port = _free_port()
    settings = {"bundles": bundles, "state": state, "auth": "none", "port": port, "max_minutes": 1}
    environment = os.environ | {f"BRINELL_{name.upper()}": str(value) for name, value in settings.items()}
    state.mkdir(parents=True, exist_ok=True)
    log = state / "log"
    with log.open("w") as file:
        process = subprocess.Popen([sys.executable, "-m", "brinell", "serve"], env=environment, stderr=file)
    try:
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=SECONDS) as client:
            _wait_for(client, process, log)
            yield client
    finally:
        process.terminate()
        process.wait(timeout=SECONDS)


def registered(client: "Client", asset: str) -> None:
    """The measuring point is there."""
    body = {"id": asset, "machine": asset, "point": "drive end", "axes": [{"name": "x"}], "speed": {"kind": "given"}}
    answer = client.post("/v1/assets", json=body)
    # 409: it was there before.
    if answer.status_code != 409:
        answer.raise_for_status()


def asked(client: "Client", asset: str, recording: Recording) -> Answered:
    """The service's answer; it keeps the signal."""
    query: dict[str, Any] = {"rate_hz": recording.rate_hz, "speed_rpm": recording.speed_rpm, "keep": "true"}
    content = recording.samples.astype("<f4").tobytes()
    answer = client.post(f"/v1/assets/{asset}/diagnose", params=query, content=content, headers=FLOAT32)
    diagnosis = answer.raise_for_status().json()["axes"]["x"]
    said = Fault(diagnosis["fault"]) if diagnosis["verdict"] == "diagnosed" else None
    assert recording.fault is not None
    return Answered(diagnosis["id"], asset, recording.fault, said)


def told(client: "Client", answers: Sequence[Answered], findings: Sequence[Fault] | None = None) -> None:
    """A technician says what each of these showed: the truth, or what is in `findings`."""
    for each, finding in zip(answers, findings or [each.fault for each in answers], strict=True):
        body = {
            "asset": each.asset,
            "finding": finding,
            "opened": datetime.now(UTC).isoformat(),
            "by": "the drill",
            "diagnosis": each.id,
        }
        client.post("/v1/feedback", json=body).raise_for_status()


def exported(client: "Client", to: Path) -> Path:
    """The service's export."""
    to.write_bytes(client.post("/v1/export").raise_for_status().content)
    return to


def _wait_for(client: "Client", process: subprocess.Popen[bytes], log: Path) -> None:
    import httpx2

    until = time.monotonic() + SECONDS
    while process.poll() is None and time.monotonic() < until:
        try:
            if client.get("/readyz").status_code == 200:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.1)
    raise PlantError(f"the service is not ready: {log.read_text()[-2000:]}")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
