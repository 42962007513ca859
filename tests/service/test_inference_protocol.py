"""The Open Inference Protocol, asked by NVIDIA's client as it is, and by bodies that no client sends."""

import json
import re
import shutil
import subprocess
import textwrap
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from data.formats import read_signal
from models.bundle import PRETRAINED
from service.app import create_app
from service.errors import RequestRefused
from service.inference_protocol.messages import Answer, Inference, Output, read, write
from service.settings import Settings
from tests.service import triton
from tests.service.process import ROOT
from tests.service.running import Running, running

ASKS = Path(__file__).parent / "triton_asks.py"
CHECKS = re.findall(r"^def (\w+)\(client\):", ASKS.read_text(), re.MULTILINE)
LENGTH = 1024


@pytest.fixture(scope="module")
def service() -> Iterator[Running]:
    with running(threads=2) as started:
        yield started


@pytest.mark.parametrize("check", [check for check in CHECKS if check != "aligned_length"])
def test_tritonclient_works_unchanged(service: Running, check: str) -> None:
    asked = subprocess.run(
        [triton.python(), ASKS, f"127.0.0.1:{service.port}", check], capture_output=True, text=True, timeout=120
    )
    assert asked.returncode == 0, asked.stderr


def test_the_example_of_the_readme_works_as_printed(
    service: Running, recording_file: Callable[[str], Path], tmp_path: Path
) -> None:
    readme = (ROOT / "README.md").read_text()
    (example,) = re.findall(
        r"^    import numpy as np\n    import tritonclient.*\n(?:^    .*\n|^\n)*", readme, re.MULTILINE
    )
    code = textwrap.dedent(example).replace("127.0.0.1:8000", f"127.0.0.1:{service.port}")
    samples = read_signal(recording_file("mfpt/OuterRaceFault_3.mat")).samples
    samples.astype("<f4").tofile(tmp_path / "outer.f32")
    ran = subprocess.run([triton.python(), "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("diagnosed outer_race 0.9")


def question(**changed: Any) -> dict[str, Any]:
    tensor = {"name": "windows", "shape": [1, 1, LENGTH], "datatype": "FP32", "data": [0.5] * LENGTH} | changed
    return {"inputs": [tensor]}


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"data": [0.5] * (LENGTH - 1)}, "do not fill"),
        ({"data": [True] * LENGTH}, "numbers"),
        ({"data": [[[0.5] * (LENGTH - 1) + [True]]]}, "numbers"),
        ({"data": [None] * LENGTH}, "numbers"),
        ({"data": ["0.5"] * LENGTH}, "numbers"),
        ({"data": [[0.5], [0.5, 0.5]]}, "several lengths"),
        ({"data": [1e39] * LENGTH}, "finite"),
        ({"data": [0.5] * LENGTH, "datatype": "INT16"}, "not all INT16"),
        ({"shape": [-1, 1, LENGTH]}, "do not fill"),
        ({"shape": [2**40, 2**40, 0]}, "do not fill"),
        ({"shape": [LENGTH]}, "is read"),
        ({"shape": [0, 1, LENGTH], "data": []}, "is read"),
        ({"parameters": {"binary_data_size": 4 * LENGTH}}, "bytes are left"),
        ({"parameters": {"shared_memory_region": "x"}}, "shared_memory_region"),
        ({"unknown": 1}, "unknown"),
    ],
)
def test_what_is_no_tensor_is_refused_with_the_reason(client: TestClient, changed: dict[str, Any], reason: str) -> None:
    answer = client.post("/v2/models/order/infer", json=question(**changed))
    assert answer.status_code == 400
    assert set(answer.json()) == {"error"}
    assert reason in answer.json()["error"]


def test_an_output_that_is_wanted_twice_is_refused(client: TestClient) -> None:
    # A name is 20 bytes, and what it asks for may be megabytes.
    answer = client.post("/v2/models/order/infer", json=question() | {"outputs": 2 * [{"name": "logits"}]})
    assert answer.status_code == 400
    assert "logits is wanted twice" in answer.json()["error"]


def test_nested_data_is_read_as_a_row_is(client: TestClient) -> None:
    row = np.random.default_rng(0).standard_normal(LENGTH).tolist()
    flat, nested = (client.post("/v2/models/order/infer", json=question(data=data)).json() for data in (row, [[row]]))
    assert flat == nested
    assert flat["model_name"] == "order"


@pytest.mark.parametrize("length", ["-1", "1e3", "99999999999999", "soon", "100000"])
def test_a_header_longer_than_the_body_is_refused(client: TestClient, length: str) -> None:
    headers = {"Inference-Header-Content-Length": length}
    answer = client.post("/v2/models/order/infer", json=question(), headers=headers)
    assert answer.status_code == 400
    assert "Inference-Header-Content-Length" in answer.json()["error"]


def test_numbers_that_nothing_can_hold_are_refused(client: TestClient) -> None:
    windows = {"name": "windows", "datatype": "FP32", "shape": [0, 9223372036854775807], "data": []}
    assert client.post("/v2/models/order/infer", json={"inputs": [windows]}).status_code == 400
    headers = {"Inference-Header-Content-Length": "0" * 4400}
    assert client.post("/v2/models/order/infer", content=b"{}", headers=headers).status_code == 400


