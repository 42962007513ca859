"""The table of verdicts: a signal of another kind is never diagnosed, and not as `normal` either."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from httpx2 import Response
from numpy.typing import NDArray
from starlette.testclient import TestClient

from data.datasets import DATASETS
from data.resampling import resampled
from service.engine import Engine

SECONDS = 3.0
RATES_HZ = (12_000, 25_600, 48_828)
QUESTIONS = {
    "nothing": "",
    "the speed": "&speed_rpm=600",
    "speed and bearing": "&speed_rpm=1797&bearing=6205",
    "a low speed and the bearing": "&speed_rpm=600&bearing=6205",
}
"""What is known of the signal; the service takes the most informed bundle that there is for it."""


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


def white_noise(rate_hz: int) -> NDArray[np.float64]:
    return np.random.default_rng(0).standard_normal(times(rate_hz).size)


def pink_noise(rate_hz: int) -> NDArray[np.float64]:
    spectrum = np.fft.rfft(white_noise(rate_hz))
    return np.fft.irfft(spectrum / np.sqrt(np.maximum(np.fft.rfftfreq(times(rate_hz).size, 1 / rate_hz), 20)))


def hum_in_noise(rate_hz: int) -> NDArray[np.float64]:
    return hum(rate_hz) + white_noise(rate_hz)


TABLE = {
    "white noise": (white_noise, {"unknown"}),
    "pink noise": (pink_noise, {"unknown"}),
    "hum in noise": (hum_in_noise, {"unknown"}),
    "hum": (hum, {"sensor_fault"}),
    "clipped sine": (clipped_sine, {"sensor_fault"}),
    "flat line": (flat_line, {"sensor_fault"}),
    "bytes in the wrong order": (swapped, {"sensor_fault", 422}),
}


def ask(client: TestClient, samples: NDArray[np.floating], rate_hz: int, question: str) -> Response:
    return client.post(
        f"/v1/diagnose?rate_hz={rate_hz}{question}",
        content=samples.astype("<f4").tobytes(),
        headers={"Content-Type": "application/octet-stream"},
    )


def verdict(client: TestClient, samples: NDArray[np.floating], rate_hz: int, question: str) -> str | int:
    answer = ask(client, samples, rate_hz, question)
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


def with_the_spectrum_of_speech(speech: NDArray[np.float32]) -> NDArray[np.float64]:
    """Steady noise: the speech's spectrum, smoothed over 100 Hz, with random phases."""
    power = np.abs(np.fft.rfft(speech)) ** 2
    width = round(100 * SECONDS)
    smooth = np.sqrt(np.convolve(power, np.ones(width) / width, mode="same"))
    phases = np.exp(2j * np.pi * np.random.default_rng(0).random(smooth.size))
    return np.fft.irfft(smooth * phases, speech.size)


def with_the_rhythm_of_speech(speech: NDArray[np.float32]) -> NDArray[np.float64]:
    """White noise as loud as the speech is, from one hundredth of a second to the next."""
    width = speech.size // round(100 * SECONDS)
    loudness = np.sqrt(np.convolve(speech.astype(float) ** 2, np.ones(width) / width, mode="same"))
    return loudness * np.random.default_rng(0).standard_normal(speech.size)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("question", QUESTIONS.values(), ids=list(QUESTIONS))
@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("noise", [with_the_spectrum_of_speech, with_the_rhythm_of_speech])
def test_noise_that_is_like_speech_is_unknown(
    client: TestClient,
    speech: Callable[..., NDArray[np.float32]],
    noise: Callable[[NDArray[np.float32]], NDArray[np.float64]],
    rate_hz: int,
    question: str,
    seed: int,
) -> None:
    assert verdict(client, noise(speech(SECONDS, float(rate_hz), seed)), rate_hz, question) == "unknown"


@pytest.mark.parametrize("seconds", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("question", QUESTIONS.values(), ids=list(QUESTIONS))
def test_a_clip_of_speech_too_short_for_a_pause_is_not_diagnosed_either(
    client: TestClient, speech: Callable[..., NDArray[np.float32]], question: str, seconds: float
) -> None:
    for seed in range(30):
        assert verdict(client, speech(seconds, 12_000.0, seed), 12_000, question) in {"unknown", "sensor_fault"}, seed


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("question", QUESTIONS.values(), ids=list(QUESTIONS))
@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_speech_is_unknown(
    client: TestClient, speech: Callable[..., NDArray[np.float32]], rate_hz: int, question: str, seed: int
) -> None:
    assert verdict(client, speech(SECONDS, float(rate_hz), seed), rate_hz, question) == "unknown"


@pytest.mark.parametrize(("name", "speed_rpm"), [("97", 1797), ("99", 1750)])
def test_a_healthy_cwru_recording_is_found_normal_at_the_rate_it_was_learned_at_and_unknown_at_its_own(
    client: TestClient, data_root: Path, name: str, speed_rpm: int
) -> None:
    cwru = DATASETS["cwru"]
    published = cwru.load(data_root, cwru.entry(name))
    assert verdict(client, published.samples, 48_000, f"&speed_rpm={speed_rpm}") == "unknown"
    learned = resampled(published, 12_000.0).samples
    assert ask(client, learned, 12_000, f"&speed_rpm={speed_rpm}").json()["fault"] == "normal"


@pytest.mark.parametrize(("rig", "name"), [("mfpt", "baseline_1"), ("cwru", "97")])
def test_a_sound_machine_is_nothing_found_at_its_own_speed_and_unknown_at_one_that_its_shaft_does_not_know(
    engine: Engine, data_root: Path, rig: str, name: str
) -> None:
    if "aligned" not in engine.bundles:
        pytest.skip("no bundle for machines never seen is shipped")
    machine = DATASETS[rig].load(data_root, DATASETS[rig].entry(name))
    assert machine.speed_rpm is not None
    assert engine.diagnose(machine, bundle="aligned").fault == "normal"
    elsewhere = engine.diagnose(replace(machine, speed_rpm=1.21 * machine.speed_rpm), bundle="aligned")
    assert elsewhere.fault is None
    assert elsewhere.reason is not None
    assert "no shaft is heard" in elsewhere.reason
