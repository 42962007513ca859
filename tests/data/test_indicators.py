"""Condition indicators against what is known of a signal, and against other ways to compute the same."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import fft, integrate, signal, stats

from data.datasets import named
from data.fault import Fault
from data.indicators import BOUNDARIES_MM_S, DEFINITIONS, MachineClass, family, indicators, zone_of
from data.recording import Recording
from data.rig import draw_rig, simulate
from data.units import COUNTS

Array = NDArray[np.float64]

REAL = (
    "mfpt/baseline_1",
    "mfpt/InnerRaceFault_vload_2",
    "jnu/tb600_2",
    "jnu/ib1000_2",
    "cwru/97",
    "cwru/222",
    "cwru/3007",
    "cwru/3003",
)
LINE_AT_AN_EDGE = {"cwru/3003.mat": 500.0}
"""A line at 499.8 Hz: how much of it counts on which side is a matter of the window's length."""
RAMP_S = 0.25
ONE_PER_CENT = 0.01


@pytest.fixture(params=(*REAL, *Fault))
def recording(request: pytest.FixtureRequest) -> Recording:
    """A real recording, or a simulated one of each fault."""
    if request.param in tuple(Fault):
        rng = np.random.default_rng(7)
        return simulate(draw_rig(rng, rate_hz=48_000.0), request.param, 6.0, rng)
    dataset, (entry,) = named(request.param)
    root: Path = request.getfixturevalue("data_root")
    if entry not in dataset.present(root):
        pytest.skip(f"no {request.param} under {root}")
    return dataset.load(root, entry)


def weighted_rms(values: Array, rate_hz: float) -> float:
    """RMS about the mean, in which the first and the last quarter of a second count less and less."""
    weights = np.minimum(1, np.sin(np.pi / 2 * np.minimum(1, np.arange(values.size) / (RAMP_S * rate_hz))) ** 2)
    weights *= weights[::-1]
    return float(np.sqrt(np.average((values - np.average(values, weights=weights)) ** 2, weights=weights)))


def filtered(recording: Recording, gain: Callable[[Array], Array]) -> Array:
    """The whole signal [samples] through a filter of that gain."""
    samples = recording.samples.astype(np.float64)
    hz = fft.rfftfreq(samples.size, 1 / recording.rate_hz)
    return np.asarray(fft.irfft(fft.rfft(samples - samples.mean()) * gain(hz), samples.size))


def integrated(recording: Recording) -> float:
    """Velocity RMS in mm/s, in time: a long linear-phase filter, then trapezoids."""
    samples, rate_hz = recording.samples.astype(np.float64), recording.rate_hz
    samples -= samples.mean()
    if rate_hz < 40_000:
        samples, rate_hz = signal.resample_poly(samples, 4, 1, window=("kaiser", 12.0)), 4 * rate_hz
    low, high = np.linspace(8, 10, 9), np.linspace(1000, 1200, 9)
    rise = np.sin(np.pi / 2 * np.linspace(0, 1, 9)) ** 2
    hz, gains = np.r_[0, low, high, rate_hz / 2], np.r_[0, rise, rise[::-1], 0]
    half = int(1.4 * rate_hz)
    taps = signal.firwin2(2 * half + 1, hz, gains, nfreqs=2**19 + 1, fs=rate_hz)
    through = signal.oaconvolve(samples, taps, mode="same")
    return weighted_rms(9806.65 * integrate.cumulative_trapezoid(through, dx=1 / rate_hz, initial=0), rate_hz)


def test_the_velocity_is_that_of_an_integration_in_time(recording: Recording) -> None:
    assert indicators(recording).values["velocity_rms_mm_s"] == pytest.approx(integrated(recording), rel=ONE_PER_CENT)


