"""The truth table: what a cell keeps, what its figures count, and in which order a queue fills it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from data.datasets import DATASETS
from data.errors import DatasetError
from data.fault import Fault
from data.protocols import Span
from data.recording import Recording
from training.config import TrainingConfig
from training.suites.recordings import ABSENT, at_hand, used
from training.suites.rows import ROWS, RULE, Row
from training.suites.suite import NOT_RUN
from training.suites.truth.altering import SNR_DB, noisy
from training.suites.truth.cells import NetworkCell, Place, RuleCell
from training.suites.truth.figures import Told, counts, majority, of_seed, over_seeds
from training.suites.truth.filled import Filled
from training.suites.truth.page import page
from training.suites.truth.plan import cells, reported
from training.suites.truth.raw import Cost, Raw, Reached, ReadRecording
from training.suites.truth.targets import TARGETS, Reach

QUEUE_ONLY = {"key": "0" * 16, "name": "n", "cpu_seconds": 60.0}


def reading(
    name: str, fault: Fault, verdict: Fault, bearing: str = "", forced: Fault = Fault.INNER_RACE
) -> ReadRecording:
    where = {"rig": "cwru", "name": name, "bearing": bearing or name, "load": "", "speed_rpm": 1750.0}
    return ReadRecording(**where, fault=fault, verdict=verdict, forced=forced)


def reached(*recordings: ReadRecording, accuracy: float = 1.0) -> Reached:
    return Reached(window_accuracy=accuracy, missed=0, false_alarms=0, recordings=recordings)


INNER, OUTER, NORMAL = Fault.INNER_RACE, Fault.OUTER_RACE, Fault.NORMAL


def test_a_recording_that_several_splits_test_is_right_only_if_all_read_it_right() -> None:
    verdicts = of_seed(
        [reached(reading("a", INNER, INNER)), reached(reading("a", INNER, OUTER)), reached(reading("a", INNER, INNER))]
    )
    assert [(each.verdict, each.right) for each in verdicts.values()] == [(OUTER, False)]


@pytest.mark.parametrize(
    ("votes", "verdict"),
    [([INNER, INNER, OUTER], INNER), ([INNER, OUTER], OUTER), ([INNER, NORMAL, OUTER, NORMAL, INNER], NORMAL)],
)
def test_over_seeds_only_a_true_majority_is_right(votes: list[Fault], verdict: Fault) -> None:
    (vote,) = majority([of_seed([reached(reading("a", INNER, each))]) for each in votes])
    assert vote.verdict is verdict


def test_a_bearing_is_right_only_if_all_its_recordings_are() -> None:
    recordings = (
        reading("a", INNER, INNER, "one"),
        reading("b", INNER, NORMAL, "one"),
        reading("c", OUTER, OUTER, "two"),
    )
    found = counts(list(of_seed([reached(*recordings)]).values()))
    assert (found.bearings_right.right, found.bearings_right.total) == (1, 2)
    assert (found.right.right, found.missed.right, found.named_wrong.right) == (2, 1, 0)


def test_the_forced_choice_is_counted_apart_from_what_was_named() -> None:
    found = counts(list(of_seed([reached(reading("a", INNER, NORMAL, forced=INNER))]).values()))
    assert (found.named_right.right, found.forced_right.right) == (0, 1)


def test_the_worst_seed_stands_beside_the_majority() -> None:
    seeds = [[reached(reading("a", INNER, each), reading("b", NORMAL, NORMAL))] for each in (INNER, INNER, NORMAL)]
    told = Told.of(seeds)
    assert told.good("right") == "2 of 2 (worst 1)"
    assert told.bad("missed") == "0 of 1 (worst 1)"
    assert told.bad("false_alarms") == "0 of 1"


def test_a_figure_is_the_mean_over_splits_and_its_worst_seed_is_told() -> None:
    seeds = [[reached(accuracy=1.0), reached(accuracy=0.8)], [reached(accuracy=0.7), reached(accuracy=0.7)]]
    assert over_seeds(seeds, "window_accuracy").text(100, 1) == "80.0 ± 10.0 (70.0)"


def test_the_table_is_made_of_the_same_recordings_whatever_a_machine_holds(tmp_path: Path, small_root: Path) -> None:
    view = at_hand(small_root, "mfpt", tmp_path)
    assert DATASETS["mfpt"].present(view) == used("mfpt")
    assert not {f"{entry.rig}/{entry.name}" for entry in DATASETS["mfpt"].present(view)} & ABSENT
    assert at_hand(view, "mfpt", tmp_path) == view
    with pytest.raises(DatasetError, match="jnu/ib600_2"):
        at_hand(small_root, "all", tmp_path)


def test_noise_has_the_stated_power_and_is_the_same_every_time() -> None:
    rng = np.random.default_rng(0)
    recording = Recording(rng.standard_normal(50_000), 12_000.0)
    span = Span(used("mfpt")[0])
    added = noisy(-5.0)(recording, span).samples - recording.samples
    assert 10 * np.log10(np.mean(recording.samples**2) / np.mean(added**2)) == pytest.approx(-5.0, abs=0.1)
    np.testing.assert_array_equal(noisy(-5.0)(recording, span).samples, recording.samples + added)
    other = noisy(-5.0)(recording, Span(used("mfpt")[1])).samples
    assert not np.array_equal(other, recording.samples + added)


def test_the_first_seed_of_all_protocols_comes_before_the_second_of_any() -> None:
    queue = [cell for cell in cells(Path("no-data")) if isinstance(cell, NetworkCell)]
    seeds = [cell.place.seed for cell in queue]
    assert seeds == sorted(seeds)
    assert {cell.place.row for cell in queue if cell.place.seed == 0} == {row.label for row in ROWS}
    assert queue[0].place.row == "MRA-SNN order"
    assert queue[0].place.protocol == "cross-machine"


def test_no_two_cells_share_a_name_or_a_key() -> None:
    queue = cells(Path("no-data"))
    assert len({cell.name for cell in queue}) == len({cell.key for cell in queue}) == len(queue)


def test_a_row_may_run_on_some_protocols_alone_and_change_its_configuration() -> None:
    row = Row("short", "order", changes={"schedule": {"steps": 7}}, protocols=("by-bearing",), seeds=1)
    queue = [cell for cell in cells(Path("no-data"), [row]) if isinstance(cell, NetworkCell)]
    assert [cell.place.split.name for cell in queue] == [split.name for split in reported("cwru", "by-bearing")]
    assert {cell.config.schedule.steps for cell in queue} == {7}


def test_a_row_that_is_spared_some_splits_is_whole_without_them() -> None:
    rows = [Row("spared", "order", spared=", no fault at 270 lbs", seeds=1), Row("full", "order", seeds=1)]
    queue = [cell for cell in cells(Path("no-data"), rows) if isinstance(cell, NetworkCell)]
    loads = [cell for cell in queue if (cell.place.protocol, cell.place.dataset) == ("cross-load", "mfpt")]
    spared = [cell for cell in loads if cell.row.label == "spared"]
    assert len([cell for cell in loads if cell.row.label == "full"]) == 17
    assert len(spared) == 9
    results = {cell.key: QUEUE_ONLY | cell.place.raw([]) for cell in spared}
    filled = Filled(loads, results)
    assert filled.series("spared", "cross-load", "mfpt").told == "1"
    assert filled.series("full", "cross-load", "mfpt").told == "0 of 1 seeds"
    assert filled.series("spared", "cross-load", "mfpt", ["0 lbs, no fault at 270 lbs"]).asked == 0


@pytest.fixture
def network_cell(small_config: Callable[..., TrainingConfig]) -> NetworkCell:
    (split,) = reported("mfpt", "by-recording")
    row = Row("MRA-SNN order", "order")
    return NetworkCell(Place(row.label, "by-recording", "mfpt", split), row, small_config(steps=20))


def test_a_cell_keeps_every_recording_and_a_noisy_one_trains_nothing(
    network_cell: NetworkCell, small_root: Path, tmp_path: Path
) -> None:
    raw = Raw.model_validate(network_cell.measure(small_root, tmp_path))
    (clean,) = raw.reached
    assert [each.name for each in clean.recordings] == [span.entry.name for span in network_cell.place.split.test]
    assert all(sum(each.guesses) > 0 and len(each.probabilities) == 4 for each in clean.recordings)
    assert clean.cost is not None
    assert set(clean.cost.energy) == {"float32", "int8"}

    weights = {file: file.stat().st_mtime_ns for file in tmp_path.rglob("weights.safetensors")}
    noise = replace(network_cell, place=replace(network_cell.place, noise=True))
    loud = Raw.model_validate(noise.measure(small_root, tmp_path))
    assert tuple(each.snr_db for each in loud.reached) == SNR_DB
    assert weights == {file: file.stat().st_mtime_ns for file in tmp_path.rglob("weights.safetensors")}
    assert noise.key != network_cell.key

    results = {cell.key: QUEUE_ONLY | cell.measure(small_root, tmp_path) for cell in (network_cell, noise)}
    others = [replace(network_cell, place=replace(network_cell.place, seed=seed)) for seed in (1, 2)]
    text = page([network_cell, noise, *others], results)
    assert "| MRA-SNN order | 1 of 3 seeds |" in text
    right = sum(each.verdict is each.fault for each in clean.recordings)
    assert f"MFPT: every recording | {right} of 4 (1 of 3 seeds): {'reached' if right == 4 else 'missed'} |" in text
    assert f"| MRA-SNN order | 0 of 2 seeds | {NOT_RUN} |" in page(others, {})


def test_the_envelope_rule_needs_no_run(small_root: Path, tmp_path: Path) -> None:
    (split,) = reported("mfpt", "by-recording")
    raw = Raw.model_validate(RuleCell(Place(RULE, "by-recording", "mfpt", split)).measure(small_root, tmp_path))
    assert {len(each.z) for each in raw.reached[0].recordings} == {3}
    assert not list(tmp_path.rglob("weights.safetensors"))


def test_few_spikes_count_only_where_the_pairs_of_speeds_are_kept() -> None:
    rows = [Row("MRA-SNN order", "order", seeds=1), Row("lean", "time", seeds=1)]
    queue = [cell for cell in cells(Path("no-data"), rows) if isinstance(cell, NetworkCell)]
    speeds = [cell for cell in queue if cell.place.protocol == "cross-speed"]
    fires = Cost(energy={}, synops=0, macs=0, firing_rate=0.03, firing_rates={})

    def told(lean: float) -> Reach:
        results = {
            cell.key: QUEUE_ONLY
            | cell.place.raw(
                [reached(accuracy=lean if cell.row.label == "lean" else 0.99).model_copy(update={"cost": fires})]
            )
            for cell in speeds
        }
        (aim,) = (each for each in TARGETS if each.aim == "firing rate, `cross-speed`, JNU: 4 %")
        return aim.reached(Filled(speeds, results), "lean")

    assert told(0.99) == Reach("3.0 %", True)
    assert told(0.98) == Reach("3.0 %, but loses JNU's pairs", False)
