"""What is said of a run to failure follows from what was heard, and from nothing else."""

import pytest

from benchmarks.failures.following import Way, damage, entries, first, followed
from benchmarks.failures.machines import A_DAY, DAYS, FAILING, HEALTHY, machine
from benchmarks.failures.measuring import Life, Listened, Watched, measure
from benchmarks.failures.page import page
from benchmarks.machine import machine as computer
from data.fault import FAULTS, Fault
from service.alarms.rule import Level

COUNT = DAYS * A_DAY


def life(levels: str, seed: int = 0, fault: Fault | None = None) -> Life:
    """One that was commissioned on 20 recordings, or 5, and then quiet but for the end; each day twice `levels`."""
    quiet = "q" * (COUNT - 20 - len(levels))
    change = "q" * (COUNT - len(levels)) + levels.replace("a", "r").replace("w", "r")
    heard = Listened(
        levels="." * 20 + quiet + levels, named="-" * (COUNT - 1) + "o", network="s" * COUNT, evidence="q" * COUNT,
        change=change,
    )  # fmt: skip
    few = heard.model_copy(update={"levels": "." * 5 + heard.levels[20:] + "q" * 15})
    grown = {} if fault is None else {"fault": fault, "onset_day": 20.0, "per_day_db": 1.0}
    fields = {"fault": None, "onset_day": None, "per_day_db": None} | grown
    return Life(seed=seed, speed_rpm=1500.0, heard={20: heard, 5: few}, **fields)


def test_the_alarm_is_entered_by_the_rule_of_the_service() -> None:
    stood = followed(life("aqaqaaaa"), Way(), A_DAY)
    assert len(stood) == COUNT - 20
    watch, alarm = (first(stood, level, 0.0) for level in (Level.WATCH, Level.ALARM))
    assert watch is not None
    assert alarm is not None
    # The fifth of the eight last recordings is the third of five to say so, the seventh the fourth.
    assert (watch.day, alarm.day) == ((COUNT - 4) / A_DAY, (COUNT - 2) / A_DAY)
    assert first(stood, Level.ALARM, DAYS) is None


def test_each_stay_is_one_entry_and_only_before_the_day() -> None:
    stood = followed(life("www" + "q" * 8 + "www" + "q" * 6), Way(), A_DAY)
    assert entries(stood, Level.WATCH, DAYS) == 2
    assert entries(stood, Level.ALARM, DAYS) == 0
    assert entries(stood, Level.WATCH, DAYS - 3) == 1


def test_a_voice_alone_and_a_recording_a_day_are_followed_by_the_same_rule() -> None:
    one = life("w" * 5)
    assert entries(followed(one, Way(), A_DAY), Level.ALARM, DAYS) == 0
    assert entries(followed(one, Way(voice="change"), A_DAY), Level.ALARM, DAYS) == 1
    assert {each.level for each in followed(one, Way(voice="network"), A_DAY)[-9:]} == {Level.NO_VERDICT}
    seldom = followed(one, Way(every=4), A_DAY)
    assert len(seldom) == DAYS - 5
    assert entries(seldom, Level.WATCH, DAYS) == 0


def test_the_page_counts_what_was_heard() -> None:
    lives = (
        life("a" * 8, 1, Fault.OUTER_RACE), life("q", 2, Fault.INNER_RACE), life("q", 3, Fault.ROLLING_ELEMENT),
        life("wwwq", 4), life("q", 5),
    )  # fmt: skip
    found = Watched(machine=computer(), bundles={"aligned": "1.0.0"}, seconds=60, days=DAYS, a_day=A_DAY, lives=lives)
    text = page(found)
    assert "| commissioned on 20, 4 a day | alarm | 1 of 3 (6% to 79%) | 58.8 (58.8 to 58.8; 58.8 to 58.8) |" in text
    assert "| outer race | 1 of 1 |" in text
    assert "| commissioned on 20, 4 a day | healthy, 60 days | 3 of 440 (0.7%) | 1 of 2 (9% to 91%) | 1 |" in text


def test_machines_fail_as_they_are_drawn() -> None:
    drawn = [machine(seed) for seed in FAILING]
    assert [sum(each.damage is not None and each.damage.fault is fault for each in drawn) for fault in FAULTS[1:]] == [
        10, 10, 10,
    ]  # fmt: skip
    assert all(each.damage is not None and 0 <= (each.damage.snr_db(DAYS) or -1) <= 6 for each in drawn)
    assert all(machine(seed).damage is None for seed in HEALTHY)


@pytest.mark.slow
def test_what_is_heard_of_a_machine_is_kept_and_its_damage_found() -> None:
    [failed] = measure(healthy=(), failing=(30_001,)).lives
    again = Life.model_validate_json(failed.model_dump_json())
    assert again == failed
    told = first(followed(again, Way(), A_DAY), Level.ALARM, damage(again).onset_day)
    assert told is not None
    assert told.day < DAYS
