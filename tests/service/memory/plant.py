"""One measuring point, what it is asked and what is said about it, over HTTP."""

from typing import Any

import numpy as np
from starlette.testclient import TestClient

ASSET = {
    "id": "fan", "machine": "mill 3", "point": "fan", "axes": [{"name": "x"}], "bearing": "6205",
    "speed": {"kind": "fixed", "rpm": 1480},
}  # fmt: skip
SAMPLES = np.random.default_rng(0).standard_normal(12_800).astype("<f4")
FLOAT32 = {"Content-Type": "application/octet-stream"}


def ask(client: TestClient, **query: Any) -> dict[str, Any]:
    answer = client.post(
        "/v1/assets/fan/diagnose", params={"rate_hz": 12_800, **query}, content=SAMPLES.tobytes(), headers=FLOAT32
    )
    assert answer.status_code == 200, answer.text
    memory = client.app.state.parts.memory  # type: ignore[attr-defined]
    while memory.busy:
        pass
    found: dict[str, Any] = answer.json()
    return found


def say(client: TestClient, status: int = 201, **given: Any) -> dict[str, Any]:
    usual = {"asset": "fan", "finding": "outer_race", "opened": "2026-11-24T08:00:00Z", "by": "A. Weber"}
    answer = client.post("/v1/feedback", json=usual | given)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


def kept(client: TestClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/v1/assets/fan/recordings").json()["recordings"]
    return found
