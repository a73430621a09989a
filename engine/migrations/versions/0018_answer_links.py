"""Links by which consulted bodies without account answer; drafts and files that come by them."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0019"


def upgrade() -> None:
    op.create_table(
        "answer_link",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("work_item_id", sa.String(length=36), nullable=False),
        sa.Column("organisation_id", sa.String(length=36), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("sent_by", sa.String(length=200), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("sent_count", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.String(length=200), nullable=True),
        sa.Column("answered_as", sa.String(length=120), nullable=True),
        sa.Column("receipt", sa.String(length=64), nullable=True),
        _refers("answer_link", "case_id", "procedure_case"),
        _refers("answer_link", "work_item_id", "work_item"),
        _refers("answer_link", "organisation_id", "organisation"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_link")),
        sa.UniqueConstraint("digest", name=op.f("uq_answer_link_digest")),
        sa.UniqueConstraint("work_item_id", name=op.f("uq_answer_link_work_item_id")),
    )
    op.create_index(op.f("ix_answer_link_case_id"), "answer_link", ["case_id"])
    with op.batch_alter_table("upload") as batch_op:
        batch_op.alter_column("uploaded_by_id", existing_type=sa.String(length=36), nullable=True)
        batch_op.add_column(sa.Column("link_id", sa.String(length=36), nullable=True))
        batch_op.create_foreign_key(
            op.f("fk_upload_link_id"), "answer_link", ["link_id"], ["id"], initially="DEFERRED",
            deferrable=True,
        )  # fmt: skip
    op.create_index(op.f("ix_upload_link_id"), "upload", ["link_id"])
    with op.batch_alter_table("draft") as batch_op:
        batch_op.alter_column("saved_by_id", existing_type=sa.String(length=36), nullable=True)


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"), initially="DEFERRED",
        deferrable=True,
    )  # fmt: skip


def downgrade() -> None:
    op.execute("DELETE FROM draft WHERE saved_by_id IS NULL")
    op.execute("DELETE FROM upload WHERE uploaded_by_id IS NULL")
    with op.batch_alter_table("draft") as batch_op:
        batch_op.alter_column("saved_by_id", existing_type=sa.String(length=36), nullable=False)
    op.drop_index(op.f("ix_upload_link_id"), "upload")
    with op.batch_alter_table("upload") as batch_op:
        batch_op.drop_constraint(op.f("fk_upload_link_id"), type_="foreignkey")
        batch_op.drop_column("link_id")
        batch_op.alter_column("uploaded_by_id", existing_type=sa.String(length=36), nullable=False)
    op.drop_table("answer_link")
