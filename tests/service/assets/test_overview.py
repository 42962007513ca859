"""`GET /v1/overview`: where all points stand, the worst first."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from service.app import create_app
from service.settings import Settings
from service.store import writing
from tests.service.assets.test_growing_fault import FAN, ask, register_and_commission


@pytest.fixture
def plant(store_place: str, tmp_path: Path) -> Iterator[TestClient]:
    """One commissioned point at an alarm, twelve that were not heard."""
    with TestClient(create_app(Settings(store=store_place, recordings=tmp_path / "recordings"))) as client:
        register_and_commission(client)
        for number in range(12):
            client.post("/v1/assets", json=FAN | {"id": f"p{number:02}", "machine": f"Pump 100% {number}"})
        for number in range(100, 103):
            ask(client, number)
        for number in range(200, 204):
            ask(client, number, 2.0)
        yield client


def overview(client: TestClient, **query: Any) -> dict[str, Any]:
    answer = client.get("/v1/overview", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_the_worst_come_first_and_each_comes_once_over_pages(plant: TestClient) -> None:
    seen, cursor = [], None
    while True:
        page = overview(plant, limit=5, **({} if cursor is None else {"cursor": cursor}))
        seen += [asset["id"] for asset in page["assets"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == ["fan.de", *(f"p{number:02}" for number in range(12))]
    assert page["counts"] == {"alarm": 1, "watch": 0, "no_verdict": 0, "quiet": 0, "unheard": 12}


def test_a_point_tells_what_was_last_said_and_how_it_came_there(plant: TestClient) -> None:
    [fan] = overview(plant, id="fan.de")["assets"]
    newest = plant.get("/v1/diagnoses?asset=fan.de&limit=1").json()["diagnoses"][0]
    answer = plant.get(f"/v1/diagnoses/{newest['id']}").json()
    assert fan["latest"]["id"] == newest["id"]
    assert fan["latest"]["severity"] == answer["combined"]["severity"]
    assert fan["latest"]["advice"] == answer["combined"]["advice"]
    assert fan["latest"]["fault_probability"] == pytest.approx(1 - answer["probabilities"]["normal"], abs=1e-4)
    assert fan["commissioned"] == 8
    # The eight that it was commissioned on came in one request.
    assert [each["level"] for each in fan["course"]] == [None] + ["quiet"] * 3 + ["alarm"] * 4


def test_points_are_found_by_a_part_of_what_they_are_called(plant: TestClient) -> None:
    assert [asset["id"] for asset in overview(plant, search="100% 7")["assets"]] == ["p07"]
    assert overview(plant, search="MILL")["counts"]["alarm"] == 1
    assert overview(plant, search="_")["assets"] == []
    assert overview(plant, stands="quiet")["assets"] == []


def test_what_is_undone_or_forgotten_is_shown_no_more(plant: TestClient) -> None:
    plant.delete("/v1/assets/fan.de/baseline", params={"version": 1}).raise_for_status()
    assert overview(plant, id="fan.de")["assets"][0]["commissioned"] == 0
    plant.delete("/v1/assets/fan.de").raise_for_status()
    assert overview(plant, id="fan.de")["assets"] == []


def test_diagnoses_that_terms_lead_to_are_found_like_young_ones(plant: TestClient) -> None:
    before = overview(plant, id="fan.de")
    with plant.app.state.parts.store.database.writing() as connection:  # type: ignore[attr-defined]
        writing.index(connection)
    assert overview(plant, id="fan.de") == before
    ask(plant, 300)
    assert len(overview(plant, id="fan.de")["assets"][0]["course"]) == len(before["assets"][0]["course"]) + 1
