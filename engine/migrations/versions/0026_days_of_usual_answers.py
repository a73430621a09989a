"""The day on which a body gave its usual answers last."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    with op.batch_alter_table("usual_answer") as table:
        table.add_column(sa.Column("kept_on", sa.Date(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("usual_answer") as table:
        table.drop_column("kept_on")
