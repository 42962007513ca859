"""The table of verdicts: a signal of another kind is never diagnosed, and not as `normal` either."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from starlette.testclient import TestClient

SECONDS = 3.0
RATES_HZ = (12_000, 48_828)
QUESTIONS = {"time": "", "order": "&speed_rpm=1500", "order and bearing": "&speed_rpm=1797&bearing=6205"}


def times(rate_hz: int) -> NDArray[np.float64]:
    return np.arange(round(SECONDS * rate_hz)) / rate_hz


def hum(rate_hz: int) -> NDArray[np.float64]:
    return sum(np.sin(2 * np.pi * 50 * k * times(rate_hz) + k) / k**2 for k in (1, 2, 3, 5, 7))


def clipped_sine(rate_hz: int) -> NDArray[np.float64]:
    return np.clip(2 * np.sin(2 * np.pi * 157 * times(rate_hz)), -1, 1)


def flat_line(rate_hz: int) -> NDArray[np.float64]:
    return np.full(times(rate_hz).size, 0.02)


def swapped(rate_hz: int) -> NDArray[np.float32]:
    return np.random.default_rng(0).standard_normal(times(rate_hz).size).astype("<f4").byteswap()


TABLE = {
    "hum": (hum, {"sensor_fault"}),
    "clipped sine": (clipped_sine, {"sensor_fault"}),
    "flat line": (flat_line, {"sensor_fault"}),
    "bytes in the wrong order": (swapped, {"sensor_fault", 422}),
}


def verdict(client: TestClient, samples: NDArray[np.floating], rate_hz: int, question: str) -> str | int:
    answer = client.post(
        f"/v1/diagnose?rate_hz={rate_hz}{question}",
        content=samples.astype("<f4").tobytes(),
        headers={"Content-Type": "application/octet-stream"},
    )
    if answer.status_code != 200:
        return answer.status_code
    found = answer.json()
    assert found["fault"] is None
    assert found["confidence"] is None
    assert found["reason"]
    return str(found["verdict"])


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=list(QUESTIONS))
@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize(("signal", "expected"), TABLE.values(), ids=list(TABLE))
def test_another_kind_of_signal_is_no_diagnosis(
    client: TestClient,
    signal: Callable[[int], NDArray[np.floating]],
    expected: set[str | int],
    rate_hz: int,
    question: str,
) -> None:
    assert verdict(client, signal(rate_hz), rate_hz, question) in expected


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("question", QUESTIONS.values(), ids=list(QUESTIONS))
@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_speech_is_unknown(
    client: TestClient, speech: Callable[..., NDArray[np.float32]], rate_hz: int, question: str, seed: int
) -> None:
    assert verdict(client, speech(SECONDS, float(rate_hz), seed), rate_hz, question) == "unknown"
