"""What is used, how it is dealt, and when the gate opens."""

import dataclasses
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from data.fault import Fault
from data.front_ends import OrderFrontEnd
from data.recording import Recording
from training.config import ConfigError
from training.retraining.case import Case, Found
from training.retraining.checked import checked
from training.retraining.gate import Condition, Gate, decide, evidence
from training.retraining.halves import by_bearing, by_time, halves, independent
from training.retraining.versus import Pair, Versus

BEGIN = datetime(2026, 11, 1, tzinfo=UTC)
HOLDS = (Condition("enough", "yes", True),)


def case(number: int, fault: Fault = Fault.NORMAL, asset: str = "a", seed: int | None = None, hours: int = 0) -> Case:
    samples = np.random.default_rng(number if seed is None else seed).standard_normal(6000)
    recording = Recording(samples, 12_000.0, speed_rpm=1800.0)
    return Case(f"r{number}", asset, asset, fault, recording, BEGIN + timedelta(hours=hours))


def used(*cases: Case) -> tuple[list[str], dict[str, str]]:
    found = checked(Found("test", cases, ()), OrderFrontEnd())
    return [each.name for each in found.cases], {each.name: each.reason for each in found.left_out}


def pairs(fault: Fault, champion: Fault | None, challenger: Fault | None, bearings: int, each: int = 1) -> list[Pair]:
    return [
        Pair(f"{fault}-{bearing}-{again}", f"{fault}-{bearing}", "", fault, champion, challenger)
        for bearing in range(bearings)
        for again in range(each)
    ]


def verdict(new: Sequence[Pair], old: Sequence[Pair] = (), energy: float = 1.0) -> str:
    return decide(Gate(), HOLDS, Versus(tuple(new)), Versus(tuple(old)) if old else None, energy).verdict


INNER, OUTER = Fault.INNER_RACE, Fault.OUTER_RACE
KEPT = pairs(INNER, INNER, INNER, 10)


def test_the_same_signal_under_two_labels_is_not_believed_and_twice_under_one_counts_once() -> None:
    names, reasons = used(case(1, INNER, seed=5), case(2, OUTER, seed=5), case(3, seed=6), case(4, seed=6), case(9))
    assert names == ["r3", "r9"]
    assert "labelled inner_race and outer_race" in reasons["r1"]
    assert reasons["r4"] == "the same signal as r3"


def test_a_dead_sensor_and_a_recording_without_speed_are_left_out_with_the_reason() -> None:
    dead = Case("dead", "a", "a", INNER, Recording(np.zeros(6000), 12_000.0, speed_rpm=1800.0))
    slow = Case("slow", "a", "a", INNER, Recording(np.random.default_rng(0).standard_normal(6000), 12_000.0))
    names, reasons = used(dead, slow, case(1))
    assert names == ["r1"]
    assert "flat line" in reasons["dead"]
    assert "speed" in reasons["slow"]


def test_whole_bearings_go_to_either_side_and_each_fault_is_on_both() -> None:
    faults = [Fault.NORMAL] * 6 + [INNER] * 2 + [OUTER] * 4
    cases = [case(2 * at + again, fault, f"m{at}") for at, fault in enumerate(faults) for again in range(2)]
    teach, judge = by_bearing(cases)
    assert not {each.asset for each in teach} & {each.asset for each in judge}
    for fault in set(faults):
        counts = [sum(each.fault is fault for each in side) for side in (teach, judge)]
        assert counts[0] == counts[1]


def test_a_fault_of_one_bearing_teaches_and_nothing_judges_it() -> None:
    cases = [case(1, INNER, "m1"), case(2, INNER, "m1"), case(3, asset="m2"), case(4, asset="m3")]
    teach, judge = by_bearing(cases)
    assert {each.name for each in teach} >= {"r1", "r2"}
    found = {each.asked.split(" of ")[1]: each for each in evidence(Gate(), cases, judge)}
    assert found["inner_race judge"].found == "0, of 0 bearings"
    assert not found["inner_race judge"].holds


def test_by_time_the_later_half_of_each_bearing_judges() -> None:
    cases = [case(at, INNER, "m1", hours=at) for at in (3, 0, 2, 1)]
    teach, judge = by_time(cases, 1)
    assert [each.name for each in teach] == ["r0", "r1"]
    assert [each.name for each in judge] == ["r2", "r3"]


