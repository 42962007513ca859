"""Diagnoses are kept, found again, and let go of; in SQLite and in PostgreSQL alike."""

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter
from starlette.testclient import TestClient

from data.fault import Fault
from service import docs
from service.app import create_app
from service.moment import Since, Until
from service.settings import Settings
from service.store import reading, writing
from service.store.backup import backup, restore
from service.store.identity import DAY_US, Clock, first_id
from service.store.opening import opened
from service.store.reading import Wanted
from service.store.retention import Retention
from service.store.row import Row
from service.store.store import Retried, Store
from service.store.trouble import KeyRefused
from tests.service.store.rows import ANSWER, KEPT, entry


def ids(page: Any) -> list[int]:
    return [row.id for row in page]


@pytest.fixture
def kept(store_place: str) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(store=store_place))) as client:
        yield client


def asked(client: TestClient, key: str | None = None, **query: str) -> Any:
    headers = {} if key is None else {"Idempotency-Key": key}
    return client.post("/v1/diagnose", json=docs.example("question"), params=query, headers=headers)


def test_an_answer_can_be_had_again_by_its_id_as_it_was_sent(kept: TestClient) -> None:
    answer = asked(kept, source="mill 3, fan")
    assert kept.get(f"/v1/diagnoses/{answer.json()['id']}").content == answer.content
    [listed] = kept.get("/v1/diagnoses").json()["diagnoses"]
    assert listed["source"] == "mill 3, fan"
    for name in ("id", "request_id", "verdict", "fault", "confidence", "front_end"):
        assert listed[name] == answer.json()[name]
    assert listed["energy_nj"] == answer.json()["energy"]["full_nj"]


def test_what_is_not_there_is_said(kept: TestClient) -> None:
    missing = kept.get("/v1/diagnoses/0000000000000000")
    assert missing.status_code == 404
    assert missing.json()["field"] == "id"


def test_the_same_key_gets_the_same_answer_and_one_row(kept: TestClient) -> None:
    first, second = asked(kept, key="a"), asked(kept, key="a")
    assert second.content == first.content
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert len(kept.get("/v1/diagnoses").json()["diagnoses"]) == 1


def test_the_same_key_with_another_request_is_refused(kept: TestClient) -> None:
    asked(kept, key="a")
    refused = asked(kept, key="a", source="other")
    assert refused.status_code == 422
    assert refused.json()["field"] == "idempotency_key"


@pytest.mark.parametrize(
    "query",
    [
        "cursor=nonsense",
        "from=2026-11-24T08:00:00",
        "to=2026-02-30",
        "from=0",
        "limit=0",
        "limit=501",
        "limit=1&limit=2",
        "source=%00",
    ],
)
def test_what_cannot_be_asked_is_refused(client: TestClient, query: str) -> None:
    assert client.get(f"/v1/diagnoses?{query}").status_code == 422


def test_with_no_store_answers_have_no_id_and_nothing_is_listed() -> None:
    with TestClient(create_app(Settings(store="none"))) as client:
        assert asked(client).json()["id"] is None
        for path in ("/v1/diagnoses", "/v1/diagnoses/0000000000000000"):
            assert client.get(path).status_code == 404
        assert asked(client, key="a").status_code == 422


def test_every_filter_finds_the_same_before_and_after_it_is_indexed(store_place: str) -> None:
    with opened(store_place, "fast") as (database, clock):
        faults = list(Fault)
        rows = [entry(clock, f"fan {n % 3}", faults[n % 4]) for n in range(200)]
        with database.writing() as connection:
            writing.add(connection, rows)
        for indexed in (False, True):
            if indexed:
                with database.writing() as connection:
                    assert writing.index(connection) == 200
            with database.reading() as connection:
                for values in (
                    (("source", "fan 1"),), (("fault", "normal"),), (("source", "fan 2"), ("fault", "inner_race")),
                    (("bundle", "aligned"),), (("bundle", "aligned/1.0.0"), ("verdict", "diagnosed")),
                    (("source", "nowhere"),), (("bundle", "align"),), (("verdict", "unknown"),),
                ):  # fmt: skip
                    wanted = [row["id"] for row in reversed(rows) if all(_has(row, *value) for value in values)]
                    before = rows[150]["id"]
                    assert ids(reading.page(connection, Wanted(values), 500)) == wanted
                    assert (
                        ids(reading.page(connection, Wanted(values, before=before), 7))
                        == [identity for identity in wanted if identity < before][:7]
                    )


