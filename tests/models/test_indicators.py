"""What the envelope rule, the speed and the bearing check say, as indicators."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import median_filter
from scipy.signal import butter, hilbert, sosfiltfilt

from data.datasets import named
from data.envelope_spectrum import BANDS, WHITENED, Band, EnvelopeSpectrum
from data.fault import Fault
from data.geometry import Geometry
from data.indicators import indicators
from data.recording import Recording
from data.rig import draw_rig, simulate
from models.bearing_fit import BearingCheck
from models.envelope_rule import (
    CANDIDATES,
    COARSEST_STEP,
    DB_PER_NEPER,
    RATIO_LIMITS,
    SIDEBAND_WEIGHT,
    SMALLEST_SPREAD,
    EnvelopeRule,
    decoy_orders,
)
from models.indicators import all_indicators, with_evidence
from models.shaft_speed import ShaftSpeed
from tests.plain_envelope import plainly

RULE = EnvelopeRule()
HARMONICS, SEARCH = 5, 0.02
ONE_PER_CENT_DB = 20 * np.log10(1.01)
REAL = ("mfpt/InnerRaceFault_vload_2", "jnu/ob600_2", "cwru/222", "cwru/3003")


def machine(fault: Fault, seconds: float = 4.0) -> Recording:
    rng = np.random.default_rng(0)
    rig = draw_rig(rng, geometry=Geometry(9, 0.2034), speed_rpm=1500.0, snr_db=3.0, rate_hz=48_000.0, stray_per_s=0.0)
    return simulate(rig, fault, seconds, rng)


@pytest.mark.parametrize("fault", CANDIDATES)
def test_the_fault_that_is_there_has_the_highest_lines(fault: Fault) -> None:
    found = all_indicators(machine(fault))
    for family in ("evidence_z", "evidence_db"):
        heights = {each: found.values[f"{family}_{each}"] for each in CANDIDATES}
        assert max(heights, key=heights.__getitem__) is fault
    assert found.values["bearing_fit_z"] == found.values[f"evidence_z_{fault}"]
    assert found.notes["bearing_fit_z"] == "fits"


def test_sidebands_stand_where_the_load_zone_modulates() -> None:
    damaged, healthy = all_indicators(machine(Fault.INNER_RACE)), all_indicators(machine(Fault.NORMAL))
    rise = damaged.values["sidebands_db_inner_race"] - healthy.values["sidebands_db_inner_race"]
    assert rise > 6
    assert "sidebands_db_outer_race" not in damaged.values


def test_the_heights_are_those_of_a_squared_envelope_spectrum_over_its_running_median() -> None:
    recording, band = machine(Fault.OUTER_RACE), Band(2000.0, 5500.0)
    assert recording.shaft_hz is not None
    rule = EnvelopeRule(bands=(band,), whitenings=())
    evidence = rule.read(recording)
    size = int(recording.rate_hz)
    sections = butter(8, band, "bandpass", fs=recording.rate_hz, output="sos")
    squared = np.abs(hilbert(sosfiltfilt(sections, recording.samples.astype(np.float64)))) ** 2
    windows = squared[: squared.size // size * size].reshape(-1, size)
    windows = np.minimum(windows, np.quantile(windows, 0.999, axis=1, keepdims=True))
    windows = (windows - windows.mean(axis=1, keepdims=True)) * np.hanning(size)
    spectra = np.abs(np.fft.rfft(windows, 2 * size))[:, : 2 * 1000]
    width = int(2 * 3 * recording.shaft_hz)
    heights_db = 20 * np.log10(spectra / median_filter(spectra, (1, width))).mean(axis=0)
    order = evidence.candidates[Fault.OUTER_RACE].matched_order
    places = np.rint(2 * order * recording.shaft_hz * np.arange(1, 6)).astype(int)
    expected = np.mean([heights_db[place - 1 : place + 2].max() for place in places])
    found = with_evidence(indicators(recording), evidence)
    assert found.values["evidence_db_outer_race"] == pytest.approx(expected, abs=1.0)


@pytest.fixture(params=(*CANDIDATES, *REAL))
def read(request: pytest.FixtureRequest) -> Recording:
    """A simulated recording of each fault, or four seconds of a real one."""
    if request.param in CANDIDATES:
        return machine(request.param)
    dataset, (entry,) = named(request.param)
    recording = dataset.load(request.getfixturevalue("data_root"), entry)
    return recording.span(0, min(1.0, 4.0 / recording.seconds))


class Plain:
    """Lines and combs of a recording as models/envelope_rule.py says them, one after the other in double precision."""

    def __init__(self, recording: Recording) -> None:
        assert recording.shaft_hz is not None
        assert recording.orders is not None
        self.orders, shaft_hz = recording.orders, recording.shaft_hz
        highest = HARMONICS * 1.4 * max(self.orders.of(fault) for fault in CANDIDATES) * (1 + SEARCH) + 1.1
        plan = EnvelopeSpectrum.over_orders(
            recording.rate_hz, shaft_hz, max(1.0, 8 / shaft_hz), highest, BANDS, WHITENED
        )
        count = recording.samples.size // plan.window
        windows = recording.samples[: count * plan.window].reshape(count, plan.window)
        ratio = np.fmax.reduce(np.mean([plainly(plan, window) for window in windows], axis=0))
        around = [ratio, np.r_[np.nan, ratio[:-1]], np.r_[ratio[1:], np.nan]]
        self.heights, self.bins_per_order = np.fmax.reduce(around), shaft_hz / plan.bin_hz

    def shift(self, fault: Fault) -> float | None:
        return {Fault.INNER_RACE: 1.0, Fault.ROLLING_ELEMENT: self.orders.ftf}.get(fault)

    def at(self, orders: Sequence[float]) -> list[float]:
        """Those heights (Np) that the lines hold."""
        places = [round(order * self.bins_per_order) for order in orders]
        found = [self.heights[place] for place in places if 0 < place < self.heights.size]
        return [float(height) for height in found if np.isfinite(height)]

    def lines_db(self, order: float) -> float:
        return DB_PER_NEPER * float(np.mean(self.at([number * order for number in range(1, HARMONICS + 1)])))

    def sidebands_db(self, order: float, shift: float) -> float:
        places = [number * order + side for number in range(1, HARMONICS + 1) for side in (-shift, shift)]
        return DB_PER_NEPER * float(np.mean(self.at(places)))

    def score(self, order: float, shift: float | None) -> float:
        total = weights = 0.0
        for number in range(1, HARMONICS + 1):
            for side, weight in ((0.0, 1.0), (-1.0, SIDEBAND_WEIGHT), (1.0, SIDEBAND_WEIGHT)):
                if side and shift is None:
                    continue
                for height in self.at([number * order + side * (shift or 0.0)]):
                    total += weight * min(max(height, RATIO_LIMITS[0]), RATIO_LIMITS[1])
                    weights += weight
        return total / weights if weights else np.nan

    def best(self, expected: float, around: float, shift: float | None) -> float:
        step = min(COARSEST_STEP, 2 / (expected * HARMONICS * self.bins_per_order))
        tries = int(np.ceil(SEARCH / step))
        return max(self.score(around * (1 + SEARCH * k / tries), shift) for k in range(-tries, tries + 1))

    def z(self) -> dict[Fault, float]:
        excess, noise, spread = {}, {}, {}
        for fault in CANDIDATES:
            expected, shift = self.orders.of(fault), self.shift(fault)
            decoys = [self.best(expected, around, shift) for around in decoy_orders(self.orders)]
            low, middle = np.quantile([each for each in decoys if np.isfinite(each)], (0.16, 0.5))
            excess[fault], spread[fault] = self.best(expected, expected, shift) - middle, middle - low
            weights = [1.0] * HARMONICS + [SIDEBAND_WEIGHT] * (0 if shift is None else 2 * HARMONICS)
            noise[fault] = np.sqrt(np.sum(np.square(weights))) / np.sum(weights)
        tooth = np.sqrt(np.mean([(spread[fault] / noise[fault]) ** 2 for fault in CANDIDATES]))
        return {fault: excess[fault] / max(tooth * noise[fault], SMALLEST_SPREAD) for fault in CANDIDATES}


def test_lines_sidebands_and_z_are_those_of_a_plain_computation(read: Recording) -> None:
    plain, evidence = Plain(read), RULE.read(read)
    found, z = with_evidence(indicators(read), evidence).values, plain.z()
    for fault in CANDIDATES:
        order, shift = evidence.candidates[fault].matched_order, plain.shift(fault)
        assert found[f"evidence_db_{fault}"] == pytest.approx(plain.lines_db(order), abs=ONE_PER_CENT_DB), fault
        assert found[f"evidence_z_{fault}"] == pytest.approx(z[fault], rel=0.01, abs=0.02), fault
        if shift is not None:
            expected = plain.sidebands_db(order, shift)
            assert found[f"sidebands_db_{fault}"] == pytest.approx(expected, abs=ONE_PER_CENT_DB), fault


def test_what_was_read_is_joined_and_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    recording = machine(Fault.OUTER_RACE)
    assert recording.orders is not None
    plain, evidence, speed = indicators(recording), RULE.read(recording), ShaftSpeed().estimate(recording)
    fit = BearingCheck().judge(RULE, RULE.lines(recording), recording.orders, evidence)
    expected = all_indicators(recording)
    for reader in ("data.envelope_spectrum", "models.shaft_speed"):
        monkeypatch.setattr(f"{reader}.centred_spectra", None)
    assert with_evidence(plain, evidence, speed, fit) == expected


def test_without_speed_or_bearing_or_length_it_says_why() -> None:
    unknown = all_indicators(replace(machine(Fault.OUTER_RACE), orders=None))
    assert unknown.missing["evidence_db_outer_race"] == unknown.missing["bearing_fit_z"] == "no speed or bearing given"
    short = all_indicators(machine(Fault.OUTER_RACE, seconds=0.5))
    assert short.missing["evidence_z_inner_race"].startswith("0.50 s of signal")
    assert short.missing["speed_estimated_rpm"] == "the speed was not estimated"
    assert short.missing.keys().isdisjoint(short.values)
