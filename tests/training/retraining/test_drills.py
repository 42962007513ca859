"""The drills on real machines: the champion never saw what comes in, and what judges in the end was never told of."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from data.errors import DatasetError
from data.fault import Fault
from data.protocols import ALL
from training.spans import split_of
from training.suites.recordings import at_hand
from training.suites.retraining.drill import Drill, mislabelled
from training.suites.retraining.figures import answers
from training.suites.retraining.plan import DRILLS, OTHERS


@pytest.fixture(scope="module")
def root(data_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    try:
        return at_hand(data_root, ALL, tmp_path_factory.mktemp("recordings"))
    except DatasetError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("drill", DRILLS, ids=lambda drill: drill.name)
def test_the_champion_learns_from_nothing_that_was_left_out(drill: Drill, root: Path, tmp_path: Path) -> None:
    left_out = {f"{entry.rig}/{entry.name}" for entry in drill.left_out}
    split = split_of(drill.training.sources, at_hand(root, ALL, tmp_path, frozenset(left_out)))
    known = {f"{span.entry.rig}/{span.entry.name}" for span in (*split.train, *split.validation, *split.test)}
    assert left_out
    assert not left_out & known


@pytest.mark.parametrize("drill", DRILLS, ids=lambda drill: drill.name)
def test_as_many_of_each_fault_are_told_of_and_none_of_them_is_asked_about_in_the_end(drill: Drill, root: Path) -> None:
    rest = drill.rest(root)
    for count in drill.counts:
        told = drill.told(root, count)
        assert set(Counter(each.fault for each in told).values()) == {count}
        assert {each.fault for each in told} == {each.fault for each in rest}
        assert not any(np.shares_memory(a.recording.samples, b.recording.samples) for a in told for b in rest)
    assert {each.group for each in rest} == set(drill.groups)
    others = {each.asset for each in rest if each.group == OTHERS}
    assert not others & {each.asset for each in told}


def test_three_of_ten_labels_are_wrong(root: Path) -> None:
    told = DRILLS[0].told(root, 10)
    said = mislabelled(told, 0.3, 0)
    assert sum(each.fault is not finding for each, finding in zip(told, said, strict=True)) == 9
    assert set(said) <= {each.fault for each in told}


def test_an_interval_counts_recordings_of_one_bearing_and_bearings_where_there_are_several() -> None:
    one = [["a", Fault.INNER_RACE, None, Fault.INNER_RACE]] * 10
    assert answers(one).shares == ("0% (0% to 28%)", "100% (72% to 100%)")
    several = [[f"a{at % 2}", Fault.INNER_RACE, None, Fault.INNER_RACE] for at in range(10)]
    assert answers(several).shares == ("0% (0% to 66%)", "100% (34% to 100%)")
    mixed = [[f"a{at % 2}", Fault.INNER_RACE, None, Fault.INNER_RACE if at % 2 else None] for at in range(10)]
    assert answers(mixed).shares[1] == "50% (0% to 100%)"
