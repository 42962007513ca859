"""What is not answered: one shape of refusal, with the field, the reason and what to do."""

import httpx2
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from service.app import create_app
from service.engine import Engine
from service.registry import Registry
from service.settings import Settings
from tests.service.asking import FLOAT32, Simulated
from tests.service.running import running


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


def test_bodies_in_another_compression_than_gzip_are_a_415(client: TestClient) -> None:
    answer = client.post("/v1/diagnose?rate_hz=12000", content=b"x", headers=FLOAT32 | {"Content-Encoding": "br"})
    assert answer.status_code == 415
    assert answer.json()["reason"] == "bodies in br are not read"
    assert "Content-Encoding: gzip" in answer.json()["what_to_do"]


def test_a_signal_over_the_longest_is_a_422_and_a_body_over_the_largest_a_413() -> None:
    with TestClient(create_app(Settings(max_minutes=0.05, max_body_mib=1))) as client:
        query = "/v1/diagnose?rate_hz=12000"
        long = client.post(query, content=bytes(4 * 12_000 * 4), headers=FLOAT32)
        assert (long.status_code, long.json()["field"]) == (422, "samples")
        assert "4.0 s of signal; at most 3 s" in long.json()["reason"]
        large = client.post(query, content=bytes((1 << 20) + 4), headers=FLOAT32)
        assert (large.status_code, large.json()["field"]) == (413, "length")


def test_json_has_a_limit_of_its_own_because_it_grows_in_memory() -> None:
    with TestClient(create_app(Settings(max_json_mib=1))) as client:
        body = b'{"samples": [' + b"0.5," * (1 << 18) + b'0.5], "rate_hz": 12000}'
        answer = client.post("/v1/diagnose", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 413
        assert "float32 and .npy may be longer" in answer.json()["what_to_do"]
        assert client.post("/v1/diagnose?rate_hz=12000", content=bytes(len(body) // 4 * 4)).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/v1/diagnose", 405), ("GET", "/nothing", 404), ("POST", "/readyz", 405)]
)
def test_other_errors_have_the_same_shape(client: TestClient, method: str, path: str, status: int) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status
    assert set(answer.json()) == {"field", "reason", "what_to_do", "more", "request_id"}


@pytest.mark.parametrize(
    ("path", "methods"),
    [("/v1/models", "GET, POST"), ("/v1/models/challenger", "DELETE, GET, PUT"), ("/v1/diagnose", "POST")],
)
def test_a_method_that_a_path_has_not_is_answered_with_those_that_it_has(
    client: TestClient, path: str, methods: str
) -> None:
    assert client.patch(path).headers["Allow"] == methods


def test_an_error_of_the_services_own_is_a_500_that_tells_nothing_but_its_id(
    registry: Registry, simulated: Simulated, monkeypatch: pytest.MonkeyPatch
) -> None:
    app: FastAPI = create_app(Settings())
    with TestClient(app, raise_server_exceptions=False) as client:
        monkeypatch.setattr(Engine, "diagnose", lambda *_, **__: 1 / 0)
        answer = client.post("/v1/diagnose?rate_hz=48000", content=simulated().samples.tobytes(), headers=FLOAT32)
    assert answer.status_code == 500
    assert answer.json()["field"] == "service"
    assert "Zero" not in answer.text
    assert answer.json()["request_id"] == answer.headers["X-Request-ID"]


SMALL_VALUES = b'{"samples": [' + b"1," * (5 << 20) + b"1]}"
EMPTY_LISTS = b'{"x": [' + b"[]," * (1 << 20) + b"[]]}"
MANY_FIELDS = b"{" + b",".join(b'"%x": 1' % number for number in range(1 << 19)) + b"}"


@pytest.mark.parametrize(
    ("path", "kind", "content", "said"),
    [
        ("/v1/diagnose", "application/json", SMALL_VALUES, '"field":"length"'),
        ("/v1/diagnose", "application/json", EMPTY_LISTS, '"field":"body"'),
        ("/v1/diagnose", "application/json", MANY_FIELDS, '"field":"body"'),
        ("/v1/diagnose/batch", "application/x-ndjson", SMALL_VALUES, '"field":"length"'),
        ("/v2/models/brinell/infer", "application/json", SMALL_VALUES, '"error":"length: '),
    ],
)
def test_text_of_many_small_values_is_refused_before_it_swells(path: str, kind: str, content: bytes, said: str) -> None:
    with running(auth="none") as service:
        before = service.peak_mib()
        answer = httpx2.post(f"{service.url}{path}", content=content, headers={"Content-Type": kind}, timeout=60)
        assert said in answer.text
        assert service.peak_mib() - before < 64
