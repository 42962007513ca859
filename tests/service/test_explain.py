"""`POST /v1/diagnose/explain`: its pictures show what the recording and the graphs hold."""

import gzip
import time
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from data.catalogue import look_up
from data.fault import Fault
from data.geometry import Geometry
from data.recording import Recording
from data.rig import draw_rig, simulate
from data.windows import Windows
from models.bundle import Bundle
from models.verdict import softmax
from service.engine import Engine
from service.packed import LEVEL
from service.page.demo import DEMOS
from service.page.occlusion import log_odds, owed
from service.page.pictures import pictures
from service.page.signals import (
    COLUMNS,
    LEVELS,
    LINES,
    LOWEST,
    STEPS,
    EnvelopeSpectrum,
    envelope_spectrum,
    spectrogram,
    waveform,
)
from service.page.spikes import SpikeTrain
from service.page.window import SEGMENTS, clearest, seen
from tests.service.asking import Simulated, post

LARGEST_ANSWER = 400_000
LARGEST_PACKED = 60_000
TURNS = 4


def explain(client: TestClient, recording: Recording, **query: Any) -> dict[str, Any]:
    return post(client, recording, "/v1/diagnose/explain", **query)


def clearest_window(bundle: Bundle, recording: Recording, answer: int) -> np.ndarray:
    windows = bundle.manifest.front_end.windows(recording)
    positions, bands, length = windows.values.shape
    logits = bundle.graph.run(windows.values.reshape(-1, 1, length)).logits.reshape(positions, bands, -1)
    return clearest(windows, logits, answer).values


def test_the_diagnosis_is_that_of_the_plain_question_and_is_kept(client: TestClient, simulated: Simulated) -> None:
    asked = {"speed_rpm": 1800, "bearing": "6205", "source": "mill 3"}
    plain, explained = post(client, simulated(), **asked), explain(client, simulated(), **asked)
    passing = {"timing", "id", "request_id"}
    diagnosis = explained["diagnosis"]
    assert {k: v for k, v in diagnosis.items() if k not in passing} == {
        k: v for k, v in plain.items() if k not in passing
    }
    assert client.get(f"/v1/diagnoses/{diagnosis['id']}").json() == diagnosis
    assert "inspect the outer race" in explained["what_to_do"]


@pytest.mark.parametrize("known", [{"speed_rpm": 1800, "bearing": "6205"}, {"speed_rpm": 1800}, {}])
def test_the_spikes_shown_are_those_of_the_trace_graph(
    client: TestClient, engine: Engine, simulated: Simulated, known: dict[str, Any]
) -> None:
    recording = simulated()
    found = explain(client, recording, **known)
    bundle = engine.bundles[found["diagnosis"]["bundle"]["name"]]
    answer = bundle.manifest.faults.index(Fault(found["pictures"]["window"]["fault"]))
    asked = replace(
        recording,
        speed_rpm=known.get("speed_rpm"),
        orders=look_up("6205").geometry.orders() if "bearing" in known else None,
    )
    window = clearest_window(bundle, asked, answer)
    assert bundle.tracer is not None
    expected = bundle.tracer.trace(window[None, None])
    shown = {each["name"]: SpikeTrain(**each) for each in found["pictures"]["spikes"]}
    assert list(shown) == list(expected)
    for name, train in expected.items():
        np.testing.assert_array_equal(shown[name].unpacked(), train[0])
        assert train.max() <= 1
        assert shown[name].rate == pytest.approx(train.mean(), abs=1e-4)


def with_one_burst(seed: int) -> tuple[Recording, int]:
    """A sound simulated machine whose outer race is struck during one of four turns of the shaft; and which."""

    def machine(fault: Fault) -> Recording:
        rng = np.random.default_rng(seed)
        rig = draw_rig(
            rng, geometry=Geometry(9, 0.2034), rate_hz=48_000.0, speed_rpm=1800.0, snr_db=12.0, stray_per_s=0.0
        )
        return simulate(rig, fault, 1.0, rng)

    struck, sound = machine(Fault.OUTER_RACE), machine(Fault.NORMAL)
    turn, size = seed % TURNS, round(sound.rate_hz / 30)
    samples = sound.samples.copy()
    samples[turn * size : (turn + 1) * size] = struck.samples[turn * size : (turn + 1) * size]
    return replace(sound, samples=samples, orders=None), turn


