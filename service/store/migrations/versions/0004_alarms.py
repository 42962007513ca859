"""Where assets stand, what happened to them, and what has yet to be told."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

WHOLE = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """From a store without alarms."""
    op.create_table(
        "alarm_states",
        sa.Column("asset", sa.String(64), primary_key=True),
        sa.Column("level", sa.String(12), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("rule", sa.Text),
        sa.Column("since_us", WHOLE, nullable=False),
        sa.Column("told", sa.String(12), nullable=False),
        sa.Column("heard_us", WHOLE),
        sa.Column("silent_from_us", WHOLE),
        sa.Column("silent_since_us", WHOLE),
        sa.Column("acknowledged_us", WHOLE),
        sa.Column("acknowledged_by", sa.String(80)),
        sa.Column("note", sa.String(1000)),
        sa.Column("snoozed_to_us", WHOLE),
    )
    op.create_table(
        "alarm_events",
        sa.Column("number", WHOLE, primary_key=True),
        sa.Column("asset", sa.String(64), nullable=False),
        sa.Column("time_us", WHOLE, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
    )
    op.create_index("alarm_events_by_asset", "alarm_events", ["asset", "number"])
    op.create_table(
        "outbox",
        sa.Column("number", WHOLE, primary_key=True, autoincrement=False),
        sa.Column("channel", sa.String(10), primary_key=True),
        sa.Column("asset", sa.String(64), nullable=False),
        sa.Column("made_us", WHOLE, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("next_us", WHOLE, nullable=False),
        sa.Column("error", sa.String(200)),
        sa.Column("given_up_us", WHOLE),
    )
    sender = op.create_table(
        "sender",
        sa.Column("one", WHOLE, primary_key=True, autoincrement=False),
        sa.Column("holder", sa.String(32), nullable=False),
        sa.Column("until_us", WHOLE, nullable=False),
    )
    op.bulk_insert(sender, [{"one": 1, "holder": "", "until_us": 0}])
