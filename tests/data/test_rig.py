"""The simulated rig strikes when and as hard as a damaged bearing would."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import fft

from data.errors import SignalError
from data.fault import FAULTS, Fault
from data.geometry import Geometry
from data.rig import Damage, LoadZone, Resonance, Rig, draw_rig, recorded, simulate
from data.rig.strikes import strikes
from data.rig.structure import ringing, transfer_function

GEOMETRY = Geometry(8, 0.19)
CLEAR = Rig(
    GEOMETRY, speed_rpm=1500, rate_hz=48_000, snr_db=10, jitter=0.001, strength_spread=0.05, shaft_harmonics=(0.1,)
)
FAULTY = [Fault.INNER_RACE, Fault.OUTER_RACE, Fault.ROLLING_ELEMENT]


def envelope_lines(rig: Rig, fault: Fault, orders: list[float], seconds: float = 4.0) -> list[float]:
    """Heights over the median of the squared envelope's spectrum at shaft orders, 2-5 kHz."""
    recording = simulate(rig, fault, seconds, np.random.default_rng(3))
    size = recording.samples.size
    spectrum = fft.rfft(recording.samples)
    hz = fft.rfftfreq(size, 1 / rig.rate_hz)
    band = np.zeros(size, dtype=np.complex128)
    band[: hz.size] = np.where((hz > 2000) & (hz < 5000), spectrum, 0)
    envelope = np.abs(fft.ifft(band)) ** 2
    lines = np.abs(fft.rfft((envelope - envelope.mean()) * np.hanning(size)))
    floor = np.median(lines[: int(1000 * seconds)])
    near = [np.abs(hz - order * rig.shaft_hz) < 0.004 * order * rig.shaft_hz + 1 / seconds for order in orders]
    return [float(lines[here].max() / floor) for here in near]


@pytest.mark.parametrize("fault", FAULTY)
def test_each_fault_shows_lines_at_its_own_order_and_not_between(fault: Fault) -> None:
    order = GEOMETRY.orders().of(fault)
    first, second, between = envelope_lines(CLEAR, fault, [order, 2 * order, 1.37 * order])
    assert first > 30
    assert second > 10
    assert between < 0.2 * min(first, second)


def test_a_healthy_rig_shows_no_line_at_any_fault_order() -> None:
    orders = GEOMETRY.orders()
    assert max(envelope_lines(CLEAR, Fault.NORMAL, [orders.of(fault) for fault in FAULTY])) < 8


def test_the_load_zone_gives_an_inner_race_sidebands_at_the_shaft_frequency() -> None:
    bpfi = GEOMETRY.orders().bpfi
    lower, line, upper = envelope_lines(CLEAR, Fault.INNER_RACE, [bpfi - 1, bpfi, bpfi + 1])
    assert min(lower, upper) > 0.2 * line


def test_an_outer_race_in_the_middle_of_the_load_has_hardly_any_sidebands() -> None:
    bpfo = GEOMETRY.orders().bpfo
    lower, line, upper = envelope_lines(CLEAR, Fault.OUTER_RACE, [bpfo - 1, bpfo, bpfo + 1])
    assert max(lower, upper) < 0.15 * line


def test_an_outer_race_at_the_edge_of_the_load_zone_is_modulated_by_unbalance() -> None:
    rig = replace(CLEAR, position=0.22, unbalance=0.4)
    _, shares = strikes(rig, Fault.OUTER_RACE, (0, 400), np.random.default_rng(0))
    middle = strikes(replace(rig, position=0.0), Fault.OUTER_RACE, (0, 400), np.random.default_rng(0))[1]
    assert shares.std() / shares.mean() > 1.5 * middle.std() / middle.mean()


def test_a_rolling_element_is_modulated_by_the_cage_and_strikes_in_turns() -> None:
    orders, rig = GEOMETRY.orders(), replace(CLEAR, alternate=0.5)
    strike = 2 * orders.bsf
    spin, lower, line, upper = envelope_lines(
        rig, Fault.ROLLING_ELEMENT, [orders.bsf, strike - orders.ftf, strike, strike + orders.ftf]
    )
    assert min(lower, upper) > 0.2 * line
    assert spin > 10
    _, strengths = strikes(rig, Fault.ROLLING_ELEMENT, (0, 2000), np.random.default_rng(0))
    assert strengths[1::2].mean() / strengths[::2].mean() == pytest.approx(0.5, rel=0.05)


