"""Days that are over are sealed."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "daily_seal",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_daily_seal")),
    )
    op.create_table(
        "sealed_entry",
        sa.Column("entry_id", sa.String(length=36), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_sealed_entry")),
    )
    with op.batch_alter_table("sealed_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sealed_entry_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sealed_entry_day"), ["day"], unique=False)


def downgrade() -> None:
    op.drop_table("sealed_entry")
    op.drop_table("daily_seal")
