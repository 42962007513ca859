"""How severe what a diagnosis of a measuring point found is, for trends."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """From a store that has the severity in answers alone."""
    op.add_column("diagnoses", sa.Column("severity", sa.String(8)))
