"""A measuring point is asked about: the asset says what the request leaves open, each axis is answered."""

import io
from typing import Any

import numpy as np
import pytest
import soundfile
from starlette.testclient import TestClient

from data.fault import Fault
from data.recording import Recording
from models.voices import Level, Severity
from service import docs
from service.assets.answer import Together
from service.assets.worst import badness, worst
from service.diagnosis import Diagnosis, Verdict
from tests.service.asking import FLOAT32, Simulated
from tests.service.assets.conftest import Register


@pytest.fixture(scope="module")
def faulty(simulated: Simulated) -> Recording:
    return simulated(Fault.OUTER_RACE)


@pytest.fixture(scope="module")
def healthy(simulated: Simulated) -> Recording:
    return simulated(Fault.NORMAL, seed=1)


def ask(plant: TestClient, recording: Recording, headers: dict[str, str] | None = None, **query: Any) -> Any:
    return plant.post(
        "/v1/assets/fan.de/diagnose", params={"rate_hz": recording.rate_hz} | query,
        content=recording.samples.tobytes(), headers=FLOAT32 | (headers or {}),
    )  # fmt: skip


def wav(*channels: Recording) -> bytes:
    file = io.BytesIO()
    samples = np.stack([each.samples for each in channels], axis=1)
    soundfile.write(file, samples, round(channels[0].rate_hz), format="WAV", subtype="FLOAT")
    return file.getvalue()


def test_the_asset_says_what_the_request_leaves_open(plant: TestClient, register: Register, faulty: Recording) -> None:
    register()
    found = ask(plant, faulty).json()
    asked = {"rate_hz": faulty.rate_hz, "speed_rpm": 1800, "bearing": "6205"}
    plain = plant.post("/v1/diagnose", params=asked, content=faulty.samples.tobytes(), headers=FLOAT32).json()
    for passing in ("id", "request_id", "timing"):
        del found["axes"]["x"][passing], plain[passing]
    assert {name: found["axes"]["x"][name] for name in plain} == plain
    assert found["axes"]["x"].keys() - plain.keys() == {"indicators", "voices", "change", "combined"}
    assert (found["asset"], found["worst"]["axis"]) == ("fan.de", "x")


def test_volts_are_read_by_the_sensor_of_the_axis(plant: TestClient, register: Register, faulty: Recording) -> None:
    register([{"name": "x", "unit": "V", "sensitivity_mv_g": 100}])
    told = ask(plant, faulty).json()["axes"]["x"]
    assert told["signal"]["unit"] == "V"
    other = ask(plant, faulty, sensitivity_mv_g=50).json()["axes"]["x"]
    assert [warning for warning in other["warnings"] if "sensitivity_mv_g 100.0, the request's 50.0" in warning]
    in_g = ask(plant, faulty, unit="g").json()["axes"]["x"]
    assert in_g["signal"]["unit"] == "g"
    assert [warning for warning in in_g["warnings"] if "unit V, the request's g" in warning]


@pytest.mark.parametrize(
    ("speed", "asked", "warned"),
    [
        ({"kind": "fixed", "rpm": 1800}, None, False),
        ({"kind": "fixed", "rpm": 1800}, 1810, False),
        ({"kind": "fixed", "rpm": 1800}, 1850, True),
        ({"kind": "range", "lowest_rpm": 1000, "highest_rpm": 1790}, 1800, False),
        ({"kind": "range", "lowest_rpm": 1000, "highest_rpm": 1500}, 1800, True),
        ({"kind": "given"}, 1800, False),
        (None, None, False),
    ],
)
def test_the_speed_of_the_request_counts_and_what_the_asset_says_against_it_is_told(
    plant: TestClient, register: Register, faulty: Recording, speed: Any, asked: float | None, warned: bool
) -> None:
    register(speed=speed)
    found = ask(plant, faulty, **({} if asked is None else {"speed_rpm": asked})).json()["axes"]["x"]
    expected = 1800 if asked is None and speed is not None else asked
    assert found["signal"]["speed_rpm"] == expected
    assert any(warning.startswith("fan.de turns at") for warning in found["warnings"]) == warned


