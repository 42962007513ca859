"""The answer of `POST /v1/diagnose`: its fields, how its bundle is chosen, and what its numbers add up to."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from data.fault import FAULTS, Fault
from data.recording import Recording
from models.energy import PROFILES, account
from service.app import create_app
from service.choice import BLOCK_SAMPLES, in_blocks
from service.engine import Engine
from service.registry import NoSuchBundle, Registry
from service.settings import Settings

Simulated = Callable[..., Recording]
FLOAT32 = {"Content-Type": "application/octet-stream"}


def post(client: TestClient, recording: Recording, **query: Any) -> dict[str, Any]:
    query = {"rate_hz": recording.rate_hz} | query
    answer = client.post("/v1/diagnose", params=query, content=recording.samples.tobytes(), headers=FLOAT32)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_the_three_bodies_get_the_same_answer(client: TestClient, simulated: Simulated) -> None:
    recording = simulated(seconds=1.0)
    raw = post(client, recording, speed_rpm=1800, bearing="6205")
    body = {"samples": recording.samples.tolist(), "rate_hz": 48_000, "speed_rpm": 1800, "bearing": "6205"}
    as_json = client.post("/v1/diagnose", json=body).json()
    for answer in (raw, as_json):
        answer.pop("timing")
        answer.pop("request_id")
    assert as_json == raw


def test_with_a_speed_the_order_bundle_answers_and_says_why(client: TestClient, simulated: Simulated) -> None:
    answer = post(client, simulated(), speed_rpm=1800)
    assert answer["bundle"]["name"] == answer["front_end"] == "order"
    assert answer["front_end_reason"] == "order: the shaft speed is known"


def test_without_a_speed_the_time_bundle_answers_and_says_why(client: TestClient, simulated: Simulated) -> None:
    answer = post(client, simulated())
    assert answer["bundle"]["name"] == answer["front_end"] == "time"
    assert answer["front_end_reason"] == "time: no shaft speed is known"


def test_where_order_does_not_fit_time_answers_and_says_why(client: TestClient, simulated: Simulated) -> None:
    answer = post(client, simulated(seconds=0.5), speed_rpm=60)
    assert answer["front_end"] == "time"
    assert "0.5 shaft revolutions long" in answer["front_end_reason"]


@pytest.mark.parametrize("wanted", ["time", "order", "order/1.0.0"])
def test_a_bundle_can_be_forced(client: TestClient, simulated: Simulated, wanted: str) -> None:
    answer = post(client, simulated(), speed_rpm=1800, bundle=wanted)
    assert answer["bundle"]["name"] == wanted.partition("/")[0]
    assert "was asked for" in answer["front_end_reason"]


def test_a_bundle_that_is_not_there_is_a_422_that_lists_those_that_are(client: TestClient) -> None:
    samples = np.random.default_rng(0).standard_normal(9000).astype("<f4")
    answer = client.post("/v1/diagnose?rate_hz=48000&bundle=nope", content=samples.tobytes(), headers=FLOAT32)
    assert answer.status_code == 422
    assert answer.json()["field"] == "bundle"
    assert "order/" in answer.json()["reason"]


@pytest.mark.parametrize(
    ("rate_hz", "seconds", "reason"),
    [(3_000, 2.0, "order: sampled at 3000 Hz"), (48_000, 0.05, "time: 0.050 s long"), (600, 3.0, "time: sampled")],
)
def test_where_no_front_end_fits_it_says_so(client: TestClient, rate_hz: float, seconds: float, reason: str) -> None:
    samples = np.random.default_rng(0).standard_normal(round(rate_hz * seconds)).astype(np.float32)
    answer = post(client, Recording(samples, rate_hz), speed_rpm=1800)
    assert answer["verdict"] == "not_applicable"
    assert reason in answer["reason"]
    assert answer["reason"] in answer["message"]
    assert [answer[name] for name in ("fault", "confidence", "probabilities", "bundle", "energy")] == [None] * 5


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


def test_energy_is_summed_over_every_run_of_the_graph(engine: Engine, registry: Registry, simulated: Simulated) -> None:
    recording = simulated()
    energy = engine.diagnose(recording, bundle="order").energy
    bundle = registry.bundles["order"]
    windows = bundle.manifest.front_end.windows(recording).values
    runs = windows.shape[0] * windows.shape[1]
    spent = []
    for window in windows.reshape(runs, 1, 1, -1):
        reading = bundle.graph.run(window)
        spent.append(account(bundle.manifest.layers, reading.synops[0], reading.spikes[0], 1, PROFILES["float32"]))
    assert energy is not None
    assert energy.graph_runs == runs == 60  # 15 windows in four bands
    assert energy.synops == sum(one.synops for one in spent) > 0
    assert energy.macs == sum(one.macs for one in spent)
    assert energy.paper_nj == pytest.approx(sum(one.paper_nj for one in spent))
    assert energy.full_nj == pytest.approx(sum(one.full_nj for one in spent))
    assert energy.per_window.full_nj == pytest.approx(energy.full_nj / windows.shape[0])
    assert energy.per_window.paper_nj == pytest.approx(energy.paper_nj / windows.shape[0])
    assert energy.relu_twin_nj.paper == pytest.approx(sum(one.relu_twin_nj.paper for one in spent))
    assert energy.full_nj > energy.paper_nj
    assert energy.host_nj is None


def test_a_louder_train_of_impacts_costs_another_energy(engine: Engine, simulated: Simulated) -> None:
    first, second = (engine.diagnose(simulated(seed=seed)).energy for seed in (0, 1))
    assert first is not None
    assert second is not None
    assert first.synops != second.synops


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


def test_a_bearing_without_a_speed_is_a_warning(client: TestClient, simulated: Simulated) -> None:
    assert "of no use without the shaft speed" in " ".join(post(client, simulated(), bearing="6205")["warnings"])


def test_a_short_recording_is_a_warning(client: TestClient, simulated: Simulated) -> None:
    warnings = post(client, simulated(seconds=0.3), speed_rpm=1800)["warnings"]
    assert "short: 2 windows" in " ".join(warnings)


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


def test_a_long_recording_is_read_in_blocks_like_a_short_one(registry: Registry, simulated: Simulated) -> None:
    recording = simulated(seconds=150.0, rate_hz=12_000.0)
    assert BLOCK_SAMPLES < recording.samples.size < 2 * BLOCK_SAMPLES
    bundle = registry.bundles["order"]
    windows = in_blocks(bundle, recording)
    assert np.all(np.diff(windows.starts_s) > 0)
    assert windows.starts_s[-1] + windows.seconds <= recording.seconds
    assert len(windows.values) == 2 * int(75 * 30 / 4)
    whole = bundle.manifest.front_end.windows(recording)
    # The filters swing in at the block's edge only.
    np.testing.assert_allclose(windows.values[5:300], whole.values[5:300], atol=0.02)


def test_an_unknown_bundle_is_an_error_of_the_engine_too(engine: Engine, simulated: Simulated) -> None:
    with pytest.raises(NoSuchBundle, match="loaded: aligned/"):
        engine.diagnose(simulated(), bundle="nope")


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


def test_twelve_bytes_of_text_are_refused_with_field_reason_and_advice(client: TestClient) -> None:
    answer = client.post("/v1/diagnose?rate_hz=48828&speed_rpm=1500", content=b"not a signal", headers=FLOAT32)
    assert answer.status_code == 422
    refusal = answer.json()
    assert refusal["field"] == "samples"
    assert refusal["reason"] == "3 samples; at least 256 are needed"
    assert "one channel" in refusal["what_to_do"]
    assert refusal["request_id"] == answer.headers["X-Request-ID"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "rate_hz"),
        ("?rate_hz=nan", "rate_hz"),
        ("?rate_hz=1e9", "rate_hz"),
        ("?rate_hz=12000&speed_rpm=-5", "speed_rpm"),
        ("?rate_hz=12000&speed=1500", "speed"),
        ("?rate_hz=12000&bearing=nope", "bearing"),
        ("?rate_hz=12000&windows=perhaps", "windows"),
        ("?rate_hz=12000&rate_hz=24000", "rate_hz"),
        ("?rate_hz=12000&bearing=6205&bearing=6205", "bearing"),
    ],
)
def test_a_wrong_query_is_refused_by_its_field(client: TestClient, query: str, field: str) -> None:
    answer = client.post(f"/v1/diagnose{query}", content=bytes(4000), headers=FLOAT32)
    assert answer.status_code == 422
    assert answer.json()["field"] == field
    assert answer.json()["reason"]
    assert answer.json()["what_to_do"]


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/v1/diagnose", 405), ("GET", "/nothing", 404), ("POST", "/readyz", 405)]
)
def test_other_errors_have_the_same_shape(client: TestClient, method: str, path: str, status: int) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status
    assert set(answer.json()) == {"field", "reason", "what_to_do", "more", "request_id"}


def test_compressed_bodies_are_a_415(client: TestClient) -> None:
    answer = client.post("/v1/diagnose?rate_hz=12000", content=b"x", headers=FLOAT32 | {"Content-Encoding": "gzip"})
    assert answer.status_code == 415
    assert answer.json()["reason"] == "bodies in gzip are not read"
    assert "without the header Content-Encoding" in answer.json()["what_to_do"]


def test_a_bearing_that_was_only_measured_on_a_rig_is_a_warning(client: TestClient, simulated: Simulated) -> None:
    warnings = post(client, simulated(), speed_rpm=1800, bearing="NU205")["warnings"]
    assert "measured on the JNU recordings" in warnings[0]
    assert not any("JNU" in text for text in post(client, simulated(), speed_rpm=1800, bearing="6205")["warnings"])


def test_a_signal_over_the_longest_is_a_422_and_a_body_over_the_largest_a_413() -> None:
    with TestClient(create_app(Settings(max_minutes=0.05, max_body_mib=1))) as client:
        query = "/v1/diagnose?rate_hz=12000"
        long = client.post(query, content=bytes(4 * 12_000 * 4), headers=FLOAT32)
        assert (long.status_code, long.json()["field"]) == (422, "samples")
        assert "4.0 s of signal; at most 3 s" in long.json()["reason"]
        large = client.post(query, content=bytes((1 << 20) + 4), headers=FLOAT32)
        assert (large.status_code, large.json()["field"]) == (413, "length")


def test_an_error_of_the_services_own_is_a_500_that_tells_nothing_but_its_id(
    registry: Registry, simulated: Simulated, monkeypatch: pytest.MonkeyPatch
) -> None:
    app: FastAPI = create_app(Settings())
    with TestClient(app, raise_server_exceptions=False) as client:
        monkeypatch.setattr(app.state.engine, "diagnose", lambda *_, **__: 1 / 0)
        answer = client.post("/v1/diagnose?rate_hz=48000", content=simulated().samples.tobytes(), headers=FLOAT32)
    assert answer.status_code == 500
    assert answer.json()["field"] == "service"
    assert "Zero" not in answer.text
    assert answer.json()["request_id"] == answer.headers["X-Request-ID"]


def test_without_a_good_bundle_it_is_alive_but_not_ready(tmp_path: Path, simulated: Simulated) -> None:
    with TestClient(create_app(Settings(bundles=tmp_path))) as client:
        assert client.get("/healthz").json() == {"status": "ok"}
        assert client.get("/readyz").status_code == 503
        answer = client.post("/v1/diagnose?rate_hz=48000", content=simulated().samples.tobytes(), headers=FLOAT32)
        assert answer.status_code == 503
        assert "/readyz" in answer.json()["reason"]


def test_models_say_what_they_reach_and_on_what_terms(client: TestClient) -> None:
    models = {model["name"]: model for model in client.get("/v1/models").json()["bundles"]}
    assert {"order", "time"} <= set(models)
    for model in models.values():
        assert model["faults"] == [fault.value for fault in FAULTS]
        assert model["figures"]
        assert model["training_data"]
        assert all(data["licence"] and data["citation"] for data in model["training_data"])
        assert model["front_end"]["kind"] == model["name"]


def test_a_slow_shaft_gets_blocks_of_many_windows(registry: Registry, simulated: Simulated) -> None:
    bundle = registry.bundles["order"]
    recording = simulated(seconds=120.0, rate_hz=48_000.0, speed_rpm=60.0)
    assert len(in_blocks(bundle, recording).values) == 2 * (60 // 4)


def test_json_has_a_limit_of_its_own_because_it_grows_in_memory() -> None:
    with TestClient(create_app(Settings(max_json_mib=1))) as client:
        body = b'{"samples": [' + b"0.5," * (1 << 18) + b'0.5], "rate_hz": 12000}'
        answer = client.post("/v1/diagnose", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 413
        assert "float32 and .npy may be longer" in answer.json()["what_to_do"]
        assert client.post("/v1/diagnose?rate_hz=12000", content=bytes(len(body) // 4 * 4)).status_code == 200
