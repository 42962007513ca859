"""Files of every kind, by their content type or in a form, plain or in gzip, in whatever unit: one diagnosis each."""

import gzip
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pyuff
import soundfile
from nptdms import ChannelObject, TdmsWriter
from scipy.io import savemat
from starlette.testclient import TestClient

from data.recording import Recording
from service.app import create_app
from service.settings import Settings
from tests.data.test_uff import dataset
from tests.service.asking import FLOAT32, Simulated, post

RATE = 48_000.0
KNOWN = {"speed_rpm": 1800, "bearing": "6205"}
PASSING = ("timing", "request_id", "id", "signal", "warnings")


@pytest.fixture(scope="module")
def recording(simulated: Simulated) -> Recording:
    return simulated(seconds=1.0)


@pytest.fixture(scope="module")
def expected(client: TestClient, recording: Recording) -> dict[str, Any]:
    return post(client, recording, **KNOWN)


def as_npy(samples: np.ndarray, path: Path) -> None:
    np.save(path, samples)


def as_wav(samples: np.ndarray, path: Path) -> None:
    soundfile.write(path, samples, int(RATE), subtype="FLOAT")


def as_csv(samples: np.ndarray, path: Path) -> None:
    rows = np.column_stack([np.arange(samples.size) / RATE, samples])
    np.savetxt(path, rows, fmt="%.9g", delimiter=",", header="time (s),acc (g)", comments="")


def as_mat(samples: np.ndarray, path: Path) -> None:
    savemat(path, {"acc": samples, "fs": RATE}, do_compression=True)


def as_tdms(samples: np.ndarray, path: Path) -> None:
    with TdmsWriter(path) as writer:
        writer.write_segment([ChannelObject("rig", "DE", samples, {"wf_increment": 1 / RATE, "unit_string": "g"})])


def as_uff(samples: np.ndarray, path: Path) -> None:
    pyuff.UFF(str(path)).write_sets([dataset(samples.astype(np.float64), "DE", binary=1, rate=RATE)])


WRITERS: dict[str, tuple[str, Callable[[np.ndarray, Path], None]]] = {
    "npy": ("application/x-npy", as_npy),
    "wav": ("audio/wav", as_wav),
    "csv": ("text/csv", as_csv),
    "mat": ("application/x-matlab-data", as_mat),
    "tdms": ("application/x-tdms", as_tdms),
    "uff": ("application/x-uff", as_uff),
}


