"""A machine is commissioned on its healthy recordings; from then on each answer says what has changed."""

import io
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from data.recording import Recording
from tests.service.asking import FLOAT32
from tests.service.assets.conftest import Register
from tests.service.assets.healthy import RIG, day, lines

NDJSON = {"Content-Type": "application/x-ndjson"}
BASELINE = "/v1/assets/fan.de/baseline"


@pytest.fixture(scope="module")
def week() -> list[Recording]:
    return [day(number) for number in range(6)]


def npy(recording: Recording) -> bytes:
    file = io.BytesIO()
    np.save(file, recording.samples)
    return file.getvalue()


def ask(plant: TestClient, recording: Recording, **query: Any) -> dict[str, Any]:
    answer = plant.post(
        "/v1/assets/fan.de/diagnose", params={"rate_hz": recording.rate_hz} | query,
        content=recording.samples.tobytes(), headers=FLOAT32,
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def commission(
    plant: TestClient, recordings: list[Recording], headers: dict[str, str] | None = None, **query: Any
) -> Any:
    return plant.post(BASELINE, params=query, content=lines(recordings), headers=NDJSON | (headers or {}))


def test_a_machine_that_was_never_commissioned_says_so(plant: TestClient, register: Register) -> None:
    register()
    found = ask(plant, day(20))["axes"]["x"]
    network, evidence, change = found["voices"]
    assert (network["voice"], evidence["voice"], change["voice"]) == ("network", "evidence", "change")
    assert (change["says"], change["why"]) == ("silent", "the machine was not commissioned")
    assert found["change"] is None
    assert found["combined"]["level"] == "quiet"
    assert found["indicators"]["values"]["velocity_rms_mm_s"] > 0
    assert plant.get(BASELINE).json() == {"asset": "fan.de", "axes": {}, "history": []}


def test_lines_of_json_commission_an_axis(plant: TestClient, register: Register, week: list[Recording]) -> None:
    register()
    made = commission(plant, week)
    assert made.status_code == 201, made.text
    axis = made.json()["axes"]["x"]
    assert (made.json()["version"], axis["n"], axis["provisional"], axis["doubts"]) == (1, 6, True, [])
    [speeds] = axis["speed_ranges"]
    assert (speeds["speed_rpm"], speeds["n"], speeds["lowest_rate"]) == ([1800, 1800], 6, pytest.approx(1 / 7))
    assert any("1 in 7" in caution for caution in axis["cautions"])
    found = ask(plant, day(21))["axes"]["x"]
    assert found["voices"][2]["says"] == "quiet"
    assert (found["change"]["n"], found["change"]["raised"]) == (6, False)
    assert found["indicators"]["values"]["velocity_rms_mm_s"] <= speeds["limits"]["velocity_rms_mm_s"]


def test_files_of_a_form_commission_each_axis(plant: TestClient, register: Register, week: list[Recording]) -> None:
    register("xy")
    files = [("file", (f"{n}.npy", npy(each))) for n, each in enumerate(week[:3])]
    refused = plant.post(BASELINE, params={"rate_hz": 25_600}, files=files)
    assert (refused.status_code, refused.json()["reason"][:12]) == (422, "recording 1:")
    made = plant.post(BASELINE, params={"rate_hz": 25_600, "axis": "y"}, files=files)
    assert made.status_code == 201, made.text
    assert {axis: each["n"] for axis, each in made.json()["axes"].items()} == {"y": 3}
    plant.post(BASELINE, params={"rate_hz": 25_600, "axis": "x"}, files=files[:2])
    stands = plant.get(BASELINE).json()["axes"]
    assert {axis: (each["version"], each["n"]) for axis, each in stands.items()} == {"x": (2, 2), "y": (1, 3)}


def test_earlier_diagnoses_commission_and_their_signals_are_kept(
    plant: TestClient, register: Register, week: list[Recording]
) -> None:
    register()
    ids = [ask(plant, each)["axes"]["x"]["id"] for each in week[:4]]
    foreign = plant.post(BASELINE, json={"diagnoses": [*ids, "0" * 16]})
    assert (foreign.status_code, foreign.json()["field"]) == (422, "diagnoses")
    made = plant.post(BASELINE, json={"diagnoses": ids})
    assert made.status_code == 201, made.text
    assert made.json()["axes"]["x"]["n"] == 4
    memory = plant.app.state.parts.memory  # type: ignore[attr-defined]
    while memory.busy:
        pass
    kept = plant.get("/v1/assets/fan.de/recordings").json()["recordings"]
    assert {each["id"] for each in kept if "baseline" in each["why"]} == set(ids)


def test_healthy_signals_are_kept_and_advance_no_alarm(
    plant: TestClient, register: Register, week: list[Recording]
) -> None:
    register()
    commission(plant, week)
    rows = plant.get("/v1/diagnoses", params={"asset": "fan.de"}).json()["diagnoses"]
    assert [row["level"] for row in rows] == [None] * 6
    points = plant.get("/v1/assets/fan.de/trend").json()["points"]
    assert {(point["level"], point["severity"]) for point in points} == {(None, None)}
    assert plant.get("/v1/assets/fan.de/events").json()["events"] == []
    memory = plant.app.state.parts.memory  # type: ignore[attr-defined]
    while memory.busy:
        pass
    kept = plant.get("/v1/assets/fan.de/recordings").json()["recordings"]
    assert sum("baseline" in each["why"] for each in kept) == 6


def test_a_baseline_is_extended_and_undone(plant: TestClient, register: Register, week: list[Recording]) -> None:
    register()
    nothing = commission(plant, week[:1], mode="extend")
    assert (nothing.status_code, nothing.json()["field"]) == (422, "mode")
    commission(plant, week[:3])
    extended = commission(plant, week[3:], mode="extend").json()["axes"]["x"]
    assert (extended["version"], extended["extends"], extended["n"]) == (2, 1, 6)
    assert (
        plant.delete(BASELINE, params={"version": 1}).status_code,
        ask(plant, day(22))["axes"]["x"]["change"]["n"],
    ) == (409, 6)
    for _ in range(2):  # twice is as once
        undone = plant.delete(BASELINE, params={"version": 2})
        assert undone.json()["axes"]["x"]["version"] == 1
    assert ask(plant, day(22))["axes"]["x"]["change"]["n"] == 3
    again = commission(plant, week[3:5], mode="extend").json()
    assert (again["version"], again["axes"]["x"]["extends"]) == (3, 1)
    history = plant.get(BASELINE).json()["history"]
    assert [(each["version"], each["n"], each["undone"] is None) for each in history] == [
        (3, {"x": 5}, True), (2, {"x": 6}, False), (1, {"x": 3}, True),
    ]  # fmt: skip
    assert plant.delete(BASELINE, params={"version": 9}).status_code == 404


def test_what_looks_faulty_is_taken_only_with_a_word(
    plant: TestClient, register: Register, week: list[Recording]
) -> None:
    register()
    faulty = [*week[:2], day(30, snr_db=0.0)]
    doubted = commission(plant, faulty)
    assert (doubted.status_code, doubted.json()["field"]) == (409, "confirm")
    assert "recording 3: lines of outer race damage" in doubted.json()["reason"]
    assert plant.get("/v1/diagnoses").json()["diagnoses"] == []
    assert commission(plant, faulty, confirm=True).status_code == 422
    taken = commission(plant, faulty, confirm=True, why="a gear beside it")
    assert taken.status_code == 201
    axis = plant.get(BASELINE).json()["axes"]["x"]
    assert (axis["why"], len(axis["doubts"])) == ("a gear beside it", 1)


def test_a_machine_that_always_had_lines_is_watched_and_no_more(plant: TestClient, register: Register) -> None:
    register()
    faulty = [day(number, snr_db=0.0) for number in range(40, 46)]
    commission(plant, faulty, confirm=True, why="known since the start")
    found = ask(plant, day(47, snr_db=0.0))["axes"]["x"]["combined"]
    assert (found["level"], found["rule"]) == ("watch", "as when commissioned")


def test_another_speed_or_another_bearing_leaves_the_change_silent(
    plant: TestClient, register: Register, week: list[Recording]
) -> None:
    register(speed={"kind": "given"})
    assert commission(plant, week[:3], speed_rpm=1800).status_code == 201
    fast = ask(plant, day(50, speed_rpm=3000), speed_rpm=3000)["axes"]["x"]["voices"][2]
    assert (fast["says"], "no healthy recording was made at 3000 rpm" in fast["why"]) == ("silent", True)
    other = ask(plant, day(51), speed_rpm=1800, bearing="NICE")["axes"]["x"]["voices"][2]
    assert (other["says"], "another bearing" in other["why"]) == ("silent", True)
    two = plant.post(BASELINE, params={"speed_rpm": 1800, "bearing": "NICE", "mode": "extend"},
                     content=lines(week[:1]), headers=NDJSON)  # fmt: skip
    assert (two.status_code, two.json()["field"]) == (422, "bearing")


def test_the_same_request_commissions_once(plant: TestClient, register: Register, week: list[Recording]) -> None:
    register()
    key = {"Idempotency-Key": "monday"}
    first, second = (commission(plant, week[:3], key) for _ in range(2))
    assert (first.status_code, second.status_code, second.content) == (201, 201, first.content)
    assert ("Idempotency-Replayed" in first.headers, second.headers["Idempotency-Replayed"]) == (False, "true")
    assert len(plant.get("/v1/diagnoses").json()["diagnoses"]) == 3
    other = commission(plant, week[1:3], key)
    assert (other.status_code, other.json()["field"]) == (422, "idempotency_key")


def test_an_asset_that_is_registered_anew_is_another_machine(
    plant: TestClient, register: Register, week: list[Recording]
) -> None:
    register()
    commission(plant, week[:2])
    plant.delete("/v1/assets/fan.de")
    assert plant.get(BASELINE).status_code == 404
    register()
    assert plant.get(BASELINE).json()["axes"] == {}


def test_a_dead_sensor_is_no_healthy_machine_and_says_nothing(
    plant: TestClient, register: Register, week: list[Recording]
) -> None:
    register()
    silence = Recording(np.zeros(51_200, np.float32), RIG.rate_hz)
    refused = commission(plant, [silence])
    assert (refused.status_code, refused.json()["field"]) == (422, "recordings")
    commission(plant, week[:3])
    found = ask(plant, silence)["axes"]["x"]
    assert {each["says"] for each in found["voices"]} == {"silent"}
    assert (found["combined"]["level"], "sensor" in found["combined"]["advice"]) == ("no_verdict", True)


def test_a_speed_that_the_signal_contradicts_is_told_in_the_advice(plant: TestClient, register: Register) -> None:
    register(speed={"kind": "fixed", "rpm": 1900})
    advice = ask(plant, day(60, snr_db=0.0))["worst"]["why"]
    assert "Speed in doubt: the signal shows a shaft speed of 1800 rpm" in advice