def test_a_bomb_is_inflated_no_further_than_a_body_may_be_long(client: TestClient) -> None:
    bomb = zlib.compress(bytes(40 << 20))
    answer = client.post("/v2/models/order/infer", content=bomb, headers={"Content-Encoding": "deflate"})
    assert answer.status_code == 413
    for broken in (bomb[:100], b"nothing", bomb + b"more"):
        answer = client.post("/v2/models/order/infer", content=broken, headers={"Content-Encoding": "gzip"})
        assert answer.status_code in (413, 422)
    assert client.post("/v2/models/order/infer", content=b"", headers={"Content-Encoding": "br"}).status_code == 415


@pytest.mark.parametrize("path", ["/v2/none", "/v2/models/none/infer", "/v2/models/order/versions/2.0.0/infer"])
def test_every_error_has_the_protocols_shape(client: TestClient, path: str) -> None:
    answer = client.post(path, json=question())
    assert answer.status_code == 404
    assert set(answer.json()) == {"error"}
    assert client.put("/v2").json()["error"]


def test_load_and_unload_change_what_answers(tmp_path: Path) -> None:
    for name in ("order", "bad"):  # a bundle under another name than its manifest's is bad
        shutil.copytree(PRETRAINED / "order", tmp_path / name)
    with TestClient(create_app(Settings(bundles=tmp_path))) as client:

        def states() -> dict[str, str]:
            return {line["name"]: line["state"] for line in client.post("/v2/repository/index").json()}

        def change(name: str, how: str) -> int:
            return client.post(f"/v2/repository/models/{name}/{how}").status_code

        assert states() == {"brinell": "READY", "order": "READY", "bad": "UNAVAILABLE"}
        assert change("order", "unload") == 200
        assert states() == {"order": "UNAVAILABLE", "bad": "UNAVAILABLE"}
        assert client.get("/v2/models/order").status_code == 404
        assert change("order", "load") == 200
        assert states()["order"] == "READY"
        assert (change("bad", "load"), change("none", "load")) == (409, 404)


@settings(max_examples=300, database=None)
@given(body=st.binary(max_size=200) | st.text().map(str.encode), header=st.none() | st.integers(0, 300))
def test_bytes_at_random_are_read_or_refused(body: bytes, header: int | None) -> None:
    with suppress(RequestRefused):
        assert isinstance(read(body, header), Inference)


NAMES = st.sampled_from(["windows", "samples"])
NUMBERS = st.lists(st.floats(-1e40, 1e40) | st.integers(-(1 << 70), 1 << 70), max_size=9)
PARAMETERS = st.dictionaries(
    st.sampled_from(["binary_data_size", "binary_data", "binary_data_output", "timeout", "classification"]),
    st.booleans() | st.integers(-1, 80) | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=2),
    max_size=2,
)
TENSOR = {
    "name": NAMES,
    "shape": st.lists(st.integers(-1, 9), max_size=4),
    "datatype": st.sampled_from(["FP32", "FP64", "INT16", "BYTES"]),
}
DATA = NUMBERS | st.lists(NUMBERS, max_size=3) | st.lists(st.none() | st.booleans() | st.text(max_size=2), max_size=3)
QUESTIONS = st.fixed_dictionaries(
    {"inputs": st.lists(st.fixed_dictionaries(TENSOR, optional={"data": DATA, "parameters": PARAMETERS}), max_size=3)},
    optional={
        "id": st.text(max_size=2),
        "parameters": PARAMETERS,
        "outputs": st.lists(st.fixed_dictionaries({"name": NAMES}, optional={"parameters": PARAMETERS}), max_size=3),
    },
)


@settings(max_examples=300, database=None)
@given(asked=QUESTIONS, tail=st.binary(max_size=80))
def test_a_question_of_any_shape_is_read_and_answered_or_refused(asked: dict[str, Any], tail: bytes) -> None:
    head = json.dumps(asked).encode()
    with suppress(RequestRefused):
        found = read(head + tail, len(head))
        assert [*found.inputs] == [each["name"] for each in asked["inputs"]]
        assert all(list(found.inputs[each["name"]].shape) == each["shape"] for each in asked["inputs"])
        with np.errstate(all="ignore"):
            outputs = {name: values.astype(np.float32) for name, values in found.inputs.items()}
        content, head_bytes = write("m", "1", found, Answer(outputs))
        said = msgspec.json.decode(content[:head_bytes])["outputs"]
        assert [each["name"] for each in said] == [each["name"] for each in asked.get("outputs", asked["inputs"])]


@settings(max_examples=300, database=None)
@given(
    rows=st.lists(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), max_size=9), max_size=4),
    all_binary=st.booleans(),
    binary=st.lists(st.booleans(), min_size=4, max_size=4),
)
def test_what_is_written_is_what_was_said(rows: list[list[float]], all_binary: bool, binary: list[bool]) -> None:
    outputs = {str(n): np.array(row, np.float32) for n, row in enumerate(rows)}
    wanted = [Output(name, {"binary_data": said}) for name, said in zip(outputs, binary, strict=False)]
    asked = Inference({}, {"binary_data_output": all_binary}, None if all_binary else wanted, "x")
    content, head_bytes = write("m", "1", asked, Answer(outputs))
    head, rest = msgspec.json.decode(content[:head_bytes]), content[head_bytes or len(content) :]
    for said in head["outputs"]:
        size = said.get("parameters", {}).get("binary_data_size")
        if size is None:
            values = np.array(said["data"], np.float32)
        else:
            values, rest = np.frombuffer(rest[:size], "<f4"), rest[size:]
        np.testing.assert_array_equal(values, outputs[said["name"]])
    assert not rest
