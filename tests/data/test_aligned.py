"""The front end `aligned`: a candidate's lines stand out where its fault strikes, at any speed, on any bearing."""

from dataclasses import replace

import numpy as np
import pytest

from data.candidate_lines import CANDIDATES, HARMONICS, NUMBERS, read_candidates
from data.errors import NotApplicable
from data.fault import Fault
from data.front_ends import AlignedFrontEnd
from data.front_ends.aligned import CHANNELS
from data.geometry import Geometry
from data.recording import Recording
from data.rig import draw_rig, simulate


def _recording(fault: Fault, seed: int = 0, seconds: float = 3.0, **given: object) -> Recording:
    rng = np.random.default_rng(seed)
    return simulate(draw_rig(rng, **{"snr_db": 3.0, **given}), fault, seconds, rng)


def _harmonics(recording: Recording) -> np.ndarray:
    """Mean height of each candidate's first three harmonics."""
    values = AlignedFrontEnd().windows(recording).values[0, 0]
    return values.reshape(len(CANDIDATES), CHANNELS, NUMBERS)[:, :, :3].mean((1, 2))


@pytest.mark.parametrize("fault", [Fault.INNER_RACE, Fault.OUTER_RACE])
@pytest.mark.parametrize("speed_rpm", [700.0, 1800.0])
@pytest.mark.parametrize("geometry", [Geometry(8, 0.19), Geometry(13, 0.17)])
def test_the_lines_of_the_fault_stand_highest_at_any_speed_and_bearing(
    fault: Fault, speed_rpm: float, geometry: Geometry
) -> None:
    heights = _harmonics(_recording(fault, speed_rpm=speed_rpm, geometry=geometry))
    assert CANDIDATES[int(heights.argmax())] is fault


def test_a_healthy_machine_shows_no_candidate() -> None:
    assert _harmonics(_recording(Fault.NORMAL)).max() < 0.5 < _harmonics(_recording(Fault.OUTER_RACE)).max()


def test_a_line_is_found_where_slip_has_moved_it() -> None:
    orders = Geometry(9, 0.2).orders()
    heights = np.zeros((1, 4000), np.float32)
    for harmonic in HARMONICS:
        heights[0, round(orders.bpfo * 1.015 * harmonic * 100)] = 2.0
    read = read_candidates(heights, orders, bins_per_order=100.0)
    outer = CANDIDATES.index(Fault.OUTER_RACE)
    assert (read[outer, 0, :6] == 2.0).all()
    assert read[CANDIDATES.index(Fault.INNER_RACE), 0, 0] == 0


def test_what_lies_beyond_the_spectrum_counts_as_high_as_the_floor() -> None:
    read = read_candidates(np.ones((2, 50), np.float32), Geometry(9, 0.2).orders(), bins_per_order=10.0)
    assert read.shape == (3, 2, NUMBERS)
    assert set(np.unique(read)) <= {0.0, 0.5, 1.0}  # of two sidebands one may lie beyond
    assert read.min() == 0


def test_a_long_recording_is_read_second_by_second() -> None:
    front_end = AlignedFrontEnd()
    windows = front_end.windows(_recording(Fault.INNER_RACE, seconds=3.2, rate_hz=12_000.0))
    assert windows.values.shape == (3, 1, front_end.length)
    assert windows.values.dtype == np.float32
    assert windows.starts_s == pytest.approx([0, 1, 2], abs=0.01)


def test_a_slow_shaft_gets_longer_windows() -> None:
    slow = _recording(Fault.INNER_RACE, seconds=10.0, speed_rpm=120.0)
    assert AlignedFrontEnd().windows(slow).seconds == pytest.approx(4.0, rel=0.01)


def test_a_short_recording_is_one_window_if_it_holds_the_turns() -> None:
    windows = AlignedFrontEnd().windows(_recording(Fault.INNER_RACE, seconds=0.6, speed_rpm=1500.0))
    assert len(windows.values) == 1
    assert windows.seconds == pytest.approx(0.6, rel=0.01)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"speed_rpm": None}, "speed_rpm"),
        ({"orders": None}, "bearing"),
        ({"samples": np.zeros(3000, np.float32)}, "envelope lines need"),
        ({"rate_hz": 1000.0}, "sampled at 1000 Hz"),
        ({"rate_hz": 4255.0}, "sampled at 4255 Hz: envelope lines need 4256 Hz"),
    ],
)
def test_it_says_what_it_needs(change: dict[str, object], said: str) -> None:
    with pytest.raises(NotApplicable, match=said):
        AlignedFrontEnd().windows(replace(_recording(Fault.NORMAL), **change))


def test_at_the_lowest_rate_one_band_is_read() -> None:
    front_end = AlignedFrontEnd()
    values = front_end.windows(_recording(Fault.INNER_RACE, seconds=2.0, rate_hz=front_end.lowest_rate_hz)).values
    assert np.isfinite(values).all()
