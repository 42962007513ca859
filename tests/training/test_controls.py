"""The controls: what shuffling leaves, what the probe can and cannot tell, and the word for what a network reads."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from data.candidate_lines import CANDIDATES, HARMONICS, NUMBERS
from data.datasets import DATASETS
from data.fault import FAULTS, Fault
from data.front_ends import AlignedFrontEnd, OrderFrontEnd, TimeFrontEnd
from data.front_ends.aligned import CHANNELS
from data.protocols import PROTOCOLS
from data.recording import Recording
from data.rig import draw_rig, simulate
from models.graph import Reading
from models.network import MraSnnConfig
from training.config import Augmentation, ConfigError, Source, TrainingConfig
from training.controls.rate_probe import QUESTIONS, Question, linear_probe, spectra
from training.controls.scores import Score, balanced
from training.controls.shuffle import (
    PIECE_REVOLUTIONS,
    PIECE_SECONDS,
    ShuffledPool,
    pieces_of,
    shuffled,
    shuffled_recording,
    shuffled_windows,
)
from training.controls.variants import AS_IT_IS, SHUFFLED, read_variants, variants_of, wrong_speed
from training.controls.word import what_it_reads
from training.pool import Pool
from training.suites import SUITES
from training.suites.controls.cells import LabelsCell, OrderCell, permuted_labels
from training.suites.controls.page import page
from training.suites.controls.rate import WINDOWS, RateCell
from training.suites.recordings import used
from training.suites.suite import NOT_RUN

OFFICIAL = Source(dataset="mfpt", protocol="by-recording", split="official")


def windows(count: int) -> np.ndarray:
    return np.random.default_rng(0).standard_normal((count, 1, 1024)).astype(np.float32)


def test_shuffling_keeps_every_sample_and_moves_nearly_all() -> None:
    before = windows(20)
    after = shuffled(before, 40)
    assert after.shape == before.shape
    assert np.array_equal(np.sort(after), np.sort(before))
    assert (after == before).mean() < 0.1


def test_a_piece_stays_whole() -> None:
    at = shuffled(np.arange(1024, dtype=np.float32)[None], 40)[0]
    joints = np.flatnonzero(np.diff(at) != 1)
    assert 30 <= len(joints) <= 39
    assert np.diff(joints).min() >= 25


def test_a_window_is_shuffled_alike_alone_and_in_company() -> None:
    many = windows(8)
    assert np.array_equal(shuffled(many, 40)[3], shuffled(many[3:4], 40)[0])


def test_windows_are_cut_into_tenths_of_a_revolution_or_four_milliseconds() -> None:
    assert pieces_of(OrderFrontEnd()) == 4 / PIECE_REVOLUTIONS
    assert pieces_of(TimeFrontEnd()) == round(2048 / 12_000 / PIECE_SECONDS)


def test_pieces_are_shorter_than_any_faults_period_on_real_recordings(data_root: Path) -> None:
    for dataset in DATASETS.values():
        for entry in dataset.present(data_root)[::3]:
            recording = dataset.load(data_root, entry)
            assert recording.orders is not None
            assert recording.shaft_hz is not None
            highest = max(recording.orders.bpfi, recording.orders.bpfo, 2 * recording.orders.bsf)
            assert highest * PIECE_REVOLUTIONS < 1
            assert highest * recording.shaft_hz * PIECE_SECONDS < 1


def test_a_shuffled_pool_draws_the_windows_of_a_pool_shuffled() -> None:
    rng = np.random.default_rng(0)
    recordings = [simulate(draw_rig(rng), fault, 2.0, rng) for fault in FAULTS]
    of = (recordings, OrderFrontEnd(), Augmentation())
    (before, labels), (after, same) = (pool(*of).batch(8, (1, 2)) for pool in (Pool, ShuffledPool))
    assert np.array_equal(labels, same)
    assert np.array_equal(after, shuffled(before, 40))


def test_a_recording_is_shuffled_in_tenths_of_a_revolution_the_same_every_time() -> None:
    ramp = Recording(np.arange(24_000, dtype=np.float32), 24_000.0, speed_rpm=1500.0)
    at = shuffled_recording(ramp).samples
    assert np.array_equal(np.sort(at), ramp.samples)
    joints = np.flatnonzero(np.diff(at) != 1)
    assert set(np.diff(joints) % 96) == {0}  # a tenth of the 960 samples of a revolution
    assert len(joints) > 240
    assert np.array_equal(shuffled_recording(ramp).samples, at)


def test_where_windows_are_spectra_the_shuffled_recording_has_lost_its_faults_lines() -> None:
    rng, front_end = np.random.default_rng(2), AlignedFrontEnd()
    fault = simulate(draw_rig(rng), Fault.OUTER_RACE, 3.0, rng)
    place = CANDIDATES.index(Fault.OUTER_RACE)
    before, after = (
        values.reshape(len(values), len(CANDIDATES), CHANNELS, NUMBERS)[:, place, :, : HARMONICS.size].mean()
        for values in (front_end.windows(fault).values, shuffled_windows(front_end, fault))
    )
    assert before > 1.0
    assert after < before / 3
    assert set(read_variants(Peaky().run, front_end, [fault], FAULTS)) == set(variants_of(front_end))
    assert SHUFFLED in variants_of(front_end)


@pytest.mark.parametrize(
    ("measured", "word"),
    [
        ((0.99, 0.40, 0.50, 1 / 3), "order"),
        ((0.99, 0.97, 0.98, 1 / 3), "amplitude"),
        ((0.99, 0.40, 0.98, 1 / 3), "both"),
        ((0.99, 0.70, 0.50, 1 / 3), "both"),
        ((0.99, 0.97, 0.50, 1 / 3), "both"),
        ((0.38, 0.33, 0.33, 1 / 3), "nothing"),
        ((0.99, 0.40, None, 1 / 3), "order"),
        ((0.99, 0.70, None, 1 / 3), "both"),
        ((0.99, 0.90, None, 1 / 3), "amplitude"),
        ((0.99, 0.25, 0.20, 1 / 4), "order"),
        ((0.99, 0.97, 0.97, 1 / 4), "amplitude"),
    ],
)
def test_the_word_follows_the_rule(measured: tuple[float, float, float | None, float], word: str) -> None:
    assert what_it_reads(*measured) == word


class Peaky:
    """Says "inner race" where a window's spectrum has a sharp line, else "outer race": it reads order."""

    def run(self, values: np.ndarray) -> Reading:
        power = np.abs(np.fft.rfft(values[:, 0])) ** 2
        line = power.max(axis=1) / np.median(power, axis=1) > 1000
        logits = np.zeros((len(values), len(FAULTS)), dtype=np.float32)
        logits[:, FAULTS.index(Fault.INNER_RACE)] = line
        logits[:, FAULTS.index(Fault.OUTER_RACE)] = ~line
        nothing = np.zeros((len(values), 0), dtype=np.float32)
        return Reading(logits, nothing, nothing, nothing)


