"""Terms are counted anew when their body's calendar changes."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    with op.batch_alter_table("deadline") as batch_op:
        batch_op.add_column(sa.Column("recount_on", sa.Date(), nullable=True))
        batch_op.create_index(op.f("ix_deadline_calendar_of_state"), ["calendar_of", "state"])
    marked = sa.text("recount_on IS NOT NULL")
    op.create_index(
        op.f("ix_deadline_recount_on"),
        "deadline",
        ["recount_on"],
        sqlite_where=marked,
        postgresql_where=marked,
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_deadline_recount_on"), "deadline")
    with op.batch_alter_table("deadline") as batch_op:
        batch_op.drop_index(op.f("ix_deadline_calendar_of_state"))
        batch_op.drop_column("recount_on")
