"""The answer of `POST /v1/diagnose`: its fields, and what its numbers add up to."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from starlette.testclient import TestClient

from data.fault import FAULTS, Fault
from data.recording import Recording
from service.engine import Engine
from tests.service.asking import FLOAT32, Simulated, post


def test_the_three_bodies_get_the_same_answer(client: TestClient, simulated: Simulated) -> None:
    recording = simulated(seconds=1.0)
    raw = post(client, recording, speed_rpm=1800, bearing="6205")
    body = {"samples": recording.samples.tolist(), "rate_hz": 48_000, "speed_rpm": 1800, "bearing": "6205"}
    as_json = client.post("/v1/diagnose", json=body).json()
    for answer in (raw, as_json):
        answer.pop("timing")
        answer.pop("request_id")
        answer.pop("id")
    assert as_json == raw


def test_a_broken_sensor_gets_a_verdict_and_costs_no_inference(client: TestClient) -> None:
    answer = post(client, Recording(np.full(48_000, 0.1, np.float32), 48_000), speed_rpm=1800)
    assert answer["verdict"] == "sensor_fault"
    assert "a flat line" in answer["reason"]
    assert answer["energy"] is None


def test_probabilities_are_of_the_four_faults_and_the_largest_is_the_confidence(
    engine: Engine, simulated: Simulated
) -> None:
    answer = engine.diagnose(simulated())
    assert answer.probabilities is not None
    assert set(answer.probabilities) == set(FAULTS)
    assert sum(answer.probabilities.values()) == pytest.approx(1)
    if answer.fault is not None:
        assert answer.confidence == answer.probabilities[answer.fault] == max(answer.probabilities.values())


def test_windows_are_listed_only_on_request(client: TestClient, simulated: Simulated) -> None:
    recording = simulated()
    assert post(client, recording, speed_rpm=1800)["windows"] is None
    answer = post(client, recording, speed_rpm=1800, windows=True)
    starts = [window["start_s"] for window in answer["windows"]]
    assert len(starts) == answer["window_count"] == 15
    np.testing.assert_allclose(np.diff(starts), 4 * 60 / 1800)
    mean = np.mean([window["probabilities"]["outer_race"] for window in answer["windows"]])
    assert 0 <= mean <= 1


def test_evidence_needs_speed_and_bearing_and_says_what_is_missing(client: TestClient, simulated: Simulated) -> None:
    recording = simulated()
    assert post(client, recording)["evidence_reason"] == "the envelope rule needs speed_rpm and bearing"
    assert post(client, recording, speed_rpm=1800)["evidence_reason"] == "the envelope rule needs bearing"
    found = post(client, recording, speed_rpm=1800, bearing="6205")
    assert found["evidence_reason"] is None
    assert found["evidence"]["forced"] == "outer_race"
    assert set(found["evidence"]["z"]) == {"inner_race", "outer_race", "rolling_element"}
    short = post(client, simulated(seconds=0.5), speed_rpm=1800, bearing="6205")
    assert short["evidence"] is None
    assert "0.50 s" in short["evidence_reason"]


def test_nothing_found_stands_beside_the_rate_of_missed_faults(
    client: TestClient, recording_file: Callable[[str], Path]
) -> None:
    from data.formats import read_signal

    signal = read_signal(recording_file("mfpt/baseline_3.mat"))
    answer = post(client, Recording(signal.samples, 97_656), speed_rpm=1500)
    assert answer["fault"] == "normal"
    assert answer["message"].startswith("Nothing found, confidence")
    assert "not mean healthy" in answer["message"]
    missed = answer["miss_rate"]
    assert missed["scope"] == "machine never seen"
    assert missed["rate"] == pytest.approx(missed["missed"] / missed["of"])
    assert missed["interval"][0] <= missed["rate"] <= missed["interval"][1]


@pytest.mark.parametrize(
    ("name", "rate_hz", "speed_rpm", "fault"),
    [
        ("mfpt/OuterRaceFault_3.mat", 97_656, 1500, Fault.OUTER_RACE),
        ("mfpt/InnerRaceFault_vload_6.mat", 48_828, 1500, Fault.INNER_RACE),
        ("mfpt/baseline_3.mat", 97_656, 1500, Fault.NORMAL),
        ("cwru/118.mat", 12_000, 1796, Fault.ROLLING_ELEMENT),
    ],
)
@pytest.mark.parametrize("known", [True, False], ids=["order", "time"])
def test_a_real_recording_gets_its_fault(
    client: TestClient,
    recording_file: Callable[[str], Path],
    name: str,
    rate_hz: float,
    speed_rpm: float,
    fault: Fault,
    known: bool,
) -> None:
    from data.formats import read_signal

    recording = Recording(read_signal(recording_file(name)).samples, rate_hz)
    answer = post(client, recording, **({"speed_rpm": speed_rpm} if known else {}))
    assert (answer["verdict"], answer["fault"]) == ("diagnosed", fault)


def test_the_request_id_is_the_clients_where_it_is_sane(client: TestClient, simulated: Simulated) -> None:
    body, query = simulated().samples.tobytes(), "/v1/diagnose?rate_hz=48000"
    given = client.post(query, content=body, headers=FLOAT32 | {"X-Request-ID": "pump-7.a"})
    assert given.headers["X-Request-ID"] == given.json()["request_id"] == "pump-7.a"
    insane = client.post(query, content=body, headers=FLOAT32 | {"X-Request-ID": "a b\tc"})
    assert insane.headers["X-Request-ID"] == insane.json()["request_id"] != "a b\tc"
    assert len(insane.json()["request_id"]) == 32


def test_timing_adds_up(client: TestClient, simulated: Simulated) -> None:
    timing = post(client, simulated())["timing"]
    parts = sum(value for name, value in timing.items() if name != "total_ms")
    assert 0 < parts <= timing["total_ms"] * 1.01
