"""What is prepared waits for its approval: who prepared it, how often, what belongs to it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    people = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    with op.batch_alter_table("work_item") as table:
        table.add_column(sa.Column("belongs_to_id", sa.String(length=36), nullable=True))
        table.add_column(sa.Column("prepared_by_id", sa.String(length=36), nullable=True))
        table.add_column(sa.Column("prepared_by", sa.String(length=200), nullable=True))
        table.add_column(sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(
            sa.Column("preparers", people, nullable=False, server_default=sa.text("'[]'"))
        )
        table.add_column(
            sa.Column("rounds", sa.Integer(), nullable=False, server_default=sa.text("0"))
        )
        table.create_foreign_key(
            op.f("fk_work_item_belongs_to_id"), "work_item", ["belongs_to_id"], ["id"],
            initially="DEFERRED", deferrable=True,
        )  # fmt: skip
        table.create_foreign_key(
            op.f("fk_work_item_prepared_by_id"), "officer", ["prepared_by_id"], ["id"],
            initially="DEFERRED", deferrable=True,
        )  # fmt: skip
        table.drop_index(op.f("ix_work_item_case_id_activity_party_id_state_id"))
        table.create_index(
            op.f("ix_work_item_case_id_activity_party_id_state_belongs_to_id_id"),
            ["case_id", "activity", "party_id", "state", "belongs_to_id", "id"],
        )
        table.create_index(op.f("ix_work_item_belongs_to_id_state"), ["belongs_to_id", "state"])