def test_the_bands_hold_what_a_filter_lets_through(recording: Recording) -> None:
    bands = {name: value for name, value in indicators(recording).values.items() if name.startswith("band_rms_g")}
    assert len(bands) >= 3
    for (low, high), value in joined_at(LINE_AT_AN_EDGE.get(recording.source), edged(bands)).items():
        through = filtered(recording, lambda hz, low=low, high=high: (hz >= low) & (hz < high))  # type: ignore[misc]
        assert value == pytest.approx(weighted_rms(through, recording.rate_hz), rel=ONE_PER_CENT), (low, high)


def edged(bands: dict[str, float]) -> dict[tuple[float, float], float]:
    """By their edges, Hz."""
    return {(float(name.split("_")[-2]), float(name.split("_")[-1])): value for name, value in bands.items()}


def joined_at(edge_hz: float | None, bands: dict[tuple[float, float], float]) -> dict[tuple[float, float], float]:
    """With the two bands that meet at the edge as one, whose square is the sum of theirs."""
    below = [band for band in bands if band[1] == edge_hz]
    above = [band for band in bands if band[0] == edge_hz]
    rest = {band: value for band, value in bands.items() if band not in (*below, *above)}
    met = zip(below, above, strict=True)
    return rest | {(low[0], high[1]): float(np.hypot(bands[low], bands[high])) for low, high in met}


def test_a_line_at_an_edge_counts_on_both_sides_and_is_lost_on_neither(data_root: Path) -> None:
    dataset, (entry,) = named("cwru/3003")
    recording = dataset.load(data_root, entry)
    found = indicators(recording).values
    below, above = found["band_rms_g_10_500"], found["band_rms_g_500_2000"]
    parts = [filtered(recording, lambda hz, at=at: (hz >= at[0]) & (hz < at[1])) for at in ((10, 500), (500, 2000))]  # type: ignore[misc]
    alone = [weighted_rms(part, recording.rate_hz) for part in parts]
    assert below == pytest.approx(alone[0], rel=0.06)
    assert below < alone[0] * (1 - ONE_PER_CENT)
    assert np.hypot(below, above) == pytest.approx(np.hypot(*alone), rel=1e-3)


@pytest.mark.parametrize("off_hz", [-0.9, -0.2, 0.2, 0.9])
def test_a_line_near_an_edge_is_shared_and_its_power_is_kept(off_hz: float) -> None:
    found = indicators(sine(500.0 + off_hz, seconds=4.0)).values
    assert np.hypot(found["band_rms_g_10_500"], found["band_rms_g_500_2000"]) == pytest.approx(np.sqrt(0.5), rel=1e-3)


def test_the_envelope_is_that_of_the_filtered_signals_hilbert_transform(recording: Recording) -> None:
    found = indicators(recording).values
    bands = {name: name.split("_")[-2:] for name in found if name.startswith("envelope_rms_g_")}
    bands |= {"envelope_rms_g": ["500", str(min(10_000, 0.47 * recording.rate_hz))]}
    assert len(bands) >= 4
    for name, (low, high) in bands.items():
        edges, slope = (float(low), float(high)), (float(high) - float(low)) / 10
        through = filtered(
            recording,
            lambda hz, e=edges, s=slope: np.clip(np.minimum((hz - e[0]) / s, (e[1] - hz) / s), 0, 1),  # type: ignore[misc]
        )
        assert found[name] == pytest.approx(np.abs(signal.hilbert(through)).std(), rel=ONE_PER_CENT), name


def test_the_level_is_that_of_numpy_and_scipy(recording: Recording) -> None:
    found, samples = indicators(recording).values, recording.samples.astype(np.float64)
    assert found["acceleration_rms_g"] == pytest.approx(samples.std(), rel=1e-9)
    assert found["peak_g"] == pytest.approx(np.abs(samples - samples.mean()).max(), rel=1e-9)
    assert found["kurtosis"] == pytest.approx(stats.kurtosis(samples, fisher=False), rel=1e-9)
    assert found["crest_factor"] == pytest.approx(found["peak_g"] / samples.std(), rel=1e-9)