@pytest.mark.parametrize("jitter", [0.0, 0.002, 0.02])
def test_intervals_vary_by_the_jitter_and_keep_their_mean(jitter: float) -> None:
    angles, _ = strikes(replace(CLEAR, jitter=jitter), Fault.OUTER_RACE, (0, 3000), np.random.default_rng(1))
    intervals = np.diff(angles) * GEOMETRY.orders().bpfo
    assert intervals.mean() == pytest.approx(1, abs=4 * jitter / np.sqrt(intervals.size) + 1e-9)
    assert intervals.std() == pytest.approx(jitter, rel=0.05, abs=1e-9)


def test_slip_of_the_cage_moves_outer_and_inner_race_apart() -> None:
    ideal, slipped = GEOMETRY.orders(), replace(CLEAR, slip=0.01).slipped_orders()
    assert slipped.bpfo == pytest.approx(1.01 * ideal.bpfo)
    assert slipped.bpfi < ideal.bpfi
    assert slipped.bpfo + slipped.bpfi == pytest.approx(GEOMETRY.rolling_elements)


def test_the_recording_states_nominal_orders_whatever_the_slip() -> None:
    recording = simulate(replace(CLEAR, slip=0.01), Fault.INNER_RACE, 0.5, np.random.default_rng(0))
    assert recording.orders == GEOMETRY.orders()
    assert (recording.speed_rpm, recording.rig, recording.fault) == (1500, "simulated", Fault.INNER_RACE)


def quiet(**changes: object) -> Rig:
    """Strikes alone: one soft mode, nothing else to hear."""
    rig = replace(CLEAR, resonances=(Resonance(3000, 0.05),), snr_db=80, shaft_harmonics=(), strength_spread=0.0)
    return replace(rig, **changes)  # type: ignore[arg-type]


def test_a_strike_rings_at_the_resonance_and_decays_with_its_damping() -> None:
    rig = quiet(speed_rpm=60, rate_hz=96_000, load_zone=LoadZone(0.5, 0.0))
    samples = simulate(rig, Fault.OUTER_RACE, 1.0, np.random.default_rng(2)).samples.astype(np.float64)
    start = int(np.argmax(np.abs(samples[:60_000]))) + 20
    ring = samples[start : start + 1000]
    crossings = np.flatnonzero(np.diff(np.signbit(ring)))
    half_periods = np.diff(crossings[:20]).mean()
    assert rig.rate_hz / (2 * half_periods) == pytest.approx(3000, rel=0.03)
    decay = np.polyfit(np.arange(0, 960, 32), np.log([np.abs(ring[i : i + 32]).max() for i in range(0, 960, 32)]), 1)[0]
    assert -1 / (decay * rig.rate_hz) == pytest.approx(rig.resonances[0].decay_s, rel=0.1)


def test_strikes_fall_between_samples_at_two_rates_alike() -> None:
    """The same strikes sampled at twice the rate pass through the same points: no strike snaps to the grid."""
    coarse, fine = (_only_strikes(rate_hz) for rate_hz in (48_000.0, 96_000.0))
    size = min(coarse.size, fine[::2].size)
    error = coarse[:size] - fine[::2][:size]
    assert np.sqrt(np.mean(error**2)) < 0.03 * np.sqrt(np.mean(coarse**2))


def _only_strikes(rate_hz: float) -> NDArray[np.float64]:
    size = round(0.5 * rate_hz)
    seconds = np.cumsum(np.random.default_rng(5).uniform(0.008, 0.02, 24))
    transfer = transfer_function(quiet(rate_hz=rate_hz, pulse_s=2e-5), size)
    response = ringing(seconds * rate_hz, np.ones(seconds.size), transfer, size)
    return response / np.abs(response).max()


@pytest.mark.parametrize("snr_db", [-16.0, 0.0, 6.0])
def test_the_stated_signal_to_noise_ratio_is_the_one_in_the_recording(snr_db: float) -> None:
    rig = replace(CLEAR, snr_db=snr_db, shaft_harmonics=())
    faulty = simulate(rig, Fault.OUTER_RACE, 4.0, np.random.default_rng(4)).samples
    noise = simulate(rig, Fault.NORMAL, 4.0, np.random.default_rng(4)).samples
    assert noise.std() == pytest.approx(rig.noise_g, rel=0.02)
    assert faulty.var() / noise.var() == pytest.approx(1 + 10 ** (snr_db / 10), rel=0.1)


