"""The sensor check fires on broken sensors and wrong bytes, and on nothing that a working sensor measured."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from data.datasets import DATASETS
from data.fault import FAULTS, Fault
from data.recording import Recording
from data.rig import draw_rig, simulate
from data.sensor_check import clipping_warning, sensor_fault
from tests.speech import spoken

RATE_HZ = 12_000.0
TIMES = np.arange(24_000) / RATE_HZ
RNG = np.random.default_rng(1)
SINE = np.sin(2 * np.pi * 37 * TIMES)
NOISE = RNG.standard_normal(TIMES.size)


def reason(samples: NDArray[np.floating], rate_hz: float = RATE_HZ) -> str:
    return sensor_fault(Recording(np.asarray(samples, dtype=np.float32), rate_hz)) or ""


def spikes(floor: float) -> NDArray[np.float64]:
    return np.where(RNG.random(TIMES.size) < 5e-4, 3.0, floor * NOISE)


BROKEN = {
    "a flat line": (np.full(TIMES.size, 0.7), "a flat line: every sample is 0.7"),
    "zeros": (np.zeros(TIMES.size), "a flat line"),
    "a dead channel with a few spikes": (spikes(0.0), "a dead channel"),
    "a nearly dead channel with a few spikes": (spikes(1e-5), "a dead channel with spikes"),
    "a channel that drops out": (np.where(TIMES % 1 < 0.6, NOISE, 0), "the channel drops out"),
    "noise in five steps": (np.round(NOISE), "different values: the vibration is lost"),
    "a sine clipped at 80 %": (np.clip(SINE, -0.8, 0.8), "clipped"),
    "a sine clipped at 95 %": (np.clip(SINE, -0.95, 0.95), "clipped"),
    "a sine clipped at 80 % before a noisy amplifier": (np.clip(SINE, -0.8, 0.8) + 0.01 * NOISE, "clipped"),
    "noise clipped at two sigma": (np.clip(NOISE, -2, 2), "clipped"),
    "a sine clipped on one side": (np.minimum(SINE, 0.5), "clipped"),
    "50 Hz hum": (np.sin(2 * np.pi * 50 * TIMES), "50 Hz mains hum"),
    "60 Hz hum of a millionth g": (1e-6 * np.sin(2 * np.pi * 60 * TIMES), "60 Hz mains hum"),
    "a hum of 49.93 Hz with its third and fifth harmonic, on a little noise": (
        sum(np.sin(2 * np.pi * 49.93 * k * TIMES + k) / k for k in (1, 3, 5)) + 0.05 * NOISE,
        "50 Hz mains hum",
    ),
}


@pytest.mark.parametrize(("samples", "expected"), BROKEN.values(), ids=list(BROKEN))
def test_a_broken_sensor_is_named(samples: NDArray[np.float64], expected: str) -> None:
    assert expected in reason(samples)


@pytest.mark.parametrize("seconds", [0.1, 0.17, 0.5])
@pytest.mark.parametrize("mains_hz", [50, 60])
def test_a_hum_is_heard_in_a_few_periods(mains_hz: int, seconds: float) -> None:
    times = np.arange(round(seconds * 48_000)) / 48_000
    assert f"{mains_hz} Hz mains hum" in reason(np.sin(2 * np.pi * mains_hz * times + 1), 48_000)


def test_a_hum_under_the_vibration_of_a_machine_is_no_fault() -> None:
    assert reason(np.sin(2 * np.pi * 50 * TIMES) + NOISE) == ""


def test_a_few_clipped_peaks_are_a_warning_and_no_fault() -> None:
    recording = Recording(np.clip(NOISE, -3.2, 3.2).astype(np.float32), RATE_HZ)
    assert sensor_fault(recording) is None
    assert "peaks are cut off" in (clipping_warning(recording) or "")


def test_unclipped_noise_is_no_warning() -> None:
    assert clipping_warning(Recording(NOISE.astype(np.float32), RATE_HZ)) is None


def test_float64_bytes_read_as_float32_are_named() -> None:
    assert "another number type" in reason(np.frombuffer(NOISE.astype("<f4").astype("<f8").tobytes(), dtype="<f4"))


def test_16_bit_integers_in_the_wrong_order_are_named() -> None:
    counts = (NOISE / np.abs(NOISE).max() * 20_000).astype(np.int16)
    assert reason(counts.astype(np.float64)) == ""
    assert "16-bit integers" in reason(counts.byteswap().astype(np.float64))
    assert "16-bit integers" in reason(counts.byteswap() / 32768)


@pytest.fixture(scope="module")
def real(data_root: Path) -> list[Recording]:
    found = [(dataset, entry) for dataset in DATASETS.values() for entry in dataset.present(data_root)]
    return [dataset.load(data_root, entry) for dataset, entry in found]


def test_no_real_recording_is_called_broken(real: list[Recording]) -> None:
    assert len(real) >= 59
    assert {recording.source: fault for recording in real if (fault := sensor_fault(recording))} == {}


def test_no_window_of_a_real_recording_is_called_broken(real: list[Recording]) -> None:
    for recording in real:
        for at in range(0, recording.samples.size - 4096, 30_000):
            part = Recording(recording.samples[at : at + 4096], recording.rate_hz)
            assert sensor_fault(part) is None, (recording.source, at)


def test_every_real_recording_in_the_wrong_byte_order_is_refused_or_named(real: list[Recording]) -> None:
    for recording in real:
        swapped = recording.samples.astype("<f4").byteswap()
        if np.isfinite(swapped).all():  # else it is refused before any check
            assert "bytes in the wrong order" in reason(swapped, recording.rate_hz), recording.source


def drawn(seed: int) -> Recording:
    rng = np.random.default_rng(seed)
    # Half of them run at the speeds of mains-driven motors, where shaft harmonics look like hum.
    given = {"speed_rpm": (1500.0, 3000.0, 1800.0, 3600.0)[seed // 2 % 4]} if seed % 2 else {}
    fault = Fault.NORMAL if seed % 4 < 2 else FAULTS[1 + seed % 3]
    return simulate(draw_rig(rng, **given), fault, (0.2, 1.0, 3.0)[seed % 3], rng)


@pytest.mark.parametrize("first", range(0, 80, 20))
def test_no_simulated_machine_is_called_broken(first: int) -> None:
    broken = {seed: fault for seed in range(first, first + 20) if (fault := sensor_fault(drawn(seed)))}
    assert broken == {}


def test_speech_passes_because_a_microphone_is_no_broken_sensor() -> None:
    assert reason(spoken(3.0, 48_000.0, 0), 48_000) == ""
