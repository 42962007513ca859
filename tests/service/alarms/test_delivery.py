"""Messages reach a real receiver over everything that goes wrong: none lost, none doubled by id, in order."""

import contextlib
import itertools
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from service import docs
from service.alarms.rule import AssetState, Event, Level, Rule, advance
from tests.service.alarms.receiver import Received
from tests.service.faults import Disk, Postgres
from tests.service.store.served import SAMPLES, Served, served

FAULTY = docs.example("question")
EACH = {"of": 1, "watch_after": 1, "alarm_after": 1, "back_after": 1}
"""Every recording that says something else than the one before is a message."""

ASSETS = [f"point-{number}" for number in range(4)]


def register(service: Served, *assets: str) -> None:
    for asset in assets:
        facts = {"id": asset, "machine": "mill 3", "point": "fan", "axes": [{"name": "x"}]}
        service.client.post("/v1/assets", json=facts).raise_for_status()
        service.client.put(f"/v1/assets/{asset}/alarm-rule", json=EACH).raise_for_status()


def ask(service: Served, asset: str, faulty: bool, key: str) -> httpx2.Response:
    url, headers = f"/v1/assets/{asset}/diagnose", {"Idempotency-Key": key}
    if faulty:
        return service.client.post(url, json=FAULTY, headers=headers)
    headers |= {"Content-Type": "application/octet-stream"}
    return service.client.post(url, params={"rate_hz": 12_000}, content=SAMPLES, headers=headers)


def asked(service: Served, asset: str, faulty: bool) -> None:
    """Until it is answered."""
    key = f"{asset}-{time.monotonic_ns()}"
    until = time.monotonic() + 60
    while (answer := ask(service, asset, faulty, key)).status_code == 503:
        assert time.monotonic() < until, answer.text
        time.sleep(0.2)
    assert answer.status_code == 200, answer.text


def events(service: Served, asset: str) -> list[dict[str, Any]]:
    """The oldest first."""
    found: list[dict[str, Any]] = []
    query: dict[str, Any] = {"limit": 100}
    while True:
        page = service.client.get(f"/v1/assets/{asset}/events", params=query).raise_for_status().json()
        found += page["events"]
        if page["next"] is None:
            return found[::-1]
        query["cursor"] = page["next"]


def wait_until_told(service: Served, seconds: float = 90) -> None:
    until = time.monotonic() + seconds
    while True:
        sending = service.client.get("/v1/alarms").raise_for_status().json()["sending"]
        if sending["waiting"] == 0 and sending["oldest_s"] == 0:
            return
        assert time.monotonic() < until, sending
        time.sleep(0.2)


def settled(service: Served) -> None:
    """What the sender has seen is not older than what was asked last."""
    time.sleep(2.5)
    wait_until_told(service)


def replayed(service: Served, asset: str) -> list[Event]:
    """What the stored diagnoses lead to, by the rule alone."""
    stored = [each for each in service.stored() if each["asset"] == asset]
    state, told = AssetState(), []
    for diagnosis in reversed(stored):
        state, new = advance(state, Level(diagnosis["level"]), int(diagnosis["id"], 16), rule=Rule(**EACH))
        told += new
    return told


def told_all(service: Served, received: Received, assets: list[str] = ASSETS) -> int:
    """Asserts that each asset's changes were told, in order, each under one id; how many they were."""
    count = 0
    for asset in assets:
        expected = [(event.before, event.level) for event in replayed(service, asset)]
        kept, got = events(service, asset), received.messages(asset)
        assert [(event["before"], event["level"]) for event in kept] == expected
        assert [event["id"] for event in kept] == [message["id"] for message in got]
        assert len({event["id"] for event in kept}) == len(kept)
        for message, event in zip(got, kept, strict=True):
            assert {name: message[name] for name in event} == event
            assert message["header"] == message["id"]
        count += len(expected)
    assert all(request["status"] != 403 for request in received.requests())
    return count


@contextmanager
def load(service: Served) -> Iterator[None]:
    """Each asset gets one recording after the other, faulty and not, until the block or the service ends."""
    ended = threading.Event()

    def client(asset: str) -> None:
        for number in itertools.count():
            if ended.is_set():
                return
            with contextlib.suppress(httpx2.TransportError):
                ask(service, asset, number % 3 == 0, f"{asset}-{time.monotonic_ns()}")

    threads = [threading.Thread(target=client, args=[asset]) for asset in ASSETS]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def kill_under_load(service: Served, received: Received, more: int) -> None:
    with load(service):
        received.wait_for(len(received.messages()) + more)
        service.kill()


