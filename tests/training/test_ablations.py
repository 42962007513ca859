"""The ablations: one choice at a time, chosen on the validation part, compared by energy a shaft revolution."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from data.fault import Fault
from data.rig import draw_rig, simulate
from models.network import MraSnnConfig
from training.config import TrainingConfig
from training.spans import CWRU_FAULT_RATE_HZ
from training.suites.ablations.cells import PROBLEMS, AblationCell
from training.suites.ablations.figures import Standing, frontier, smallest_near_the_best, standings
from training.suites.ablations.frontier import PICTURE, draw
from training.suites.ablations.page import page
from training.suites.ablations.plan import cells
from training.suites.ablations.variants import UNCHANGED, unchanged, variants
from training.suites.suite import LEFT_EMPTY, NOT_RUN
from training.suites.trial import Variant


def test_each_choice_is_made_otherwise_once_and_fits_its_network() -> None:
    made = variants(unchanged())
    assert made[0].name == UNCHANGED
    assert len({variant.config.key for variant in made}) == len({variant.name for variant in made}) == len(made)
    switches = {
        (net.encoder_attention, net.block_attention, net.neuron_attention)
        for net in (variant.config.network for variant in made if variant.group in ("attention", UNCHANGED))
        if isinstance(net, MraSnnConfig)
    }
    assert len(switches) == 8
    assert {variant.config.front_end.length for variant in made} >= {256, 512, 1024, 2048}


def test_choices_are_made_only_on_splits_in_which_another_bearing_validates() -> None:
    bearings, speeds = (problem.splits() for problem in PROBLEMS)
    assert len(bearings) == 3
    for split in bearings:
        trained = {span.entry.bearing for span in split.train if span.entry.diameter_in is not None}
        assert not trained & {span.entry.bearing for span in split.validation}
    assert [split.name for split in speeds] == ["600 -> 1000 rpm", "1000 -> 600 rpm"]


def test_a_choice_that_changes_nothing_of_what_is_read_is_not_measured_and_has_dashes() -> None:
    made, rng = variants(unchanged()), np.random.default_rng(0)
    of_cwru = simulate(draw_rig(rng, rate_hz=CWRU_FAULT_RATE_HZ), Fault.INNER_RACE, 2.0, rng)
    (lowest_band,) = (variant for variant in made if variant.group == "bands")
    read = [variant.config.front_end.windows(of_cwru).values for variant in (made[0], lowest_band)]
    np.testing.assert_array_equal(*read)
    planned = [cell for cell in cells(Path("no-data")) if isinstance(cell, AblationCell)]
    assert {cell.problem.name for cell in planned if cell.variant == lowest_band} == {"speeds"}
    assert f"| {lowest_band.name} | {LEFT_EMPTY} |" in page(planned, {})


def standing(name: str, validation: float, paper_nj: float, parameters: int = 1000) -> Standing:
    variant = Variant("group", name, unchanged())
    return Standing(variant, parameters, validation, 0.5, (1, 1), (1, 1), 0.04, paper_nj, 10 * paper_nj)


def test_the_frontier_leaves_out_what_is_beaten_in_both() -> None:
    points = [standing("dear", 0.99, 30), standing("beaten", 0.90, 20), standing("cheap", 0.95, 10)]
    assert [each.variant.name for each in frontier(points)] == ["cheap", "dear"]


def test_the_smallest_near_the_best_is_within_two_tenths_of_a_point() -> None:
    points = [standing("best", 0.990, 9, 9000), standing("near", 0.989, 9, 5000), standing("far", 0.987, 9, 1000)]
    smallest = smallest_near_the_best(points)
    assert smallest is not None
    assert smallest.variant.name == "near"
    assert smallest_near_the_best([]) is None


@pytest.fixture
def filled(small_config: Callable[..., TrainingConfig]) -> tuple[list[AblationCell], dict[str, dict[str, object]]]:
    """Two variants of one problem, each with the same made-up result; the rest of the cells have none."""
    made = [cell for cell in cells(Path("no-data"), small_config()) if isinstance(cell, AblationCell)]
    energy = {"paper": 80.0, "full": 800.0, "twin_paper": 1.0, "twin_full": 1.0}
    cost = {"energy": {"float32": energy}, "synops": 1, "macs": 1, "firing_rate": 0.04, "firing_rates": {}}
    part = {"windows": 10, "runs": 20, "window_accuracy": 0.9, "missed": 0, "false_alarms": 0, "recordings": []}
    raw = {"row": "", "protocol": "", "dataset": "", "split": "", "seed": 0, "parameters": 4091}
    result = {**raw, "key": "", "name": "", "cpu_seconds": 1.0, "reached": [{**part, "cost": cost}] * 2}
    wanted = (UNCHANGED, "2 rev")
    return made, {cell.key: result for cell in made if cell.variant.name in wanted and cell.problem is PROBLEMS[0]}


def test_energy_is_that_of_all_bands_a_shaft_revolution(
    filled: tuple[list[AblationCell], dict[str, dict[str, object]]],
) -> None:
    found = standings(*filled, PROBLEMS[0])
    four_turns, two_turns = found[UNCHANGED], found["2 rev"]
    assert four_turns is not None
    assert two_turns is not None
    assert (four_turns.paper_nj, two_turns.paper_nj) == (40.0, 80.0)
    assert found["1 rev"] is None


def test_the_page_tells_what_is_not_run_and_the_picture_has_the_same_bytes_again(
    filled: tuple[list[AblationCell], dict[str, dict[str, object]]], tmp_path: Path
) -> None:
    text = page(*filled)
    assert f"| {UNCHANGED} | 4,091 | 90.00 |" in text
    assert f"| 1 rev | {NOT_RUN} |" in text
    draw(*filled, tmp_path / "one")
    draw(*filled, tmp_path / "two")
    assert (tmp_path / "one" / PICTURE).read_bytes() == (tmp_path / "two" / PICTURE).read_bytes()