@pytest.fixture(scope="module")
def files(recording: Recording, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("files")
    for ending, (_, write) in WRITERS.items():
        write(recording.samples, folder / f"x.{ending}")
    return {ending: (folder / f"x.{ending}").read_bytes() for ending in WRITERS}


def same(answer: dict[str, Any], expected: dict[str, Any]) -> bool:
    return all(answer[name] == expected[name] for name in ("verdict", "fault", "front_end", "bundle", "window_count"))


@pytest.mark.parametrize("ending", sorted(WRITERS))
@pytest.mark.parametrize("way", ["body", "gzip", "form"])
def test_every_kind_of_file_gets_the_answer_of_its_samples(
    client: TestClient, files: dict[str, bytes], expected: dict[str, Any], ending: str, way: str
) -> None:
    content, kind = files[ending], WRITERS[ending][0]
    rate = {"rate_hz": RATE} if ending == "npy" else {}
    if way == "form":
        fields = {name: str(value) for name, value in (KNOWN | rate).items()}
        found = client.post("/v1/diagnose", files={"file": (f"pump.{ending}", content)}, data=fields)
    else:
        headers = {"Content-Type": kind}
        if way == "gzip":
            content, headers = gzip.compress(content), headers | {"Content-Encoding": "gzip"}
        found = client.post("/v1/diagnose", params=KNOWN | rate, content=content, headers=headers)
    assert found.status_code == 200, found.text
    answer = found.json()
    assert same(answer, expected)
    assert answer["confidence"] == pytest.approx(expected["confidence"], abs=1e-4)
    assert answer["signal"]["rate_hz"] == RATE
    assert answer["signal"]["unit"] == (None if ending in ("npy", "wav", "mat") else "g")


def test_int16_is_read_with_what_a_count_is(client: TestClient, recording: Recording, expected: dict[str, Any]) -> None:
    scale = float(np.abs(recording.samples).max()) / 32_000
    counts = np.rint(recording.samples / scale).astype("<i2").tobytes()
    headers = {"Content-Type": "application/x-int16"}
    query = KNOWN | {"rate_hz": RATE}
    answer = client.post("/v1/diagnose", params=query | {"scale": scale}, content=counts, headers=headers).json()
    assert same(answer, expected)
    refused = client.post("/v1/diagnose", params=query, content=counts, headers=headers)
    assert (refused.status_code, refused.json()["field"]) == (422, "scale")


@pytest.mark.parametrize(
    ("query", "factor", "unit"),
    [
        ({"unit": "g"}, 1, "g"),
        ({"unit": "m/s2"}, 9.80665, "m/s2"),
        ({"unit": "V", "sensitivity_mv_g": 100}, 0.1, "V"),
        ({"sensitivity_mv_g": 500}, 0.5, "V"),
        ({"scale": 1e-3, "unit": "g"}, 1000, "g"),
        ({}, 1, None),
    ],
)
def test_a_unit_in_the_query_and_in_json_means_the_same_signal(
    client: TestClient, recording: Recording, expected: dict[str, Any], query: dict[str, Any], factor: float,
    unit: str | None,
) -> None:  # fmt: skip
    samples = (recording.samples * np.float32(factor)).astype("<f4")
    raw = client.post(
        "/v1/diagnose", params=KNOWN | {"rate_hz": RATE} | query, content=samples.tobytes(), headers=FLOAT32
    ).json()
    said = client.post(
        "/v1/diagnose", json={"samples": samples.tolist(), "rate_hz": RATE, "channel": "DE"} | KNOWN | query
    ).json()
    for answer in (raw, said):
        assert same(answer, expected)
        assert answer["signal"]["unit"] == unit
    assert (raw["signal"]["channel"], said["signal"]["channel"]) == (None, "DE")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"unit": "V"}, "sensitivity_mv_g"),
        ({"unit": "g", "sensitivity_mv_g": 100}, "sensitivity_mv_g"),
        ({"unit": "mm/s"}, "unit"),
        ({"scale": 0}, "scale"),
        ({"scale": "nan"}, "scale"),
        ({"sensitivity_mv_g": -1}, "sensitivity_mv_g"),
    ],
)
def test_a_unit_that_cannot_be_is_refused_by_its_field(client: TestClient, query: dict[str, Any], field: str) -> None:
    answer = client.post("/v1/diagnose", params={"rate_hz": RATE} | query, content=bytes(4_000), headers=FLOAT32)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_what_is_asked_for_counts_before_what_the_file_says_and_is_warned_of(
    client: TestClient, files: dict[str, bytes]
) -> None:
    query = KNOWN | {"rate_hz": 44_100, "unit": "m/s2"}
    answer = client.post(
        "/v1/diagnose", params=query, content=files["csv"], headers={"Content-Type": "text/csv"}
    ).json()
    assert answer["signal"]["rate_hz"] == 44_100
    assert "the file says 48000 Hz, 44100 Hz was asked for and used" in answer["warnings"]
    assert "the file says g, m/s2 was asked for and used" in answer["warnings"]


def test_of_several_channels_one_is_chosen_and_none_is_guessed(client: TestClient, recording: Recording) -> None:
    stream = io.BytesIO()
    np.save(stream, np.column_stack([np.zeros_like(recording.samples), recording.samples]))
    headers = {"Content-Type": "application/x-npy"}
    query = KNOWN | {"rate_hz": RATE}
    guess = client.post("/v1/diagnose", params=query, content=stream.getvalue(), headers=headers)
    assert (guess.status_code, guess.json()["field"]) == (422, "channel")
    assert "/v1/diagnose/batch" in guess.json()["what_to_do"]
    verdicts = [
        client.post("/v1/diagnose", params=query | {"channel": each}, content=stream.getvalue(), headers=headers).json()
        for each in ("1", "2")
    ]
    assert verdicts[0]["verdict"] == "sensor_fault"
    assert verdicts[1]["signal"]["channel"] == "2"
    assert verdicts[1]["verdict"] == "diagnosed"


def test_query_and_form_must_not_disagree(client: TestClient, files: dict[str, bytes]) -> None:
    form = {"files": {"file": ("x.wav", files["wav"])}, "data": {"speed_rpm": "1800"}}
    assert client.post("/v1/diagnose?speed_rpm=1800", **form).status_code == 200
    answer = client.post("/v1/diagnose?speed_rpm=900", **form)
    assert (answer.status_code, answer.json()["field"]) == (422, "speed_rpm")


