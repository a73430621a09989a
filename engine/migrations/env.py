"""Alembic's entry: runs the migrations on the connection it is given."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import JSON

from engine.model import Base
from engine.model.base import Instant


def plainly(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Migrations name only SQLAlchemy's own types: ours may change after them."""
    if kind == "type" and isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, JSON):
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,
    render_item=plainly,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
