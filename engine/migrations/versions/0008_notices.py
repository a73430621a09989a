"""Officers choose how notices go by mail; terms know when people are next reminded of them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    with op.batch_alter_table("officer") as batch_op:
        batch_op.add_column(sa.Column("mail", json, nullable=False, server_default="{}"))
        batch_op.add_column(
            sa.Column("digest_hour", sa.Integer(), nullable=False, server_default="8")
        )
    with op.batch_alter_table("notice") as batch_op:
        batch_op.add_column(
            sa.Column("mail", sa.String(length=10), nullable=False, server_default="off")
        )
        batch_op.add_column(sa.Column("mail_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("delivery_id", sa.String(length=36), nullable=True))
    with op.batch_alter_table("deadline") as batch_op:
        batch_op.add_column(sa.Column("next_reminder_on", sa.Date(), nullable=True))
        for name in ("reminded", "stood", "owed"):
            batch_op.add_column(sa.Column(name, json, nullable=False, server_default="[]"))
    to_tell = sa.text("next_reminder_on IS NOT NULL")
    op.create_index(
        op.f("ix_deadline_next_reminder_on"),
        "deadline",
        ["next_reminder_on"],
        sqlite_where=to_tell,
        postgresql_where=to_tell,
    )
    waiting = sa.text("mail_at IS NOT NULL")
    op.create_index(
        op.f("ix_notice_mail_at_officer_id"),
        "notice",
        ["mail_at", "officer_id"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_deadline_next_reminder_on"), "deadline")
    with op.batch_alter_table("deadline") as batch_op:
        for name in ("owed", "stood", "reminded", "next_reminder_on"):
            batch_op.drop_column(name)
    op.drop_index(op.f("ix_notice_mail_at_officer_id"), "notice")
    with op.batch_alter_table("notice") as batch_op:
        for name in ("delivery_id", "mail_at", "mail"):
            batch_op.drop_column(name)
    with op.batch_alter_table("officer") as batch_op:
        for name in ("digest_hour", "mail"):
            batch_op.drop_column(name)