def sine(hz: float, amplitude_g: float = 1.0, rate_hz: float = 25_600.0, seconds: float = 2.0) -> Recording:
    return Recording(amplitude_g * np.sin(2 * np.pi * hz * np.arange(seconds * rate_hz) / rate_hz), rate_hz)


@given(
    hz=st.floats(11, 990), amplitude_g=st.floats(1e-3, 100), seconds=st.floats(1, 9), rate_hz=st.floats(2600, 60_000)
)
@settings(max_examples=40)
def test_the_velocity_of_a_sine_is_known(hz: float, amplitude_g: float, seconds: float, rate_hz: float) -> None:
    found = indicators(sine(hz, amplitude_g, rate_hz, seconds)).values
    expected = 9806.65 * amplitude_g / (2 * np.pi * hz) / np.sqrt(2)
    assert found["velocity_rms_mm_s"] == pytest.approx(expected, rel=ONE_PER_CENT)


def test_a_sine_has_the_crest_factor_and_the_kurtosis_of_one_and_no_envelope() -> None:
    found = indicators(sine(3000.0)).values
    assert found["crest_factor"] == pytest.approx(np.sqrt(2), rel=1e-3)
    assert found["kurtosis"] == pytest.approx(1.5, rel=1e-3)
    assert found["band_rms_g_2000_5500"] == pytest.approx(np.sqrt(0.5), rel=1e-3)
    assert found["band_rms_g_500_2000"] < 1e-3
    assert found["envelope_rms_g_1000_4000"] < ONE_PER_CENT


@pytest.mark.parametrize("depth", [0.2, 0.8])
def test_the_envelope_of_a_modulated_tone_is_its_modulation(depth: float) -> None:
    carrier = sine(3000.0, seconds=4.0)
    strength = 1 + depth * sine(90.0, seconds=4.0).samples
    found = indicators(replace(carrier, samples=carrier.samples * strength)).values
    assert found["envelope_rms_g_1000_4000"] == pytest.approx(depth / np.sqrt(2), rel=ONE_PER_CENT)


def noise(seed: int, seconds: float = 1.5, rate_hz: float = 12_000.0) -> Recording:
    rng = np.random.default_rng(seed)
    return Recording(rng.standard_normal(int(seconds * rate_hz)) ** 3, rate_hz)


@given(seed=st.integers(0, 99), gain=st.floats(1e-30, 1e30), negative=st.booleans())
@settings(max_examples=25)
def test_a_gain_scales_what_has_a_unit_and_leaves_the_rest(seed: int, gain: float, negative: bool) -> None:
    one = noise(seed)
    other = replace(one, samples=one.samples * np.float32(-gain if negative else gain))
    before, after = indicators(one).values, indicators(other).values
    for name, value in before.items():
        scale = 1.0 if name in ("kurtosis", "crest_factor") else gain
        assert after[name] == pytest.approx(scale * value, rel=1e-4), name


@given(seed=st.integers(0, 99), offset=st.floats(-100, 100))
@settings(max_examples=25)
def test_gravity_changes_nothing(seed: int, offset: float) -> None:
    one = noise(seed)
    lifted = replace(one, samples=one.samples + np.float32(offset))
    assert indicators(lifted).values == pytest.approx(indicators(one).values, rel=1e-3)


@given(seed=st.integers(0, 99))
@settings(max_examples=10)
def test_what_is_of_the_level_does_not_ask_for_the_order_and_spectra_run_backwards(seed: int) -> None:
    one = noise(seed)
    found = indicators(one).values
    shuffled = indicators(replace(one, samples=np.random.default_rng(seed).permutation(one.samples))).values
    for name in ("acceleration_rms_g", "peak_g", "kurtosis", "crest_factor"):
        assert shuffled[name] == pytest.approx(found[name], rel=1e-9)
    assert indicators(replace(one, samples=one.samples[::-1])).values == pytest.approx(found, rel=5e-3)


