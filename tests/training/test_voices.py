"""The three voices measured: what commissions is not tested, what was asked is told so, and the page judges itself."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.fault import Fault
from models.baseline import Baseline
from models.bearing_fit import rolling_elements
from models.voices import combine
from training.suites.recordings import RIGS
from training.suites.voices import VOICES
from training.suites.voices.cells import ARGUED, SHIPPED, WITH_FAN_END, VoicesCell
from training.suites.voices.page import COMBINED, HEARD, WATCHED, best_single, false_alarms, holds, missed
from training.voices.asking import RIGHT, Asking
from training.voices.hearing import Shipped, hear, read
from training.voices.machines import CHOOSING, COMMISSIONED, TESTING, machine
from training.voices.rigs import COMMISSIONED as OF_RIGS
from training.voices.rigs import CWRU, FAN_END, commissioned, left_to_test, listened, recordings


def test_machines_for_choosing_and_for_testing_are_others() -> None:
    assert not set(CHOOSING) & set(TESTING)
    few, many = machine(TESTING[0]), machine(TESTING[1])
    assert (len(few.commissioned), len(many.commissioned)) == COMMISSIONED
    assert {test.fault for test in few.tests} == set(Fault)
    assert [test.other_load for test in few.tests] == [False, False, True, False, False, False]


def test_the_figures_of_the_machines_that_the_table_was_argued_on_are_kept() -> None:
    [cell] = [cell for cell in VOICES.cells(Path()) if isinstance(cell, VoicesCell) and cell.rig == ARGUED]
    assert (cell.network, cell.row) == (SHIPPED, RIGHT)
    kept = VOICES.ledger.results()[cell.key]["recordings"]
    assert [missed(kept, HEARD[voice]).right for voice in ("evidence", COMBINED)] == [35, 34]
    assert len(kept) == len(CHOOSING) * len(machine(CHOOSING[0]).tests)


@pytest.mark.parametrize("rig", OF_RIGS)
def test_what_commissions_a_rig_is_not_tested_on_it(rig: str) -> None:
    names = {entry.name for entry in left_to_test(rig)}
    assert not names & set(OF_RIGS[rig].names)
    assert names | set(OF_RIGS[rig].names) == {entry.name for entry in recordings(rig)}


def test_the_other_sensor_hears_the_same_recordings_and_other_samples(data_root: Path) -> None:
    drive, fan = ({entry.name: entry for entry in recordings(rig)} for rig in (CWRU, FAN_END))
    assert set(drive) - set(fan) == {"3001", "3003", "3005", "3007"}
    for name in ("99", "105"):
        one, other = listened(data_root, drive[name]), listened(data_root, fan[name])
        assert (one.rate_hz, one.speed_rpm, one.orders) == (other.rate_hz, other.speed_rpm, other.orders)
        assert one.samples.size == other.samples.size
        assert abs(np.corrcoef(one.samples, other.samples)[0, 1]) < 0.9
    pieces = [[each.samples for each in commissioned(data_root, rig)] for rig in (CWRU, FAN_END)]
    assert [len(each) for each in pieces] == [5, 5]
    assert not np.array_equal(pieces[0][0], pieces[1][0])


def test_the_other_sensor_is_asked_of_the_network_that_has_not_seen_the_machine() -> None:
    cells = [cell for cell in VOICES.cells(Path()) if isinstance(cell, VoicesCell)]
    [drive, fan] = ({(c.network, c.row, c.asking) for c in cells if c.rig == rig} for rig in (CWRU, FAN_END))
    assert drive == fan
    assert set(RIGS) - set(WITH_FAN_END) == {CWRU}
    assert set(WITH_FAN_END) - set(RIGS) == {FAN_END}


def test_a_machine_is_told_a_wrong_speed_and_a_wrong_bearing() -> None:
    recording = machine(TESTING[0]).commissioned[0]
    assert recording.speed_rpm is not None
    assert recording.orders is not None
    slow, more = Asking(-0.03).of(recording), Asking(elements=1).of(recording)
    assert slow.speed_rpm == pytest.approx(0.97 * recording.speed_rpm)
    assert slow.orders == recording.orders
    assert more.orders is not None
    assert rolling_elements(more.orders) == rolling_elements(recording.orders) + 1


def test_a_simulated_machine_is_heard_healthy_and_with_a_fault() -> None:
    simulated = machine(TESTING[3])
    baseline = Baseline.learn([read(each).healthy for each in simulated.commissioned])
    levels = [
        combine(*hear(read(test.recording), Shipped("aligned"), baseline)).level
        for test in simulated.tests
        if not test.other_load
    ]
    assert levels == ["quiet", "quiet", "alarm", "alarm", "alarm"]


def heard(fault: Fault, level: str, rule: str = "", **says: str) -> dict[str, Any]:
    voices = {voice: {"says": says.get(voice, "quiet")} for voice in ("network", "evidence", "change")}
    return {"bearing": "one", "fault": fault, "level": level, "rule": rule, "voices": voices}


def test_the_page_says_whether_the_combination_is_worth_it() -> None:
    by_network = heard(Fault.INNER_RACE, "alarm", network="raised", change="raised")
    by_change = heard(Fault.INNER_RACE, "watch", "change alone", change="raised")
    by_evidence = heard(Fault.OUTER_RACE, "alarm", evidence="raised")
    healthy = heard(Fault.NORMAL, "quiet")
    some = [by_network, by_change, by_evidence, healthy]
    assert best_single(some) == "change"
    assert missed(some, HEARD[COMBINED]).right == 1
    assert missed(some, HEARD[WATCHED]).right == 0
    assert not holds(some)
    more = [by_network, by_evidence, by_evidence, healthy]
    assert holds(more)
    alarmed = [*more, heard(Fault.NORMAL, "alarm", network="raised")]
    assert false_alarms(alarmed, HEARD[COMBINED]).right == 1
    assert not holds(alarmed)


def test_what_was_not_run_is_said() -> None:
    assert "not run" in VOICES.page(VOICES.cells(Path()), {})


def test_each_cell_has_a_key_of_its_own() -> None:
    keys = [cell.key for cell in VOICES.cells(Path())]
    assert len(set(keys)) == len(keys)
