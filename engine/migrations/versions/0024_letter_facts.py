"""What the letters of a finished piece of work drew on."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    op.create_table(
        "letter_facts",
        sa.Column("work_item_id", sa.String(length=36), nullable=False),
        sa.Column("organisation_id", sa.String(length=36), nullable=True),
        sa.Column("facts", json, nullable=False),
        sa.ForeignKeyConstraint(
            ["work_item_id"], ["work_item.id"],
            name=op.f("fk_letter_facts_work_item_id"), initially="DEFERRED", deferrable=True,
        ),
        sa.PrimaryKeyConstraint("work_item_id", name=op.f("pk_letter_facts")),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("letter_facts")
