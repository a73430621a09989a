"""Terms that are suspended, interrupted, extended; profiles; the calendar of a body."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    op.create_table(
        "closing_day",
        sa.Column("organisation_id", sa.String(length=36), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name_it", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("moves_terms", sa.Boolean(), nullable=False),
        sa.Column("act", sa.String(length=300), nullable=False),
        sa.Column("entered_by", sa.String(length=200), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_closing_day_organisation_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("organisation_id", "day", name=op.f("pk_closing_day")),
    )
    with op.batch_alter_table("organisation") as table:
        table.add_column(sa.Column("patron_day", sa.String(length=5), nullable=True))
        table.add_column(sa.Column("patron_name", sa.String(length=120), nullable=True))
    with op.batch_alter_table("procedure_case") as table:
        table.add_column(sa.Column("profile", sa.String(length=80), nullable=True))
        table.add_column(
            sa.Column("profile_lengths", json, nullable=False, server_default=sa.text("'{}'"))
        )
    with op.batch_alter_table("deadline") as table:
        table.add_column(sa.Column("calendar_of", sa.String(length=36), nullable=True))
        table.add_column(sa.Column("baseline_on", sa.Date(), nullable=True))
        table.add_column(sa.Column("target_on", sa.Date(), nullable=True))
        table.add_column(sa.Column("resumes_on", sa.Date(), nullable=True))
        table.add_column(sa.Column("stopped_by", sa.String(length=36), nullable=True))
        table.add_column(
            sa.Column("lines", sa.Integer(), nullable=False, server_default=sa.text("0"))
        )
        table.add_column(sa.Column("steps", json, nullable=False, server_default=sa.text("'[]'")))
        table.create_foreign_key(
            op.f("fk_deadline_calendar_of"), "organisation", ["calendar_of"], ["id"],
            initially="DEFERRED", deferrable=True,
        )  # fmt: skip
        table.create_index(op.f("ix_deadline_state_resumes_on"), ["state", "resumes_on"])
    with op.batch_alter_table("ledger_entry") as table:
        table.add_column(sa.Column("amount", sa.Integer(), nullable=True))
        table.add_column(sa.Column("unit", sa.String(length=20), nullable=True))
        table.add_column(sa.Column("until", sa.Date(), nullable=True))
        table.add_column(sa.Column("counting", json, nullable=True))
        table.add_column(sa.Column("counted", sa.Integer(), nullable=True))
        table.add_column(_text("calendar", 40))
        table.add_column(sa.Column("ground", sa.String(length=80), nullable=True))
        table.add_column(sa.Column("title", json, nullable=True))
        table.add_column(_text("reason", 2000))
        table.add_column(_text("document", 300))
        table.add_column(
            sa.Column("consents", json, nullable=False, server_default=sa.text("'[]'"))
        )
        table.add_column(_text("evidence", 20))


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=False, server_default=sa.text("''"))


def downgrade() -> None:
    with op.batch_alter_table("ledger_entry") as table:
        for column in ("amount", "unit", "until", "counting", "counted", "calendar", "ground",
                       "title", "reason", "document", "consents", "evidence"):  # fmt: skip
            table.drop_column(column)
    with op.batch_alter_table("deadline") as table:
        table.drop_index(op.f("ix_deadline_state_resumes_on"))
        table.drop_constraint(op.f("fk_deadline_calendar_of"), type_="foreignkey")
        for column in (
            "calendar_of",
            "baseline_on",
            "target_on",
            "resumes_on",
            "stopped_by",
            "lines",
            "steps",
        ):
            table.drop_column(column)
    with op.batch_alter_table("procedure_case") as table:
        table.drop_column("profile")
        table.drop_column("profile_lengths")
    with op.batch_alter_table("organisation") as table:
        table.drop_column("patron_day")
        table.drop_column("patron_name")
    op.drop_table("closing_day")
