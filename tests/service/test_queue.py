"""A real service under more than it can do at once: who waits, for how long, and who is sent away."""

import json
import re
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx2
import numpy as np
import pytest

from tests.service.running import Running, running

LONG_RATE_HZ = 50_000
LONG_SAMPLES = 600 * LONG_RATE_HZ
SHORT_SAMPLES = 2048
PATIENT_S = 600
AT_MOST_A_STEP_S = 0.5
"""A step takes some tens of milliseconds; the rest is for a machine that has other things to do."""


@pytest.fixture(scope="module")
def ten_minutes() -> bytes:
    noise = np.random.default_rng(0).standard_normal(1 << 20, dtype=np.float32)
    return np.resize(noise, LONG_SAMPLES).tobytes()


def ask_long(service: Running, body: bytes, **headers: str) -> httpx2.Response:
    query = {"rate_hz": LONG_RATE_HZ, "speed_rpm": 1800}
    return httpx2.post(f"{service.url}/v1/diagnose", params=query, content=body, headers=headers, timeout=PATIENT_S)


def wait_until_begun(service: Running, before_s: float) -> None:
    """Until more processor time is spent than receiving two bodies takes."""
    give_up_at = time.monotonic() + PATIENT_S
    while service.cpu_seconds() - before_s < 1.5:
        assert time.monotonic() < give_up_at
        time.sleep(0.02)


def spent_in_a_second(service: Running) -> float:
    """Processor seconds, once what was given up has had time for its last step."""
    time.sleep(4 * AT_MOST_A_STEP_S)
    before = service.cpu_seconds()
    time.sleep(1)
    return service.cpu_seconds() - before


def short_waits(service: Running, until: Callable[[], bool], samples: int = SHORT_SAMPLES) -> list[float]:
    """Seconds that questions of one window took, or of more, one after the other."""
    body = np.random.default_rng(1).standard_normal(samples, dtype=np.float32).tobytes()
    waits = []
    with httpx2.Client(base_url=service.url, timeout=PATIENT_S) as client:
        while not until():
            began = time.perf_counter()
            assert client.post("/v1/diagnose?rate_hz=12000", content=body).status_code == 200
            waits.append(time.perf_counter() - began)
    return waits


@pytest.mark.slow
@pytest.mark.parametrize("threads", [1, 2])
def test_a_window_does_not_wait_for_recordings_of_ten_minutes_and_they_end_nevertheless(
    threads: int, ten_minutes: bytes
) -> None:
    with running(threads=threads, deadline_s=PATIENT_S) as service, ThreadPoolExecutor(2) as clients:
        assert ask_long(service, ten_minutes).status_code == 200  # what is imported late is imported
        began = time.perf_counter()
        long = [clients.submit(ask_long, service, ten_minutes) for _ in range(2)]
        time.sleep(1)
        waits = short_waits(service, until=lambda: all(each.done() for each in long))
        took = time.perf_counter() - began
        assert [each.result().status_code for each in long] == [200, 200]
    assert len(waits) > 20
    assert np.quantile(waits, 0.99) < took / 20  # a busy machine stretches both


def test_lines_of_a_batch_wait_no_longer_than_questions_of_their_length() -> None:
    line = json.dumps({"samples": np.random.default_rng(1).standard_normal(SHORT_SAMPLES).tolist(), "rate_hz": 12_000})
    with running(threads=1) as service, ThreadPoolExecutor(4) as clients:
        ended = threading.Event()
        others = [clients.submit(short_waits, service, ended.is_set, 1 << 17) for _ in range(4)]
        time.sleep(0.5)
        began = time.perf_counter()
        # In chunks: how long it will be is not said.
        answer = httpx2.post(
            f"{service.url}/v1/diagnose/batch", content=iter([f"{line}\n".encode()] * 10),
            headers={"Content-Type": "application/x-ndjson"}, timeout=PATIENT_S,
        )  # fmt: skip
        took = time.perf_counter() - began
        ended.set()
        waits = [wait for each in others for wait in each.result()]
    assert [json.loads(each)["error"] for each in answer.text.splitlines()] == [None] * 10
    assert took / 10 < 4 * np.median(waits)  # each waits for the others once


def test_what_cannot_begin_by_its_deadline_is_refused_before_it_costs_anything(ten_minutes: bytes) -> None:
    with running(threads=1, deadline_s=PATIENT_S) as service, ThreadPoolExecutor(2) as clients:
        before = service.cpu_seconds()
        first = clients.submit(ask_long, service, ten_minutes)
        wait_until_begun(service, before)
        second = clients.submit(ask_long, service, ten_minutes, **{"X-Deadline-Ms": "1000"})
        refused = second.result()
        assert not first.done()
        assert refused.status_code == 503
        assert refused.json()["field"] == "queue"
        assert "could not begin" in refused.json()["reason"]
        assert int(refused.headers["Retry-After"]) >= 1
        assert first.result().status_code == 200
        assert spent_in_a_second(service) < 0.2


