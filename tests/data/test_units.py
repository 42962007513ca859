"""Whatever a sensor's numbers are in, they are read in g, and what cannot be is refused."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import SignalError
from data.formats import read_signal
from data.units import Calibration, Unit, Written, written

ONES = np.ones(3, dtype=np.float32)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("g", Written(Unit.G, 1)),
        (" [G] ", Written(Unit.G, 1)),
        ("gn", Written(Unit.G, 1)),
        ("mg", Written(Unit.G, 1e-3)),
        ("m/s²", Written(Unit.M_S2, 1)),
        ("m/s^2", Written(Unit.M_S2, 1)),
        ("m/s**2", Written(Unit.M_S2, 1)),
        ("m/s/s", Written(Unit.M_S2, 1)),
        ("m·s⁻²", Written(Unit.M_S2, 1)),
        ("mm/s2", Written(Unit.M_S2, 1e-3)),
        ("Volts", Written(Unit.V, 1)),
        ("mV", Written(Unit.V, 1e-3)),
        ("mm/s", None),
        ("dB", None),
        ("kg", None),
        ("", None),
    ],
)
def test_a_unit_is_known_however_it_is_spelled(text: str, meant: Written | None) -> None:
    assert written(text) == meant


@pytest.mark.parametrize(
    ("told", "said", "factor", "unit"),
    [
        (Calibration(), None, 1, None),
        (Calibration(), "g", 1, "g"),
        (Calibration(), "m/s^2", 1 / 9.80665, "m/s2"),
        (Calibration(), "counts", 1, "counts"),
        (Calibration(Unit.G), None, 1, "g"),
        (Calibration(Unit.M_S2), "g", 1 / 9.80665, "m/s2"),
        (Calibration(Unit.V, 100.0), None, 10, "V"),
        (Calibration(sensitivity_mv_g=100.0), "mV", 0.01, "V"),
        (Calibration(sensitivity_mv_g=100.0), "full scale", 10, "V"),
        (Calibration(Unit.V, 10.0), "mV", 0.1, "V"),
        (Calibration(scale=0.5), "counts", 0.5, None),
        (Calibration(Unit.M_S2, scale=9.80665), "counts", 1, "m/s2"),
        (Calibration(Unit.G), "mm/s", 1, "g"),
    ],
)
def test_numbers_become_g(told: Calibration, said: str | None, factor: float, unit: str | None) -> None:
    samples, understood = told.in_g(ONES, said)
    np.testing.assert_allclose(samples, factor * ONES, rtol=1e-6)
    assert understood == unit
    assert samples.dtype == np.float32


@pytest.mark.parametrize(
    ("told", "said", "field"),
    [
        (Calibration(), "mm/s", "unit"),
        (Calibration(), "V", "sensitivity_mv_g"),
        (Calibration(Unit.V), None, "sensitivity_mv_g"),
        (Calibration(Unit.G, 100.0), None, "sensitivity_mv_g"),
        (Calibration(Unit.V, 0.0), None, "sensitivity_mv_g"),
        (Calibration(Unit.V, float("nan")), None, "sensitivity_mv_g"),
    ],
)
def test_what_cannot_be_or_does_not_suffice_is_refused_by_its_field(
    told: Calibration, said: str | None, field: str
) -> None:
    with pytest.raises(SignalError) as caught:
        told.in_g(ONES, said)
    assert caught.value.field == field


def test_a_unit_that_is_told_counts_before_the_files_and_the_note_says_so(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("acceleration (g)\n" + "9.80665\n" * 300)
    assert read_signal(path).samples[0] == pytest.approx(9.80665)
    signal = read_signal(path, calibration=Calibration(Unit.M_S2))
    assert signal.samples[0] == pytest.approx(1)
    assert "the file says g, m/s2 was asked for and used" in signal.note


@given(st.text(max_size=60))
def test_any_text_is_a_unit_or_none(text: str) -> None:
    meant = written(text)
    assert meant is None or meant.factor > 0
