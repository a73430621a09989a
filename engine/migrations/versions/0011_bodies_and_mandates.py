"""Bodies with dated facts, mandates that end, substitutions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0009"

OF_BODIES = (
    ("ipa_code", sa.String(length=40)),
    ("fiscal_code", sa.String(length=16)),
    ("pec", sa.String(length=200)),
    ("part_of_id", sa.String(length=36)),
    ("seat_id", sa.String(length=36)),
    ("legal_form", sa.String(length=120)),
    ("representative", sa.JSON().with_variant(postgresql.JSONB(), "postgresql")),
    ("posts", sa.JSON().with_variant(postgresql.JSONB(), "postgresql")),
    ("closed_on", sa.Date()),
)
OF_MANDATES = (
    ("granted_by", sa.String(length=200)),
    ("end_act", sa.String(length=200)),
    ("end_reason", sa.String(length=2000)),
)


def upgrade() -> None:
    for name, kind in OF_BODIES:
        op.add_column("organisation", sa.Column(name, kind, nullable=True))
    for name, kind in OF_MANDATES:
        op.add_column("mandate", sa.Column(name, kind, nullable=True))
    _settled_mandates()
    _memberships_and_facts()
    _substitutions()
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("history_entry", "acting_for", type_=sa.String(length=1000))
    else:
        with op.batch_alter_table("history_entry") as batch_op:
            batch_op.alter_column("acting_for", type_=sa.String(length=1000))
    op.create_index(op.f("ix_work_item_holder_mandate_id"), "work_item", ["holder_mandate_id"])
    of_none = sa.text("case_id IS NULL")
    op.create_index(
        "ix_history_entry_installation", "history_entry", ["at"],
        postgresql_where=of_none, sqlite_where=of_none,
    )  # fmt: skip


def _settled_mandates() -> None:
    op.add_column(
        "mandate", sa.Column("settled", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("mandate", "settled", server_default=None)
    else:
        with op.batch_alter_table("mandate") as batch_op:
            batch_op.alter_column("settled", server_default=None)
    op.create_index("ix_mandate_settled_valid_to", "mandate", ["settled", "valid_to"])


def _memberships_and_facts() -> None:
    op.create_table(
        "membership",
        sa.Column("organisation_id", sa.String(length=36), nullable=False),
        sa.Column("member_id", sa.String(length=36), nullable=False),
        _refers("membership", "organisation_id", "organisation"),
        _refers("membership", "member_id", "organisation"),
        sa.PrimaryKeyConstraint("organisation_id", "member_id", name=op.f("pk_membership")),
    )
    op.create_index(op.f("ix_membership_member_id"), "membership", ["member_id"])
    op.create_table(
        "body_fact",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organisation_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column(
            "value", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=200), nullable=False),
        sa.Column("applied", sa.Boolean(), nullable=False),
        _refers("body_fact", "organisation_id", "organisation"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_body_fact")),
    )
    op.create_index(
        op.f("ix_body_fact_organisation_id_kind_subject_valid_from"), "body_fact",
        ["organisation_id", "kind", "subject", "valid_from"],
    )  # fmt: skip
    op.create_index(op.f("ix_body_fact_applied_valid_from"), "body_fact", ["applied", "valid_from"])


def _substitutions() -> None:
    op.create_table(
        "substitution",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("mandate_id", sa.String(length=36), nullable=False),
        sa.Column("substitute_id", sa.String(length=36), nullable=False),
        sa.Column("process", sa.String(length=80), nullable=True),
        sa.Column("act", sa.String(length=200), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("granted_by", sa.String(length=200), nullable=False),
        sa.Column("end_reason", sa.String(length=2000), nullable=True),
        sa.Column("settled", sa.Boolean(), nullable=False),
        _refers("substitution", "mandate_id", "mandate"),
        _refers("substitution", "substitute_id", "officer"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_substitution")),
    )
    for columns in (["mandate_id"], ["substitute_id", "valid_to"], ["settled", "valid_to"]):
        name = f"ix_substitution_{'_'.join(columns)}"
        op.create_index(op.f(name), "substitution", columns)


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"), initially="DEFERRED",
        deferrable=True,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_history_entry_installation", "history_entry")
    op.drop_index("ix_work_item_holder_mandate_id", "work_item")
    for table in ("substitution", "body_fact", "membership"):
        op.drop_table(table)
    op.drop_index("ix_mandate_settled_valid_to", "mandate")
    with op.batch_alter_table("mandate") as batch_op:
        for name in ("settled", *(name for name, _ in OF_MANDATES)):
            batch_op.drop_column(name)
    with op.batch_alter_table("organisation") as batch_op:
        for name, _ in OF_BODIES:
            batch_op.drop_column(name)
