"""A case can open one case of another procedure for each of its parties."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    instant = sa.DateTime(timezone=True)
    with op.batch_alter_table("procedure_case", schema=None) as batch_op:
        batch_op.add_column(sa.Column("parent_id", sa.String(length=36), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_procedure_case_parent_id"), "procedure_case", ["parent_id"], ["id"],
            initially="DEFERRED", deferrable=True,
        )  # fmt: skip
        batch_op.create_index(
            batch_op.f("ix_procedure_case_parent_id"), ["parent_id"], unique=False
        )
    op.create_table(
        "child_round",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("parent_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("rule", json, nullable=False),
        sa.Column("overseer_capacity", sa.String(length=40), nullable=False),
        sa.Column("overseer_role", sa.String(length=80), nullable=False),
        sa.Column("asked_at", instant, nullable=False),
        sa.Column("listed_at", instant, nullable=True),
        sa.Column("waited_at", instant, nullable=True),
        sa.Column("met_at", instant, nullable=True),
        sa.Column("told_at", instant, nullable=True),
        sa.Column("over_at", instant, nullable=True),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["procedure_case.id"], name=op.f("fk_child_round_parent_id"),
            initially="DEFERRED", deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_child_round")),
        sa.UniqueConstraint(
            "parent_id", "name", "number", name=op.f("uq_child_round_parent_id_name_number")
        ),
    )  # fmt: skip
    op.create_table(
        "child_case",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("round_id", sa.String(length=36), nullable=False),
        sa.Column("party_id", sa.String(length=36), nullable=False),
        sa.Column("child_id", sa.String(length=36), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("wish", sa.String(length=20), nullable=True),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("suspended", sa.Boolean(), nullable=False),
        sa.Column("data", json, nullable=False),
        sa.Column("outcome", sa.String(length=80), nullable=True),
        sa.Column("result", json, nullable=False),
        sa.Column("opened_at", instant, nullable=True),
        sa.Column("ended_at", instant, nullable=True),
        sa.ForeignKeyConstraint(
            ["round_id"], ["child_round.id"], name=op.f("fk_child_case_round_id"),
            initially="DEFERRED", deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["party.id"], name=op.f("fk_child_case_party_id"),
            initially="DEFERRED", deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["child_id"], ["procedure_case.id"], name=op.f("fk_child_case_child_id"),
            initially="DEFERRED", deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_child_case")),
        sa.UniqueConstraint("round_id", "party_id", name=op.f("uq_child_case_round_id_party_id")),
        sa.UniqueConstraint("child_id", name=op.f("uq_child_case_child_id")),
    )  # fmt: skip
    with op.batch_alter_table("child_case", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_child_case_round_id_state"), ["round_id", "state"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_child_case_round_id_wish"), ["round_id", "wish"], unique=False
        )


def downgrade() -> None:
    op.drop_table("child_case")
    op.drop_table("child_round")
    with op.batch_alter_table("procedure_case", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_procedure_case_parent_id"))
        batch_op.drop_constraint(batch_op.f("fk_procedure_case_parent_id"), type_="foreignkey")
        batch_op.drop_column("parent_id")