def test_the_part_that_weighs_most_holds_the_only_burst(engine: Engine) -> None:
    bundle, hits = engine.bundles["order"], []
    for seed in range(40):
        recording, turn = with_one_burst(seed)
        windows = bundle.manifest.front_end.windows(recording)
        first = Windows(windows.values[:1], windows.starts_s[:1], windows.seconds)
        logits = bundle.graph.run(first.values[0][:, None]).logits[None]
        answer = int(softmax(logits.astype(float)).mean(axis=1).argmax())
        curve = seen(bundle, clearest(first, logits, answer), answer).curve
        assert curve is not None
        assert len(curve.segments) == SEGMENTS
        top = max(curve.segments, key=lambda segment: segment.owed)
        hits.append(turn * 256 <= top.first < (turn + 1) * 256)
    # By chance it would be 10.
    assert sum(hits) >= 34, hits
    print(f"{sum(hits)} of {len(hits)}")


def test_a_part_owes_what_the_answer_loses_without_it(engine: Engine, simulated: Simulated) -> None:
    bundle = engine.bundles["order"]
    window = bundle.manifest.front_end.windows(simulated()).values[0, 0]
    nothing, everything = np.zeros((1, window.size), dtype=bool), np.ones((1, window.size), dtype=bool)
    assert owed(bundle.graph, window, nothing, 2)[0] == 0
    assert owed(bundle.graph, window, everything, 2)[0] != 0


def test_each_line_of_each_comb_is_shown_as_the_network_was_given_it(
    client: TestClient, engine: Engine, simulated: Simulated
) -> None:
    recording = replace(simulated(), orders=look_up("6205").geometry.orders())
    window = explain(client, recording, speed_rpm=1800, bearing="6205")["pictures"]["window"]
    assert window["curve"] is None
    assert [comb["fault"] for comb in window["combs"]] == ["inner_race", "outer_race", "rolling_element"]
    bundle, answer = engine.bundles["aligned"], 2
    given = clearest_window(bundle, recording, answer).reshape(3, 4, 26)
    shown = np.array([[line["height_db"] for line in comb["lines"]] for comb in window["combs"]])
    np.testing.assert_allclose(shown, 20 / np.log(10) * given.mean(axis=1), atol=0.01)
    outer = {line["label"]: line["height_db"] for line in window["combs"][1]["lines"]}
    assert outer["1×"] > 10 > outer["0.31×"]
    # Without the outer race's third harmonic, in all channels:
    covered = given.copy()
    covered[1, :, 2] = 0
    odds = log_odds(bundle.graph.run(np.stack([given, covered]).reshape(2, 1, -1)).logits, answer)
    assert window["combs"][1]["lines"][2]["owed"] == pytest.approx(odds[0] - odds[1], abs=1e-3)


def test_the_highest_line_of_the_envelope_lies_within_the_mark_of_the_fault(simulated: Simulated) -> None:
    found = envelope_spectrum(simulated(Fault.OUTER_RACE, 5.0))
    assert isinstance(found, EnvelopeSpectrum)
    [mark] = [each for each in found.marks if each.name == "BPFO"]
    assert mark.hz == pytest.approx(30 * Geometry(9, 0.2034).orders().bpfo)
    highest_hz = int(np.argmax(found.amplitudes[5:])) * found.bin_hz + 5 * found.bin_hz
    harmonics = mark.hz * np.arange(1, mark.harmonics + 1)
    assert np.any(np.abs(highest_hz / harmonics - 1) <= mark.tolerance)
    assert {each.name: each.sideband_hz is not None for each in found.marks} == {
        "BPFO": False,
        "BPFI": True,
        "2×BSF": True,
        "FTF": False,
    }


@pytest.mark.parametrize("seconds", [1.0, 3.9, 5.0, 7.3, 61.0])
def test_the_envelope_spectrum_leaves_nothing_of_the_recording_out(seconds: float) -> None:
    rng = np.random.default_rng(0)
    found = envelope_spectrum(Recording(rng.standard_normal(int(seconds * 4000)).astype(np.float32), 4000.0))
    assert isinstance(found, EnvelopeSpectrum)
    overlapping = found.segment_s * (1 + (found.segments - 1) / 2)
    assert overlapping == pytest.approx(seconds, rel=0.02)
    assert found.segment_s <= 4.0


def test_under_a_second_there_is_no_envelope_spectrum(client: TestClient, simulated: Simulated) -> None:
    found = explain(client, simulated(seconds=0.9))["pictures"]
    assert found["envelope"] is None
    assert found["envelope_reason"] == "Too short: 0.90 s of signal; an envelope spectrum needs 1 s."


