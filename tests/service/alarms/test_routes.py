"""What can be asked about alarms, and said to them, over HTTP."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from service import docs
from service.app import create_app
from service.security.scopes import Scope, needed
from service.settings import Settings
from tests.service.asking import FLOAT32
from tests.service.store.served import SAMPLES

ONCE = {"of": 1, "watch_after": 1, "alarm_after": 1, "back_after": 1, "silent_hours": None}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(store=str(tmp_path / "brinell.db")))) as started:
        for asset in ("fan", "pump"):
            facts = {"id": asset, "machine": "mill 3", "point": "de", "axes": [{"name": "x"}]}
            assert started.post("/v1/assets", json=facts).status_code == 201
            assert started.put(f"/v1/assets/{asset}/alarm-rule", json=ONCE).status_code == 200
        yield started


def diagnose(client: TestClient, asset: str = "fan") -> None:
    assert client.post(f"/v1/assets/{asset}/diagnose", json=docs.example("question")).status_code == 200


def alarms(client: TestClient, **query: Any) -> list[str]:
    return [each["asset"] for each in client.get("/v1/alarms", params=query).json()["alarms"]]


def test_where_assets_stand_is_listed_by_level_and_in_pages(client: TestClient) -> None:
    diagnose(client)
    assert alarms(client) == ["fan", "pump"]
    assert alarms(client, level="alarm") == ["fan"]
    assert alarms(client, level="watch") == []
    page = client.get("/v1/alarms", params={"limit": 1}).json()
    assert (page["next"], page["sending"]["channels"]) == ("fan", [])
    assert alarms(client, cursor=page["next"]) == ["pump"]
    [fan] = client.get("/v1/alarms", params={"level": "alarm"}).json()["alarms"]
    assert fan["rule"] == ONCE
    assert datetime.now(UTC) - datetime.fromisoformat(fan["heard"]) < timedelta(minutes=1)


def test_an_acknowledgement_says_by_whom_until_the_level_changes(client: TestClient) -> None:
    diagnose(client)
    seen = client.post("/v1/assets/fan/acknowledge", json={"by": "J. Mazur", "note": "grease ordered"}).json()
    assert (seen["acknowledged"]["by"], seen["acknowledged"]["note"]) == ("J. Mazur", "grease ordered")
    happened = client.get("/v1/assets/fan/events").json()["events"]
    assert [event["kind"] for event in happened] == ["acknowledged", "level"]
    assert happened[0]["why"] == "acknowledged by J. Mazur: grease ordered"
    client.post("/v1/assets/fan/diagnose?rate_hz=12000", content=SAMPLES, headers=FLOAT32)
    [fan, _] = client.get("/v1/alarms").json()["alarms"]
    assert fan["level"] != "watch"
    assert fan["acknowledged"] is None


def test_a_snooze_is_shown_and_ends_when_it_is_told_to(client: TestClient) -> None:
    until = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    snoozed = client.post("/v1/assets/fan/snooze", json={"until": until, "by": "me"})
    assert snoozed.json()["snoozed_until"] is not None
    assert alarms(client, snoozed=True) == ["fan"]
    diagnose(client)
    assert client.post("/v1/assets/fan/snooze", json={"until": None, "by": "me"}).json()["snoozed_until"] is None
    kinds = [event["kind"] for event in client.get("/v1/assets/fan/events").json()["events"]]
    assert kinds == ["stands", "snoozed", "level", "snoozed"]


def test_a_snooze_without_end_is_refused(client: TestClient) -> None:
    refused = client.post("/v1/assets/fan/snooze", json={"until": "2126-01-01T00:00:00Z", "by": "me"})
    assert (refused.status_code, refused.json()["field"]) == (422, "until")


def test_a_rule_that_cannot_be_is_refused(client: TestClient) -> None:
    assert client.put("/v1/assets/fan/alarm-rule", json={"of": 2, "alarm_after": 3}).status_code == 422


def test_events_come_in_pages(client: TestClient) -> None:
    for number in range(5):
        client.post("/v1/assets/fan/acknowledge", json={"by": f"{number}"})
    first = client.get("/v1/assets/fan/events", params={"limit": 3}).json()
    second = client.get("/v1/assets/fan/events", params={"limit": 3, "cursor": first["next"]}).json()
    said = [event["why"] for event in first["events"] + second["events"]]
    assert said == [f"acknowledged by {number}" for number in (4, 3, 2, 1, 0)]
    assert second["next"] is None


def test_an_asset_that_is_forgotten_takes_its_alarm_along(client: TestClient) -> None:
    diagnose(client)
    client.delete("/v1/assets/fan")
    assert alarms(client) == ["pump"]
    for method, path, body in (
        ("GET", "events", None), ("POST", "acknowledge", {"by": "me"}), ("POST", "snooze", {"by": "me", "until": None}),
        ("PUT", "alarm-rule", ONCE),
    ):  # fmt: skip
        answer = client.request(method, f"/v1/assets/fan/{path}", json=body)
        assert (answer.status_code, answer.json()["field"]) == (404, "asset")


def test_people_at_the_machine_may_acknowledge_and_snooze_and_no_more() -> None:
    assert needed("POST", "/v1/assets/fan/acknowledge") is Scope.FEEDBACK
    assert needed("POST", "/v1/assets/fan/snooze") is Scope.FEEDBACK
    assert needed("PUT", "/v1/assets/fan/alarm-rule") is Scope.ADMIN
    assert needed("GET", "/v1/alarms") is Scope.DIAGNOSE


def test_without_a_store_there_are_no_alarms() -> None:
    with TestClient(create_app(Settings(store="none", auth="none"))) as client:
        assert client.get("/v1/alarms").status_code == 404