def _has(row: Row, name: str, value: str) -> bool:
    return value in (row[name], row[name].partition("/")[0]) if name == "bundle" else row[name] == value  # type: ignore


def test_a_diagnosis_that_comes_after_younger_ones_were_indexed_is_found_too(store_place: str) -> None:
    with opened(store_place, "fast") as (database, clock):
        late, *others = (entry(clock) for _ in range(10))
        for rows in (others, [late]):
            with database.writing() as connection:
                writing.add(connection, rows)
                writing.index(connection)
        with database.reading() as connection:
            assert late["id"] in ids(reading.page(connection, Wanted((("source", "fan"),)), 50))


def test_pages_hold_everything_once_while_others_are_stored(kept: TestClient) -> None:
    there = [asked(kept).json()["id"] for _ in range(7)]
    seen, cursor = [], None
    while True:
        query = {"limit": 2} if cursor is None else {"limit": 2, "cursor": cursor}
        page = kept.get("/v1/diagnoses", params=query).json()
        seen += [diagnosis["id"] for diagnosis in page["diagnoses"]]
        asked(kept)
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == list(reversed(there))


def test_a_span_of_time_is_asked_for_with_its_beginning_and_without_its_end(kept: TestClient) -> None:
    asked(kept)
    time.sleep(0.01)
    second = asked(kept).json()["id"]
    moment = kept.get("/v1/diagnoses").json()["diagnoses"][0]["time"]
    after = kept.get("/v1/diagnoses", params={"from": moment}).json()["diagnoses"]
    before = kept.get("/v1/diagnoses", params={"to": moment}).json()["diagnoses"]
    assert [diagnosis["id"] for diagnosis in after] == [second]
    assert len(before) == 1


def test_a_date_alone_is_a_day_from_its_first_moment_to_its_end(kept: TestClient) -> None:
    identity = asked(kept).json()["id"]
    [found] = kept.get("/v1/diagnoses").json()["diagnoses"]
    day = datetime.fromisoformat(found["time"]).date()
    before, after = (day + timedelta(days=days) for days in (-1, 1))

    def between(first: date, to: date) -> list[str]:
        query = {"from": first.isoformat(), "to": to.isoformat()}
        return [diagnosis["id"] for diagnosis in kept.get("/v1/diagnoses", params=query).json()["diagnoses"]]

    assert between(day, day) == between(before, after) == [identity]
    assert between(before, before) == between(after, after) == []


def test_a_day_ends_where_the_next_begins() -> None:
    since, until = TypeAdapter(Since).validate_python, TypeAdapter(Until).validate_python
    assert since("2026-11-01") == datetime(2026, 11, 1, tzinfo=UTC)
    assert until("2026-11-30") == since("2026-12-01") == until("2026-12-01T00:00:00Z")
    assert until("9999-12-31") > since("9999-12-31")
    with pytest.raises(ValueError, match="or a date alone"):
        until("yesterday")


def test_a_clock_that_is_set_back_changes_no_order_and_is_told_as_it_was() -> None:
    now = [1_800_000_000_000_000]
    clock = Clock(1, 0, wall=lambda: now[0])
    before = clock.new_id()
    now[0] -= 30 * DAY_US
    after = [clock.new_id() for _ in range(3)]
    assert before[0] < after[0][0] < after[1][0] < after[2][0]
    assert after[0][1] == before[1] - 30 * DAY_US


def test_a_clock_that_was_set_back_while_nothing_ran_changes_no_order() -> None:
    last = first_id(1_800_000_000_000_000)
    assert Clock(1, last, wall=lambda: 1_700_000_000_000_000).new_id()[0] > last


