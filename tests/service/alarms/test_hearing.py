"""A diagnosis, the level it leads to, and the message about it: one commit; and what time brings about."""

import pytest
from sqlalchemy import select

from service.alarms import outbox, records, time_passing
from service.alarms.hearing import Alarms
from service.alarms.rule import Level, Rule
from service.store import reading, writing
from service.store.identity import wall_us
from service.store.tables import Outgoing
from tests.service.alarms.conftest import Plant, opened_plant
from tests.service.faults import Postgres

HOUR_US = 3_600_000_000


def waiting(plant: Plant) -> list[int]:
    with plant.store.database.reading() as connection:
        return list(connection.execute(select(Outgoing.number).order_by(Outgoing.number)).scalars())


def levels(plant: Plant, asset: str = "fan") -> list[Level]:
    return [event.level for event in plant.events(asset)]


def pass_time(plant: Plant, now_us: int) -> None:
    with plant.store.database.writing() as connection:
        time_passing.bring_about(connection, ("webhook",), now_us)


def test_recordings_raise_an_alarm_and_each_change_waits_to_be_told(plant: Plant) -> None:
    plant.record("qaaaaqqqqq")
    plant.record("ww", asset="pump")
    assert levels(plant) == [Level.WATCH, Level.ALARM, Level.QUIET]
    assert plant.events("pump") == []
    assert len(waiting(plant)) == 3
    first = plant.events()[0]
    assert (first.before, first.fault) == (Level.QUIET, "outer_race")
    assert first.why == "3 of the last 4 recordings say watch or alarm"
    assert first.diagnosis is not None
    with plant.store.database.reading() as connection:
        assert reading.answer(connection, int(first.diagnosis, 16)) is not None


def test_axes_of_one_recording_count_once_by_the_worst(plant: Plant) -> None:
    for _ in range(2):
        plant.axes({"x": "q", "y": "a", "z": "-"})
    assert plant.read().state.level is Level.QUIET
    plant.axes({"x": "q", "y": "q", "z": "w"})
    assert plant.read().state.level is Level.WATCH
    assert [each.level for each in plant.read().state.heard] == [Level.ALARM, Level.ALARM, Level.WATCH]


def test_a_retried_request_advances_nothing(plant: Plant) -> None:
    for _ in range(5):
        plant.axes({"x": "a", "y": "a"}, key="the same")
    assert len(plant.read().state.heard) == 1


def test_rows_that_are_written_again_advance_nothing(plant: Plant) -> None:
    plant.record("a")
    with plant.store.database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM diagnoses").mappings().all()
    with plant.store.database.writing() as connection:
        writing.add(connection, [dict(row) for row in rows], Alarms().hear)  # type: ignore[misc]
    assert len(plant.read().state.heard) == 1


def test_where_it_cannot_be_told_the_diagnosis_is_not_stored_either(postgres: Postgres) -> None:
    with opened_plant(postgres.url, "a channel whose name is too long for its column") as plant:
        plant.record("ww")
        with pytest.raises(Exception, match="value too long"):
            plant.record("w")
        assert len(plant.read().state.heard) == 2
        with plant.store.database.reading() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM diagnoses").scalar_one() == 2


def test_a_restart_goes_on_where_it_was(store_place: str) -> None:
    for letter in "aaa":
        with opened_plant(store_place, "webhook") as plant:
            plant.record(letter)
    with opened_plant(store_place) as plant:
        assert levels(plant) == [Level.WATCH]


def test_what_nobody_is_told_is_kept_among_the_events_alone(store_place: str) -> None:
    with opened_plant(store_place) as plant:
        plant.record("aaaa")
        assert levels(plant) == [Level.WATCH, Level.ALARM]
        assert waiting(plant) == []


def test_two_services_hear_one_asset_in_turn(store_place: str) -> None:
    with opened_plant(store_place, "webhook") as first, opened_plant(store_place, "webhook") as second:
        for _ in range(2):
            first.record("a")
            second.record("a")
        assert levels(first) == [Level.WATCH, Level.ALARM]