@pytest.mark.parametrize("value", [0.0, 7.3, -1e30, 1e-40])
def test_a_constant_has_no_shape_and_no_strength(value: float) -> None:
    found = indicators(Recording(np.full(30_000, value), 25_600.0), MachineClass.GROUP_1_RIGID)
    assert set(found.values.values()) == {0.0}
    assert found.missing["kurtosis"] == found.missing["crest_factor"] == "the signal is constant"
    assert found.zone == "A"


FLOATS = st.floats(width=32, allow_nan=False, allow_infinity=False)


@given(few=st.lists(FLOATS, min_size=1, max_size=9), usual=FLOATS)
@settings(max_examples=100)
def test_any_samples_give_finite_numbers(few: list[float], usual: float) -> None:
    samples = np.full(3000, usual)
    samples[: len(few)] = few
    found = indicators(Recording(samples, 2500.0))
    assert all(np.isfinite(value) for value in found.values.values())


def test_a_second_is_needed_for_spectra_and_none_for_the_level() -> None:
    found = indicators(sine(50.0, seconds=0.9), MachineClass.GROUP_2_RIGID)
    assert set(found.values) == {"acceleration_rms_g", "peak_g", "kurtosis", "crest_factor"}
    assert found.missing["velocity_rms_mm_s"] == "too short: needs 1 s, has 0.90 s" == found.missing["zone"]
    assert found.missing.keys() >= {"envelope_rms_g", "band_rms_g_10_500"}
    assert found.missing.keys().isdisjoint(found.values)
    assert "velocity_rms_mm_s" in indicators(sine(50.0, seconds=1.0)).values


def test_a_low_rate_says_what_it_cuts_short_and_what_it_cannot_hold() -> None:
    found = indicators(sine(50.0, rate_hz=1600.0))
    assert found.notes == {"velocity_rms_mm_s": "only up to 752 Hz, where this rate ends, not up to 1,000 Hz"}
    assert found.missing["band_rms_g_500_2000"] == "the rate is too low: needs 4,255 Hz"
    assert found.missing["envelope_rms_g"] == "the rate is too low: needs 2,128 Hz"
    assert indicators(sine(50.0)).notes == {}


@pytest.mark.parametrize("machine", MachineClass)
def test_the_zones_change_at_the_boundaries(machine: MachineClass) -> None:
    assert "".join(zone_of(limit, machine) for limit in BOUNDARIES_MM_S[machine]) == "ABC"
    assert "".join(zone_of(limit * 1.001, machine) for limit in BOUNDARIES_MM_S[machine]) == "BCD"


def test_a_zone_is_given_only_where_the_standard_speaks() -> None:
    shaking = sine(50.0, amplitude_g=0.1)
    found = indicators(shaking, MachineClass.GROUP_2_RIGID)
    assert found.values["velocity_rms_mm_s"] == pytest.approx(2.207, rel=1e-3)
    assert found.zone == "B"
    assert indicators(shaking).missing["zone"] == "no machine class given"
    slow, raw = replace(shaking, speed_rpm=450.0), replace(shaking, unit=COUNTS)
    assert "600" in indicators(slow, MachineClass.GROUP_2_RIGID).missing["zone"]
    assert "counts" in indicators(raw, MachineClass.GROUP_2_RIGID).missing["zone"]


def test_every_indicator_is_defined_in_code_and_in_the_document() -> None:
    found = indicators(sine(50.0, rate_hz=50_000.0)).values
    document = (Path(__file__).resolve().parents[2] / "docs" / "indicators.md").read_text(encoding="utf-8")
    assert {family(name) for name in found} == set(DEFINITIONS)
    assert [name for name in DEFINITIONS if f"| `{name}" not in document] == []
    for machine, limits in BOUNDARIES_MM_S.items():
        (row,) = (line for line in document.splitlines() if line.startswith(f"| `{machine}`"))
        assert row.endswith("| " + " | ".join(map(str, limits)) + " |")