@pytest.mark.parametrize("speed", [{"kind": "range", "lowest_rpm": 1000, "highest_rpm": 1500}, {"kind": "given"}])
def test_a_speed_that_each_request_must_bring_is_asked_for(
    plant: TestClient, register: Register, faulty: Recording, speed: dict[str, Any]
) -> None:
    register(speed=speed)
    refused = ask(plant, faulty)
    assert (refused.status_code, refused.json()["field"]) == (422, "speed_rpm")
    assert plant.get("/v1/diagnoses").json()["diagnoses"] == []


def test_another_bearing_counts_and_is_told(plant: TestClient, register: Register, faulty: Recording) -> None:
    register()
    same = ask(plant, faulty, bearing="9,0.20338321405").json()["axes"]["x"]
    other = ask(plant, faulty, bearing="NICE").json()["axes"]["x"]
    assert not any("is another one" in warning for warning in same["warnings"])
    assert other["signal"]["bearing"] == "NICE"
    assert any("is another one (6205-2RS JEM)" in warning for warning in other["warnings"])


def test_every_axis_of_a_file_is_answered_and_stored_and_the_worst_is_told(
    plant: TestClient, register: Register, faulty: Recording, healthy: Recording
) -> None:
    register([{"name": "axial", "channel": "2"}, {"name": "radial", "channel": "1"}])
    form = {"file": ("fan.wav", wav(faulty, healthy))}
    found = plant.post("/v1/assets/fan.de/diagnose", files=form).json()
    assert list(found["axes"]) == ["axial", "radial"]
    assert found["axes"]["radial"]["fault"] == "outer_race"
    assert found["axes"]["axial"]["fault"] != "outer_race"
    assert found["worst"]["axis"] == "radial"
    assert "no other axis is as bad as radial" in found["worst"]["why"]
    rows = plant.get("/v1/diagnoses", params={"asset": "fan.de"}).json()["diagnoses"]
    assert {(row["id"], row["axis"], row["level"]) for row in rows} == {
        (each["id"], axis, each["combined"]["level"]) for axis, each in found["axes"].items()
    }
    assert plant.get("/v1/diagnoses", params={"asset": "fan"}).json()["diagnoses"] == []


def test_axes_come_as_json_too(plant: TestClient, register: Register, faulty: Recording, healthy: Recording) -> None:
    register("xy")
    body: dict[str, Any] = {
        "signals": {"y": healthy.samples.tolist(), "x": faulty.samples.tolist()}, "rate_hz": faulty.rate_hz,
    }  # fmt: skip
    found = plant.post("/v1/assets/fan.de/diagnose", json=body).json()
    assert (list(found["axes"]), found["worst"]["axis"]) == (["x", "y"], "x")
    del body["signals"]["x"]
    wrong = plant.post("/v1/assets/fan.de/diagnose", json=body | {"rate_hz": "fast"})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "rate_hz")
    missing = plant.post("/v1/assets/fan.de/diagnose", json=body)
    assert (missing.status_code, missing.json()["field"]) == (422, "signals")
    alone = plant.post("/v1/assets/fan.de/diagnose?axis=y", json=body)
    assert list(alone.json()["axes"]) == ["y"]


def test_one_axis_of_several_can_come_alone(plant: TestClient, register: Register, faulty: Recording) -> None:
    register("xyz")
    assert list(ask(plant, faulty, axis="z").json()["axes"]) == ["z"]
    for query in ({}, {"axis": "w"}):
        refused = ask(plant, faulty, **query)
        assert (refused.status_code, refused.json()["field"]) == (422, "axis")


def test_a_file_without_the_channel_of_an_axis_is_refused(
    plant: TestClient, register: Register, faulty: Recording, healthy: Recording
) -> None:
    register([{"name": "x", "channel": "1"}, {"name": "y", "channel": "3"}])
    refused = plant.post("/v1/assets/fan.de/diagnose", files={"file": ("fan.wav", wav(faulty, healthy))})
    assert (refused.status_code, refused.json()["field"]) == (422, "channel")
    assert plant.get("/v1/diagnoses").json()["diagnoses"] == []


