"""A receiver of alarms, and a store that hears recordings."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from data.fault import Fault
from service import docs
from service.alarms import records
from service.alarms.hearing import Alarms
from service.alarms.message import Message
from service.alarms.rule import Level
from service.diagnosis import Diagnosis
from service.store.identity import LAST
from service.store.retention import Retention
from service.store.row import Watched
from service.store.store import Retried, Store
from tests.service.alarms.receiver import Received
from tests.service.process import free_port

ANSWER = Diagnosis.model_validate(docs.example("answer"))
KEPT = Retention(days=365, mib=1000)
LEVELS = {"q": Level.QUIET, "w": Level.WATCH, "a": Level.ALARM, "-": Level.NO_VERDICT}


class Plant:
    """A store, and recordings of assets that are put into it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._recordings = 0

    def record(self, said: str, asset: str = "fan", key: str | None = None) -> None:
        """A recording for each letter, one after the other; `q`, `w`, `a`, `-`."""
        for letter in said:
            self.axes({"x": letter}, asset, key)

    def axes(self, said: dict[str, str], asset: str = "fan", key: str | None = None) -> None:
        """One recording of several axes."""
        self._recordings += 1
        entries = []
        for number, (axis, letter) in enumerate(said.items()):
            answer = ANSWER.model_copy(update={"request_id": f"{self._recordings}", "fault": Fault.OUTER_RACE})
            again = None if key is None else Retried(key, b"asked").part(number)
            entries.append(self.store.entry(answer, retried=again, watched=Watched(asset, axis, LEVELS[letter])))
        asyncio.run(self.store.keep_all(entries))

    def read(self, asset: str = "fan") -> records.Record:
        with self.store.database.reading() as connection:
            found = records.find(connection, asset)
        assert found is not None
        return found

    def events(self, asset: str = "fan") -> list[Message]:
        """The oldest first."""
        with self.store.database.reading() as connection:
            rows = records.events(connection, asset, 1000, LAST)
        return [Message.model_validate_json(row.message) for row in reversed(rows)]

    def change(self, asset: str, **columns: Any) -> None:
        """Sets columns of its state."""
        with self.store.database.writing() as connection:
            changes = records.locked(connection, [asset], 0)
            changes[asset].change(**columns)
            records.save(connection, changes.values(), (), 0)


@contextmanager
def opened_plant(place: str, *channels: str) -> Iterator[Plant]:
    with Store.open(place, "power-safe", KEPT, 60, hear=Alarms(channels).hear) as store:
        yield Plant(store)


@pytest.fixture
def plant(store_place: str) -> Iterator[Plant]:
    with opened_plant(store_place, "webhook") as made:
        yield made


@pytest.fixture
def received(tmp_path: Path) -> Received:
    return Received(free_port(), tmp_path)
