"""What machines sound like when they are healthy, and what trends show besides verdicts."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

WHOLE = sa.BigInteger().with_variant(sa.Integer, "sqlite")
KEYED = sa.text("idempotency_key IS NOT NULL")


def upgrade() -> None:
    """From a store without baselines."""
    op.add_column("diagnoses", sa.Column("condition", sa.LargeBinary))
    op.create_table(
        "baselines",
        sa.Column("asset", sa.String(64), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("axis", sa.String(32), primary_key=True),
        sa.Column("extends", sa.Integer),
        sa.Column("n", sa.Integer, nullable=False),
        sa.Column("made_us", WHOLE, nullable=False),
        sa.Column("by", sa.String(8)),
        sa.Column("doubts", sa.Text, nullable=False),
        sa.Column("why", sa.String(200)),
        sa.Column("orders", sa.String(200)),
        sa.Column("baseline", sa.LargeBinary, nullable=False),
        sa.Column("undone_us", WHOLE),
        sa.Column("idempotency_key", sa.String(64)),
        sa.Column("fingerprint", sa.LargeBinary),
    )
    op.create_index("baselines_by_key", "baselines", ["idempotency_key"], sqlite_where=KEYED, postgresql_where=KEYED)