def test_columns_of_a_table_are_found_by_name(
    plant: TestClient, register: Register, faulty: Recording, healthy: Recording
) -> None:
    rows = np.column_stack([np.arange(healthy.samples.size) / healthy.rate_hz, healthy.samples, faulty.samples])
    file = io.StringIO()
    np.savetxt(file, rows, fmt="%.9g", delimiter=",", header="time (s),y (g),x (g)", comments="")
    register([{"name": "x", "channel": "x (g)"}, {"name": "y", "channel": "2"}], id="by.column")
    headers = {"Content-Type": "text/csv"}
    found = plant.post("/v1/assets/by.column/diagnose", content=file.getvalue(), headers=headers).json()
    assert {name: each["signal"]["channel"] for name, each in found["axes"].items()} == {"x": "x (g)", "y": "y (g)"}
    assert found["worst"]["axis"] == "x"


def test_the_same_request_gets_the_same_answer_and_is_stored_once(
    plant: TestClient, register: Register, faulty: Recording, healthy: Recording
) -> None:
    register([{"name": "x", "channel": "1"}, {"name": "y", "channel": "2"}])
    body, headers = wav(faulty, healthy), {"Content-Type": "audio/wav", "Idempotency-Key": "k" * 64}
    first, second = (plant.post("/v1/assets/fan.de/diagnose", content=body, headers=headers) for _ in range(2))
    assert first.status_code == 200
    assert second.content == first.content
    assert ("Idempotency-Replayed" in first.headers, second.headers["Idempotency-Replayed"]) == (False, "true")
    assert len(plant.get("/v1/diagnoses").json()["diagnoses"]) == 2
    refused = plant.post("/v1/assets/fan.de/diagnose", content=wav(healthy, faulty), headers=headers)
    assert (refused.status_code, refused.json()["field"]) == (422, "idempotency_key")


def test_an_asset_that_is_not_there_is_said_before_anything_is_read(plant: TestClient) -> None:
    refused = plant.post("/v1/assets/fan.de/diagnose", content=b"x" * 100, headers=FLOAT32)
    assert (refused.status_code, refused.json()["field"]) == (404, "asset")


def test_the_diagnoses_of_an_asset_outlive_it(plant: TestClient, register: Register, faulty: Recording) -> None:
    register()
    identity = ask(plant, faulty).json()["axes"]["x"]["id"]
    assert plant.delete("/v1/assets/fan.de").status_code == 204
    [row] = plant.get("/v1/diagnoses", params={"asset": "fan.de"}).json()["diagnoses"]
    assert row["id"] == identity
    assert plant.get("/v1/assets/fan.de/trend").status_code == 404
    register()
    assert [each["id"] for each in plant.get("/v1/assets/fan.de/trend").json()["points"]] == [identity]


def test_a_trend_is_asked_for_over_http(plant: TestClient, register: Register) -> None:
    register()
    asked: dict[str, Any] = docs.example("question")
    answers = [plant.post("/v1/assets/fan.de/diagnose", json=asked).json()["axes"]["x"] for _ in range(3)]
    found = plant.get("/v1/assets/fan.de/trend").json()
    for point, answer in zip(found["points"], answers, strict=True):
        for name in ("id", "verdict", "fault", "confidence"):
            assert point[name] == answer[name]
        for name in ("level", "severity"):
            assert point[name] == answer["combined"][name]
        assert point["probabilities"] == pytest.approx(answer["probabilities"], abs=1e-4)
        assert point["energy_nj"] == answer["energy"]["full_nj"]
    assert [each["fault"] for each in found["first_seen"]] == ["outer_race"]
    assert plant.get("/v1/assets/fan.de/trend", params={"axis": "y"}).json()["points"] == []
    later = found["points"][1]["time"]
    assert len(plant.get("/v1/assets/fan.de/trend", params={"from": later}).json()["points"]) == 2
    day = later[:10]
    assert len(plant.get("/v1/assets/fan.de/trend", params={"from": day, "to": day}).json()["points"]) == 3
    wrong = {"from": "2026-02-01", "to": "2026-01-01T00:00:00Z"}
    assert plant.get("/v1/assets/fan.de/trend", params=wrong).json()["field"] == "from"
    assert plant.get("/v1/assets/none/trend").status_code == 404


