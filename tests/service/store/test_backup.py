"""A store is copied while it is written to, and a copy put back only where nothing is lost by it."""

import sqlite3
import threading
from pathlib import Path

import pytest

from service.store import writing
from service.store.backup import backup, restore
from service.store.opening import opened
from service.store.reading import Wanted, page
from service.store.trouble import StoreError
from tests.service.store.rows import entry


def fill(file: Path, count: int) -> None:
    with opened(str(file), "power-safe") as (database, clock), database.writing() as connection:
        writing.add(connection, [entry(clock) for _ in range(count)])


def held(file: Path) -> int:
    with opened(str(file), "power-safe") as (database, _), database.reading() as connection:
        return len(page(connection, Wanted(), 10_000))


def test_a_copy_made_while_the_store_is_written_holds_whole_commits(tmp_path: Path) -> None:
    file, ended = tmp_path / "brinell.db", threading.Event()
    with opened(str(file), "power-safe") as (database, clock):

        def write() -> None:
            while not ended.is_set():
                with database.writing() as connection:
                    writing.add(connection, [entry(clock) for _ in range(10)])

        thread = threading.Thread(target=write)
        thread.start()
        try:
            counts = [backup(file, tmp_path / f"copy-{number}.db", overwrite=False) for number in range(5)]
        finally:
            ended.set()
            thread.join()
    assert counts == sorted(counts)
    assert all(count % 10 == 0 for count in counts)
    restore(tmp_path / "copy-4.db", tmp_path / "other" / "brinell.db", force=False)
    assert held(tmp_path / "other" / "brinell.db") == counts[4]


def test_a_store_that_is_there_is_replaced_only_by_force_and_kept_then(tmp_path: Path) -> None:
    file, copy = tmp_path / "brinell.db", tmp_path / "copy.db"
    fill(file, 3)
    assert backup(file, copy, overwrite=False) == 3
    fill(file, 4)
    with pytest.raises(StoreError, match="--force"):
        restore(copy, file, force=False)
    aside = restore(copy, file, force=True)
    assert aside is not None
    assert (held(file), held(aside)) == (3, 7)


def test_a_store_in_use_is_not_replaced_even_by_force(tmp_path: Path) -> None:
    file, copy = tmp_path / "brinell.db", tmp_path / "copy.db"
    fill(file, 3)
    backup(file, copy, overwrite=False)
    with opened(str(file), "fast"), pytest.raises(StoreError, match="in use"):
        restore(copy, file, force=True)
    assert held(file) == 3


def test_a_file_that_is_there_is_no_place_for_a_backup(tmp_path: Path) -> None:
    file, copy = tmp_path / "brinell.db", tmp_path / "copy.db"
    fill(file, 1)
    copy.write_text("mine")
    with pytest.raises(StoreError, match="is there already"):
        backup(file, copy, overwrite=False)
    assert copy.read_text() == "mine"
    assert backup(file, copy, overwrite=True) == 1


def test_what_is_no_whole_backup_of_a_known_version_is_refused(tmp_path: Path) -> None:
    file, copy = tmp_path / "brinell.db", tmp_path / "copy.db"
    fill(file, 200)
    backup(file, copy, overwrite=False)
    whole = copy.read_bytes()
    other = tmp_path / "other.db"
    for damage, reason in (
        (b"no database at all", "cannot be read"),
        (whole[: len(whole) // 2], "damaged|cannot be read"),
        (whole[:-8192] + b"\xff" * 8192, "damaged|cannot be read"),
    ):
        copy.write_bytes(damage)
        with pytest.raises(StoreError, match=reason):
            restore(copy, other, force=False)
    sqlite3.connect(tmp_path / "foreign.db").execute("CREATE TABLE things (thing)")
    with pytest.raises(StoreError, match="no store of Brinell"):
        restore(tmp_path / "foreign.db", other, force=False)
    copy.write_bytes(whole)
    with sqlite3.connect(copy) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="schema 9999"):
        restore(copy, other, force=False)
    assert not other.exists()