def test_by_time_the_axes_of_one_moment_stay_together() -> None:
    cases = [case(3 * at + axis, INNER, "m1", hours=at) for at in range(3) for axis in range(3)]
    teach, judge = by_time(cases, 1)
    assert [each.name for each in teach] == [f"r{number}" for number in range(6)]
    assert [each.name for each in judge] == ["r6", "r7", "r8"]


def test_by_time_a_moment_at_which_two_faults_were_found_is_on_one_side() -> None:
    cases = [case(at, fault, "m1", hours=hours) for at, (fault, hours) in enumerate(
        [(INNER, 0), (INNER, 1), (OUTER, 1), (OUTER, 2)]
    )]  # fmt: skip
    teach, judge = by_time(cases, 1)
    assert ([each.name for each in teach], [each.name for each in judge]) == (["r0", "r1", "r2"], ["r3"])
    assert not {each.time for each in teach} & {each.time for each in judge}


def test_a_sensor_that_measures_on_and_on_gives_a_recording_a_minute() -> None:
    cases = [dataclasses.replace(case(at), time=BEGIN + timedelta(seconds=20 * at)) for at in range(9)]
    assert independent(cases, 1) == 3


def test_a_single_recording_of_a_fault_teaches_with_its_beginning_and_chooses_with_its_end() -> None:
    recording = Recording(np.random.default_rng(0).standard_normal(24_000), 12_000.0, speed_rpm=1800.0)
    dealt = halves([Case("one", "m1", "m1", INNER, recording)], "bearing", 1, OrderFrontEnd())
    ((early, _),), ((late, end),) = dealt.train, dealt.choose
    assert not early.overlaps(late)
    assert end.samples.size == 4800


def test_a_single_recording_that_is_too_short_to_be_parted_teaches_whole() -> None:
    recording = Recording(np.random.default_rng(0).standard_normal(2000), 12_000.0, speed_rpm=1800.0)
    dealt = halves([Case("short", "m1", "m1", INNER, recording)], "bearing", 1, OrderFrontEnd())
    assert [piece.samples.size for _, piece in dealt.train] == [2000]
    assert not dealt.choose


def test_axes_of_one_minute_are_one_recording_of_evidence() -> None:
    cases = [case(1), case(2), case(3, hours=1)]
    assert [independent(cases, minutes) for minutes in (0, 1, 120)] == [3, 2, 1]


def test_recordings_of_a_bearing_whose_time_nobody_knows_are_one_recording_of_evidence() -> None:
    cases = [dataclasses.replace(case(at), time=None) for at in range(9)]
    assert independent(cases, 1) == 1
    assert independent([*cases, case(9, asset="b")], 1) == 2


def test_the_gate_opens_where_ten_that_were_unknown_are_named_right_and_nothing_is_lost() -> None:
    assert verdict(pairs(OUTER, None, OUTER, 10), KEPT) == "better"


def test_the_gate_stays_shut_where_nothing_changed() -> None:
    assert verdict(pairs(OUTER, OUTER, OUTER, 10), KEPT) == "not better"


def test_the_gate_stays_shut_where_four_recordings_alone_became_right() -> None:
    assert verdict(pairs(OUTER, None, OUTER, 4), KEPT) == "not better"


def test_the_gate_stays_shut_where_more_is_answered_and_a_fifth_of_it_wrong() -> None:
    new = pairs(OUTER, None, OUTER, 20) + pairs(INNER, None, OUTER, 5)
    assert Versus(tuple(new)).challenger.wrong_of_answers == pytest.approx(0.5)
    assert verdict(new, KEPT) == "not better"


def test_the_gate_stays_shut_where_a_rare_fault_is_always_answered_wrong() -> None:
    new = pairs(Fault.NORMAL, None, Fault.NORMAL, 90) + pairs(INNER, OUTER, OUTER, 5)
    assert Versus(tuple(new)).interval[0] > 0
    assert verdict(new, KEPT) == "not better"


