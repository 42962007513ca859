"""Confidence that a small validation set can pay for, and a check for what is unlike anything learned."""

import numpy as np
import pytest
from numpy.typing import NDArray

from data.character import OCTAVE_EDGES_HZ, Character
from data.datasets import DATASETS
from data.fault import FAULTS, Fault
from data.protocols import Span
from models.verdict import Calibration, conclude
from training.calibration import fit_temperature, fit_unknown_check
from training.judging import Judged

ENTRY = DATASETS["mfpt"].entries[0]


def _judged(label: int, probabilities: list[float], seed: int = 0, centre: float | None = None) -> Judged:
    rng = np.random.default_rng(seed)
    features = (label if centre is None else centre) + 0.1 * rng.standard_normal((10, 1, 6))
    spectrum = np.full(7, -8.0) + rng.standard_normal(7)
    return Judged(
        span=Span(ENTRY),
        fault=FAULTS[label],
        windows=np.tile(probabilities, (10, 1)),
        features=features.astype(np.float32),
        spikes=np.zeros(1),
        synops=np.zeros(1),
        runs=10,
        character=Character(spectrum, 1.0 + rng.random()),
        spectra_db=spectrum[None],
    )


def _sure(label: int, of: float) -> list[float]:
    rest = (1 - of) / 3
    return [of if each == label else rest for each in range(4)]


@pytest.mark.parametrize("count", [8, 40])
def test_a_small_validation_set_that_was_read_right_cannot_buy_certainty(count: int) -> None:
    judged = [_judged(at % 4, _sure(at % 4, 0.999999), at) for at in range(count)]
    calibration = fit_temperature(judged)
    assert calibration.recordings == count
    confidence = calibration.apply(np.array(_sure(0, 0.999999))).max()
    assert confidence == pytest.approx((count + 1) / (count + 2), abs=0.01)


def test_an_overconfident_network_is_cooled_down() -> None:
    right = [_judged(at % 4, _sure(at % 4, 0.99), at) for at in range(30)]
    wrong = [_judged(at % 4, _sure((at + 1) % 4, 0.99), at) for at in range(10)]
    calibration = fit_temperature([*right, *wrong])
    assert calibration.temperature > 1.5
    assert calibration.apply(np.array(_sure(0, 0.99))).max() == pytest.approx(0.75, abs=0.05)


def test_a_fault_that_training_does_not_hold_takes_no_part_in_the_calibration() -> None:
    three = [_judged(at % 3, [*np.where(np.arange(3) == at % 3, 0.98, 0.01), 0.0], at) for at in range(8)]
    calibrated = fit_temperature(three).apply(np.array([0.98, 0.01, 0.01, 0.0]))
    assert calibrated[0] == pytest.approx(9 / 10, abs=0.01)
    assert calibrated[3] < 1e-3


def test_calibration_never_changes_which_fault_is_said() -> None:
    probabilities = np.random.default_rng(0).dirichlet(np.ones(4), 50)
    for temperature in (0.1, 1.0, 9.0):
        calibrated = Calibration(temperature=temperature).apply(probabilities)
        assert np.array_equal(calibrated.argmax(axis=1), probabilities.argmax(axis=1))
        assert calibrated.sum(axis=1) == pytest.approx(np.ones(50))


def _logits(of: list[float]) -> NDArray[np.float64]:
    return np.tile(np.log(of), (10, 1, 1))


def test_no_validation_recording_is_unknown_and_each_kind_of_unlikeness_is() -> None:
    trained = [_judged(at % 4, _sure(at % 4, 0.9), at) for at in range(24)]
    validation = [_judged(at % 4, _sure(at % 4, 0.9), 100 + at) for at in range(8)]
    check = fit_unknown_check(trained, validation)
    for each in validation:
        logits = _logits(each.probabilities.tolist())
        assert conclude(logits, each.features, each.character, Calibration(), check).known
    known, sure = validation[0], _logits(_sure(0, 0.9))
    odd_features = _judged(0, _sure(0, 0.9), centre=9.0).features
    odd_spectrum = Character(known.character.spectrum_db - np.linspace(0, 40, 7), 1.0)
    unsteady = Character(known.character.spectrum_db, 40.0)
    widths = np.diff(OCTAVE_EDGES_HZ)
    white = Character(10 * np.log10(widths / widths.sum()), 1.0)
    for logits, features, character, unlike in (
        (sure, odd_features, known.character, "features"),
        (sure, known.features, odd_spectrum, "spectrum"),
        (sure, known.features, unsteady, "level"),
        (sure, known.features, white, "noise"),
        (_logits(_sure(0, 0.4)), known.features, known.character, "doubt"),
    ):
        conclusion = conclude(logits, features, character, Calibration(), check)
        assert not conclusion.known
        assert max(conclusion.distances, key=conclusion.distances.__getitem__) == unlike


def test_a_fault_that_training_does_not_hold_is_near_to_nothing() -> None:
    three = [at for at in range(4) if FAULTS[at] is not Fault.NORMAL]
    trained = [_judged(three[at % 3], _sure(three[at % 3], 0.9), at) for at in range(12)]
    validation = [_judged(three[at % 3], _sure(three[at % 3], 0.9), 100 + at) for at in range(6)]
    check = fit_unknown_check(trained, validation)
    normal = _judged(FAULTS.index(Fault.NORMAL), _sure(0, 0.9), centre=-4.0)
    assert not conclude(_logits(_sure(0, 0.9)), normal.features, normal.character, Calibration(), check).known
