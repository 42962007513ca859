"""Asking in doubt: what was wrong is told apart from what was read, and a page says what is not there."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from data.fault import FAULTS, Fault
from data.geometry import Geometry
from data.rig import draw_rig, simulate
from training.doubt.asking import ask
from training.doubt.plants import CHOOSING, TESTING, plant
from training.doubt.readers import READERS, OfBundle, Rule
from training.suites.doubt import DOUBT


def test_plants_for_choosing_and_for_testing_are_others() -> None:
    assert not set(CHOOSING) & set(TESTING)
    assert [plant(seed).fault for seed in TESTING[:4]] == list(FAULTS)
    np.testing.assert_array_equal(plant(5).samples, plant(5).samples)


def test_a_wrong_speed_is_doubted_and_read_again_where_the_shaft_shows() -> None:
    rng = np.random.default_rng(0)
    rig = draw_rig(rng, geometry=Geometry(9, 0.2034), speed_rpm=1500.0, snr_db=3.0, shaft_harmonics=(0.5,) * 6)
    asked = ask(simulate(rig, Fault.OUTER_RACE, 4.0, rng), Rule())
    by_wrong = {each["wrong"]: each for each in asked["speeds"]}
    assert not by_wrong[0.0]["doubted"]
    for wrong in (0.06, -0.06):
        assert by_wrong[wrong]["doubted"]
        assert by_wrong[wrong]["given"] != Fault.OUTER_RACE
        assert by_wrong[wrong]["corrected"] == Fault.OUTER_RACE
    assert [each["fit"] for each in asked["numbers"]] == ["fits", "does_not_fit", "does_not_fit"]
    assert json.loads(json.dumps(asked)) == asked


def test_a_shipped_bundle_can_be_asked_too() -> None:
    recording = plant(TESTING[1])
    reader = OfBundle("order")
    assert reader.version.startswith("order/")
    assert reader.read(recording) in FAULTS
    assert reader.read(replace(recording, speed_rpm=None)) is None


def test_what_was_not_run_is_said(tmp_path: Path) -> None:
    page = DOUBT.page(DOUBT.cells(tmp_path), {})
    assert "not run" in page
    assert page.count("##") == 4 + 2 * len(READERS)


@pytest.mark.parametrize("cell", DOUBT.cells(Path()), ids=lambda cell: cell.name)
def test_each_cell_has_a_key_of_its_own(cell: object) -> None:
    same = [other for other in DOUBT.cells(Path()) if other.key == cell.key]  # type: ignore[attr-defined]
    assert len(same) == 1