@pytest.mark.parametrize(
    ("parts", "status", "field"),
    [
        ([], 422, "body"),
        ([("file", ("x.wav", b"RIFF"))], 422, "samples"),
        ([("file", ("x.exe", b"MZ", "application/x-msdownload"))], 415, "content_type"),
        ([("file", ("x.npy", b"1")), ("file", ("y.npy", b"1"))], 422, "file"),
        ([("file", ("x.npy", b"1")), ("speed", (None, "1"))], 422, "speed"),
        ([("file", ("x.npy", b"1")), ("rate_hz", (None, "1")), ("rate_hz", (None, "1"))], 422, "rate_hz"),
        ([("file", (None, "1" * 5_000))], 422, "body"),
    ],
)
def test_a_form_that_cannot_be_read_is_refused_by_its_field(
    client: TestClient, parts: list[Any], status: int, field: str
) -> None:
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    found = client.post("/v1/diagnose", files=parts) if parts else client.post("/v1/diagnose", headers=kind)
    assert (found.status_code, found.json()["field"]) == (status, field), found.text


@pytest.mark.parametrize("unprintable", ["\x00", "\x01"])
def test_a_file_whose_name_no_column_takes_is_kept_under_what_is_left_of_it(
    store_place: str, files: dict[str, bytes], unprintable: str
) -> None:
    named = f'--b\r\nContent-Disposition: form-data; name="file"; filename="{"x" * 150}{unprintable}y.wav"\r\n\r\n'
    form = named.encode() + files["wav"] + b"\r\n--b--\r\n"
    with TestClient(create_app(Settings(store=store_place))) as client:
        kind = {"Content-Type": "multipart/form-data; boundary=b"}
        answer = client.post("/v1/diagnose", content=form, headers=kind)
        assert answer.status_code == 200, answer.text
        name = f"{'x' * 114}_y.wav"
        [found] = client.get("/v1/diagnoses", params={"source": name}).json()["diagnoses"]
        assert (found["id"], found["source"]) == (answer.json()["id"], name)


def test_text_in_a_form_has_the_limit_of_text() -> None:
    with TestClient(create_app(Settings(max_json_mib=1, max_body_mib=4))) as client:
        content = b"0.5\n" * (1 << 19)
        answer = client.post("/v1/diagnose?rate_hz=12000", files={"file": ("x.csv", content)})
        assert (answer.status_code, answer.json()["field"]) == (413, "length")


def test_a_gzip_bomb_is_refused_at_the_limit_and_the_service_goes_on(
    recording: Recording, files: dict[str, bytes]
) -> None:
    with TestClient(create_app(Settings(max_body_mib=4))) as client:
        bomb = gzip.compress(bytes(400 << 20))
        headers = FLOAT32 | {"Content-Encoding": "gzip"}
        answer = client.post("/v1/diagnose?rate_hz=12000", content=bomb, headers=headers)
        assert (answer.status_code, answer.json()["field"]) == (413, "length")
        post(client, recording)


def test_a_file_that_swells_is_refused_and_the_service_goes_on(
    client: TestClient, recording: Recording, tmp_path: Path
) -> None:
    savemat(tmp_path / "x.mat", {"x": np.zeros(200_000_000, np.uint8)}, do_compression=True)
    bomb = (tmp_path / "x.mat").read_bytes()
    assert len(bomb) < 1 << 20
    answer = client.post(
        "/v1/diagnose?rate_hz=12000", content=bomb, headers={"Content-Type": "application/x-matlab-data"}
    )
    assert (answer.status_code, answer.json()["field"]) == (413, "length")
    post(client, recording)


@pytest.mark.parametrize("cut", [1, 9, 200])
def test_gzip_that_is_cut_off_or_none_is_refused(client: TestClient, recording: Recording, cut: int) -> None:
    packed = gzip.compress(recording.samples.tobytes())
    for body in (packed[:-cut], b"no gzip at all", b""):
        answer = client.post("/v1/diagnose?rate_hz=12000", content=body, headers=FLOAT32 | {"Content-Encoding": "gzip"})
        assert (answer.status_code, answer.json()["field"]) == (422, "content_encoding")


@pytest.mark.parametrize("name", ["fan.csv.gz", "fan.log", "fan.xlsx"])
def test_a_file_of_another_kind_is_no_row_of_numbers(client: TestClient, name: str) -> None:
    part = {"file": (name, b"not a signal" * 200, "application/octet-stream")}
    refused = client.post("/v1/diagnose", params={"rate_hz": 12000}, files=part)
    assert refused.status_code == 415
    assert name in refused.json()["reason"]


def test_samples_alone_may_come_in_a_file(client: TestClient, recording: Recording, expected: dict[str, Any]) -> None:
    part = {"file": ("fan.bin", recording.samples.astype("<f4").tobytes(), "application/octet-stream")}
    answer = client.post("/v1/diagnose", params={"rate_hz": recording.rate_hz, **KNOWN}, files=part).json()
    assert answer["fault"] == expected["fault"]
