"""A real server under load changes its bundles, is sent bad and half ones, is killed: no question is lost by that."""

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from models.bundle import PRETRAINED
from tests.service.asking import FLOAT32, Simulated
from tests.service.running import serving
from tests.service.versions import another, bolder, damage, everything_in, tarred, two_versions

TAR = {"Content-Type": "application/x-tar"}
ASKERS = 4


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return two_versions(tmp_path / "bundles", "time", bolder)


@pytest.fixture
def pushed(tmp_path: Path) -> bytes:
    """An archive of `time/1.2.0`."""
    shutil.copytree(PRETRAINED / "time", tmp_path / "elsewhere" / "time")
    return tarred(another(tmp_path / "elsewhere", "time", "1.2.0"))


class Asker(threading.Thread):
    """Asks the same until it is told to stop, and keeps every answer."""

    def __init__(self, base: httpx2.URL, content: bytes) -> None:
        super().__init__()
        self.base, self.content = base, content
        self.stop = threading.Event()
        self.answers: list[tuple[int, str, tuple[float, ...]]] = []

    def run(self) -> None:
        with httpx2.Client(base_url=self.base, timeout=60) as client:
            while not self.stop.is_set():
                answer = client.post("/v1/diagnose?rate_hz=48000", content=self.content, headers=FLOAT32)
                self.answers.append(told(answer))


def told(answer: httpx2.Response) -> tuple[int, str, tuple[float, ...]]:
    found: dict[str, Any] = answer.json()
    return answer.status_code, found["bundle"]["version"], tuple(found["probabilities"].values())


@pytest.fixture
def asked(simulated: Simulated) -> bytes:
    return simulated(seconds=0.5).samples.tobytes()


def test_no_question_is_lost_and_each_is_answered_by_one_version_while_versions_change(
    root: Path, pushed: bytes, asked: bytes
) -> None:
    bad = another(root, "time", "1.0.5")
    damage(bad / "model.onnx")
    with serving(bundles=root) as (_, client):
        alone = {}
        for version in ("1.0.0", "1.1.0"):
            assert client.post("/v1/models/time/activate", json={"version": version}).status_code == 200
            answer = told(client.post("/v1/diagnose?rate_hz=48000", content=asked, headers=FLOAT32))
            assert answer[:2] == (200, version)
            alone[version] = answer
        assert alone["1.0.0"][2] != alone["1.1.0"][2]
        askers = [Asker(client.base_url, asked) for _ in range(ASKERS)]
        for asker in askers:
            asker.start()
        changes = 0
        for turn in range(8):
            for version in ("1.0.0", "1.1.0"):
                assert client.post("/v1/models/time/activate", json={"version": version}).status_code == 200
                changes += 1
                time.sleep(0.1)
            assert client.post("/v1/models/time/activate", json={"version": "1.0.5"}).status_code == 409
            assert client.post("/v1/models/reload").status_code == 200
            assert client.post("/v1/models/time/rollback").status_code == 200
            status = client.post("/v1/models", content=pushed, headers=TAR).status_code
            assert status == (201 if turn == 0 else 409)
        for asker in askers:
            asker.stop.set()
            asker.join()
        answers = [answer for asker in askers for answer in asker.answers]
        assert len(answers) > 5 * changes
        # Bit for bit what one of the versions says when nothing else goes on.
        assert set(answers) == set(alone.values())


def half_of(pushed: bytes, client: httpx2.Client) -> socket.socket:
    """A connection on which half of a bundle was sent."""
    raw = socket.create_connection((client.base_url.host, client.base_url.port or 0), timeout=20)
    described = f"Content-Type: application/x-tar\r\nContent-Length: {len(pushed)}"
    head = f"POST /v1/models HTTP/1.1\r\nHost: localhost\r\n{described}\r\n"
    raw.sendall(head.encode() + b"\r\n" + pushed[: len(pushed) // 2])
    return raw


def wait_for(root: Path, there: bool) -> None:
    for _ in range(400):
        if (root / ".incoming").exists() is there:
            return
        time.sleep(0.05)
    pytest.fail("the half bundle did not come or go")


@pytest.fixture
def served(root: Path) -> Iterator[httpx2.Client]:
    with serving(bundles=root) as (_, client):
        yield client


def test_half_a_bundle_leaves_nothing_behind_and_keeps_others_out_only_while_it_comes(
    root: Path, served: httpx2.Client, pushed: bytes
) -> None:
    before = everything_in(root)
    with half_of(pushed, served):
        wait_for(root, there=True)
        busy = served.post("/v1/models", content=pushed, headers=TAR)
        assert (busy.status_code, busy.json()["reason"]) == (503, "another bundle is coming in")
        assert served.get("/readyz").status_code == 200
    wait_for(root, there=False)
    assert everything_in(root) == before
    assert served.post("/v1/models", content=pushed, headers=TAR).status_code == 201


def test_a_service_killed_while_a_bundle_comes_in_starts_with_what_it_had(root: Path, pushed: bytes) -> None:
    with serving(bundles=root) as (process, client), half_of(pushed, client):
        wait_for(root, there=True)
        process.kill()
        process.wait(timeout=20)
    with serving(bundles=root) as (_, client):
        ready = {"ready": True, "bundles": ["time/1.1.0"], "refused": {}, "warnings": []}
        assert client.get("/readyz").json() == ready
        assert client.post("/v1/models", content=pushed, headers=TAR).status_code == 201
        assert not (root / ".incoming").exists()
        assert sorted(path.name for path in (root / "time").iterdir()) == ["1.0.0", "1.1.0", "1.2.0"]


def test_a_choice_outlives_a_kill(root: Path) -> None:
    with serving(bundles=root) as (process, client):
        assert client.post("/v1/models/time/activate", json={"version": "1.0.0"}).status_code == 200
        process.kill()
        process.wait(timeout=20)
    with serving(bundles=root) as (_, client):
        assert client.get("/readyz").json()["bundles"] == ["time/1.0.0"]