def test_noise_is_tilted_as_stated() -> None:
    rig = replace(CLEAR, noise_slope_db=-4.0, noise_resonance=0.0, shaft_harmonics=())
    power = np.abs(fft.rfft(simulate(rig, Fault.NORMAL, 4.0, np.random.default_rng(4)).samples)) ** 2
    hz = fft.rfftfreq(4 * 48_000, 1 / 48_000)
    low, high = (power[(hz > edge / 1.1) & (hz < edge * 1.1)].mean() for edge in (1000, 8000))
    assert 10 * np.log10(high / low) == pytest.approx(-12, abs=1)


def test_stray_impulses_stand_out_of_a_healthy_recording() -> None:
    rig = replace(CLEAR, stray_per_s=5.0, snr_db=0.0)
    still = replace(rig, stray_per_s=0.0)
    strayed, calm = (simulate(r, Fault.NORMAL, 4.0, np.random.default_rng(6)).samples for r in (rig, still))
    assert np.abs(strayed).max() > 1.5 * np.abs(calm).max()


def test_the_same_seed_gives_the_same_recording_and_another_seed_another() -> None:
    def once(seed: int) -> NDArray[np.float32]:
        rng = np.random.default_rng(seed)
        return simulate(draw_rig(rng), Fault.ROLLING_ELEMENT, 0.5, rng).samples

    assert np.array_equal(once(7), once(7))
    assert not np.array_equal(once(7)[:5000], once(8)[:5000])


def test_what_is_given_is_kept_and_leaves_the_rest_of_the_draw_alone() -> None:
    drawn = draw_rig(np.random.default_rng(9))
    slower = draw_rig(np.random.default_rng(9), speed_rpm=700.0)
    assert slower == replace(drawn, speed_rpm=700.0)


def test_a_given_rate_keeps_all_resonances_under_its_nyquist_frequency() -> None:
    for seed in range(20):
        rig = draw_rig(np.random.default_rng(seed), rate_hz=8000.0)
        assert all(mode.hz < 4000 for mode in rig.resonances)


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.sampled_from(FAULTS), st.sampled_from([0.1, 0.5, 1.0, 1.37]))
def test_every_rig_that_is_drawn_gives_a_recording_of_the_length_asked_for(
    seed: int, fault: Fault, seconds: float
) -> None:
    rng = np.random.default_rng(seed)
    recording = simulate(draw_rig(rng), fault, seconds, rng)
    assert recording.samples.size == round(seconds * recording.rate_hz)
    assert recording.samples.dtype == np.float32
    assert recording.samples.std() > 0


def test_an_impossible_rig_is_refused_with_the_field_that_is_wrong() -> None:
    with pytest.raises(SignalError, match="speed_rpm"):
        replace(CLEAR, speed_rpm=1.0)
    with pytest.raises(SignalError, match="resonances"):
        Resonance(3000, 1.5)
    with pytest.raises(SignalError, match="load_zone"):
        LoadZone(0.0)


def test_a_damage_grows_from_nothing_to_what_it_says() -> None:
    damage = Damage(Fault.OUTER_RACE, onset_day=20.0, first_db=-40.0, per_day_db=1.0)
    rng = np.random.default_rng(0)
    before, young, old = (recorded(CLEAR, damage, day, 2.0, rng) for day in (19.9, 25.0, 60.0))
    assert [each.fault for each in (before, young, old)] == [Fault.NORMAL, Fault.OUTER_RACE, Fault.OUTER_RACE]
    kurtosis = [float(np.mean(each.samples**4) / np.mean(each.samples**2) ** 2) for each in (before, young, old)]
    assert max(kurtosis[:2]) < 3.2 < 5 < kurtosis[2]
    assert damage.day_of(damage.snr_db(33.0) or 0.0) == pytest.approx(33.0)


def test_a_healthy_machine_varies_with_its_load_and_no_more() -> None:
    rng = np.random.default_rng(1)
    found = [recorded(CLEAR, None, day, 1.0, rng) for day in range(60)]
    speeds = np.array([each.speed_rpm for each in found])
    level_db = np.array([20 * np.log10(np.std(each.samples)) for each in found])
    assert 0.955 < speeds.min() / CLEAR.speed_rpm < 0.98 < speeds.max() / CLEAR.speed_rpm < 0.997
    assert 0.9 < level_db.std() < 1.8
    # Under load the shaft slips, and the machine is louder.
    assert np.corrcoef(speeds, level_db)[0, 1] < -0.5
