"""The service as a process: quick to start, quiet where nothing is asked, flat in memory."""

import socket
import time
from collections.abc import Iterator

import httpx2
import numpy as np
import pytest

from tests.service.running import Running, running

CPU_SECONDS_TO_READY = 2.0
RATE_HZ = 12_000


@pytest.fixture
def served() -> Iterator[tuple[Running, httpx2.Client]]:
    with running() as service, httpx2.Client(base_url=service.url, timeout=60) as client:
        yield service, client


def ask(client: httpx2.Client, rng: np.random.Generator) -> None:
    samples = rng.standard_normal(rng.integers(4_000, 24_000)).astype("<f4")
    query = f"rate_hz={RATE_HZ}" + ("&speed_rpm=1800&bearing=6205" if rng.random() < 0.5 else "")
    answer = client.post(f"/v1/diagnose?{query}", content=samples.tobytes())
    assert answer.status_code == 200


def test_it_is_ready_within_two_seconds_of_processor_time(served: tuple[Running, httpx2.Client]) -> None:
    service, _ = served
    assert service.cpu_seconds() < CPU_SECONDS_TO_READY


def test_it_stands_still_while_nothing_is_asked(served: tuple[Running, httpx2.Client]) -> None:
    service, client = served
    ask(client, np.random.default_rng(0))
    before = service.cpu_seconds()
    time.sleep(2)
    assert service.cpu_seconds() - before < 0.1


def test_it_stops_when_it_is_told(served: tuple[Running, httpx2.Client]) -> None:
    service, client = served
    ask(client, np.random.default_rng(0))
    service.process.terminate()
    assert service.process.wait(timeout=20) == 0


def test_a_client_that_waits_for_leave_to_send_gets_its_refusal_at_once(
    served: tuple[Running, httpx2.Client],
) -> None:
    _, client = served
    with socket.create_connection((client.base_url.host, client.base_url.port or 0), timeout=20) as raw:
        raw.sendall(
            b"POST /v1/diagnose?rate_hz=48000 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999999999\r\n"
            b"Content-Type: application/octet-stream\r\nExpect: 100-continue\r\n\r\n"
        )
        assert raw.recv(100).startswith(b"HTTP/1.1 413")


def test_a_client_that_sends_too_much_reads_the_refusal(served: tuple[Running, httpx2.Client]) -> None:
    _, client = served
    answer = client.post("/v1/diagnose?rate_hz=48000", content=bytes(129 << 20))
    assert answer.status_code == 413


@pytest.mark.slow
def test_memory_after_a_thousand_requests_is_that_after_a_hundred(
    served: tuple[Running, httpx2.Client],
) -> None:
    service, client = served
    rng = np.random.default_rng(0)
    for _ in range(100):
        ask(client, rng)
    after_a_hundred = service.process.memory_info().rss
    for _ in range(900):
        ask(client, rng)
    assert service.process.memory_info().rss < 1.05 * after_a_hundred
