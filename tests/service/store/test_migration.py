"""A store of an older version is brought to this one, and one of a newer version left alone."""

import sqlite3
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import insert

from service.assets.trend import trend
from service.store import writing
from service.store.database import Database
from service.store.identity import LAST, Clock, shown
from service.store.location import postgresql
from service.store.migration import SCRIPTS
from service.store.opening import opened
from service.store.row import Watched
from service.store.tables import SCHEMA, StoredDiagnosis
from service.store.trouble import StoreError
from tests.service.store.rows import entry


def migrations() -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    return config


def test_the_schema_that_is_asked_for_is_the_newest_migration() -> None:
    assert ScriptDirectory.from_config(migrations()).get_current_head() == SCHEMA


def test_the_migrations_make_the_tables_that_the_code_uses(store_place: str) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from service.store.tables import Base

    with opened(store_place, "fast") as (database, _), database.writing() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_a_trend_goes_on_in_a_store_that_kept_no_severity(store_place: str) -> None:
    url = postgresql(store_place)
    database = Database.sqlite(Path(store_place)) if url is None else Database.postgresql(url, "fast")
    clock, config = Clock(1, 0), migrations()
    before, after = (entry(clock, watched=Watched("fan", "x", "alarm", severity)) for severity in (None, "high"))
    old_row = {name: value for name, value in before.items() if name != "severity"}
    with database.writing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0006")
        connection.execute(insert(StoredDiagnosis).values(old_row))
    database.close()
    with opened(store_place, "fast") as (database, _), database.writing() as connection:
        writing.add(connection, [after])
        points = trend(connection, "fan", None, 0, LAST, 10).points
    assert [(each.id, each.level, each.severity) for each in points] == [
        (shown(before["id"]), "alarm", None), (shown(after["id"]), "alarm", "high"),
    ]  # fmt: skip


def test_a_store_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "brinell.db"
    with opened(str(file), "fast"):
        pass
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(StoreError, match="schema 9999"), opened(str(file), "fast"):
        pass
    assert file.exists()