def test_over_sigkill_and_a_receiver_that_fails_every_change_is_told_once_and_in_order(
    tmp_path: Path, received: Received
) -> None:
    settings = {"state": tmp_path, **received.settings}
    with served(**settings) as service:
        register(service, *ASSETS)
        with received.listening(bad=0.3, silent=0.02):
            kill_under_load(service, received, 15)
    with served(**settings) as service:
        with load(service):
            time.sleep(3)  # nobody listens
        with received.listening(bad=0.3):
            kill_under_load(service, received, 15)
    with served(**settings) as service, received.listening():
        settled(service)
        assert told_all(service, received) > 30
        assert len(received.requests()) > len(received.messages())  # it did fail


def test_a_killed_sender_tells_again_under_the_same_id(tmp_path: Path, received: Received) -> None:
    settings = {"state": tmp_path, **received.settings}
    with served(**settings) as service, received.listening(silent=1):
        register(service, "fan")
        asked(service, "fan", faulty=True)
        received.wait_for(1)
        service.kill()
    with served(**settings) as service, received.listening():
        settled(service)
        assert len(received.requests()) == 2
        assert told_all(service, received, ["fan"]) == 1


def test_a_locked_store_holds_nothing_up_for_ever(tmp_path: Path, received: Received) -> None:
    with served(state=tmp_path, **received.settings) as service, received.listening():
        register(service, "fan")
        asked(service, "fan", faulty=True)
        received.wait_for(1)
        other = sqlite3.connect(tmp_path / "brinell.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        assert ask(service, "fan", False, "while-locked").status_code == 503
        other.execute("ROLLBACK")
        other.close()
        for faulty in (False, True):
            asked(service, "fan", faulty)
        settled(service)
        assert told_all(service, received, ["fan"]) == 3


def test_a_full_disk_refuses_the_diagnosis_with_its_message(disk: Disk, received: Received) -> None:
    ballast = disk.folder / "ballast"
    with served(state=disk.folder / "state", **received.settings) as service, received.listening():
        register(service, "fan")
        asked(service, "fan", faulty=True)
        received.wait_for(1)
        with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        faulty = itertools.cycle([False, True])
        until = time.monotonic() + 60
        while ask(service, "fan", next(faulty), f"full-{time.monotonic_ns()}").status_code == 200:
            assert time.monotonic() < until
        time.sleep(3)
        ballast.unlink()
        asked(service, "fan", faulty=False)
        asked(service, "fan", faulty=True)
        settled(service)
        assert told_all(service, received, ["fan"]) >= 3


def test_postgresql_may_go_and_come_back(postgres: Postgres, received: Received) -> None:
    with served(store=postgres.url, **received.settings) as service, received.listening():
        register(service, *ASSETS)
        with load(service):
            received.wait_for(10)
            postgres.stop()
            time.sleep(2)
            postgres.start()
            received.wait_for(len(received.messages()) + 5)
        settled(service)
        assert told_all(service, received) > 15


def test_of_two_services_on_one_store_one_tells_and_the_other_goes_on_when_it_is_killed(
    postgres: Postgres, received: Received
) -> None:
    settings = {"store": postgres.url, **received.settings}
    with served(**settings) as first, served(**settings) as second, received.listening():
        register(first, "fan")
        for faulty in (True, False, True, False):
            asked(first if faulty else second, "fan", faulty)
        settled(second)
        assert len(received.requests()) == len(received.messages()) == 4
        first.kill()
        asked(second, "fan", faulty=True)
        settled_by = time.monotonic() + 90  # the lease of the one that was killed runs out
        while len(received.messages()) < 5:
            assert time.monotonic() < settled_by
            time.sleep(0.5)
        settled(second)
        assert told_all(second, received, ["fan"]) == 5


@pytest.mark.parametrize("share", [1.0])
def test_what_is_refused_is_seen_in_the_metrics(tmp_path: Path, received: Received, share: float) -> None:
    with served(state=tmp_path, **received.settings) as service, received.listening(bad=share):
        register(service, "fan")
        asked(service, "fan", faulty=True)
        time.sleep(4)
        page = service.client.get("/metrics").text
        assert "brinell_alarms_waiting 1.0" in page
        assert 'brinell_assets{level="alarm"} 1.0' in page
        [oldest] = [line for line in page.splitlines() if line.startswith("brinell_alarms_oldest_seconds ")]
        assert float(oldest.split()[1]) > 1
        assert len(received.requests()) > 1
