"""Terms are counted anew when their body's calendar changes; calendars read one's terms."""

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

    op.create_table(
        "calendar_feed",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("officer_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["officer_id"],
            ["officer.id"],
            name=op.f("fk_calendar_feed_officer_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("digest", name=op.f("uq_calendar_feed_digest")),
    )
    op.create_index(op.f("ix_calendar_feed_officer_id"), "calendar_feed", ["officer_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_calendar_feed_officer_id"), "calendar_feed")
    op.drop_table("calendar_feed")
    op.drop_index(op.f("ix_deadline_recount_on"), "deadline")
    with op.batch_alter_table("deadline") as batch_op:
        batch_op.drop_index(op.f("ix_deadline_calendar_of_state"))
        batch_op.drop_column("recount_on")
