"""What a finding labels, from the alarms that a service really raised, through the export that it really makes."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from data.fault import Fault
from service.app import create_app
from service.settings import Settings
from tests.service.asking import FLOAT32
from tests.service.assets.healthy import day, lines
from tests.service.faults import Postgres
from training.retraining.case import Found
from training.retraining.export import found_in_export
from training.retraining.source import Source

FAN = {
    "id": "fan.de", "machine": "mill 3", "point": "fan, drive end", "axes": [{"name": "x"}], "bearing": "6205",
    "speed": {"kind": "fixed", "rpm": 1800},
}  # fmt: skip
GROWING_DB = (-34.0, -22.0, -14.0, -10.0, -6.0, -2.0, 2.0)
MONTH = timedelta(days=30)


class Watched:
    """A fan that is commissioned, grows a fault, is opened, and goes on with a new bearing; `levels` by diagnosis."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.levels: dict[str, str] = {}
        client.post("/v1/assets", json=FAN).raise_for_status()
        healthy = lines([day(number) for number in range(8)])
        ndjson = {"Content-Type": "application/x-ndjson"}
        client.post("/v1/assets/fan.de/baseline", content=healthy, headers=ndjson).raise_for_status()
        for number in range(100, 103):
            self._hear(number)
        for number, snr_db in enumerate(GROWING_DB, 200):
            self._hear(number, snr_db)
        self.opened = datetime.now(UTC)
        finding = {"asset": "fan.de", "finding": "outer_race", "opened": self.opened.isoformat(), "by": "A. Weber"}
        client.post("/v1/feedback", json=finding).raise_for_status()
        self._hear(300)
        while client.app.state.parts.memory.busy:  # type: ignore[attr-defined]
            pass

    def exported(self, to: Path) -> Path:
        to.write_bytes(self.client.post("/v1/export").raise_for_status().content)
        return to

    def _hear(self, number: int, snr_db: float | None = None) -> None:
        recording = day(number, snr_db)
        answer = self.client.post(
            "/v1/assets/fan.de/diagnose", params={"rate_hz": recording.rate_hz, "keep": True},
            content=recording.samples.tobytes(), headers=FLOAT32,
        )  # fmt: skip
        found: dict[str, Any] = answer.raise_for_status().json()
        self.levels[found["axes"]["x"]["id"]] = found["worst"]["level"]


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    with TestClient(create_app(Settings(state=tmp_path / "state"))) as client:
        yield Watched(client)


def labelled(found: Found, fault: Fault) -> set[str]:
    return {each.name.rpartition("/")[2] for each in found.cases if each.fault is fault}


def test_from_the_first_alarm_of_the_service_to_the_opening_all_shows_what_was_found(
    watched: Watched, tmp_path: Path
) -> None:
    heard = list(watched.levels)
    assert [watched.levels[heard[at]] for at in (0, 1, 2, -2)] == ["quiet", "quiet", "quiet", "alarm"]
    first = next(at for at, each in enumerate(heard) if watched.levels[each] == "alarm")
    assert first > 3, "some of the growing fault was heard before its first alarm"
    found = found_in_export(watched.exported(tmp_path / "plant.zip"), MONTH)
    assert labelled(found, Fault.OUTER_RACE) == set(heard[first:-1])
    assert len(labelled(found, Fault.NORMAL)) == 8
    assert not labelled(found, Fault.NORMAL) & set(heard)
    assert {each.name.rpartition("/")[2] for each in found.left_out} == {*heard[:first], heard[-1]}


def test_a_shorter_reach_labels_what_lies_within_it(watched: Watched, tmp_path: Path) -> None:
    export = watched.exported(tmp_path / "plant.zip")
    whole = found_in_export(export, MONTH)
    times = sorted(each.time for each in whole.cases if each.fault is Fault.OUTER_RACE and each.time is not None)
    reach = watched.opened - times[1]
    later = {each.time for each in found_in_export(export, reach).cases if each.fault is Fault.OUTER_RACE}
    assert later == set(times[2:])


def test_a_store_in_postgresql_gives_what_its_export_gives(
    postgres: Postgres,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    recordings = tmp_path / "recordings"
    with TestClient(create_app(Settings(store=postgres.url, recordings=recordings))) as client:
        export = Watched(client).exported(tmp_path / "plant.zip")
    monkeypatch.setenv("BRINELL_RECORDINGS", str(recordings))
    (tmp_path / ".export").mkdir()
    (tmp_path / ".export" / "export.zip.writing").write_text("of a run that was killed")
    in_store, in_export = Source(store=postgres.url).found(tmp_path), Source(export=export).found(tmp_path)
    assert not (tmp_path / ".export").exists()
    assert in_store.key == in_export.key
    assert len(labelled(in_store, Fault.NORMAL)) == 8
    assert labelled(in_store, Fault.OUTER_RACE)
