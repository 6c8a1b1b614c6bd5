"""Whether the patient found a turn's answer helpful."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("turns", sa.Column("helpful", sa.Boolean()))
