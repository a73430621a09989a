"""What a body wrote the last time in a form that asks the same of it in every case."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0021"


def upgrade() -> None:
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    op.create_table(
        "usual_answer",
        sa.Column("organisation_id", sa.String(length=36), nullable=False),
        sa.Column("activity", sa.String(length=120), nullable=False),
        sa.Column("answers", json, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"],
            name=op.f("fk_usual_answer_organisation_id"), initially="DEFERRED", deferrable=True,
        ),
        sa.PrimaryKeyConstraint("organisation_id", "activity", name=op.f("pk_usual_answer")),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("usual_answer")
