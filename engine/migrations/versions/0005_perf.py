"""Who did an activity last is found without reading all the work of a case."""

from alembic import op

revision = "0005"
down_revision = "0004"

INDEX = "ix_work_item_case_id_activity_party_id_state_id"


def upgrade() -> None:
    op.create_index(
        INDEX, "work_item", ["case_id", "activity", "party_id", "state", "id"], unique=False
    )


def downgrade() -> None:
    op.drop_index(INDEX, table_name="work_item")
