"""Diagnoses, the words they can be found by, and what the store knows about itself."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

WHOLE = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """From nothing."""
    op.create_table(
        "diagnoses",
        sa.Column("id", WHOLE, primary_key=True, autoincrement=False),
        sa.Column("time_us", WHOLE, nullable=False),
        sa.Column("request_id", sa.String(64), nullable=False),
        sa.Column("source", sa.String(120)),
        sa.Column("verdict", sa.String(20), nullable=False),
        sa.Column("fault", sa.String(20)),
        sa.Column("confidence", sa.Double),
        sa.Column("bundle", sa.String(80)),
        sa.Column("front_end", sa.String(20)),
        sa.Column("energy_nj", sa.Double),
        sa.Column("speed_rpm", sa.Double),
        sa.Column("answer", sa.LargeBinary, nullable=False),
        sa.Column("idempotency_key", sa.String(64)),
        sa.Column("fingerprint", sa.LargeBinary),
    )
    keyed = sa.text("idempotency_key IS NOT NULL")
    op.create_index(
        "diagnoses_by_key", "diagnoses", ["idempotency_key"], unique=True, sqlite_where=keyed, postgresql_where=keyed
    )
    op.create_table(
        "terms",
        sa.Column("term", WHOLE, primary_key=True, autoincrement=False),
        sa.Column("id", WHOLE, primary_key=True, autoincrement=False),
        sqlite_with_rowid=False,
    )
    bookkeeping = op.create_table(
        "bookkeeping",
        sa.Column("one", WHOLE, primary_key=True, autoincrement=False),
        sa.Column("indexed_to", WHOLE, nullable=False),
        sa.Column("openings", WHOLE, nullable=False),
    )
    op.bulk_insert(bookkeeping, [{"one": 1, "indexed_to": 0, "openings": 0}])
