"""A case can be put back as it stood before it changed its version."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    op.create_table(
        "case_checkpoint",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_by", sa.String(length=200), nullable=False),
        sa.Column("deployment_id", sa.String(length=36), nullable=False),
        sa.Column("codec", sa.Integer(), nullable=False),
        sa.Column("blob", sa.LargeBinary(), nullable=False),
        sa.Column("library", sa.String(length=20), nullable=False),
        sa.Column("flows", json, nullable=False),
        sa.Column("rows", json, nullable=False),
        sa.Column("history_count", sa.Integer(), nullable=False),
        sa.Column("drafts", json, nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["procedure_case.id"],
            name=op.f("fk_case_checkpoint_case_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["deployment_id"],
            ["deployment.id"],
            name=op.f("fk_case_checkpoint_deployment_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_checkpoint")),
    )
    with op.batch_alter_table("case_checkpoint", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_checkpoint_case_id"), ["case_id"], unique=False)


def downgrade() -> None:
    op.drop_table("case_checkpoint")
