"""What the networks read: raw samples at one rate, or envelopes over shaft angle."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from data.datasets import DATASETS
from data.errors import NotApplicable
from data.fault import Fault
from data.front_ends import OrderFrontEnd, TimeFrontEnd
from data.geometry import Geometry
from data.recording import Recording
from data.resampling import resampled
from data.rig import Rig, draw_rig, simulate


def _simulated(fault: Fault = Fault.OUTER_RACE, seconds: float = 3.0, seed: int = 0, **given: float) -> Recording:
    rng = np.random.default_rng(seed)
    return simulate(draw_rig(rng, **({"rate_hz": 48_000.0, "speed_rpm": 1500.0} | given)), fault, seconds, rng)


def _order_spectrum(recording: Recording) -> np.ndarray:
    windows = OrderFrontEnd().windows(recording).values
    return np.abs(np.fft.rfft(windows, axis=-1)).mean(axis=(0, 1))[1:80]


def test_one_bearing_looks_nearly_the_same_over_angle_at_600_and_at_1000_rpm() -> None:
    slow, fast = (_simulated(Fault.INNER_RACE, 6.0, speed_rpm=speed, snr_db=6.0, slip=0.0) for speed in (600.0, 1000.0))
    over_angle = np.corrcoef(_order_spectrum(slow), _order_spectrum(fast))[0, 1]
    over_time = np.corrcoef(*(_time_spectrum(each) for each in (slow, fast)))[0, 1]
    assert over_angle > 0.95
    assert over_angle > over_time


def _time_spectrum(recording: Recording) -> np.ndarray:
    """Of the same envelope, but over time: 1,024 samples at 4,266.7 Hz, which is 1000 rpm's rate, for both speeds."""
    return _order_spectrum(replace(recording, speed_rpm=1000.0))


def test_an_order_window_is_four_revolutions_of_256_samples_for_each_band_that_fits() -> None:
    windows = OrderFrontEnd().windows(_simulated(seconds=1.0))
    assert windows.values.shape == (6, 4, 1024)
    assert windows.seconds == pytest.approx(4 / 25)
    assert windows.starts_s == pytest.approx(np.arange(6) * 0.16)


@pytest.mark.parametrize(("rate_hz", "bands"), [(12_000.0, 1), (24_000.0, 2), (40_000.0, 3), (50_000.0, 4)])
def test_a_band_counts_only_well_under_half_the_sampling_rate(rate_hz: float, bands: int) -> None:
    assert OrderFrontEnd().windows(_simulated(rate_hz=rate_hz)).values.shape[1] == bands


@pytest.mark.parametrize("fault", [Fault.INNER_RACE, Fault.OUTER_RACE])
def test_a_strike_is_seen_at_its_characteristic_order(fault: Fault) -> None:
    rig = Rig(Geometry(9, 0.2), 1500.0, 48_000.0, snr_db=6.0, jitter=0.002)
    signal = OrderFrontEnd().signals(simulate(rig, fault, 8.0, np.random.default_rng(0)))[0].astype(np.float64)
    spectrum = np.abs(np.fft.rfft((signal - signal.mean()) * np.hanning(signal.size)))
    orders = np.fft.rfftfreq(signal.size, 1 / 256)
    band = (orders > 2) & (orders < 8)
    assert orders[band][spectrum[band].argmax()] == pytest.approx(rig.geometry.orders().of(fault), abs=0.03)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"speed_rpm": None}, "speed_rpm"),
        ({"rate_hz": 8_000.0}, "8000 Hz"),
        ({"samples": np.ones(5_000, dtype=np.float32)}, "revolutions"),
    ],
)
def test_what_order_cannot_read_is_said(change: dict[str, object], reason: str) -> None:
    with pytest.raises(NotApplicable, match=reason):
        OrderFrontEnd().windows(replace(_simulated(), **change))


@pytest.mark.parametrize(
    ("change", "reason"), [({"rate_hz": 10_000.0}, "12000 Hz"), ({"samples": np.ones(8_000)}, "0.171 s")]
)
def test_what_time_cannot_read_is_said(change: dict[str, object], reason: str) -> None:
    with pytest.raises(NotApplicable, match=reason):
        TimeFrontEnd().windows(replace(_simulated(), **change))


def test_raw_windows_need_no_speed() -> None:
    windows = TimeFrontEnd().windows(replace(_simulated(seconds=1.0), speed_rpm=None))
    assert windows.values.shape == (5, 1, 2048)


@pytest.mark.parametrize("rate_hz", [12_000.0, 48_828.0, 50_000.0, 97_656.0])
def test_raw_windows_hold_nothing_above_five_kilohertz_at_any_rate(rate_hz: float) -> None:
    rng = np.random.default_rng(1)
    noise = Recording(rng.standard_normal(int(rate_hz)).astype(np.float32), rate_hz)
    values = TimeFrontEnd().windows(noise).values[:, 0]
    power = (np.abs(np.fft.rfft(values * np.hanning(2048), axis=-1)) ** 2).mean(axis=0)
    hz = np.fft.rfftfreq(2048, 1 / 12_000)
    assert 10 * np.log10(power[hz > 5_450].mean() / power[hz < 4_900].mean()) < -70


def test_raw_windows_of_one_signal_are_the_same_from_two_sampling_rates() -> None:
    at_48 = _simulated(seconds=2.0)
    fine = resampled(at_48, 96_000.0)
    one, other = (TimeFrontEnd().windows(each).values[2:-2] for each in (at_48, fine))
    assert np.abs(one - other[: len(one)]).max() < 0.05


def test_cwru_healthy_and_faulty_raw_windows_cannot_be_told_by_the_filter_skirt(data_root: Path) -> None:
    cwru = DATASETS["cwru"]
    shares = {}
    for name in ("99", "105", "118", "130"):
        values = TimeFrontEnd().windows(cwru.load(data_root, cwru.entry(name))).values[:, 0]
        power = (np.abs(np.fft.rfft(values * np.hanning(2048), axis=-1)) ** 2).mean(axis=0)
        shares[name] = 10 * np.log10(power[np.fft.rfftfreq(2048, 1 / 12_000) > 5_450].sum() / power.sum())
    assert max(shares.values()) < -70, shares
