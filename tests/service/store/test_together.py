"""The diagnoses of one request's axes are stored together or not at all, and once."""

import asyncio
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import pytest

from service import docs
from service.diagnosis import Diagnosis
from service.store.reading import Wanted
from service.store.retention import Retention
from service.store.row import Watched
from service.store.store import MOST_PARTS, Entry, Retried, Store
from service.store.trouble import KeyRefused
from tests.service.store.served import Served, served

ANSWER = Diagnosis.model_validate(docs.example("answer"))
KEPT = Retention(days=365, mib=1000)
AXES = ("x", "y", "z")
POINT: dict[str, Any] = {
    "id": "fan", "machine": "mill", "point": "fan", "axes": [{"name": name} for name in AXES],
}  # fmt: skip
SIGNALS = {
    "signals": {name: np.random.default_rng(0).standard_normal(3000).tolist() for name in AXES}, "rate_hz": 12000,
}  # fmt: skip


def of_axes(store: Store, retried: Retried) -> list[Entry]:
    return [store.entry(ANSWER, None, retried.part(number), Watched("fan", axis)) for number, axis in enumerate(AXES)]


def test_of_two_requests_with_one_key_at_once_both_get_the_answers_of_one(store_place: str) -> None:
    retried = Retried("k" * 64, b"same")

    async def both(first: Store, second: Store) -> Any:
        groups = of_axes(first, retried), of_axes(second, retried)
        answers = await asyncio.gather(first.keep_all(groups[0]), second.keep_all(groups[1]))
        earlier = await first.earlier(retried)
        assert [each.axis for each in earlier] == list(AXES)
        assert answers[0] == answers[1] == [each.answer for each in earlier]
        with pytest.raises(KeyRefused):
            await first.earlier(Retried(retried.key, b"another"))
        return await first.page(Wanted((("asset", "fan"),)), 10)

    with (
        Store.open(store_place, "power-safe", KEPT, 60) as first,
        Store.open(store_place, "power-safe", KEPT, 60) as second,
    ):
        assert len(asyncio.run(both(first, second))) == 3


def test_no_two_parts_of_a_key_are_one_and_a_column_holds_each() -> None:
    parts = {Retried("k" * 64, b"").part(number).key for number in range(MOST_PARTS)}
    assert len(parts) == MOST_PARTS
    assert max(map(len, parts)) <= 64


def ask_until_it_is_gone(service: Served, number: int, answers: list[dict[str, Any]]) -> None:
    for asked in range(1000):
        try:
            headers = {"Idempotency-Key": f"{number}-{asked}"}
            answer = service.client.post("/v1/assets/fan/diagnose", json=SIGNALS, headers=headers)
        except httpx2.TransportError:
            return
        if answer.status_code == 200:
            answers.append(answer.json())


@pytest.mark.parametrize("durability", ["power-safe", "fast"])
def test_a_killed_service_has_every_axis_of_a_request_or_none(tmp_path: Path, durability: str) -> None:
    settings = {"state": tmp_path, "durability": durability, "auth": "none"}
    answers: list[dict[str, Any]] = []
    with served(**settings) as service:
        assert service.client.post("/v1/assets", json=POINT).status_code == 201
        clients = [
            threading.Thread(target=ask_until_it_is_gone, args=(service, number, answers)) for number in range(4)
        ]
        for client in clients:
            client.start()
        while len(answers) < 30:
            time.sleep(0.01)
            assert any(client.is_alive() for client in clients)
        service.kill()
        for client in clients:
            client.join()
    with served(**settings) as service:
        stored = service.stored()
        assert {axis["id"] for answer in answers for axis in answer["axes"].values()} <= {row["id"] for row in stored}
        assert set(Counter(row["request_id"] for row in stored).values()) == {3}
        for answer in answers[:3]:
            [one] = {axis["request_id"] for axis in answer["axes"].values()}
            assert {row["axis"] for row in stored if row["request_id"] == one} == set(AXES)