def diagnosis(verdict: Verdict, fault: Fault | None = None, normal: float | None = None) -> Diagnosis:
    others = dict.fromkeys(Fault, (1 - (normal or 0)) / 3)
    probabilities = None if normal is None else others | {Fault.NORMAL: normal}
    signal = {"samples": 1, "rate_hz": 1.0, "seconds": 1.0, "speed_rpm": None, "bearing": None}
    return Diagnosis.model_validate(
        {"verdict": verdict, "fault": fault, "probabilities": probabilities, "message": "so.", "front_end_reason": "",
         "signal": signal}
    )  # fmt: skip


def said(level: Level, severity: Severity = "none") -> Together:
    return Together(level=level, fault=None, rule="", severity=severity, advice="Measure again.")


def test_what_the_voices_say_together_comes_before_what_the_network_says() -> None:
    fault = diagnosis(Verdict.DIAGNOSED, Fault.INNER_RACE, 0.1)
    nothing = diagnosis(Verdict.DIAGNOSED, Fault.NORMAL, 0.9)
    in_order = [
        (nothing, said("quiet")),
        (fault, said("quiet")),
        (nothing, said("no_verdict")),
        (fault, said("watch")),
        (nothing, said("watch", "low")),
        (fault, said("alarm", "medium")),
        (nothing, said("alarm", "high")),
    ]
    for number in range(1, len(in_order)):
        named = {str(place): each for place, each in enumerate(in_order[: number + 1])}
        assert worst(named).axis == str(number)


def test_of_one_level_a_fault_is_worse_than_what_nobody_knows_and_that_than_nothing_found() -> None:
    in_order = [
        diagnosis(Verdict.DIAGNOSED, Fault.NORMAL, 0.9),
        diagnosis(Verdict.DIAGNOSED, Fault.NORMAL, 0.6),
        diagnosis(Verdict.SENSOR_FAULT),
        diagnosis(Verdict.UNKNOWN, None, 0.9),
        diagnosis(Verdict.DIAGNOSED, Fault.INNER_RACE, 0.4),
        diagnosis(Verdict.DIAGNOSED, Fault.INNER_RACE, 0.1),
    ]
    bad = [badness("watch", "none", each.verdict, each.fault, each.probabilities) for each in in_order]
    assert bad == sorted(bad)
    assert len(set(bad)) == len(bad)
    for number in range(1, len(in_order)):
        named = {str(place): (each, said("watch")) for place, each in enumerate(in_order[: number + 1])}
        assert worst(named).axis == str(number)


@pytest.mark.parametrize(
    ("x", "y", "why"),
    [
        ((0.9, "none"), (0.6, "none"), "on y a fault is the most probable"),
        ((0.6, "none"), (0.9, "medium"), "the vibration of y is the most severe"),
        ((0.6, "none"), (None, "none"), "of y the network cannot tell"),
        ((None, "none"), (Fault.INNER_RACE, "none"), "on y the network names a fault"),
        ((0.9, "high"), (0.9, "high"), "the axes are alike"),
    ],
)
def test_of_quiet_axes_it_is_told_what_makes_one_the_worst(
    x: tuple[float | Fault | None, Severity], y: tuple[float | Fault | None, Severity], why: str
) -> None:
    axes = {name: (_quiet(normal), said("quiet", severity)) for name, (normal, severity) in {"x": x, "y": y}.items()}
    assert worst(axes).why == f"nothing was found on any axis; {why}: Measure again."


def _quiet(normal: float | Fault | None) -> Diagnosis:
    if isinstance(normal, Fault):
        return diagnosis(Verdict.DIAGNOSED, normal, 0.4)
    if normal is None:
        return diagnosis(Verdict.UNKNOWN, None, 0.9)
    return diagnosis(Verdict.DIAGNOSED, Fault.NORMAL, normal)
