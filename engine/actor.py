"""Who acts: an officer with his mandates, or the system itself."""

from dataclasses import dataclass, replace
from typing import Self

ADMINISTRATOR = "administrator"
"""The role that grants and ends the mandates of a body; every kind of body has it."""
INSTALLATION = "cmto"
"""The kind of body whose administrators run the installation and keep the register of bodies."""


@dataclass(frozen=True, slots=True)
class Mandate:
    """A role held in an organisation by virtue of an act."""

    id: str
    """Of the mandate, or of the substitution by which another's is exercised."""
    organisation_id: str
    organisation_name: str
    capacity: str
    """The kind of the organisation: the capacity in which it usually takes part."""
    role: str
    act: str
    valid_from: str
    valid_to: str | None
    substituted: str = ""
    """The holder for whom a substitute acts; empty for one's own."""
    substitution_act: str = ""
    process: str | None = None
    """A substitution may hold in the cases of one procedure only."""


@dataclass(frozen=True, slots=True)
class LinkSeat:
    """What a link lets its reader do: one piece of work, for one body, once."""

    id: str
    digest: str
    """Of the secret he came with: sent again meanwhile, the link is another."""
    work_item_id: str
    organisation_id: str
    organisation_name: str
    address: str
    """Where the link was sent."""
    role: str = ""
    """What he says he is in the body; nobody has checked it."""


@dataclass(frozen=True, slots=True)
class Actor:
    """The author of a change, as the history will name him."""

    officer_id: str | None
    name: str
    mandates: tuple[Mandate, ...] = ()
    """Mandates alive now; narrowed to one when the officer acts for one."""
    acting_for: str | None = None
    """The mandate chosen in the band or by `X-Acting-For`; None means all."""
    link: LinkSeat | None = None
    """Whoever answers by a link has no account and no mandate; his name is what he typed."""

    @classmethod
    def system(cls, name: str) -> Self:
        """An act of the machine: the clock, the relay, a deployment."""
        return cls(officer_id=None, name=name)

    @property
    def is_system(self) -> bool:
        return self.officer_id is None and self.link is None

    def narrowed(self, mandate_id: str) -> "Actor":
        """The same officer acting for one mandate only."""
        chosen = tuple(m for m in self.mandates if m.id == mandate_id)
        return replace(self, mandates=chosen, acting_for=mandate_id)

    def within(self, process: str) -> "Actor":
        """The same officer with what he may act under in the cases of one procedure."""
        if all(m.process is None for m in self.mandates):
            return self
        kept = tuple(m for m in self.mandates if m.process in (None, process))
        return replace(self, mandates=kept)

    def holds(self, organisation_id: str, role: str) -> Mandate | None:
        """The living mandate for a role in an organisation, if any."""
        for mandate in self.mandates:
            if mandate.organisation_id == organisation_id and mandate.role == role:
                return mandate
        return None

    def administers(self, organisation_id: str) -> Mandate | None:
        """The mandate by which he manages the people of a body; a substitute never has it."""
        for mandate in self.mandates:
            seat = (mandate.organisation_id, mandate.role)
            if seat == (organisation_id, ADMINISTRATOR) and not mandate.substituted:
                return mandate
        return None

    def administration(self) -> Mandate | None:
        """The mandate by which he administers the installation, which CMTo runs."""
        for mandate in self.mandates:
            seat = (mandate.capacity, mandate.role)
            if seat == (INSTALLATION, ADMINISTRATOR) and not mandate.substituted:
                return mandate
        return None

    def is_administrator(self) -> bool:
        return self.administration() is not None
