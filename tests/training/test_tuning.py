"""The tuning: every network gets the same few settings, and only validation parts choose."""

from collections.abc import Callable
from pathlib import Path

import pytest

from training import spans
from training.config import TrainingConfig
from training.suites.cell import Result
from training.suites.problem import Problem
from training.suites.suite import NOT_RUN
from training.suites.trial import Variant
from training.suites.tuning.cells import PROBLEMS, TuningCell
from training.suites.tuning.figures import Choice, Standing, choices
from training.suites.tuning.grid import LEARNING_RATES, SHARED, tuned_rows, variants
from training.suites.tuning.page import page
from training.suites.tuning.plan import cells

BEARINGS, LOADS = PROBLEMS
LESS, MORE = LEARNING_RATES[0], LEARNING_RATES[-1]


def test_every_row_gets_the_same_settings_and_nothing_else_of_it_changes() -> None:
    made = variants(tuned_rows())
    for row in tuned_rows():
        configs = [each.config for each in made if each.group == row.label]
        assert tuple(each.schedule.learning_rate for each in configs) == LEARNING_RATES
        used = row.training()
        assert used in configs
        for each in configs:
            schedule = each.schedule.model_copy(update={"learning_rate": used.schedule.learning_rate})
            assert each.model_copy(update={"schedule": schedule}) == used
    assert [row.label for row in tuned_rows()] == [
        "MRA-SNN order",
        "ReLU twin order",
        "MRA-SNN time",
        "ReLU twin time",
        "WDCNN time",
        "ResNet time",
        "ResNet order",
    ]


def test_another_bearing_validates_where_the_settings_are_chosen() -> None:
    validated = set()
    for split in BEARINGS.splits():
        trained = {span.entry.bearing for span in split.train if span.entry.diameter_in is not None}
        other = {span.entry.bearing for span in split.validation if span.entry.diameter_in is not None}
        assert not trained & other
        validated |= {span.entry.diameter_in for span in split.validation if span.entry.diameter_in is not None}
    assert validated == {0.007, 0.014, 0.021}


def test_no_recording_of_a_test_part_is_opened(
    small_root: Path, small_config: Callable[..., TrainingConfig], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = Problem("official", "by-recording", "mfpt", ("official",))
    (split,) = problem.splits()
    opened = set()
    published = spans._published

    def noted(root: Path, entry: spans.Entry) -> spans.Recording:
        opened.add(entry)
        return published(root, entry)

    monkeypatch.setattr(spans, "_published", noted)
    result = TuningCell(problem, split, Variant("row", "row, one step", small_config(steps=1))).measure(
        small_root, tmp_path
    )
    assert opened == {span.entry for span in (*split.train, *split.validation)}
    assert 0 <= result["accuracy"] <= 1
    assert result["loss"] > 0


def standing(rate: float, *accuracies: float, loss: float = 1.0) -> Standing:
    return Standing(rate, accuracies, (loss,) * len(accuracies), ())


def test_accuracy_chooses_and_the_loss_only_among_equals() -> None:
    shared = standing(SHARED, 0.8, loss=0.5)
    assert Choice((standing(LESS, 0.81, loss=2.0), shared)).best.learning_rate == LESS
    assert Choice((standing(LESS, 0.8, loss=0.4), shared)).best.learning_rate == LESS
    assert Choice((standing(LESS, 0.8, loss=0.6), shared)).best.learning_rate == SHARED


@pytest.mark.parametrize(
    ("accuracies", "beyond"),
    [((0.75, 0.75, 0.75), True), ((0.51, 0.75, 0.99), False), ((0.6, 0.6, 0.5), False), ((0.75,), False)],
)
def test_a_gain_counts_only_where_it_is_larger_than_its_spread(accuracies: tuple[float, ...], beyond: bool) -> None:
    shared = standing(SHARED, *(0.5,) * len(accuracies))
    assert Choice((shared, standing(MORE, *accuracies))).beyond_the_spread is beyond


def test_each_split_may_choose_another_setting() -> None:
    choice = Choice((standing(LESS, 0.9, 0.1, 0.5), standing(SHARED, 0.5, 0.6, 0.5)))
    assert choice.best.learning_rate == SHARED
    assert [each.learning_rate for each in choice.by_split()] == [LESS, SHARED, LESS]


@pytest.fixture
def filled() -> tuple[list[TuningCell], dict[str, Result]]:
    """The cells of the bearings, with made-up results of two rows: one gains by the higher rate, one does not."""
    made = [cell for cell in cells(Path("no-data")) if isinstance(cell, TuningCell)]
    accuracies = {"WDCNN time": dict(zip(LEARNING_RATES, (0.4, 0.5, 0.625), strict=True)), "ResNet time": {}}
    results: dict[str, Result] = {}
    for cell in made:
        row, rate = cell.variant.group, cell.config.schedule.learning_rate
        if row in accuracies and cell.problem == BEARINGS:
            accuracy = accuracies[row].get(rate, 0.5 + 0.1 * (rate == SHARED))
            results[cell.key] = {"accuracy": accuracy, "loss": 1.0, "firing_rates": {}}
    return made, results


def test_the_page_tells_what_wins_by_how_much_and_what_is_not_run(
    filled: tuple[list[TuningCell], dict[str, Result]],
) -> None:
    text = page(*filled)
    gained = "0.006, 0.006, 0.006"
    assert f"| WDCNN time | 0.002 | 0.006 | +12.5 (+12.5 to +12.5) | yes | {gained} | {NOT_RUN} | {NOT_RUN} |" in text
    assert "| ResNet time | 0.002 | 0.002 | - | - |" in text
    assert "| WDCNN time | 0.006 | 62.5 | 62.5 to 62.5 | 1.000 | - | wins |" in text
    assert f"| MRA-SNN order | 0.00067 | {NOT_RUN} |" in text
    assert f"by another setting: {NOT_RUN}." in text


def test_the_page_names_the_rows_that_gain_more_than_the_spread(
    filled: tuple[list[TuningCell], dict[str, Result]],
) -> None:
    made, results = filled
    few = [cell for cell in made if cell.variant.group in ("WDCNN time", "ResNet time")]
    assert "by another setting: WDCNN time." in page(few, results)


def test_a_row_waits_for_all_its_settings_on_all_splits(filled: tuple[list[TuningCell], dict[str, Result]]) -> None:
    made, results = filled
    fewer = dict(list(results.items())[1:])
    assert sum(choice is not None for choice in choices(made, results, BEARINGS).values()) == 2
    assert sum(choice is not None for choice in choices(made, fewer, BEARINGS).values()) == 1
