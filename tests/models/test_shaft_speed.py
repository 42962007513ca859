"""The shaft speed is found where the signal shows it, and "not sure" is an answer where it does not."""

import time
from dataclasses import replace

import numpy as np
import pytest

from data.errors import NotApplicable
from data.fault import FAULTS, Fault
from data.geometry import Geometry
from data.recording import Recording
from data.rig import Rig, draw_rig, simulate
from models.shaft_speed import ShaftSpeed, SpeedEstimate

SPEED = ShaftSpeed()
SHAFT = (0.5, 0.3, 0.2, 0.2, 0.1)


def machine(speed_rpm: float = 1500.0, fault: Fault = Fault.OUTER_RACE, seed: int = 0, **rig: object) -> Recording:
    rng = np.random.default_rng(seed)
    drawn = draw_rig(rng, speed_rpm=speed_rpm, geometry=Geometry(9, 0.2034), **{"shaft_harmonics": SHAFT} | rig)
    return simulate(drawn, fault, 6.0, rng)


def told(recording: Recording, speed_rpm: float | None) -> Recording:
    return replace(recording, speed_rpm=speed_rpm)


@pytest.mark.parametrize("wrong", [-0.06, -0.03, -0.01, 0.0, 0.01, 0.03, 0.06])
@pytest.mark.parametrize("speed_rpm", [900.0, 1490.0, 1797.0])
def test_the_true_speed_is_found_near_a_wrong_one(speed_rpm: float, wrong: float) -> None:
    estimate = SPEED.estimate(told(machine(speed_rpm), speed_rpm * (1 + wrong)))
    assert estimate.sure
    assert estimate.speed_rpm == pytest.approx(speed_rpm, rel=0.003)


@pytest.mark.parametrize("fault", FAULTS)
def test_the_speed_is_found_with_none_given_whatever_the_fault(fault: Fault) -> None:
    estimate = SPEED.estimate(told(machine(1490.0, fault), None))
    assert estimate.speed_rpm == pytest.approx(1490.0, rel=0.003)
    assert estimate.searched_rpm == (600.0, 3600.0)


def test_a_shaft_that_shows_nothing_is_not_sure() -> None:
    rng = np.random.default_rng(1)
    for seed in range(6):
        silent = machine(1500.0, FAULTS[seed % 4], seed, shaft_harmonics=(), noise_modulation=0.0)
        assert not SPEED.estimate(told(silent, 1500.0 * (1 + rng.uniform(-0.06, 0.06)))).sure
        assert not SPEED.estimate(told(silent, None)).sure


@pytest.mark.parametrize("hum_hz", [49.95, 60.05])
def test_the_hum_of_the_mains_is_no_shaft(hum_hz: float) -> None:
    times = np.arange(5 * 12_000) / 12_000
    noise = np.random.default_rng(0).standard_normal(times.size)
    hum = sum(np.sin(2 * np.pi * k * hum_hz * times) for k in (1, 2, 3, 4))
    humming = Recording((noise + hum).astype(np.float32), 12_000.0)
    for given in (None, hum_hz * 60, hum_hz * 30 * 1.03):
        assert not SPEED.estimate(told(humming, given)).sure


@pytest.mark.parametrize("samples", [np.zeros(48_000), np.full(48_000, 9.81)], ids=["zeros", "a constant"])
def test_silence_is_not_sure(samples: np.ndarray) -> None:
    estimate = SPEED.estimate(Recording(samples.astype(np.float32), 12_000.0, speed_rpm=1500.0))
    assert not estimate.sure
    assert estimate.lead == 0


def test_the_level_of_the_signal_does_not_matter() -> None:
    recording = told(machine(), 1530.0)
    louder = replace(recording, samples=recording.samples * np.float32(64.0) + np.float32(3.0))
    assert SPEED.estimate(louder).speed_rpm == pytest.approx(SPEED.estimate(recording).speed_rpm, rel=1e-3)


def test_too_short_a_signal_and_too_slow_a_rate_are_not_applicable() -> None:
    recording = machine()
    with pytest.raises(NotApplicable, match=r"0\.60 s of signal"):
        SPEED.estimate(recording.span(0, 0.1))
    slow = Recording(np.random.default_rng(0).standard_normal(4000).astype(np.float32), 500.0, speed_rpm=3600.0)
    with pytest.raises(NotApplicable, match="too low a rate"):
        SPEED.estimate(slow)


@pytest.mark.parametrize("speed_rpm", [60.0, 30_000.0])
def test_very_slow_and_very_fast_shafts_get_an_answer(speed_rpm: float) -> None:
    recording = simulate(Rig(Geometry(9, 0.2), speed_rpm, 48_000), Fault.NORMAL, 10.0, np.random.default_rng(0))
    assert SPEED.estimate(recording).searched_rpm == pytest.approx((0.92 * speed_rpm, 1.08 * speed_rpm))


def test_an_estimate_survives_its_json_and_knows_its_distance() -> None:
    estimate = SPEED.estimate(machine())
    assert SpeedEstimate.model_validate_json(estimate.model_dump_json()) == estimate
    assert replaced(estimate, 1530.0).deviation(1500.0) == pytest.approx(0.02)


def replaced(estimate: SpeedEstimate, speed_rpm: float) -> SpeedEstimate:
    return estimate.model_copy(update={"speed_rpm": speed_rpm})


def test_the_lines_are_those_of_the_plain_computation() -> None:
    recording = told(machine(1490.0), 1490.0)
    window, found = int(4 * recording.rate_hz), SPEED.lines(recording)
    samples = recording.samples[:window].astype(np.float64)
    magnitude = np.abs(np.fft.rfft((samples - samples.mean()) * np.hanning(window), 2 * window))[: found.signal.size]
    blocks = np.array_split(magnitude, magnitude.size // int(20 / found.bin_hz))
    middles = np.cumsum([block.size for block in blocks]) - blocks[0].size / 2
    floor = np.interp(np.arange(magnitude.size), middles, [np.median(block) for block in blocks])
    known = np.isfinite(found.signal)
    assert known.mean() > 0.95
    np.testing.assert_allclose(found.signal[known], np.log(np.maximum(magnitude / floor, 0.1))[known], atol=1e-3)


def test_ten_seconds_cost_little() -> None:
    recording = machine(rate_hz=48_000.0)
    long = replace(recording, samples=np.tile(recording.samples, 2)[: 10 * 48_000])
    began = time.process_time()
    SPEED.estimate(long)
    assert time.process_time() - began < 0.5
