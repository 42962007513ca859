"""Recordings that are worth keeping, and what was found when machines were opened."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

WHOLE = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """From a store without recordings."""
    op.create_table(
        "recordings",
        sa.Column("id", WHOLE, primary_key=True, autoincrement=False),
        sa.Column("place", sa.String(8), nullable=False),
        sa.Column("asset", sa.String(64), nullable=False),
        sa.Column("axis", sa.String(64), nullable=False),
        sa.Column("time_us", WHOLE, nullable=False),
        sa.Column("rate_hz", sa.Double, nullable=False),
        sa.Column("speed_rpm", sa.Double),
        sa.Column("bearing", sa.String(200)),
        sa.Column("orders", sa.String(200)),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("bytes", WHOLE, nullable=False),
        sa.Column("why", sa.String(100), nullable=False),
        sa.Column("worth", WHOLE, nullable=False),
        sa.Column("verdict", sa.String(20), nullable=False),
        sa.Column("fault", sa.String(20)),
        sa.Column("confidence", sa.Double),
        sa.Column("level", sa.String(16)),
        sa.Column("bundle", sa.String(80)),
    )
    op.create_index("recordings_by_asset", "recordings", ["asset", "id"])
    op.create_table(
        "feedback",
        sa.Column("id", WHOLE, primary_key=True, autoincrement=False),
        sa.Column("time_us", WHOLE, nullable=False),
        sa.Column("asset", sa.String(64), nullable=False),
        sa.Column("finding", sa.String(20), nullable=False),
        sa.Column("opened_us", WHOLE, nullable=False),
        sa.Column("by", sa.String(120), nullable=False),
        sa.Column("note", sa.String(2000), nullable=False),
        sa.Column("diagnosis", WHOLE),
        sa.Column("corrects", WHOLE, unique=True),
    )
    op.create_index("feedback_by_asset", "feedback", ["asset", "id"])
