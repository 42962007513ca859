"""Which bundle answers a question, and what is said where none does."""

import numpy as np
import pytest
from starlette.testclient import TestClient

from data.recording import Recording
from service.engine import Engine
from service.registry import NoSuchBundle
from tests.service.asking import FLOAT32, Simulated, post


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


def test_an_unknown_bundle_is_an_error_of_the_engine_too(engine: Engine, simulated: Simulated) -> None:
    with pytest.raises(NoSuchBundle, match="loaded: aligned/"):
        engine.diagnose(simulated(), bundle="nope")


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
