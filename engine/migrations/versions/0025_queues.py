"""The queue that a piece of work waits in or takes a place of."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    with op.batch_alter_table("work_item") as table:
        table.add_column(sa.Column("queue", sa.String(length=120), nullable=True))
        table.create_index(op.f("ix_work_item_queue_state"), ["queue", "state"])


def downgrade() -> None:
    with op.batch_alter_table("work_item") as table:
        table.drop_index(op.f("ix_work_item_queue_state"))
        table.drop_column("queue")
