"""A store as a plant leaves it after a year: assets, their diagnoses, and the terms that lead to these.

The rows are those that the service writes, but put in by the database's own way for many; the newest have no terms yet,
as many as there can be. What the voices say and the condition of the machine are drawn by chance.
"""

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, text, update

from benchmarks.answers import answers
from service.assets import records
from service.assets.asset import Asset, Axis, Fixed
from service.diagnosis import Diagnosis
from service.store import terms
from service.store.database import Database
from service.store.identity import DAY_US, first_id, wall_us
from service.store.row import Row, Watched, row
from service.store.store import INDEX_AFTER
from service.store.tables import Bookkeeping, StoredDiagnosis, Term

ASSETS = 1000
AXES = ("x", "y", "z")
DAYS = 365
CHUNK = 20_000

SAID = {
    ("quiet", "none"): 90,
    ("no_verdict", "none"): 3,
    ("watch", "low"): 4,
    ("alarm", "medium"): 2,
    ("alarm", "high"): 1,
}
"""Percent of the diagnoses with this level and severity."""

Bulk = Callable[[Connection, Table, Iterable[Sequence[Any]]], None]


def name_of(number: int) -> str:
    """The id of one of the assets."""
    return f"mill-{number:04}.fan"


def fill(database: Database, diagnoses: int) -> None:
    """An empty store gets so many, of all assets in turn by chance, the newest of now."""
    rng = random.Random(0)
    bulk = BULK[database.writer.dialect.name]
    pairs: list[tuple[int, int]] = []
    last = diagnoses - INDEX_AFTER + 1
    with database.writing() as connection:
        for number in range(ASSETS):
            records.add(connection, _asset(number), wall_us())
        for first in range(0, diagnoses, CHUNK):
            rows = list(_rows(rng, first, min(first + CHUNK, diagnoses), diagnoses))
            bulk(connection, _table(StoredDiagnosis), [tuple(each.values()) for each in rows])
            pairs += [(term, each["id"]) for each in rows[: max(0, last - first)] for term in terms.numbers(each)]
        pairs.sort()
        bulk(connection, _table(Term), pairs)
        newest = max(identity for _, identity in pairs)
        connection.execute(update(Bookkeeping).values(indexed_to=newest))
        connection.execute(text("ANALYZE"))


def _rows(rng: random.Random, first: int, end: int, of: int) -> Iterator[Row]:
    began_us = wall_us() - DAYS * DAY_US
    made = _made()
    for number in range(first, end):
        answer, packed = rng.choice(made)
        time_us = began_us + DAYS * DAY_US * number // of
        [(level, severity)] = rng.choices(list(SAID), list(SAID.values()))
        watched = Watched(name_of(rng.randrange(ASSETS)), rng.choice(AXES), level, severity, _condition(rng))
        asked = answer.model_copy(update={"request_id": f"{rng.getrandbits(128):032x}"})
        one = row(first_id(time_us), time_us, asked, b"", source=None, key=None, fingerprint=None, watched=watched)
        one["answer"] = packed
        yield one


def _condition(rng: random.Random) -> dict[str, float]:
    return {
        "velocity_rms_mm_s": rng.lognormvariate(0.3, 0.4),
        "kurtosis": 3 * rng.lognormvariate(0.1, 0.1),
        "envelope_rms_g": rng.lognormvariate(-1.5, 0.4),
        "change_deviation": rng.gauss(0, 1),
    }


def _made() -> list[tuple[Diagnosis, bytes]]:
    return [
        (each, row(0, 0, each, each.model_dump_json().encode(), source=None, key=None, fingerprint=None)["answer"])
        for each in answers()
    ]


def _asset(number: int) -> Asset:
    axes = tuple(Axis(name=name, channel=str(place)) for place, name in enumerate(AXES, 1))
    return Asset(
        id=name_of(number), machine=f"mill {number}", point="fan, drive end", axes=axes, bearing="6205",
        speed=Fixed(kind="fixed", rpm=1800),
    )  # fmt: skip


def _table(kind: Any) -> Table:
    table: Table = kind.__table__
    return table


def _into_sqlite(connection: Connection, table: Table, rows: Iterable[Sequence[Any]]) -> None:
    places = ", ".join("?" * len(table.columns))
    driver: Any = connection.connection.driver_connection
    driver.executemany(f"INSERT INTO {table.name} VALUES ({places})", rows)


def _into_postgresql(connection: Connection, table: Table, rows: Iterable[Sequence[Any]]) -> None:
    connection.execute(text("SET LOCAL statement_timeout = 0"))  # so many at once are no question of the service
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} FROM STDIN") as copy:
        for each in rows:
            copy.write_row(each)


BULK: Mapping[str, Bulk] = {"sqlite": _into_sqlite, "postgresql": _into_postgresql}
