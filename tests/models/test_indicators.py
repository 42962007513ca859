"""What the envelope rule, the speed and the bearing check say, as indicators."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import median_filter
from scipy.signal import butter, hilbert, sosfiltfilt

from data.envelope_spectrum import Band
from data.fault import Fault
from data.geometry import Geometry
from data.indicators import indicators
from data.recording import Recording
from data.rig import draw_rig, simulate
from models.bearing_fit import BearingCheck
from models.envelope_rule import CANDIDATES, EnvelopeRule
from models.indicators import all_indicators, with_evidence
from models.shaft_speed import ShaftSpeed

RULE = EnvelopeRule()


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