def test_what_is_begun_ends_at_its_deadline(ten_minutes: bytes) -> None:
    with running(threads=1, deadline_s=PATIENT_S) as service:
        began = time.perf_counter()
        assert ask_long(service, ten_minutes).status_code == 200
        half_ms = round(500 * (time.perf_counter() - began))
        answer = ask_long(service, ten_minutes, **{"X-Deadline-Ms": str(half_ms)})
        assert answer.status_code == 504
        assert "not done by the deadline" in answer.json()["reason"]
        assert spent_in_a_second(service) < 0.2


def test_work_for_a_client_that_has_gone_is_neither_begun_nor_ended(ten_minutes: bytes) -> None:
    with running(threads=1, deadline_s=PATIENT_S) as service:
        before = service.cpu_seconds()
        gone = [half_sent(service, size=len(ten_minutes)) for _ in range(2)]
        for each in gone:
            each.sendall(ten_minutes)
        wait_until_begun(service, before)
        for each in gone:
            each.close()
        assert spent_in_a_second(service) < 0.2
        assert short_waits(service, until=iter((False, True)).__next__)


@pytest.mark.parametrize("deadline", ["0", "-1", "1.5", "soon", "3600001", "99999999999999999999"])
def test_a_deadline_that_is_none_is_refused(deadline: str, client: httpx2.Client) -> None:
    answer = client.post("/v1/diagnose?rate_hz=12000", content=bytes(8192), headers={"X-Deadline-Ms": deadline})
    assert (answer.status_code, answer.json()["field"]) == (422, "deadline")


def test_one_client_fills_half_of_the_queue_and_all_together_the_whole() -> None:
    with running(max_waiting=4) as service:
        waiting = [half_sent(service, host="127.0.0.1") for _ in range(2)]
        assert status_of(half_sent(service, host="127.0.0.1")) == (429, True)
        waiting += [half_sent(service, host="127.0.0.2") for _ in range(2)]
        assert status_of(half_sent(service, host="127.0.0.3")) == (503, True)
        for each in waiting:
            each.close()
        time.sleep(0.5)
        assert short_waits(service, until=iter((False, True)).__next__)


def test_the_queue_is_bounded_by_what_its_bodies_may_hold() -> None:
    with running(max_waiting_mib=100) as service:
        waiting = half_sent(service, size=60 << 20, host="127.0.0.1")
        assert status_of(half_sent(service, size=20 << 20, host="127.0.0.1")) == (429, True)
        assert status_of(half_sent(service, size=60 << 20, host="127.0.0.2")) == (503, True)
        # One that does not say how long it is may become as long as any.
        assert status_of(half_sent(service, size=None, host="127.0.0.2")) == (503, True)
        other = half_sent(service, size=8192, host="127.0.0.2")
        other.sendall(np.random.default_rng(1).standard_normal(SHORT_SAMPLES, dtype=np.float32).tobytes())
        assert status_of(other) == (200, False)
        waiting.close()


def test_told_to_stop_it_finishes_what_it_has_taken(ten_minutes: bytes) -> None:
    with running(threads=1, deadline_s=PATIENT_S, grace_s=PATIENT_S) as service, ThreadPoolExecutor(2) as clients:
        before = service.cpu_seconds()
        answers = [clients.submit(ask_long, service, ten_minutes) for _ in range(2)]
        wait_until_begun(service, before)
        service.process.terminate()
        assert [each.result().status_code for each in answers] == [200, 200]
        assert service.process.wait(timeout=20) == 0


def test_told_to_stop_it_refuses_after_its_grace_what_still_waits(ten_minutes: bytes) -> None:
    with running(threads=1, grace_s=0.5) as service, ThreadPoolExecutor(2) as clients:
        before = service.cpu_seconds()
        answers = [clients.submit(ask_long, service, ten_minutes) for _ in range(2)]
        wait_until_begun(service, before)
        service.process.terminate()
        refused = [each.result() for each in answers]
        assert [each.status_code for each in refused] == [503, 503]
        assert "stopping" in refused[0].json()["reason"]
        assert service.process.wait(timeout=20) == 0


def half_sent(service: Running, size: int | None = 8192, host: str = "127.0.0.1") -> socket.socket:
    """A connection from the address `host` that has sent its header, and has been heard."""
    raw = socket.create_connection(("127.0.0.1", service.port), timeout=30, source_address=(host, 0))
    length = "Transfer-Encoding: chunked" if size is None else f"Content-Length: {size}"
    query, head = f"rate_hz={LONG_RATE_HZ}&speed_rpm=1800", f"Host: localhost\r\nExpect: 100-continue\r\n{length}"
    raw.sendall(f"POST /v1/diagnose?{query} HTTP/1.1\r\n{head}\r\n\r\n".encode())
    return raw


def status_of(raw: socket.socket) -> tuple[int, bool]:
    """The status of the answer, and whether it says when to come again."""
    with raw:
        head = b""
        while not re.search(rb"HTTP/1.1 [2-5].*\r\n\r\n", head, re.DOTALL):
            received = raw.recv(4096)
            assert received
            head += received
    (status,) = re.findall(rb"HTTP/1.1 ([2-5]\d\d)", head)
    return int(status), b"retry-after" in head.lower()
