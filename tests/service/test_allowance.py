"""How often a key may ask: the rest of a batch waits, and gives its place back once nobody is to be answered."""

import io
import json
import re
import socket
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path

import httpx2
import numpy as np
import pytest
from starlette.testclient import TestClient

from service.app import create_app
from service.parts import parts_of
from service.security import keyring as keyring_module
from service.settings import Settings
from tests.service.keys import bearer, id_of, key_for
from tests.service.listening import listening
from tests.service.process import brinell
from tests.service.running import running

BATCH = "/v1/diagnose/batch?rate_hz=12000"
Headers = dict[str, str]
Batch = Callable[[int], tuple[bytes, Headers]]


def lines(count: int) -> tuple[bytes, Headers]:
    return b"1\n" * count, {"Content-Type": "application/x-ndjson"}


def channels(count: int) -> tuple[bytes, Headers]:
    file = io.BytesIO()
    np.save(file, np.full((256, count), np.nan, np.float32))
    return file.getvalue(), {"Content-Type": "application/x-npy"}


@pytest.fixture(params=[lines, channels])
def batch(request: pytest.FixtureRequest) -> Batch:
    """`batch(count)`: so many recordings that are refused, and the header that says how they come."""
    made: Batch = request.param
    return made


def test_a_key_that_asks_too_often_waits(state: Path) -> None:
    headers = bearer(key_for("diagnose"))
    with TestClient(create_app(Settings(requests_per_minute=5))) as client:
        statuses = [client.get("/v1/models", headers=headers).status_code for _ in range(6)]
        assert statuses == [200] * 5 + [429]
        assert 1 <= int(client.get("/v1/models", headers=headers).headers["Retry-After"]) <= 12


def test_a_batch_costs_what_is_in_it_and_leaves_half_to_what_cannot_wait(state: Path, batch: Batch) -> None:
    content, kind = batch(63)
    headers = bearer(key_for("diagnose"))
    with TestClient(create_app(Settings(requests_per_minute=120))) as client:
        began = time.monotonic()
        answer = client.post(BATCH, content=content, headers=headers | kind)
        assert len(answer.text.splitlines()) == 63
        assert 0.9 < time.monotonic() - began < 10  # the last three have waited, half a second each
        assert client.get("/v1/models", headers=headers).status_code == 200


def test_a_batch_ends_with_its_key(state: Path, batch: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring_module, "FRESH_S", 0.0)
    key = key_for("diagnose")
    content, kind = batch(5)
    app = create_app(Settings(requests_per_minute=2))
    with listening(app) as port, httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
        began = time.monotonic()
        with client.stream("POST", BATCH, content=content, headers=bearer(key) | kind) as answer:
            answers = answer.iter_lines()
            statuses = [json.loads(next(answers))["error"]["status"]]
            brinell("keys", "revoke", id_of(key))
            statuses += [json.loads(line)["error"]["status"] for line in answers]
        assert statuses == [422, 401]
        assert time.monotonic() - began < 10  # its turn would come after 15 s
        assert parts_of(app).queue.waiting == 0


def test_a_batch_ends_where_its_key_can_be_read_no_more(
    state: Path, batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring_module, "FRESH_S", 0.0)
    headers = bearer(key_for("diagnose"))
    content, kind = batch(3)
    hurried = Settings(requests_per_minute=1).model_copy(update={"keys_trusted_s": 0.5})
    with (
        listening(create_app(hurried)) as port,
        httpx2.stream("POST", f"http://127.0.0.1:{port}{BATCH}", content=content, headers=headers | kind, timeout=20)
        as answer,
    ):  # fmt: skip
        answers = answer.iter_lines()
        told = [json.loads(next(answers))["error"]]
        with closing(sqlite3.connect(state / "brinell.db")) as store:
            store.execute("ALTER TABLE api_keys RENAME TO gone")
        told += [json.loads(line)["error"] for line in answers]
        assert [(error["status"], error["field"]) for error in told[1:]] == [(503, "store")]


def test_a_batch_ends_with_its_client_also_while_it_waits(state: Path, batch: Batch) -> None:
    key = key_for("diagnose")
    content, kind = batch(5)
    app = create_app(Settings(requests_per_minute=1))
    with listening(app) as port:
        given = {"Host": "localhost", "Content-Length": str(len(content))} | bearer(key) | kind
        head = "\r\n".join((f"POST {BATCH} HTTP/1.1", *(f"{name}: {value}" for name, value in given.items()), "", ""))
        with socket.create_connection(("127.0.0.1", port), timeout=20) as asking:
            asking.sendall(head.encode() + content)
            received = b""
            while not re.search(rb'"status":422', received):
                received += asking.recv(4096)
            assert parts_of(app).queue.waiting == 1
        until = time.monotonic() + 5
        while parts_of(app).queue.waiting:
            assert time.monotonic() < until
            time.sleep(0.1)


def test_a_channel_that_could_not_be_read_by_its_deadline_ends_no_batch(state: Path) -> None:
    content, kind = channels(33)
    headers = bearer(key_for("diagnose"))
    slow = {"content": b"1\n" * (15 << 20), "headers": bearer(key_for("diagnose")) | {"Content-Type": "text/csv"}}
    with (
        listening(create_app(Settings(requests_per_minute=60, threads=1))) as port,
        httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client,
        ThreadPoolExecutor(3) as others,
    ):
        assert len(client.post(BATCH, content=channels(1)[0], headers=headers | kind).text.splitlines()) == 1
        with client.stream("POST", BATCH, content=content, headers=headers | kind | {"X-Deadline-Ms": "300"}) as answer:
            answers = answer.iter_lines()
            numbers = [json.loads(next(answers))["number"] for _ in range(29)]
            # From here on it waits for its allowance, and then for the one thread.
            asked = [others.submit(client.post, "/v1/diagnose?rate_hz=12000", **slow) for _ in range(3)]
            numbers += [json.loads(line)["number"] for line in answers]
        assert numbers == list(range(1, 34))
        assert {each.result().status_code for each in asked} <= {200, 413, 422, 429, 503, 504}


def test_batches_of_one_key_that_wait_leave_half_of_the_places_to_others_behind_the_same_proxy(state: Path) -> None:
    mine, other = key_for("diagnose"), key_for("diagnose")
    content, kind = lines(50)
    app = create_app(Settings(requests_per_minute=10, max_waiting=4))
    with (
        listening(app) as port,
        httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as client,
        ExitStack() as begun,
    ):

        def begin(key: str) -> httpx2.Response:
            return begun.enter_context(client.stream("POST", BATCH, content=content, headers=bearer(key) | kind))

        assert [begin(key).status_code for key in (mine, mine, mine, other, other)] == [200, 200, 429, 200, 200]
        assert parts_of(app).queue.waiting == 4


def test_a_batch_that_waits_says_last_that_the_service_stops(state: Path, batch: Batch) -> None:
    content, kind = batch(3)
    headers = bearer(key_for("diagnose")) | kind
    with (
        running(requests_per_minute=1, grace_s=0) as service,
        httpx2.stream("POST", service.url + BATCH, content=content, headers=headers, timeout=20) as answer,
    ):
        answers = answer.iter_lines()
        told = [json.loads(next(answers))]
        service.process.terminate()
        told += [json.loads(line) for line in answers]
        assert [(line["number"], line["error"]["status"]) for line in told] == [(1, 422), (2, 503)]
        assert "stopping" in told[-1]["error"]["reason"]
        assert service.process.wait(timeout=20) == 0
