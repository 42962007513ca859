"""The whole way, from POST to activation, through a running service."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2

from data.fault import Fault
from data.recording import Recording
from tests.service.running import serving

FLOAT32 = {"Content-Type": "application/octet-stream"}


@dataclass(frozen=True)
class Answered:
    """One recording that a service was asked about: id of its diagnosis, its label, what was said (None: unknown)."""

    id: str
    asset: str
    fault: Fault
    said: Fault | None

    @property
    def right(self) -> bool:
        return self.said is self.fault


def right(answers: Sequence[Answered]) -> str:
    """For a table: right, unknown and wrong of all."""
    named, unknown = sum(each.right for each in answers), sum(each.said is None for each in answers)
    return f"{named} of {len(answers)} right, {unknown} unknown, {len(answers) - named - unknown} wrong"


@contextmanager
def plant(bundles: Path, state: Path) -> Iterator[httpx2.Client]:
    """A service that answers with what is in `bundles`."""
    with serving(bundles=bundles, state=state, auth="none", max_minutes=1) as (_, client):
        yield client


def registered(client: httpx2.Client, asset: str) -> None:
    """The measuring point is there."""
    body = {"id": asset, "machine": asset, "point": "drive end", "axes": [{"name": "x"}], "speed": {"kind": "given"}}
    answer = client.post("/v1/assets", json=body)
    assert answer.status_code in (201, 409), answer.text


def asked(client: httpx2.Client, asset: str, recording: Recording) -> Answered:
    """The service's answer; it keeps the signal."""
    query: dict[str, Any] = {"rate_hz": recording.rate_hz, "speed_rpm": recording.speed_rpm, "keep": "true"}
    content = recording.samples.astype("<f4").tobytes()
    answer = client.post(f"/v1/assets/{asset}/diagnose", params=query, content=content, headers=FLOAT32)
    assert answer.status_code == 200, answer.text
    diagnosis = answer.json()["axes"]["x"]
    said = Fault(diagnosis["fault"]) if diagnosis["verdict"] == "diagnosed" else None
    assert recording.fault is not None
    return Answered(diagnosis["id"], asset, recording.fault, said)


def told(client: httpx2.Client, answers: Sequence[Answered]) -> None:
    """A technician says what each of these showed."""
    for each in answers:
        body = {
            "asset": each.asset,
            "finding": each.fault,
            "opened": datetime.now(UTC).isoformat(),
            "by": "the drill",
            "diagnosis": each.id,
        }
        answer = client.post("/v1/feedback", json=body)
        assert answer.status_code == 201, answer.text


def exported(client: httpx2.Client, to: Path) -> Path:
    """The service's export."""
    to.write_bytes(client.post("/v1/export").raise_for_status().content)
    return to


def without(root: Path, to: Path, files: Sequence[str]) -> Path:
    """A data root like `root`, but for these files; returns `to`."""
    for path in root.glob("*/*"):
        if path.is_file() and path.name not in files:
            (to / path.parent.name).mkdir(parents=True, exist_ok=True)
            (to / path.parent.name / path.name).symlink_to(path.resolve())
    return to


def cut(recording: Recording, seconds: float) -> list[Recording]:
    """Pieces of one recording, one after the other."""
    size = seconds / recording.seconds
    return [recording.span(at * size, (at + 1) * size) for at in range(int(1 / size))]
