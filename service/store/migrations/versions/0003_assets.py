"""Measuring points, and the diagnoses that were asked for about them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

WHOLE = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """From a store that knows diagnoses without machines."""
    op.create_table(
        "assets",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("machine", sa.String(120), nullable=False),
        sa.Column("point", sa.String(120), nullable=False),
        sa.Column("made_us", WHOLE, nullable=False),
        sa.Column("changed_us", WHOLE, nullable=False),
        sa.Column("asset", sa.LargeBinary, nullable=False),
    )
    op.add_column("diagnoses", sa.Column("asset", sa.String(64)))
    op.add_column("diagnoses", sa.Column("axis", sa.String(32)))
    op.add_column("diagnoses", sa.Column("level", sa.String(16)))
    op.add_column("diagnoses", sa.Column("probabilities", sa.LargeBinary))
