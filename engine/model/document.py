"""Files: uploaded first, documents of a case once a completed form names them."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from engine.actor import Actor
from engine.model.base import Base, Id, Instant, refers_to


class Upload(Base):
    """A file somebody sent; it disappears after a day unless a draft or a form names it."""

    __tablename__ = "upload"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    filename: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(120))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    uploaded_at: Mapped[datetime] = mapped_column(Instant, index=True)
    uploaded_by_id: Mapped[str | None] = mapped_column(refers_to("officer.id"), index=True)
    link_id: Mapped[str | None] = mapped_column(refers_to("answer_link.id"), index=True)
    """The link by which it came, where nobody with an account sent it."""

    def is_of(self, actor: Actor) -> bool:
        """Whether the actor sent it himself."""
        if actor.link is not None:
            return self.link_id == actor.link.id
        return self.uploaded_by_id is not None and self.uploaded_by_id == actor.officer_id


class Document(Base):
    """A file of the case file, with its fingerprint. The content lies under its SHA-256."""

    __tablename__ = "document"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    case_id: Mapped[str] = mapped_column(refers_to("procedure_case.id"), index=True)
    work_item_id: Mapped[str | None] = mapped_column(Id)
    organisation_id: Mapped[str | None] = mapped_column(refers_to("organisation.id"))
    field: Mapped[str] = mapped_column(String(120))
    title_it: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str] = mapped_column(String(200))
    visibility: Mapped[str] = mapped_column(String(20))
    filename: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(120))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    signature: Mapped[str] = mapped_column(String(20), default="not_verified")
    attached_at: Mapped[datetime] = mapped_column(Instant)
    attached_by: Mapped[str] = mapped_column(String(200))