def test_the_waveform_keeps_a_single_impulse() -> None:
    samples = np.zeros(1_000_003, dtype=np.float32)
    samples[777_777] = -3.0
    found = waveform(Recording(samples, 50_000.0))
    assert len(found.low) == len(found.high) <= STEPS
    lowest = int(np.argmin(found.low))
    assert found.low[lowest] == -3.0
    assert lowest * found.step_s == pytest.approx(777_777 / 50_000, abs=found.step_s)


def test_the_spectrogram_shows_a_tone_where_it_is() -> None:
    time = np.arange(80_000) / 20_000
    samples = np.where(time < 2, np.sin(2 * np.pi * 2500 * time), np.sin(2 * np.pi * 7500 * time))
    found = spectrogram(Recording(samples.astype(np.float32), 20_000.0))
    levels = np.frombuffer(found.levels.encode(), dtype=np.uint8).reshape(found.rows, found.columns)
    loudest_hz = (levels.argmax(axis=0) + 0.5) / found.rows * found.highest_hz
    assert levels.min() >= ord(LOWEST)
    assert levels.max() == ord(LOWEST) + LEVELS - 1
    assert loudest_hz[5] == pytest.approx(2500, abs=100)
    assert loudest_hz[-5] == pytest.approx(7500, abs=100)


def test_however_long_the_recording_the_pictures_stay_small(engine: Engine) -> None:
    rng = np.random.default_rng(0)
    rig = draw_rig(rng, geometry=Geometry(9, 0.2034), rate_hz=12_000.0, speed_rpm=3000.0)
    recording = replace(simulate(rig, Fault.OUTER_RACE, 120.0, rng), orders=None)
    diagnosis = engine.diagnose(recording)
    assert diagnosis.bundle is not None
    found = pictures(recording, diagnosis, engine.bundles[diagnosis.bundle.name])
    assert found.course is not None
    assert len(found.course.starts_s) <= 400
    assert found.spectrogram.columns == COLUMNS
    assert found.envelope is not None
    assert len(found.envelope.amplitudes) <= LINES
    assert len(found.model_dump_json()) < LARGEST_ANSWER


def test_what_no_network_read_still_has_its_signal_shown(client: TestClient) -> None:
    flat = Recording(np.zeros(48_000, dtype=np.float32) + 0.5, 48_000.0)
    found = explain(client, flat)
    assert found["diagnosis"]["verdict"] == "sensor_fault"
    assert found["what_to_do"].startswith("Check the sensor")
    assert found["pictures"]["waveform"]["high"][0] == 0.5
    assert [found["pictures"][name] for name in ("course", "window", "spikes")] == [None] * 3


def test_counts_are_not_called_g(client: TestClient, simulated: Simulated) -> None:
    recording = replace(simulated(), unit="counts")
    assert waveform(recording).unit == "counts"
    assert waveform(simulated()).unit == "g"


def test_demos_are_files_that_the_service_reads(client: TestClient) -> None:
    offered = client.get("/v1/demos").json()
    assert [each["name"] for each in offered] == list(DEMOS)
    for each in offered:
        file = client.get(f"/v1/demos/{each['name']}")
        asked = {name: each[name] for name in ("rate_hz", "speed_rpm", "bearing")}
        answer = client.post("/v1/diagnose", params=asked, files={"file": ("demo.npy", file.content)}).json()
        assert answer["fault"] == DEMOS[each["name"]].fault
    assert client.get("/v1/demos/none").json()["field"] == "demo"


@pytest.mark.parametrize("seconds", [3.0, 60.0])
def test_pictures_cost_a_few_diagnoses_and_pack_well(engine: Engine, seconds: float) -> None:
    rng = np.random.default_rng(0)
    rig = draw_rig(rng, geometry=Geometry(9, 0.2034), rate_hz=25_600.0, speed_rpm=1480.0)
    recording = simulate(rig, Fault.OUTER_RACE, seconds, rng)
    began = time.process_time()
    diagnosis = engine.diagnose(recording)
    diagnosed = time.process_time()
    assert diagnosis.bundle is not None
    shown = pictures(recording, diagnosis, engine.bundles[diagnosis.bundle.name]).model_dump_json().encode()
    times = 1 + (time.process_time() - diagnosed) / (diagnosed - began)
    packed = len(gzip.compress(shown, LEVEL, mtime=0))
    print(f"{seconds:g} s: {times:.1f} times the processor time of a diagnosis; {len(shown)} B, in gzip {packed}")
    assert times < 10
    assert packed < LARGEST_PACKED
