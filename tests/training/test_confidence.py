"""Confidence and the scores of the unknown-check: counted by bearings, asked about signals of one length."""

from pathlib import Path

import numpy as np
import pytest

from data.character import from_power_law_db, level_spread_db, octave_spectrum_db
from data.fault import FAULTS, Fault
from data.recording import Recording
from training.suites.confidence import CONFIDENCE, pieces
from training.suites.confidence.impostors import IMPOSTORS
from training.suites.confidence.scores import auroc
from training.suites.truth.answers import Answers
from training.suites.truth.raw import ReadRecording

ROOT = Path("nowhere")


def _read(bearing: str, fault: Fault, guess: Fault, confidence: float) -> ReadRecording:
    rest = (1 - confidence) / 3
    return ReadRecording(
        rig="jnu", name=f"{bearing} {confidence}", bearing=bearing, fault=fault, load="0 lbs", speed_rpm=600,
        verdict=guess, forced=guess, calibrated=tuple(confidence if each is guess else rest for each in FAULTS),
    )  # fmt: skip


def _answers(*read: ReadRecording, known: bool = True) -> Answers:
    return Answers(1, read, np.full(len(read), known))


INNER, OUTER, NORMAL = Fault.INNER_RACE, Fault.OUTER_RACE, Fault.NORMAL


def test_risk_is_the_share_of_wrong_ones_among_the_surest() -> None:
    answers = _answers(
        _read("a", INNER, INNER, 0.99),
        _read("b", INNER, OUTER, 0.95),
        _read("c", OUTER, OUTER, 0.7),
        _read("d", OUTER, INNER, 0.5),
    )
    assert answers.risk().tolist() == [0, 0.5, pytest.approx(1 / 3), 0.5]
    assert answers.risk_at(0.5) == 0.5


def test_equally_sure_answers_share_their_risk_whatever_their_order() -> None:
    wrong, right = _read("a", INNER, OUTER, 0.9), _read("b", INNER, INNER, 0.9)
    for order in ((wrong, right), (right, wrong)):
        assert _answers(*order).risk().tolist() == [0.5, 0.5]


def test_sure_and_wrong_answers_are_counted_by_bearings_and_nothing_found_is_none_of_them() -> None:
    answers = _answers(
        _read("a", INNER, OUTER, 0.95),
        _read("a", INNER, OUTER, 0.97),
        _read("b", INNER, INNER, 0.92),
        _read("c", INNER, NORMAL, 0.99),
        _read("d", INNER, OUTER, 0.89),
    )
    sure = answers.sure()
    assert (sure.answers, sure.wrong) == (3, 2)
    assert (sure.bearings.right, sure.bearings.total) == (1, 2)
    assert _answers(*answers.read, known=False).sure(known_only=True).answers == 0


def test_a_perfect_answer_scores_nothing_and_a_sure_wrong_one_two() -> None:
    assert _answers(_read("a", INNER, INNER, 1.0)).brier == 0
    assert _answers(_read("a", INNER, OUTER, 1.0)).brier == 2


def test_the_area_counts_ties_half() -> None:
    inside = np.array([0.0, 1.0, 2.0, 3.0])
    assert auroc(inside, np.array([4.0, 5.0])) == 1
    assert auroc(inside, inside) == 0.5
    assert auroc(inside, np.array([-1.0])) == 0


@pytest.mark.parametrize("kind", IMPOSTORS)
def test_an_impostor_is_the_same_each_time(kind: str) -> None:
    first, again = (IMPOSTORS[kind](np.random.default_rng(3), 1.0, 12_000.0) for _ in range(2))
    assert first.size == 12_000
    np.testing.assert_array_equal(first, again)


def test_the_impostors_are_what_they_are_called() -> None:
    made = {
        kind: Recording(draw(np.random.default_rng(1), 3.0, 12_000.0).astype(np.float32), 12_000.0)
        for kind, draw in IMPOSTORS.items()
    }
    for kind in ("white noise", "pink noise"):
        assert from_power_law_db(octave_spectrum_db(made[kind])) < 0.5
    assert level_spread_db(made["speech-like noise"]) > 6
    assert level_spread_db(made["hum"]) < 1
    clipped = made["clipped sine"].samples
    assert np.mean(np.abs(clipped) > 0.97 * np.abs(clipped).max()) > 0.2


def test_every_signal_is_asked_at_the_same_length() -> None:
    for seconds in set(pieces.SECONDS.values()):
        asked = [
            *pieces.impostors(seconds),
            *(each for each, _ in zip(pieces.simulated(seconds), range(8), strict=False)),
        ]
        assert {round(each.recording.seconds, 2) for each in asked} == {seconds}
        assert {pieces.HEALTHY_MACHINES, pieces.FAULTY_MACHINES, *IMPOSTORS} == {each.group for each in asked}


def test_what_was_not_measured_says_so() -> None:
    cells = CONFIDENCE.cells(ROOT)
    assert len({cell.name for cell in cells}) == len({cell.key for cell in cells}) == len(cells)
    assert "aligned: passed as known, %\n\nnot run" in CONFIDENCE.page(cells, {})
