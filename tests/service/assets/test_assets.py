"""Measuring points are registered, changed by one at a time, and forgotten; many of them as a table."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from service.app import create_app
from service.assets import sheet
from service.settings import Settings
from tests.service.assets.conftest import Register

HEADER = ",".join(sheet.COLUMNS)
CSV = {"Content-Type": "text/csv"}


def bring_in(plant: TestClient, *lines: str, replace: bool = False, header: str = HEADER) -> Any:
    content = "\n".join((header, *lines)).encode()
    return plant.post("/v1/assets.csv", params={"replace": replace}, content=content, headers=CSV)


def test_what_is_registered_is_there_as_it_was_said(plant: TestClient, register: Register) -> None:
    axes = [{"name": "x", "channel": "1", "unit": "V", "sensitivity_mv_g": 100.0}, {"name": "y", "channel": "2"}]
    facts = {
        "bearing": {"rolling_elements": 9, "diameter_ratio": 0.2034},
        "speed": {"kind": "range", "lowest_rpm": 900, "highest_rpm": 1500},
        "machine_class": {"group": 2, "foundation": "rigid"},
        "notes": "behind the guard",
    }
    made = register(axes, **facts)
    there = plant.get("/v1/assets/fan.de").json()
    assert there == made
    assert there["created"] == there["changed"]
    assert there["axes"][0] == axes[0]
    for name in ("speed", "machine_class", "notes"):
        assert there[name] == facts[name]


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"id": "Fan"}, "id"),
        ({"axes": []}, "axes"),
        ({"axes": [{"name": "x"}, {"name": "x", "channel": "2"}]}, "axes"),
        ({"axes": [{"name": "x", "channel": "y"}, {"name": "y"}]}, "axes"),
        ({"axes": [{"name": "x", "unit": "V"}]}, "axes.0"),
        ({"axes": [{"name": "x", "unit": "g", "sensitivity_mv_g": 100}]}, "axes.0"),
        ({"bearing": "not in any catalogue"}, "bearing"),
        ({"bearing": {"rolling_elements": 9, "diameter_ratio": 0.9}}, "bearing.diameter_ratio"),
        ({"speed": {"kind": "range", "lowest_rpm": 1500, "highest_rpm": 900}}, "speed.range"),
        ({"speed": {"kind": "fixed", "rpm": "1800"}}, "speed.fixed.rpm"),
        ({"machine_class": {"group": 3, "foundation": "rigid"}}, "machine_class.group"),
        ({"colour": "blue"}, "colour"),
    ],
)
def test_what_no_machine_can_be_is_refused(plant: TestClient, facts: dict[str, Any], field: str) -> None:
    asset = {"id": "fan.de", "machine": "mill 3", "point": "fan", "axes": [{"name": "x"}]} | facts
    refused = plant.post("/v1/assets", json=asset)
    assert (refused.status_code, refused.json()["field"]) == (422, field)
    assert plant.get("/v1/assets").json() == {"assets": [], "next": None}


def test_an_id_is_registered_once(plant: TestClient, register: Register) -> None:
    made = register()
    again = plant.post("/v1/assets", json={name: made[name] for name in ("id", "machine", "point", "axes")})
    assert (again.status_code, again.json()["field"]) == (409, "asset")


def test_a_change_keeps_what_it_does_not_name(plant: TestClient, register: Register) -> None:
    before = register()
    after = plant.patch("/v1/assets/fan.de", json={"notes": "new seal", "bearing": None}).json()
    changed = {"notes": "new seal", "bearing": None, "changed": after["changed"]}
    assert after == before | changed
    assert after["changed"] > before["changed"]


def test_of_two_who_change_the_same_state_one_is_told(plant: TestClient, register: Register) -> None:
    register()
    seen = plant.get("/v1/assets/fan.de").headers["ETag"]
    first = plant.patch("/v1/assets/fan.de", json={"notes": "mine"}, headers={"If-Match": seen})
    second = plant.patch("/v1/assets/fan.de", json={"notes": "yours"}, headers={"If-Match": seen})
    assert (first.status_code, second.status_code) == (200, 412)
    assert plant.get("/v1/assets/fan.de").json()["notes"] == "mine"
    assert plant.delete("/v1/assets/fan.de", headers={"If-Match": seen}).status_code == 412
    assert plant.delete("/v1/assets/fan.de", headers={"If-Match": first.headers["ETag"]}).status_code == 204


def test_registering_anew_replaces_all_of_it(plant: TestClient, register: Register) -> None:
    before = register()
    facts = {"machine": "mill 4", "point": "fan", "axes": [{"name": "y"}]}
    after = plant.put("/v1/assets/fan.de", json=facts).json()
    assert (after["machine"], after["bearing"], after["speed"]) == ("mill 4", None, None)
    assert after["created"] == before["created"]


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_one_that_is_not_there_is_said(plant: TestClient, method: str) -> None:
    facts = {"machine": "mill 4", "point": "fan", "axes": [{"name": "y"}]}
    body = {"json": facts} if method in ("PUT", "PATCH") else {}
    missing = plant.request(method, "/v1/assets/nothing", **body)  # type: ignore[arg-type]
    assert (missing.status_code, missing.json()["field"]) == (404, "asset")


def test_pages_bring_each_once_and_filters_what_is_asked_for(plant: TestClient) -> None:
    lines = [f"p{number:03},mill {number % 2},fan,x,,,,,,,," for number in range(25)]
    assert bring_in(plant, *lines).json() == {"added": 25, "replaced": 0}
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 4, "machine": "mill 1"}
    while True:
        page = plant.get("/v1/assets", params=query).json()
        seen += [asset["id"] for asset in page["assets"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert seen == [f"p{number:03}" for number in range(1, 25, 2)]


def test_a_table_says_every_line_and_column_that_is_wrong_and_nothing_of_it_is_kept(plant: TestClient) -> None:
    refused = bring_in(
        plant,
        "good,mill 3,fan,x,1,V,100,6205,900-1500,2,rigid,",
        "Bad Id,mill 3,fan,x,,,,,,,,",
        "a,mill 3,fan,x,,,lots,,,,,",
        "b,mill 3,fan,x,,furlongs,,,,,,",
        "c,mill 3,fan,x,,,,9999999,,,,",
        "c,mill 4,fan,y,,,,,,,,",
        "d,,fan,x,,,,,quick,,,",
        "e,mill 3,fan,x,,,,,,7,rigid,",
        "f,mill 3,fan,x,,,,,,,,,too many",
    ).json()
    told = {refused["field"], *(each["field"] for each in refused["more"])}
    assert told == {
        "csv.3.id", "csv.4.sensitivity_mv_g", "csv.5.unit", "csv.6.bearing", "csv.7.machine", "csv.8.speed",
        "csv.9.group", "csv.10.table",
    }  # fmt: skip
    assert plant.get("/v1/assets").json()["assets"] == []


def test_a_line_is_counted_as_an_editor_does_where_a_cell_has_line_breaks(plant: TestClient) -> None:
    refused = bring_in(plant, 'a,mill 3,fan,x,,,,,,,,"two\nlines"', "b,mill 3,fan,x,,,,,fast,,,")
    assert refused.json()["field"] == "csv.4.speed"


def test_what_is_there_is_replaced_only_where_that_is_asked_for(plant: TestClient, register: Register) -> None:
    register()
    lines = ("fan.de,mill 9,fan,x,,,,,,,,", "new,mill 9,fan,x,,,,,,,,")
    refused = bring_in(plant, *lines)
    assert (refused.status_code, refused.json()["field"]) == (422, "csv.2.id")
    assert bring_in(plant, *lines, replace=True).json() == {"added": 1, "replaced": 1}
    assert plant.get("/v1/assets/fan.de").json()["machine"] == "mill 9"


def test_the_table_that_goes_out_comes_in_again_as_the_same(plant: TestClient, register: Register) -> None:
    register("xyz", notes='a "quoted", long\nnote', speed={"kind": "range", "lowest_rpm": 900.5, "highest_rpm": 1500})
    register(
        [{"name": "x", "channel": "drive; end", "unit": "V", "sensitivity_mv_g": 9.80665}], id="b",
        bearing={"rolling_elements": 9, "diameter_ratio": 0.2034}, speed={"kind": "given"},
        machine_class={"group": 1, "foundation": "flexible"},
    )  # fmt: skip
    register(id="c", bearing={"bpfo": 3.58, "bpfi": 5.42, "bsf": 2.36, "ftf": 0.398}, speed=None)
    first = plant.get("/v1/assets.csv")
    kept = plant.get("/v1/assets").json()["assets"]
    for asset in kept:
        plant.delete(f"/v1/assets/{asset['id']}")
    assert plant.post("/v1/assets.csv", content=first.content, headers=CSV).json() == {"added": 3, "replaced": 0}
    assert plant.get("/v1/assets.csv").content == first.content
    # A bearing comes back as text, which means the same.
    for before, after in zip(kept, plant.get("/v1/assets").json()["assets"], strict=True):
        for name in ("machine", "point", "axes", "speed", "machine_class", "notes"):
            assert after[name] == before[name]


def test_a_table_with_semicolons_is_read_too(plant: TestClient) -> None:
    line = "a;mill 3;fan, drive end;x;;;;9,0.2034;1480;;;"
    assert bring_in(plant, line, header=";".join(sheet.COLUMNS)).json() == {"added": 1, "replaced": 0}
    assert plant.get("/v1/assets/a").json()["bearing"] == "9,0.2034"


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (b"", "csv.1.id"),
        (b"id,machine,point,axis,colour\n", "csv.1.colour"),
        (b"id,id,machine,point,axis\n", "csv.1.id"),
        (b"id,machine,point,axis\na,m\xff,p,x\n", "csv.2.text"),
        (b'id,machine,point,axis\na,"m"x,p,x\n', "csv.2.text"),
    ],
)
def test_what_is_no_table_is_refused(plant: TestClient, content: bytes, field: str) -> None:
    refused = plant.post("/v1/assets.csv", content=content, headers=CSV)
    assert (refused.status_code, refused.json()["field"]) == (422, field)


def test_without_a_store_there_are_no_assets() -> None:
    with TestClient(create_app(Settings(store="none"))) as client:
        facts = {"id": "a", "machine": "m", "point": "p", "axes": [{"name": "x"}]}
        for answer in (client.get("/v1/assets"), client.post("/v1/assets", json=facts), client.get("/v1/assets/a")):
            assert (answer.status_code, answer.json()["field"]) == (404, "store")
