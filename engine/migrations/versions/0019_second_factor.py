"""Keys of telephones, codes on paper, and sessions that wait for one of them."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0014"

INSTANT, KEY = sa.DateTime(timezone=True), sa.String(length=36)


def upgrade() -> None:
    op.create_table(
        "second_factor",
        sa.Column("officer_id", KEY, nullable=False),
        sa.Column("sealed_key", sa.String(length=255), nullable=False),
        sa.Column("begun_at", INSTANT, nullable=False),
        sa.Column("confirmed_at", INSTANT, nullable=True),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("missed_count", sa.Integer(), nullable=False),
        sa.Column("missed_at", INSTANT, nullable=True),
        _refers_to_officer("second_factor"),
        sa.PrimaryKeyConstraint("officer_id", name=op.f("pk_second_factor")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", KEY, nullable=False),
        sa.Column("officer_id", KEY, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        _refers_to_officer("recovery_code"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
    )
    op.create_index(op.f("ix_recovery_code_officer_id"), "recovery_code", ["officer_id"])
    op.add_column("sign_in_session", sa.Column("waits_for", sa.String(length=10), nullable=True))


def _refers_to_officer(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["officer_id"], ["officer.id"], name=op.f(f"fk_{table}_officer_id"), initially="DEFERRED",
        deferrable=True,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_column("sign_in_session", "waits_for")
    op.drop_table("recovery_code")
    op.drop_table("second_factor")
