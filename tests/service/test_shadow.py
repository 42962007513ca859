"""The challenger answers in the shadow: every disagreement is counted, and no real answer waits for it."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from starlette.testclient import TestClient

from data.recording import Recording
from models.bundle import Bundle
from service.app import create_app
from service.diagnosis import Diagnosis
from service.settings import Settings
from service.shadow import MOST_WAITING, MOST_WAITING_BYTES, Shadow
from tests.service.asking import Simulated, post
from tests.service.versions import another, bolder, contrary, damage, two_versions

KNOWN = {"speed_rpm": 1800, "bearing": "6205"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """`aligned/1.0.0` answers, 1.1.0 says the same, and 1.2.0 says another fault."""
    root = two_versions(tmp_path / "bundles", "aligned", bolder)
    another(root, "aligned", "1.2.0", contrary)
    (root / "active.json").write_text('{"bundles": {"aligned": {"version": "1.0.0"}}}')
    return root


@pytest.fixture
def client(root: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(bundles=root, challenger="aligned/1.2.0"))) as started:
        yield started


def report(client: TestClient) -> dict[str, Any]:
    """What is counted once nothing waits."""
    for _ in range(2400):
        found: dict[str, Any] = client.get("/v1/models/challenger").json()
        if found["waiting"] == 0:
            return found
        time.sleep(0.05)
    raise AssertionError("the challenger did not come to an end in two minutes")


def test_every_pair_of_answers_is_counted(client: TestClient, simulated: Simulated) -> None:
    answers = [post(client, simulated(seed=seed), **KNOWN) for seed in range(3)]
    assert {answer["bundle"]["version"] for answer in answers} == {"1.0.0"}
    found = report(client)
    assert found["challenger"] == "aligned/1.2.0"
    assert (found["asked"], found["dropped"], found["failed"]) == (3, 0, 0)
    assert found["agreed"] + found["disagreed"] == sum(pair["count"] for pair in found["pairs"]) == 3
    diagnosed = [answer for answer in answers if answer["verdict"] == "diagnosed"]
    assert diagnosed
    for answer in diagnosed:
        pairs = [
            pair for pair in found["pairs"] if pair["answered"] == {"verdict": "diagnosed", "fault": answer["fault"]}
        ]
        assert pairs
        assert all(pair["challenger"]["fault"] != answer["fault"] for pair in pairs)
    assert found["disagreed"] == len(diagnosed)


def test_a_challenger_that_says_the_same_agrees(client: TestClient, simulated: Simulated) -> None:
    put = client.put("/v1/models/challenger", json={"bundle": "aligned/1.1.0"})
    assert put.json() == {"challenger": "aligned/1.1.0", "asked": 0, "agreed": 0, "disagreed": 0, "waiting": 0,
                          "dropped": 0, "failed": 0, "pairs": []}  # fmt: skip
    post(client, simulated(), **KNOWN)
    found = report(client)
    assert (found["asked"], found["agreed"], found["disagreed"]) == (1, 1, 0)
    assert client.delete("/v1/models/challenger").json()["challenger"] is None
    post(client, simulated(), **KNOWN)
    assert report(client)["asked"] == 0


def test_what_no_bundle_answered_is_not_asked(client: TestClient) -> None:
    flat = Recording(samples=np.full(24_000, 0.5, dtype=np.float32), rate_hz=12_000.0)
    assert post(client, flat)["verdict"] == "sensor_fault"
    assert report(client)["asked"] == 0


def test_nobody_waits_for_the_challenger_and_what_it_cannot_keep_up_with_is_dropped(
    root: Path, client: TestClient, simulated: Simulated
) -> None:
    recording = simulated(seconds=4.0)
    answer = Diagnosis.model_validate(post(client, recording, **KNOWN))
    challenger = Bundle.load(root / "aligned" / "1.2.0")

    async def ask(shadow: Shadow) -> None:
        for _ in range(100):
            await shadow.offer(challenger, recording, answer)

    with Shadow() as shadow:
        began = time.perf_counter()
        asyncio.run(ask(shadow))
        assert time.perf_counter() - began < 0.5  # to answer all of them takes seconds
        found = shadow.report(challenger)
        assert found.waiting <= MOST_WAITING
        assert found.waiting + found.asked + found.dropped == 100
        assert found.dropped > 50
        while shadow.report(challenger).waiting:
            time.sleep(0.05)
        found = shadow.report(challenger)
        assert found.asked == 100 - found.dropped


def test_long_recordings_wait_by_their_bytes(root: Path, client: TestClient, simulated: Simulated) -> None:
    short = simulated()
    answer = Diagnosis.model_validate(post(client, short, **KNOWN))
    challenger = Bundle.load(root / "aligned" / "1.2.0")
    long = replace(short, samples=np.resize(short.samples, MOST_WAITING_BYTES // 4 + 1))
    with Shadow() as shadow:
        asyncio.run(shadow.offer(challenger, long, answer))
        assert shadow.report(challenger).dropped == 1


def test_a_challenger_that_breaks_is_counted_and_breaks_nothing(
    client: TestClient, root: Path, simulated: Simulated
) -> None:
    recording = simulated()
    answer = Diagnosis.model_validate(post(client, recording, **KNOWN))
    challenger = Bundle.load(another(root, "aligned", "1.3.0"))
    damage(root / "aligned" / "1.3.0" / "model.onnx")  # read at its first use, which is now
    with Shadow() as shadow:
        asyncio.run(shadow.offer(challenger, recording, answer))
        while shadow.report(challenger).waiting:
            time.sleep(0.01)
        assert shadow.report(challenger).failed == 1


def test_a_challenger_whose_process_is_killed_is_started_again(
    client: TestClient, root: Path, simulated: Simulated
) -> None:
    recording = simulated()
    answer = Diagnosis.model_validate(post(client, recording, **KNOWN))
    challenger = Bundle.load(root / "aligned" / "1.2.0")
    here = psutil.Process()
    before = set(here.children())
    with Shadow() as shadow:
        for asked in (1, 2):
            asyncio.run(shadow.offer(challenger, recording, answer))
            while shadow.report(challenger).waiting:
                time.sleep(0.05)
            assert shadow.report(challenger).asked == asked
            [process] = set(here.children()) - before
            assert process.nice() == 19
            if asked == 1:
                process.kill()
                asyncio.run(shadow.offer(challenger, recording, answer))
                while shadow.report(challenger).waiting:
                    time.sleep(0.05)
                assert shadow.report(challenger).failed == 1
    assert set(here.children()) == before


def test_a_bad_challenger_is_refused_and_the_service_goes_on(root: Path, simulated: Simulated) -> None:
    damage(root / "aligned" / "1.1.0" / "model.onnx")
    with TestClient(create_app(Settings(bundles=root, challenger="aligned/1.1.0"))) as client:
        assert "model.onnx" in client.get("/readyz").json()["refused"]["aligned/1.1.0"]
        assert client.get("/v1/models").json()["challenger"] is None
        assert post(client, simulated(), **KNOWN)["bundle"]["version"] == "1.0.0"
        assert client.put("/v1/models/challenger", json={"bundle": "aligned/1.1.0"}).status_code == 409


def test_a_challenger_that_wins_is_no_challenger_any_more(client: TestClient) -> None:
    client.post("/v1/models/aligned/activate", json={"version": "1.2.0"})
    assert client.get("/v1/models/challenger").json()["challenger"] is None
