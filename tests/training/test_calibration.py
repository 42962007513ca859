"""Confidence that a small validation set can pay for, and a check for what is unlike anything learned."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from pydantic import ValidationError

from data.character import OCTAVE_EDGES_HZ, Character
from data.datasets import DATASETS
from data.datasets.entry import Entry
from data.fault import FAULTS, Fault
from data.protocols import Span
from models.verdict import Calibration, UnknownCheck, Usual, conclude
from training.calibration import doubt_allowed, fit_temperature, fit_unknown_check
from training.judging import Judged
from training.spans import SIMULATED

ENTRY = DATASETS["mfpt"].entries[0]
MACHINE = replace(ENTRY, rig=SIMULATED)


def _judged(
    label: int, probabilities: list[float], seed: int = 0, centre: float | None = None, entry: Entry = ENTRY
) -> Judged:
    rng = np.random.default_rng(seed)
    features = (label if centre is None else centre) + 0.1 * rng.standard_normal((10, 1, 6))
    spectrum = np.full(7, -8.0) + rng.standard_normal(7)
    return Judged(
        span=Span(entry),
        fault=FAULTS[label],
        windows=np.tile(probabilities, (10, 1)),
        features=features.astype(np.float32),
        spikes=np.zeros(1),
        synops=np.zeros(1),
        runs=10,
        character=Character(spectrum, 1.0 + rng.random(), shaft_lead=1.0),
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
    check = fit_unknown_check(trained, validation, "order")
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
    check = fit_unknown_check(trained, validation, "order")
    normal = _judged(FAULTS.index(Fault.NORMAL), _sure(0, 0.9), centre=-4.0)
    assert not conclude(_logits(_sure(0, 0.9)), normal.features, normal.character, Calibration(), check).known


def _machines(count: int, wrong: int = 0, sure: float = 0.9) -> list[Judged]:
    """Simulated ones, all read as a fault; the first `wrong` of them as another than theirs, and the least sure."""
    return [
        _judged(1 + at % 3, _sure(1 + (at + (at < wrong)) % 3, 0.5 if at < wrong else sure), at, entry=MACHINE)
        for at in range(count)
    ]


def test_a_machine_never_seen_is_not_unknown_to_the_front_end_that_is_for_it() -> None:
    check = fit_unknown_check(_machines(24), _machines(200), "aligned")
    stranger = _judged(1, _sure(1, 0.95), centre=9.0)
    spectrum = Character(stranger.character.spectrum_db - np.linspace(0, 40, 7), 1.0, 1.0)
    conclusion = conclude(_logits(_sure(1, 0.95)), stranger.features, spectrum, Calibration(), check)
    assert conclusion.known
    assert set(conclusion.distances) == {"level", "doubt"}


def test_nothing_found_is_said_only_where_something_is_heard_to_turn() -> None:
    check = fit_unknown_check(_machines(24), _machines(200), "aligned")
    machine = _judged(0, _sure(0, 0.95))
    for lead, known in ((1.0, True), (0.16, True), (0.1, False), (0.0, False), (None, False)):
        turning = replace(machine.character, shaft_lead=lead)
        conclusion = conclude(_logits(_sure(0, 0.95)), machine.features, turning, Calibration(), check)
        assert conclusion.known == known
    silent = replace(machine.character, shaft_lead=0.0)
    assert conclude(_logits(_sure(1, 0.95)), machine.features, silent, Calibration(), check).known
    too_short = replace(machine.character, shaft_lead=None)
    assert not conclude(_logits(_sure(1, 0.95)), machine.features, too_short, Calibration(), check).known


def test_mere_noise_and_an_unsteady_level_are_unknown_to_it_all_the_same() -> None:
    check = fit_unknown_check(_machines(24), _machines(200), "aligned")
    machine, widths = _judged(1, _sure(1, 0.95)), np.diff(OCTAVE_EDGES_HZ)
    white = Character(10 * np.log10(widths / widths.sum()), 1.0, 1.0)
    unsteady = Character(machine.character.spectrum_db, 40.0, 1.0)
    for character, named, unlike in ((white, 0, "noise"), (unsteady, 0, "level"), (unsteady, 1, "level")):
        conclusion = conclude(_logits(_sure(named, 0.95)), machine.features, character, Calibration(), check)
        assert not conclusion.known
        assert max(conclusion.distances, key=conclusion.distances.__getitem__) == unlike


def test_the_lines_of_a_named_fault_vouch_for_a_machine_that_sounds_like_noise() -> None:
    check = fit_unknown_check(_machines(24), _machines(200), "aligned")
    machine, widths = _judged(1, _sure(1, 0.95)), np.diff(OCTAVE_EDGES_HZ)
    white = Character(10 * np.log10(widths / widths.sum()), 1.0, 0.0)
    assert conclude(_logits(_sure(1, 0.95)), machine.features, white, Calibration(), check).known
    too_short = replace(white, shaft_lead=None)
    assert not conclude(_logits(_sure(1, 0.95)), machine.features, too_short, Calibration(), check).known


def test_a_fault_is_named_only_where_the_network_is_surer_than_in_any_wrong_answer_on_simulated_machines() -> None:
    machines = _machines(300, wrong=3)
    assert doubt_allowed(machines) == pytest.approx(0.5 / 1.1)
    check = fit_unknown_check(machines, machines, "aligned")
    for sure, known in ((0.5, False), (0.54, False), (0.56, True)):
        named = _judged(1, _sure(1, sure))
        assert conclude(_logits(_sure(1, sure)), named.features, named.character, Calibration(), check).known == known


def test_where_no_simulated_machine_was_read_wrong_an_answer_may_be_as_unsure_as_the_least_sure_one() -> None:
    assert doubt_allowed(_machines(30, sure=0.8)) == pytest.approx(0.2)


def test_simulated_machines_say_nothing_about_how_real_ones_sound() -> None:
    real = [_judged(at % 4, _sure(at % 4, 0.9), at) for at in range(8)]
    loud = [replace(each, character=Character(each.character.spectrum_db, 90.0)) for each in _machines(100)]
    assert fit_unknown_check(real, [*real, *loud], "aligned").usual.level_spread_db < 3


def test_a_check_that_asks_nothing_or_cannot_measure_what_it_asks_is_refused() -> None:
    with pytest.raises(ValidationError, match="no distance"):
        Usual()
    with pytest.raises(ValidationError, match="no precision"):
        UnknownCheck(means=((0.0,),), usual=Usual(features=1), threshold=1)
    with pytest.raises(ValidationError, match="spectra of 0 faults"):
        UnknownCheck(means=((0.0,),), usual=Usual(spectrum_db=1), threshold=1)
