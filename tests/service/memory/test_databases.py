"""Recordings, findings and their export are the same in both kinds of database."""

from pathlib import Path

import pytest

from data.exported import Export, Finding, standing
from service.memory import feedback, records
from service.memory.export import exported
from service.memory.feedback import FeedbackRefused, Found
from service.memory.keep import LABELLED
from service.memory.memory import Memory
from service.memory.records import Wanted
from service.memory.snapshot import Snapshot
from service.moment import moment_of
from service.store.identity import DAY_US, shown
from service.store.opening import opened
from tests.service.memory.hearing import heard, limits


def test_what_is_kept_and_found_is_exported(store_place: str, tmp_path: Path) -> None:
    folder = tmp_path / "recordings"
    with opened(store_place, "power-safe") as (database, clock):
        made = [clock.new_id() for _ in range(5)]
        with Memory.open(database, folder, "power-safe", limits()) as memory:
            for identity, time_us in made[:3]:
                memory.hear(heard(identity, time_us=time_us, asked=True))
        said = Found(
            asset="fan", finding=Finding.OUTER_RACE, opened=moment_of(made[-1][1] + DAY_US // 2), by="A. Weber"
        )
        with database.writing() as connection:
            first = feedback.add(connection, made[3], said)
        with database.writing() as connection:
            assert feedback.add(connection, made[4], said) == first
            changed = {"finding": Finding.SEVERAL, "corrects": first.id, "diagnosis": shown(made[0][0])}
            second = feedback.add(connection, made[4], said.model_copy(update=changed))
        with database.writing() as connection, pytest.raises(FeedbackRefused, match="corrected already"):
            feedback.add(connection, clock.new_id(), said.model_copy(update={"corrects": first.id}))
        with database.reading() as connection:
            assert [row.worth for row in records.page(connection, Wanted("fan"), 10)] == [LABELLED] * 3
            assert [each.corrected_by for each in feedback.page(connection, "fan", 10, 1 << 62)] == [None, second.id]
        with Snapshot.take(database, Wanted(before=made[2][0]), folder) as snapshot:
            (tmp_path / "export.zip").write_bytes(b"".join(exported(snapshot, folder)))
    with Export.open(tmp_path / "export.zip") as export:
        lines = list(export.recordings())
        assert [line.id for line in lines] == [shown(identity) for identity, _ in made[:2]]
        assert (export.samples(lines[1]) == heard(made[1][0]).recording.samples).all()
        assert list(export.feedback()) == [first, second]
        assert standing(export.feedback()) == [second]


def test_replicas_with_disks_of_their_own_leave_each_others_recordings_alone(store_place: str, tmp_path: Path) -> None:
    with opened(store_place, "power-safe") as (database, clock):
        made = [clock.new_id() for _ in range(2)]
        for name, (identity, time_us) in zip(("a", "b"), made, strict=True):
            with Memory.open(database, tmp_path / name, "power-safe", limits(disk_bytes=5000)) as memory:
                memory.hear(heard(identity, time_us=time_us, asked=True))
        with Memory.open(database, tmp_path / "a", "power-safe", limits()), database.moment() as connection:
            assert [row.id for row in records.everything(connection, Wanted())] == [each[0] for each in made]
    assert (tmp_path / "a" / "place").read_text() != (tmp_path / "b" / "place").read_text()