def test_a_reader_of_lines_is_lost_on_shuffled_windows_and_not_at_another_speed() -> None:
    rng = np.random.default_rng(1)
    beat = 1 + np.sin(2 * np.pi * 125 * np.arange(48_000) / 24_000)
    sine = Recording(
        (beat * rng.standard_normal(48_000)).astype(np.float32), 24_000.0, 1500.0, fault=Fault.INNER_RACE, source="sine"
    )
    found = read_variants(Peaky().run, OrderFrontEnd(), [sine], FAULTS[:3])
    shares = {variant: np.mean([each.share for each in of]) for variant, of in found.items()}
    assert shares[AS_IT_IS] > 0.9
    assert shares[SHUFFLED] < 0.4
    assert shares[wrong_speed(0.12)] > 0.9
    assert len(found[wrong_speed(0.12)]) == 2


def test_the_speed_cannot_be_wrong_where_it_is_not_asked_for() -> None:
    noise = Recording(windows(20).ravel(), 12_000.0, fault=Fault.INNER_RACE, source="noise")
    assert set(read_variants(Peaky().run, TimeFrontEnd(), [noise], FAULTS)) == {AS_IT_IS, SHUFFLED}


def test_an_interval_does_not_shrink_with_more_windows_of_the_same_recordings() -> None:
    few = [Score(f"{fault} {at}", fault, 10, right, fault) for fault in "ab" for at, right in enumerate((10, 8, 3))]
    many = [replace(each, windows=1000, right=100 * each.right) for each in few]
    assert balanced(few) == balanced(many)
    low, high = balanced(few).interval
    assert high - low > 0.2


