"""Published versions of procedures."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import Base, Id, Instant, Json


class Deployment(Base):
    """One frozen version of a procedure; a case keeps the one it started with."""

    __tablename__ = "deployment"
    __table_args__ = (Index(None, "process", "version", unique=True),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    process: Mapped[str] = mapped_column(String(80))
    version: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    files: Mapped[bytes] = mapped_column(LargeBinary)
    """The folder and what it calls, packed (engine.bundles.load.pack_files)."""
    specification: Mapped[bytes] = mapped_column(LargeBinary)
    """The compiled drawing, stored once and restored by every process."""
    library: Mapped[str] = mapped_column(String(20))
    amendments: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """Letters in force for new cases: layer (programme, office) → line → column → letters."""
    deployed_at: Mapped[datetime] = mapped_column(Instant)
    deployed_by: Mapped[str] = mapped_column(String(200))