def test_the_gate_stays_shut_where_many_are_won_and_one_fault_is_lost() -> None:
    won = [pair for fault in (OUTER, Fault.NORMAL, Fault.ROLLING_ELEMENT) for pair in pairs(fault, None, fault, 10)]
    assert verdict(won + pairs(INNER, INNER, INNER, 10), KEPT) == "better"
    assert verdict(won + pairs(INNER, INNER, None, 10), KEPT) == "not better"


def test_three_axes_of_one_moment_are_one_sign() -> None:
    axes = [dataclasses.replace(pair, moment="noon") for pair in pairs(OUTER, None, OUTER, 4, 3)]
    assert Versus(tuple(axes)).chance == 0.5**4
    assert Versus(tuple(pairs(OUTER, None, OUTER, 4, 3))).chance == 0.5**12
    assert verdict(axes, KEPT) == "not better"


def test_whoever_tries_again_on_the_same_recordings_needs_more_of_them() -> None:
    new, old = Versus(tuple(pairs(OUTER, None, OUTER, 6))), Versus(tuple(KEPT))
    assert [decide(Gate(), HOLDS, new, old, 1.0, earlier).verdict for earlier in (0, 2, 3)] == [
        "better", "better", "not better",
    ]  # fmt: skip


def test_the_gate_stays_shut_where_an_old_fault_was_forgotten() -> None:
    forgotten = pairs(INNER, INNER, None, 3) + KEPT
    assert verdict(pairs(OUTER, None, OUTER, 10), forgotten) == "not better"


def test_the_gate_stays_shut_where_it_costs_a_third_more_energy() -> None:
    assert verdict(pairs(OUTER, None, OUTER, 10), KEPT, energy=1.33) == "not better"


def test_without_old_recordings_it_is_no_evidence() -> None:
    assert verdict(pairs(OUTER, None, OUTER, 10)) == "not enough evidence"


@pytest.mark.parametrize(("old", "said"), [(1, "not enough evidence"), (4, "not enough evidence"), (5, "better")])
def test_a_few_old_recordings_do_not_show_that_nothing_was_forgotten(old: int, said: str) -> None:
    decision = decide(
        Gate(), HOLDS, Versus(tuple(pairs(OUTER, None, OUTER, 10))), Versus(tuple(pairs(INNER, INNER, INNER, old))), 1.0
    )
    assert decision.verdict == said
    assert decision.evidence[-1].found == f"{old}, of {old} bearings"


def test_too_little_evidence_is_said_before_anything_else() -> None:
    few = (Condition("enough", "no", False),)
    new = Versus(tuple(pairs(OUTER, None, OUTER, 10)))
    assert decide(Gate(), few, new, Versus(tuple(KEPT)), 1.0).verdict == "not enough evidence"


def test_many_recordings_of_few_bearings_leave_a_wider_interval() -> None:
    def half(bearings: int, each: int) -> Versus:
        gained = pairs(OUTER, None, OUTER, bearings, each)
        lost = [Pair(f"x{p.name}", f"x{p.asset}", "", OUTER, None, None) for p in gained]
        return Versus((*gained, *lost))

    few, many = half(2, 12), half(12, 2)
    assert few.gain == many.gain == 0.5
    assert few.interval[1] - few.interval[0] > 1.5 * (many.interval[1] - many.interval[0])


def test_every_fault_weighs_alike_in_the_gain() -> None:
    new = pairs(Fault.NORMAL, Fault.NORMAL, Fault.NORMAL, 90) + pairs(OUTER, None, OUTER, 10)
    assert Versus(tuple(new)).gain == 0.5


def test_a_gate_that_asks_for_nothing_cannot_be_written(tmp_path: Path) -> None:
    for line in ("most_wrong = 0.9", "lowest_gain = -1.0", "most_chance = 1.0", "fewest_recordings = 0", "any = 1"):
        (tmp_path / "gate.toml").write_text(line)
        with pytest.raises(ConfigError, match=line.partition(" ")[0]):
            Gate.read(tmp_path / "gate.toml")
    (tmp_path / "gate.toml").write_text('apart = "time"\nmost_wrong = 0.05\n')
    assert Gate.read(tmp_path / "gate.toml") == Gate(apart="time", most_wrong=0.05)
