"""How the tests put a question to a started service."""

from collections.abc import Callable
from typing import Any

from starlette.testclient import TestClient

from data.recording import Recording

Simulated = Callable[..., Recording]
FLOAT32 = {"Content-Type": "application/octet-stream"}


def post(client: TestClient, recording: Recording, path: str = "/v1/diagnose", **query: Any) -> dict[str, Any]:
    """The answer to a recording's samples, as float32."""
    query = {"rate_hz": recording.rate_hz} | query
    answer = client.post(path, params=query, content=recording.samples.tobytes(), headers=FLOAT32)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found