def test_two_processes_at_the_same_moment_make_two_ids() -> None:
    clocks = [Clock(number, 0, wall=lambda: 1_800_000_000_000_000) for number in (1, 2)]
    assert len({clock.new_id()[0] for clock in clocks}) == 2


def test_a_clock_that_is_set_ahead_makes_nothing_old() -> None:
    now = [1_800_000_000_000_000]
    clock = Clock(1, first_id(now[0]), wall=lambda: now[0])
    now[0] += 3650 * DAY_US
    assert clock.trusted_us() < 1_800_000_000_000_000 + 2 * DAY_US


def test_what_is_over_its_age_goes_with_its_terms(store_place: str) -> None:
    with opened(store_place, "fast") as (database, clock):
        rows = [entry(clock) for _ in range(20)]
        with database.writing() as connection:
            writing.add(connection, rows)
            writing.index(connection)
        now = rows[10]["time_us"] + 10 * DAY_US
        with database.writing() as connection:
            assert Retention(days=10, mib=1000).sweep(connection, now) == 10
        with database.reading() as connection:
            for wanted in (Wanted(), Wanted((("source", "fan"),))):
                assert len(reading.page(connection, wanted, 50)) == 10


def test_the_oldest_go_where_all_take_too_much(store_place: str) -> None:
    with opened(store_place, "fast") as (database, clock):
        rows = [entry(clock) for _ in range(6000)]
        with database.writing() as connection:
            writing.add(connection, rows)
        kept_bytes = Retention(days=365, mib=1)
        deleted = 0
        for _ in range(10):
            with database.writing() as connection:
                deleted += kept_bytes.sweep(connection, rows[-1]["time_us"])
        with database.reading() as connection:
            left = ids(reading.page(connection, Wanted(), 6000))
        assert 0 < len(left) < 6000
        assert left == [row["id"] for row in reversed(rows)][: len(left)]
        assert len(left) == 6000 - deleted


def test_a_file_of_the_store_is_its_owners_alone(tmp_path: Path) -> None:
    """Whatever the folder, which somebody else may have made."""
    file = tmp_path / "brinell.db"
    with Store.open(str(file), "power-safe", KEPT, 1) as store:
        asyncio.run(store.keep(store.entry(ANSWER)))
        modes = {each.name: each.stat().st_mode & 0o777 for each in tmp_path.iterdir() if each.suffix != ".lock"}
    assert modes == dict.fromkeys(("brinell.db", "brinell.db-wal", "brinell.db-shm"), 0o600)
    backup(file, tmp_path / "copy.db", overwrite=False)
    restore(tmp_path / "copy.db", tmp_path / "restored.db", force=False)
    assert {(tmp_path / name).stat().st_mode & 0o777 for name in ("copy.db", "restored.db")} == {0o600}


def test_many_at_once_share_commits(tmp_path: Path) -> None:
    async def all_at_once(store: Store) -> None:
        entries = [store.entry(ANSWER) for _ in range(300)]
        await asyncio.gather(*(store.keep(made) for made in entries))

    with Store.open(str(tmp_path / "brinell.db"), "power-safe", KEPT, 60) as store:
        asyncio.run(all_at_once(store))
        assert store.counts.stored == 300
        assert store.counts.commits < 30
        written = store.bytes_written()
        assert written is None or written > 300 * 200


def test_a_key_that_two_processes_get_at_once_is_stored_once(store_place: str) -> None:
    again = Retried("a", b"request")

    async def both(first: Store, second: Store) -> list[bytes]:
        mine, other = first.entry(ANSWER, retried=again), second.entry(ANSWER, retried=again)
        return list(await asyncio.gather(first.keep(mine), second.keep(other)))

    with (
        Store.open(store_place, "power-safe", KEPT, 60) as first,
        Store.open(store_place, "fast", KEPT, 60) as second,
    ):
        answers = asyncio.run(both(first, second))
        assert answers[0] == answers[1]
        with pytest.raises(KeyRefused):
            asyncio.run(first.earlier(Retried("a", b"another")))
