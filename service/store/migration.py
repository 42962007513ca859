"""Brings the tables of a store to this version; of several processes that start at once, one does it."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from service.store.tables import SCHEMA
from service.store.trouble import StoreError

SCRIPTS = Path(__file__).parent / "migrations"

ADVISORY_LOCK = 0x6272696E656C6C  # "brinell"


APPLICATION_ID = 0x4252494E
"""In the header of our SQLite files ("BRIN"), so that a restore can tell them from others."""


def migrate(connection: Connection) -> None:
    """Within the connection's transaction, which on SQLite has begun IMMEDIATE.

    Raises:
        StoreError: the store was written by a version that this one does not know.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
    found = schema_of(connection)
    if found == SCHEMA:  # Alembic takes longer to import than all else takes to start
        return
    if found is not None and found > SCHEMA:
        raise StoreError(
            f"the store is of schema {found}, and this version of Brinell knows none after {SCHEMA}",
            "Start the version of Brinell that wrote it, or a newer one.",
        )
    _upgrade(connection)
    if connection.dialect.name == "sqlite":
        connection.execute(text(f"PRAGMA application_id = {APPLICATION_ID}"))


def schema_of(connection: Connection) -> str | None:
    """The migration that a store stands at; None in an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return version


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
