"""What the pictures show, asked of the numbers behind them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from data import plots
from data.fault import Fault
from data.geometry import Geometry
from data.recording import Recording
from data.rig import draw_rig, simulate


@pytest.fixture(scope="module")
def outer() -> Recording:
    rng = np.random.default_rng(5)
    given = {"speed_rpm": 1500.0, "rate_hz": 12_000.0, "snr_db": 6.0, "slip": 0.0, "jitter": 0.002, "stray_per_s": 0.0}
    return simulate(draw_rig(rng, geometry=Geometry(9, 0.2), **given), Fault.OUTER_RACE, 4.0, rng)


def test_the_spectrum_of_a_sine_has_its_amplitude_at_its_frequency() -> None:
    times = np.arange(12_000) / 12_000
    frequencies, heights = plots.amplitudes(3 + 0.7 * np.sin(2 * np.pi * 440 * times), 12_000)
    assert frequencies[np.argmax(heights)] == 440
    assert heights.max() == pytest.approx(0.7, rel=1e-3)
    assert heights[:10].max() < 1e-6


def test_the_envelope_spectrum_peaks_where_the_fault_is_marked(outer: Recording) -> None:
    _, envelope = plots.most_impulsive_band(outer)
    frequencies, heights = plots.amplitudes(envelope, outer.rate_hz)
    low = (frequencies > 2) & (frequencies < 300)
    peak = frequencies[low][np.argmax(heights[low])]
    assert peak == pytest.approx(plots.marks_hz(outer)["BPFO"], rel=0.01)


def test_a_rolling_element_is_marked_at_twice_its_spin(outer: Recording) -> None:
    assert outer.orders is not None
    assert plots.marks_hz(outer)["2BSF"] == pytest.approx(2 * outer.orders.bsf * 25)


def test_without_speed_or_bearing_nothing_is_marked(outer: Recording) -> None:
    assert plots.marks_hz(replace(outer, speed_rpm=None)) == {}
    assert plots.marks_hz(replace(outer, orders=None)) == {}


@pytest.mark.parametrize("rate_hz", [500.0, 1_000.0, 12_000.0, 48_000.0])
@pytest.mark.parametrize("seconds", [0.6, 3.0])
def test_every_recording_can_be_drawn(tmp_path: Path, rate_hz: float, seconds: float) -> None:
    samples = np.random.default_rng(0).normal(size=round(rate_hz * seconds)).astype(np.float32)
    path = tmp_path / "x.png"
    plots.show(Recording(samples, rate_hz, 1_500, Geometry(9, 0.2).orders()), path, "noise")
    assert path.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_a_flat_line_can_be_drawn(tmp_path: Path) -> None:
    plots.show(Recording(np.zeros(4_000, np.float32), 12_000), tmp_path / "x.png")
    assert (tmp_path / "x.png").stat().st_size > 10_000
