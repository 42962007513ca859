"""The service is killed while machines are diagnosed and their signals kept: what it had said is there afterwards."""

import hashlib
import io
import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import numpy as np

from data.exported.lines import Why
from service import docs
from tests.service.store.served import Served, served

FAULTY = docs.example("question")
QUIET = {"samples": np.random.default_rng(0).standard_normal(3000).round(3).tolist(), "rate_hz": 12_000}
AXES = {"fan": ("x",), "mill": ("x", "y"), "pump": ("x",)}


@dataclass
class Told:
    """What clients were told, until the service was gone.

    Attributes:
        answers: of each request, by its key.
        open: keys of requests that got no answer.
        kept: what `GET /v1/assets/{id}/recordings` listed, by the id of the diagnosis.
    """

    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    open: set[str] = field(default_factory=set)
    kept: dict[str, dict[str, Any]] = field(default_factory=dict)

    def wait_for(self, answers: int, kept: int) -> None:
        until = time.monotonic() + 90
        while len(self.answers) < answers or len(self.kept) < kept:
            assert time.monotonic() < until, f"{len(self.answers)} answers, {len(self.kept)} kept"
            time.sleep(0.003)


def question(key: str) -> dict[str, Any]:
    """Of every four recordings of a machine one is faulty, so that what the ring holds from before is kept too."""
    asset, number = asset_of(key), int(key.rpartition("-")[2])
    asked: dict[str, Any] = FAULTY if number % 4 == 3 else QUIET
    if len(AXES[asset]) == 1:
        return asked
    samples = asked["samples"]
    return {name: value for name, value in asked.items() if name != "samples"} | {
        "signals": dict.fromkeys(AXES[asset], samples)
    }


def asset_of(key: str) -> str:
    return key.partition("-")[0]


def ask(service: Served, key: str) -> httpx2.Response:
    """One in three asks that its recording be kept."""
    keep = int(key.rpartition("-")[2]) % 3 == 2
    return service.client.post(
        f"/v1/assets/{asset_of(key)}/diagnose", params={"keep": keep}, json=question(key),
        headers={"Idempotency-Key": key},
    )  # fmt: skip


def kept(service: Served, asset: str) -> list[dict[str, Any]]:
    listed = service.client.get(f"/v1/assets/{asset}/recordings", params={"limit": 500}).raise_for_status().json()
    assert listed["next"] is None
    found: list[dict[str, Any]] = listed["recordings"]
    return found


@contextmanager
def load(service: Served, told: Told, turn: int) -> Iterator[None]:
    """A client for each machine, and one that looks at what is kept, until the service is gone."""

    def machine(asset: str) -> None:
        for number in itertools.count():
            key = f"{asset}-{turn}-{number}"
            told.open.add(key)
            answer = ask(service, key)
            assert answer.status_code == 200, answer.text
            told.answers[key] = answer.json()
            told.open.discard(key)

    def looker() -> None:
        while True:
            for asset in AXES:
                told.kept |= {line["id"]: line for line in kept(service, asset)}

    def until_it_is_gone(work: Any, *words: str) -> None:
        try:
            work(*words)
        except httpx2.TransportError:
            pass
        except BaseException as error:
            wrong.append(error)

    wrong: list[BaseException] = []
    threads = [threading.Thread(target=until_it_is_gone, args=(machine, asset)) for asset in AXES]
    threads.append(threading.Thread(target=until_it_is_gone, args=(looker,)))
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        service.kill()
        for thread in threads:
            thread.join()
    assert not wrong, wrong


def diagnoses_are_there(service: Served, told: Told) -> None:
    """Each as it was answered, all axes of a request or none, and none twice."""
    for key in sorted(told.open):
        again = ask(service, key)
        assert again.status_code == 200, again.text
        told.answers[key] = again.json()
    told.open.clear()
    for key, answer in told.answers.items():
        assert set(answer["axes"]) == set(AXES[asset_of(key)])
        for axis in answer["axes"].values():
            assert service.client.get(f"/v1/diagnoses/{axis['id']}").json() == axis
    ids = [axis["id"] for answer in told.answers.values() for axis in answer["axes"].values()]
    assert sorted(each["id"] for each in service.stored()) == sorted(ids)


def recordings_are_there(service: Served, told: Told, folder: Path) -> None:
    """Each that was listed still is and is whole, and no file is there that is not listed."""
    now = {line["id"]: line for asset in AXES for line in kept(service, asset)}
    assert told.kept.items() <= now.items()
    for identity, line in now.items():
        content = service.client.get(f"/v1/recordings/{identity}").raise_for_status().content
        assert hashlib.sha256(content).hexdigest() == line["sha256"], identity
        samples = np.load(io.BytesIO(content), allow_pickle=False)
        assert any(np.array_equal(samples, np.float32(each["samples"])) for each in (QUIET, FAULTY)), identity
    assert {file.stem for file in folder.glob("*.npy")} == set(now)
    assert not list(folder.glob(".*.writing"))
    told.kept |= now


def test_over_sigkill_every_diagnosis_and_every_kept_recording_is_there_and_whole(tmp_path: Path) -> None:
    told = Told()
    for turn in range(3):
        with served(state=tmp_path) as service:
            if turn == 0:
                for asset, axes in AXES.items():
                    facts = {"id": asset, "machine": asset, "point": "de", "axes": [{"name": name} for name in axes]}
                    service.client.post("/v1/assets", json=facts).raise_for_status()
            with load(service, told, turn):
                told.wait_for(len(told.answers) + 30, len(told.kept) + 15)
        with served(state=tmp_path) as service:
            recordings_are_there(service, told, tmp_path / "recordings")
            diagnoses_are_there(service, told)
    why = {why for line in told.kept.values() for why in line["why"]}
    assert why >= {Why.ASKED, Why.ALARM, Why.BEFORE_ALARM}