def test_a_snoozed_asset_goes_on_and_says_afterwards_where_it_stands(plant: Plant) -> None:
    plant.record("www")
    end_us = wall_us() + HOUR_US
    plant.change("fan", snoozed_to_us=end_us)
    plant.record("aaaa")
    assert levels(plant) == [Level.WATCH, Level.ALARM]
    assert len(waiting(plant)) == 1
    pass_time(plant, end_us - 1)
    assert len(waiting(plant)) == 1
    pass_time(plant, end_us)
    pass_time(plant, end_us)
    assert len(waiting(plant)) == 2
    stands = plant.events()[-1]
    assert (stands.kind, stands.before, stands.level) == ("stands", Level.WATCH, Level.ALARM)


def test_a_recording_after_the_end_of_a_snooze_ends_it_too(plant: Plant) -> None:
    plant.change("fan", snoozed_to_us=1)
    plant.record("www")
    assert [event.kind for event in plant.events()] == ["stands", "level"]
    assert plant.read().snoozed_to_us is None


def test_an_asset_that_nobody_hears_is_silent_once_until_it_is_heard_again(plant: Plant) -> None:
    plant.change("fan", rule=Rule(silent_hours=2))
    plant.record("q")
    now_us = wall_us()
    pass_time(plant, now_us + HOUR_US)
    assert plant.events() == []
    for _ in range(2):
        pass_time(plant, now_us + 2 * HOUR_US + 1)
    assert [event.kind for event in plant.events()] == ["silent"]
    assert plant.read().silent_since_us == plant.read().heard_us
    assert plant.read().state.level is Level.QUIET
    plant.record("q")
    assert [event.kind for event in plant.events()] == ["silent", "heard_again"]
    assert plant.read().silent_since_us is None


def test_a_later_letter_waits_for_the_one_before_it_and_other_assets_do_not(plant: Plant) -> None:
    plant.record("aaaa")
    plant.record("aaa", asset="pump")
    now_us = wall_us()

    def due() -> list[tuple[str, Level]]:
        with plant.store.database.reading() as connection:
            letters = outbox.due(connection, now_us, ["webhook"])
        return [(letter.message.asset, letter.message.level) for letter in letters]

    assert due() == [("fan", Level.WATCH), ("pump", Level.WATCH)]
    with plant.store.database.writing() as connection:
        [fan, pump] = outbox.due(connection, now_us, ["webhook"])
        outbox.mark(connection, [pump], [outbox.Failure(fan, "no", now_us + 1000)], now_us)
    assert due() == []
    now_us += 1000
    assert due() == [("fan", Level.WATCH)]
    with plant.store.database.writing() as connection:
        outbox.mark(connection, [], [outbox.Failure(fan, "no", None)], now_us)
        assert outbox.load(connection).given_up == 1
    assert due() == [("fan", Level.ALARM)]


def test_one_of_two_senders_has_the_lease_and_the_other_gets_it_when_it_is_given_back(plant: Plant) -> None:
    now_us = wall_us()
    with plant.store.database.writing() as connection:
        assert outbox.take_lease(connection, "a", now_us)
        assert outbox.take_lease(connection, "a", now_us)
        assert not outbox.take_lease(connection, "b", now_us)
        outbox.give_back_lease(connection, "a")
        assert outbox.take_lease(connection, "b", now_us)


def test_old_events_go_and_what_waits_stays(plant: Plant) -> None:
    plant.record("aaaa")
    now_us = wall_us() + HOUR_US
    with plant.store.database.writing() as connection:
        outbox.mark(connection, outbox.due(connection, now_us, ["webhook"]), [], now_us)
        records.prune(connection, now_us)
    assert levels(plant) == [Level.ALARM]


def test_a_forgotten_asset_leaves_nothing(plant: Plant) -> None:
    plant.record("aaaa")
    with plant.store.database.writing() as connection:
        records.forget(connection, "fan")
        assert records.find(connection, "fan") is None
    assert plant.events() == []
    assert waiting(plant) == []
