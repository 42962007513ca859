"""A fault grows on a commissioned machine: the levels go up, the alarm is raised, and the message waits to be told."""

import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from service.app import create_app
from service.settings import Settings
from service.store.tables import AlarmEvent, Outgoing
from tests.service.asking import FLOAT32
from tests.service.assets.healthy import day, lines
from tests.service.faults import Postgres
from tests.service.store.served import Served, served

FAN = {
    "id": "fan.de", "machine": "mill 3", "point": "fan, drive end", "axes": [{"name": "x"}], "bearing": "6205",
    "speed": {"kind": "fixed", "rpm": 1800}, "machine_class": {"group": 2, "foundation": "rigid"},
}  # fmt: skip
GROWING_DB = (-34.0, -30.0, -26.0, -22.0, -18.0, -14.0, -10.0, -6.0, -2.0, 2.0)


@contextmanager
def opened(store: str, folder: Path) -> Iterator[TestClient]:
    """A service whose webhook nobody listens to."""
    secret = folder / "secret"
    secret.write_text("a secret of many characters\n")
    told = {"webhook": "http://127.0.0.1:9/alarms", "webhook_secret": secret, "recordings": folder / "recordings"}
    with TestClient(create_app(Settings(store=store, **told))) as client:  # type: ignore[arg-type]
        yield client


def register_and_commission(client: TestClient) -> None:
    client.post("/v1/assets", json=FAN).raise_for_status()
    healthy = [day(number) for number in range(8)]
    made = client.post(
        "/v1/assets/fan.de/baseline", content=lines(healthy), headers={"Content-Type": "application/x-ndjson"}
    )
    assert made.status_code == 201, made.text


def ask(client: TestClient, number: int, snr_db: float | None = None) -> dict[str, Any]:
    recording = day(number, snr_db)
    answer = client.post(
        f"/v1/assets/fan.de/diagnose?rate_hz={recording.rate_hz}", content=recording.samples.tobytes(), headers=FLOAT32
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def alarm(client: TestClient) -> str:
    [state] = client.get("/v1/alarms").json()["alarms"]
    level: str = state["level"]
    return level


def test_from_quiet_by_watch_to_alarm_over_a_restart(tmp_path: Path) -> None:
    store = str(tmp_path / "brinell.db")
    levels, states = [], []
    with opened(store, tmp_path) as client:
        register_and_commission(client)
        for number in range(100, 105):
            assert ask(client, number)["worst"]["level"] == "quiet"
        for number, snr_db in enumerate(GROWING_DB[:5], 200):
            levels.append(ask(client, number, snr_db)["worst"]["level"])
            states.append(alarm(client))
    with opened(store, tmp_path) as client:  # the baseline, the levels and what is to be told are still there
        for number, snr_db in enumerate(GROWING_DB[5:], 300):
            found = ask(client, number, snr_db)
            levels.append(found["worst"]["level"])
            states.append(alarm(client))
        axis = found["axes"]["x"]
        trend = client.get("/v1/assets/fan.de/trend").json()["points"]
        with client.app.state.parts.store.database.reading() as connection:  # type: ignore[attr-defined]
            waiting = connection.execute(select(Outgoing.channel)).scalars().all()
            events = [json.loads(text) for text in connection.execute(select(AlarmEvent.message)).scalars()]
    assert (levels[0], levels[-1]) == ("quiet", "alarm")
    assert [states[0], states[-1]] == ["quiet", "alarm"]
    assert "watch" in states
    assert [each["says"] for each in axis["voices"]] == ["raised"] * 3
    assert (axis["combined"]["fault"], axis["combined"]["severity"]) == ("outer_race", "high")
    assert axis["combined"]["advice"].startswith("Network and evidence both find damage to outer race")
    assert set(waiting) == {"webhook"}
    assert [event["level"] for event in events] == ["watch", "alarm"]
    assert (events[-1]["fault"], "open the bearing" in events[-1]["advice"]) == ("outer_race", True)
    assert [trend[at]["severity"] for at in (0, 8, -1)] == [None, "none", "high"]
    assert trend[-1]["condition"]["change_deviation"] > 5 > trend[8]["condition"]["change_deviation"]
    assert trend[-1]["condition"]["kurtosis"] == pytest.approx(axis["indicators"]["values"]["kurtosis"], rel=1e-3)


def test_replicas_share_what_was_commissioned(postgres: Postgres, tmp_path: Path) -> None:
    with ExitStack() as both:
        first, second = (both.enter_context(opened(postgres.url, tmp_path)) for _ in range(2))
        register_and_commission(first)
        assert ask(second, 100)["axes"]["x"]["change"]["n"] == 8
        undone = second.delete("/v1/assets/fan.de/baseline", params={"version": 1})
        assert undone.json()["axes"] == {}
        assert ask(first, 101)["axes"]["x"]["change"] is None


def test_a_service_killed_while_it_commissions_commissions_once(tmp_path: Path) -> None:
    healthy = lines([day(number) for number in range(6)])
    headers = {"Content-Type": "application/x-ndjson", "Idempotency-Key": "monday"}

    def commission(service: Served) -> httpx2.Response | None:
        try:
            return service.client.post("/v1/assets/fan.de/baseline", content=healthy, headers=headers)
        except httpx2.TransportError:
            return None

    for delay_s in (0.05, 0.3, 0.6, 0.9):
        with served(state=tmp_path, auth="none") as service:
            if delay_s == 0.05:
                service.client.post("/v1/assets", json=FAN).raise_for_status()
            killer = threading.Timer(delay_s, service.kill)
            killer.start()
            commission(service)
            killer.join()
    with served(state=tmp_path, auth="none") as service:
        first, second = commission(service), commission(service)
        assert first is not None
        assert second is not None
        assert (first.status_code, first.content) == (201, second.content)
        assert len(service.client.get("/v1/assets/fan.de/baseline").json()["history"]) == 1
        assert len(service.stored()) == 6
