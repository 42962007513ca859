"""What is held in memory, what is worth a disk, and what is left of it when something is taken away."""

import contextlib
import hashlib
import io
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.exported.lines import Why
from service.diagnosis import Verdict
from service.memory import records
from service.memory.keep import LABELLED, Judge, Rules
from service.memory.records import Wanted
from service.memory.ring import Ring
from service.store.database import Database
from service.store.identity import DAY_US
from service.store.opening import opened
from tests.service.faults import Disk
from tests.service.memory.hearing import heard, remembering
from tests.service.process import ROOT

HOUR_US = DAY_US // 24
T = 20_000 * DAY_US


def listed(database: Database) -> list[Any]:
    with database.reading() as connection:
        return list(records.everything(connection, Wanted()))


def ids(folder: Path) -> set[int]:
    return {int(file.stem, 16) for file in folder.glob("*.npy")}


def files_and_rows_agree(folder: Path, rows: list[Any]) -> None:
    assert ids(folder) == {row.id for row in rows}
    for row in rows:
        content = (folder / f"{row.id:016x}.npy").read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (row.bytes, row.sha256)


def test_a_ring_holds_the_last_few_of_each_axis_and_no_more_bytes_than_are_set() -> None:
    ring = Ring(3, most_bytes=100_000)
    for number in range(10):
        ring.add(heard(number, axis="xy"[number % 2]))
    assert [each.id for each in ring.of("fan")] == [4, 6, 8, 5, 7, 9]
    for number in range(100, 1100):
        ring.add(heard(number, asset=f"machine-{number}"))
        assert ring.bytes <= 100_000
    assert len(ring) == 25
    assert list(ring.of("fan")) == []
    ring.add(heard(2000, size=30_000))
    assert len(ring) == 25


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, []),
        ({"verdict": Verdict.UNKNOWN}, [Why.UNKNOWN]),
        ({"confidence": 0.5}, [Why.LOW_CONFIDENCE]),
        ({"level": "watch"}, [Why.WATCH]),
        ({"level": "alarm"}, [Why.ALARM]),
        ({"level": "no_verdict"}, []),
        ({"asked": True}, [Why.ASKED]),
        ({"baseline": True}, [Why.BASELINE]),
    ],
)
def test_what_is_worth_keeping(given: dict[str, Any], why: list[Why]) -> None:
    judge = Judge(Rules(below=0.7, minutes=60, day_bytes=1 << 30))
    judge.written("fan", "x", [Why.DAILY], T, 4128)
    assert judge.why(heard(1, time_us=T + HOUR_US, **given)) == why


def test_an_axis_gets_one_sample_a_day_and_each_reason_once_an_hour() -> None:
    judge = Judge(Rules(below=0.7, minutes=60, day_bytes=1 << 30))
    kept = []
    for minute in range(0, 3 * 24 * 60, 10):
        each = heard(
            minute, time_us=T + minute * 60_000_000, verdict=Verdict.UNKNOWN if minute < 120 else Verdict.DIAGNOSED
        )
        if why := judge.why(each):
            judge.written("fan", "x", why, each.time_us, 4128)
            kept.append((minute, why))
    first_day = [(0, [Why.UNKNOWN, Why.DAILY]), (60, [Why.UNKNOWN])]
    assert kept == [*first_day, (60 + 24 * 60, [Why.DAILY]), (60 + 48 * 60, [Why.DAILY])]


def test_a_clock_that_was_set_back_stops_nothing() -> None:
    judge = Judge(Rules(below=0.7, minutes=60, day_bytes=1 << 30))
    judge.written("fan", "x", [Why.DAILY], T, 4128)
    assert judge.why(heard(1, time_us=T - 300 * DAY_US)) == [Why.DAILY]


def test_a_day_writes_no_more_than_its_budget_half_of_it_for_alarms_and_what_is_asked_for_comes_on_top() -> None:
    judge = Judge(Rules(below=0.7, minutes=0, day_bytes=100_000))
    spent = {"unknown": 0, "alarm": 0}
    for number in range(100):
        for name, given in (("unknown", {"verdict": Verdict.UNKNOWN}), ("alarm", {"level": "alarm"})):
            each = heard(number, time_us=T, asset=f"{name}-{number}", **given)
            if number < 50 and name == "alarm":
                continue
            if why := judge.why(each):
                judge.written(each.asset, "x", why, T, each.size)
                spent[name] += each.size
    assert spent["unknown"] == 48_000
    assert spent["unknown"] + spent["alarm"] == 100_000
    assert judge.why(heard(1000, time_us=T, asked=True)) == [Why.ASKED]
    assert judge.why(heard(1001, time_us=T + DAY_US, verdict=Verdict.UNKNOWN)) != []


def test_an_alarm_brings_what_the_ring_still_holds_from_before(tmp_path: Path) -> None:
    with remembering(tmp_path) as (memory, database, clock):
        made = [clock.new_id() for _ in range(6)]
        for identity, time_us in made[:-1]:
            memory.hear(heard(identity, time_us=time_us, level="quiet"))
        memory.hear(heard(made[-1][0], time_us=made[-1][1], level="alarm"))
    with opened(str(tmp_path / "brinell.db"), "power-safe") as (database, _):
        rows = listed(database)
    assert [row.why for row in rows] == ["daily", *["before_alarm"] * 4, "alarm"]
    files_and_rows_agree(tmp_path / "recordings", rows)
    assert np.array_equal(
        np.load(tmp_path / "recordings" / f"{made[0][0]:016x}.npy"), heard(made[0][0]).recording.samples
    )


