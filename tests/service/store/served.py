"""A real service in a process of its own, and clients that never stop asking it."""

import itertools
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
import numpy as np

from tests.service.process import Process, free_port, wait_until_ready

SAMPLES = np.random.default_rng(0).standard_normal(3000).astype("<f4").tobytes()
QUESTION = "/v1/diagnose?rate_hz=12000"


@dataclass(frozen=True)
class Served:
    """The process, and a client of it."""

    process: Process
    client: httpx2.Client

    def ask(self, key: str | None = None, **query: str) -> httpx2.Response:
        """The answer to noise."""
        headers = {"Content-Type": "application/octet-stream"} | ({} if key is None else {"Idempotency-Key": key})
        return self.client.post(QUESTION, params={"rate_hz": "12000"} | query, content=SAMPLES, headers=headers)

    def kill(self) -> None:
        """SIGKILL: nothing of it runs any more."""
        self.process.kill()
        self.process.wait()

    def stored(self) -> list[dict[str, Any]]:
        """All that is in the store, page by page."""
        found: list[dict[str, Any]] = []
        query: dict[str, Any] = {"limit": 100}
        while True:
            page = self.client.get("/v1/diagnoses", params=query).raise_for_status().json()
            found += page["diagnoses"]
            if page["next"] is None:
                return found
            query["cursor"] = page["next"]


@contextmanager
def served(**settings: object) -> Iterator[Served]:
    """`brinell serve` with these settings, ready; told to stop at the end, unless it has ended."""
    port = free_port()
    process = Process(port, **settings)
    try:
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            wait_until_ready(process, str(client.base_url))
            yield Served(process, client)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


@dataclass
class Load:
    """What clients were told: the answers by the keys of their requests, and the keys that got none."""

    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    open: set[str] = field(default_factory=set)
    ended: bool = False

    def wait_for(self, count: int) -> None:
        """Until so many answers have come."""
        until = time.monotonic() + 60
        while len(self.answers) < count:
            assert time.monotonic() < until, f"{len(self.answers)} answers in a minute"
            time.sleep(0.01)


@contextmanager
def load(service: Served, clients: int = 4) -> Iterator[Load]:
    """Clients that ask one question after another, each with a key of its own, until the service is gone."""
    told = Load()
    numbers = itertools.count()

    def client() -> None:
        while not told.ended:
            key = f"question-{next(numbers)}"
            told.open.add(key)
            try:
                answer = service.ask(key)
            except httpx2.TransportError:
                return
            if answer.status_code == 200:
                told.answers[key] = answer.json()
                told.open.discard(key)

    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    try:
        yield told
    finally:
        told.ended = True
        for thread in threads:
            thread.join()


def holds_each_once(service: Served, told: Load) -> None:
    """Every answer that a client has is in the store as it was sent, and asking again adds nothing."""
    for key, answer in told.answers.items():
        stored = service.client.get(f"/v1/diagnoses/{answer['id']}")
        assert stored.status_code == 200, (key, stored.text)
        assert stored.json() == answer
    for key in told.open:
        answer = service.ask(key)
        assert answer.status_code == 200
        told.answers[key] = answer.json()
    some = list(told.answers)[:3]
    for key in some:
        again = service.ask(key)
        assert again.headers["Idempotency-Replayed"] == "true"
        assert again.json() == told.answers[key]
    stored_ids = [diagnosis["id"] for diagnosis in service.stored()]
    assert sorted(stored_ids) == sorted(answer["id"] for answer in told.answers.values())