def test_permuted_labels_are_the_same_labels_and_one_recording_has_one() -> None:
    (split,) = PROTOCOLS["by-recording"].splits(used("mfpt"))
    true = {span.entry.name: span.entry.fault for span in (*split.train, *split.validation)}
    changed = 0
    for permutation in range(5):
        labels = permuted_labels(split, permutation)
        assert labels.keys() == true.keys()
        assert sorted(labels.values()) == sorted(true.values())
        changed += sum(labels[name] != true[name] for name in true)
    assert changed > 0.3 * 5 * len(true)


def test_a_permutation_of_six_recordings_keeps_two_labels_of_three_faults() -> None:
    *_, split = PROTOCOLS["cross-speed"].splits(used("jnu"))
    true = {span.entry.name: span.entry.fault for span in split.train}
    drawn = [permuted_labels(split, permutation) for permutation in range(6)]
    assert {sum(labels[name] == fault for name, fault in true.items()) for labels in drawn} == {2}
    assert len({tuple(labels.values()) for labels in drawn}) > 1


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_every_recording_is_left_out_together_with_one_of_the_other_kind(question: Question) -> None:
    folds = question.folds()
    assert {high for high, _ in folds} == set(question.high)
    assert {low for _, low in folds} == set(question.low)


def probe_right(planted: bool) -> float:
    """Windows told right by the probe on spectra, of noise that is tilted for "high" or not."""
    config = TrainingConfig(
        name="t", front_end=TimeFrontEnd(), network=MraSnnConfig(window_length=2048), sources=(OFFICIAL,)
    )
    rng, question = np.random.default_rng(3), QUESTIONS["rate"]
    recordings = {}
    for name in (*question.high, *question.low):
        noise = rng.standard_normal(40_000)
        tilt = 0.9 * np.roll(noise, 1) if planted and name in question.high else 0
        recordings[name] = Recording((noise + tilt).astype(np.float32), 24_000.0)
    right = []
    for high, low in question.folds():
        rest = [name for name in recordings if name not in (high, low)]
        told = linear_probe(spectra)(config, recordings, rest, question, Path("unused"))
        right += [np.mean(told(recordings[high]) > 0.5), np.mean(told(recordings[low]) <= 0.5)]
    return float(np.mean(right))


def test_the_probe_finds_what_is_planted_and_no_more_than_chance_where_nothing_is() -> None:
    assert probe_right(planted=True) > 0.9
    # Under a half: what is left out pulls the means of the rest the other way. So nothing is told as less than chance.
    assert 0.2 < probe_right(planted=False) < 0.65


def test_the_cells_measure_and_the_page_says_what_was_not_run(
    small_root: Path, small_config: Callable[..., TrainingConfig], tmp_path: Path
) -> None:
    config = small_config(steps=20)
    cells = [
        OrderCell(config, OFFICIAL, False, 1.0),
        OrderCell(config, OFFICIAL, True, 1.0),
        LabelsCell(config, OFFICIAL, 0, 1.0),
        LabelsCell(config, OFFICIAL, 1, 1.0),
        RateCell(config, WINDOWS, 1.0),
    ]
    assert len({cell.key for cell in cells}) == len({cell.name for cell in cells}) == len(cells)
    results = {cell.key: cell.measure(small_root, tmp_path) for cell in cells[:3]}
    normal, alone, labels = (results[cell.key] for cell in cells[:3])
    assert {len(of) for name, of in normal["scores"].items() if "speed" not in name} == {4}
    assert set(alone["scores"]) == {SHUFFLED}
    assert set(labels["scores"]) == {AS_IT_IS}
    text = page(cells, results)
    assert "order, MFPT by-recording | 1 of 1 |" in text
    assert "| 1 of 2 |" in text
    assert text.count(f"| {NOT_RUN} | {NOT_RUN} |") == 4


def test_a_front_end_without_slices_is_told_so() -> None:
    class Spectral:
        kind = "spectral"

    with pytest.raises(ConfigError, match="no order that could be shuffled"):
        pieces_of(Spectral())  # type: ignore[arg-type]


def test_the_suites_cells_have_names_and_keys_of_their_own() -> None:
    cells = SUITES["controls"].cells(Path("no-data"))
    assert len({cell.name for cell in cells}) == len({cell.key for cell in cells}) == len(cells)