def test_the_least_telling_and_oldest_go_first_and_what_is_labelled_last(tmp_path: Path) -> None:
    size = 4128
    with remembering(tmp_path, disk_bytes=6 * size) as (memory, database, _):

        def told(identity: int, **given: Any) -> list[int]:
            before = memory.counts.kept + memory.counts.retired + memory.counts.declined
            memory.hear(heard(identity, time_us=T + identity, asset=given.pop("asset", f"m{identity}"), **given))
            until = time.monotonic() + 10
            while memory.counts.kept + memory.counts.retired + memory.counts.declined == before or memory.busy:
                assert time.monotonic() < until
                time.sleep(0.01)
            return [row.id for row in listed(database)]

        for identity in (1, 2):
            told(identity)
        for identity in (3, 4):
            told(identity, level="alarm")
        told(5, level="watch")
        assert told(6, asset="labelled") == [1, 2, 3, 4, 5, 6]
        with database.writing() as connection:
            records.label(connection, "labelled", T + 10, None)
        assert told(7, level="alarm") == [2, 3, 4, 5, 6, 7]
        assert told(8, level="alarm") == [3, 4, 5, 6, 7, 8]
        assert told(9) == [3, 4, 5, 6, 7, 8]
        assert told(10, level="alarm") == [3, 4, 6, 7, 8, 10]
        assert told(11, level="alarm") == [4, 6, 7, 8, 10, 11]
        assert [row.worth for row in listed(database) if row.id == 6] == [LABELLED]
        files_and_rows_agree(memory.folder.path, listed(database))


def test_after_a_sigkill_no_row_is_without_its_file_and_no_file_without_its_row(tmp_path: Path) -> None:
    recordings = tmp_path / "recordings"
    command = [sys.executable, "-m", "tests.service.memory.hearing", str(tmp_path), str(recordings)]
    for turn in range(3):
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
        until, before = time.monotonic() + 60, ids(recordings)
        while len(ids(recordings) - before) < 20 + 7 * turn:
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.003)
        process.kill()
        process.wait()
        with remembering(tmp_path, recordings=recordings) as (_, database, _):
            rows = listed(database)
            files_and_rows_agree(recordings, rows)
            assert len(rows) >= 19  # the file that had no row yet when it was killed is gone
            assert not list(recordings.glob(".*.writing"))


def test_what_a_killed_process_left_is_cleaned_away_and_what_is_damaged_forgotten(tmp_path: Path) -> None:
    with remembering(tmp_path) as (memory, _, _):
        for identity in (1, 2, 3):
            memory.hear(heard(identity, asked=True))
    folder = tmp_path / "recordings"
    (folder / f"{9:016x}.npy").write_bytes(b"no row")
    (folder / f".{8:016x}.npy.writing").write_bytes(b"half")
    (folder / f"{1:016x}.npy").unlink()
    (folder / f"{2:016x}.npy").write_bytes(b"cut")
    with remembering(tmp_path) as (_, database, _):
        assert [row.id for row in listed(database)] == [3]
        files_and_rows_agree(folder, listed(database))
        assert not list(folder.glob(".*.writing"))


def test_recordings_of_another_store_are_put_aside_and_not_deleted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with remembering(tmp_path) as (memory, _, _):
        for identity in range(1, 41):
            memory.hear(heard(identity, asked=True))
    (tmp_path / "brinell.db").unlink()
    with remembering(tmp_path) as (_, database, _):
        assert listed(database) == []
    [aside] = (tmp_path / "recordings").glob("unlisted-*")
    assert len(ids(aside)) == 40
    assert "40 recordings that this store does not know" in caplog.text


def test_a_full_disk_is_counted_and_said_and_keeping_goes_on_when_there_is_room(
    disk: Disk,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    ballast = disk.folder / "ballast"
    with remembering(tmp_path, recordings=disk.folder / "recordings", pause_s=0.1) as (memory, database, _):
        memory.hear(heard(1, asked=True))
        while memory.busy:
            time.sleep(0.01)
        with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        for identity in (2, 3, 4):
            memory.hear(heard(identity, asked=True))
        while memory.busy:
            time.sleep(0.01)
        assert (memory.counts.kept, memory.counts.failed) == (1, 3)
        assert len(re.findall("recordings are not kept: .*full", caplog.text)) == 1
        ballast.unlink()
        time.sleep(0.2)
        memory.hear(heard(5, asked=True))
        while memory.busy:
            time.sleep(0.01)
        assert [row.id for row in listed(database)] == [1, 5]
        assert "kept again" in caplog.text
        files_and_rows_agree(memory.folder.path, listed(database))


def test_samples_that_are_a_view_do_not_keep_what_they_are_a_view_of() -> None:
    body = np.frombuffer(io.BytesIO(bytes(4_000_000)).read(), np.float32)
    whole = heard(1)
    object.__setattr__(whole.recording, "samples", body[:1000])
    assert whole.of_its_own().recording.samples.base is None
