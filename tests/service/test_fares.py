"""How the service fares: the last hour in memory, and the day out of the store."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from service.app import create_app
from service.recent import MINUTES, Recent
from service.settings import Settings
from service.store import writing
from service.store.identity import DAY_US, Clock, wall_us
from service.store.opening import opened
from service.store.row import Row
from service.today import Today
from tests.service.asking import Simulated, post
from tests.service.store.rows import entry


def test_answers_are_counted_by_minute_and_forgotten_after_an_hour() -> None:
    now = [1000.0]
    recent = Recent(lambda: now[0])
    for _ in range(3):
        recent.count(10)
    now[0] += 61
    recent.count(20)
    assert recent.by_minute()[-3:] == [0, 3, 1]
    assert len(recent.by_minute()) == MINUTES
    now[0] += 3660
    assert sum(recent.by_minute()) == 0
    assert recent.times() is None


def test_times_are_the_nearest_ranks() -> None:
    recent = Recent()
    for took in range(1, 101):
        recent.count(took)
    times = recent.times()
    assert times is not None
    assert (times.n, times.median, times.p95, times.most) == (100, 50, 95, 100)


def test_a_day_is_what_its_rows_add_up_to_however_late_they_come(store_place: str) -> None:
    with opened(store_place, "fast") as (database, _):
        now = [wall_us() // DAY_US * DAY_US + DAY_US // 2]
        at = Clock(1, 0, lambda: now[0])
        today = Today(commit_s=30, clock=lambda: now[0])

        def read() -> tuple[int, float]:
            with database.reading() as connection:
                day = today.read(connection)
            return day.diagnoses, day.energy_nj

        def add(*rows: Row) -> None:
            with database.writing() as connection:
                writing.add(connection, list(rows))

        each = entry(at)["energy_nj"] or 0.0
        late = entry(at)
        now[0] += 20_000_000
        add(entry(at))
        assert read() == (1, each)
        add(late)  # it waited in memory while a younger one was stored
        assert read() == (2, 2 * each)
        now[0] += 60_000_000
        add(entry(at))
        assert [read(), read()] == [(3, pytest.approx(3 * each))] * 2
        now[0] += DAY_US
        assert read() == (0, 0.0)
        add(entry(at))
        assert read() == (1, each)


def test_the_system_counts_what_was_answered_and_what_it_cost(tmp_path: Path, simulated: Simulated) -> None:
    store = str(tmp_path / "brinell.db")
    spent = 0.0
    for restart in range(2):
        with TestClient(create_app(Settings(store=store))) as client:
            for _ in range(2):
                spent += post(client, simulated(seconds=2.0), speed_rpm=1500)["energy"]["full_nj"]
            found = client.get("/v1/system").json()
            assert found["today"]["diagnoses"] == 2 * (restart + 1)
            assert abs(found["today"]["energy_nj"] / spent - 1) < 1e-6
            assert (found["by_minute"][-1] + found["by_minute"][-2], found["latency"]["n"]) == (2, 2)
            assert found["waiting"]["requests"] == 0


def test_without_a_store_there_is_no_day(simulated: Simulated) -> None:
    with TestClient(create_app(Settings(store="none"))) as client:
        post(client, simulated(seconds=2.0), speed_rpm=1500)
        found = client.get("/v1/system").json()
    assert found["today"] is None
    assert found["latency"]["n"] == 1
