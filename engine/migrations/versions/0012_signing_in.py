"""Identities of other providers, and what a session says of itself."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

SHORT, LONG, INSTANT = sa.String(length=30), sa.String(length=255), sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("officer", sa.Column("fiscal_code", sa.String(length=16), nullable=True))
    op.create_index(op.f("ix_officer_fiscal_code"), "officer", ["fiscal_code"], unique=True)
    op.create_table(
        "identity",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("officer_id", sa.String(length=36), nullable=False),
        sa.Column("issuer", LONG, nullable=False),
        sa.Column("subject", LONG, nullable=False),
        sa.Column("provider", SHORT, nullable=False),
        sa.Column("bound_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officer.id"], name=op.f("fk_identity_officer_id"),
            initially="DEFERRED", deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_identity_issuer_subject")),
    )  # fmt: skip
    op.create_index(op.f("ix_identity_officer_id"), "identity", ["officer_id"])
    # Whoever is signed in just now signs in once more: nobody knows how he came.
    op.execute("DELETE FROM sign_in_session")
    with op.batch_alter_table("sign_in_session") as batch_op:
        batch_op.add_column(sa.Column("last_used_at", INSTANT, nullable=False))
        batch_op.add_column(sa.Column("address", sa.String(length=45), nullable=False))
        batch_op.add_column(sa.Column("door", SHORT, nullable=False))
        batch_op.add_column(sa.Column("level", sa.String(length=200), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("sign_in_session") as batch_op:
        for name in ("level", "door", "address", "last_used_at"):
            batch_op.drop_column(name)
    op.drop_table("identity")
    op.drop_index(op.f("ix_officer_fiscal_code"), "officer")
    op.drop_column("officer", "fiscal_code")
