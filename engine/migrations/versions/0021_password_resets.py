"""Links by which a forgotten password is chosen anew."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0022"


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "password_reset",
        sa.Column("officer_id", sa.String(length=36), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("sent_count", sa.Integer(), nullable=False),
        sa.Column("sent_at", instant, nullable=False),
        sa.Column("valid_until", instant, nullable=False),
        sa.Column("used_at", instant, nullable=True),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officer.id"], name=op.f("fk_password_reset_officer_id"),
            initially="DEFERRED", deferrable=True,
        ),
        sa.PrimaryKeyConstraint("officer_id", name=op.f("pk_password_reset")),
        sa.UniqueConstraint("digest", name=op.f("uq_password_reset_digest")),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("password_reset")
