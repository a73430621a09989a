"""Who an officer is: mandates, sessions, tokens, and what he was answered before."""

import zlib
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    and_,
    bindparam,
    func,
    null,
    or_,
    select,
    tuple_,
    union_all,
)

from engine.actor import ADMINISTRATOR, INSTALLATION, Actor
from engine.bundles.roles import role_title
from engine.mandates import held_by, mandates_in
from engine.model import (
    TO_DO,
    ApiToken,
    CalendarFeed,
    Case,
    CaseState,
    KeptPage,
    MandateRow,
    Notice,
    Offer,
    Officer,
    Organisation,
    RememberedAnswer,
    SignInSession,
    Substitution,
    WorkItem,
)
from engine.queries._lookup import body_name
from engine.sealing import digest_of
from engine.text import Text
from engine.unit_of_work import Reading


@dataclass(frozen=True, slots=True)
class MandateView:
    """A role in a body, by an act, and how much work waits under it."""

    id: str
    organisation_id: str
    organisation: Text
    kind: str
    capacity: str
    role: str
    role_title: Text
    act: str
    valid_from: date
    valid_to: date | None
    open_items: int
    alive: bool
    substituted: str = ""
    """The holder for whom I act; empty for my own."""
    substitution_act: str = ""
    process: str | None = None
    """In whose cases only, for a substitution that is limited."""


@dataclass(frozen=True, slots=True)
class Me:
    """The officer as every page shows him."""

    officer_id: str
    login: str
    name: str
    email: str
    language: str
    mandates: tuple[MandateView, ...]
    """Alive today."""
    past_mandates: tuple[MandateView, ...]
    """Ended or not yet begun: shown, disabled, on the page where a mandate is chosen."""
    acting: MandateView | None
    unread_notices: int
    open_items: int
    today: date
    training: bool

    @property
    def administers_installation(self) -> bool:
        return any(
            m.kind == INSTALLATION and m.role == ADMINISTRATOR and not m.substituted
            for m in self.mandates
        )

    @property
    def administered(self) -> tuple[MandateView, ...]:
        """By which I administer the people of a body."""
        return tuple(m for m in self.mandates if m.role == ADMINISTRATOR and not m.substituted)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whoever a secret or a token stands for."""

    actor: Actor
    session_id: str
    language: str
    last_used_at: datetime | None = None
    """Of a session, as it was last noted; the other doors have none."""
    acting_for: str | None = None
    """The mandate chosen in this browser, whether it still holds or not."""


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A browser in which I am signed in."""

    id: str
    device: str
    address: str
    """The network it came from, shortened; empty if unknown."""
    door: str
    door_title: Text
    level: str | None
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A personal token of mine; its secret was shown once."""

    id: str
    name: str
    created_at: datetime


def _recognising(
    door: type[SignInSession | ApiToken | CalendarFeed],
    acting_for: Any,
    last_used_at: Any,
    *where: ColumnElement[bool],
) -> CompoundSelect[Any]:
    """Who stands behind a door, one row for each mandate he may act under today."""
    return held_by(
        lambda columns: select(
            door.id.label("door"), acting_for.label("acting_for"), Officer.id.label("officer_id"),
            last_used_at.label("last_used_at"), Officer.name.label("name"), Officer.language,
            *columns,
        )
        .select_from(door)
        .join(Officer, Officer.id == door.officer_id)
        .where(door.revoked_at.is_(None), Officer.active, *where),
        outer=True,
    )  # fmt: skip


_BY_SESSION = _recognising(
    SignInSession, SignInSession.acting_for, SignInSession.last_used_at,
    SignInSession.id == bindparam("digest"), SignInSession.expires_at > bindparam("now"),
    SignInSession.last_used_at > bindparam("left_alone_since"), SignInSession.waits_for.is_(None),
)  # fmt: skip
_BY_FEED = _recognising(CalendarFeed, null(), null(), CalendarFeed.digest == bindparam("digest"))
_BY_TOKEN = _recognising(ApiToken, null(), null(), ApiToken.digest == bindparam("digest"))


def me(reading: Reading, *, actor: Actor) -> Me:
    """The signed-in officer with his mandates and what waits for him."""
    session = reading.session
    unread = (
        select(func.count())
        .select_from(Notice)
        .where(Notice.officer_id == actor.officer_id, Notice.read_at.is_(None))
        .scalar_subquery()
    )
    officer, unread_notices = session.execute(
        select(Officer, unread).where(Officer.id == actor.officer_id)
    ).one()
    rows = session.execute(
        select(MandateRow, Organisation, Officer.name, Substitution)
        .join(Organisation, Organisation.id == MandateRow.organisation_id)
        .join(Officer, Officer.id == MandateRow.officer_id)
        .outerjoin(Substitution, _i_substitute(actor))
        .where(MandateRow.id.in_(_mine_and_substituted(actor)))
        .order_by(
            MandateRow.officer_id != actor.officer_id, MandateRow.valid_from, MandateRow.id,
            Substitution.id,
        )
    ).all()  # fmt: skip
    living = [row for row, *_ in rows if row.holds_on(reading.today)]
    items = _open_items(reading, actor, [(m.organisation_id, m.role) for m in living])
    views = [_mandate(row, body, name, by, items, reading.today) for row, body, name, by in rows]
    return Me(
        officer_id=officer.id, login=officer.login, name=officer.name, email=officer.email,
        language=officer.language, mandates=tuple(v for v in views if v.alive),
        past_mandates=tuple(v for v in views if not v.alive),
        acting=next((v for v in views if v.id == actor.acting_for), None),
        unread_notices=unread_notices,
        open_items=len({item for view in views for item in _within(view, items)}),
        today=reading.today, training=reading.training,
    )  # fmt: skip


def signed_in(reading: Reading, *, secret: str) -> SignedIn | None:
    """The officer behind the secret of a session cookie; None when it is over or revoked."""
    found = _recognised(
        reading, _BY_SESSION, digest=digest_of(secret), now=reading.now,
        left_alone_since=left_alone_since(reading),
    )  # fmt: skip
    # A mandate that has ended since it was chosen no longer narrows anything.
    if found is not None and any(m.id == found.acting_for for m in found.actor.mandates):
        return replace(found, actor=found.actor.narrowed(str(found.acting_for)))
    return found


def token_holder(reading: Reading, *, token: str) -> SignedIn | None:
    """The officer behind a personal token; None when it is unknown or revoked."""
    return _recognised(reading, _BY_TOKEN, digest=digest_of(token))


def feed_holder(reading: Reading, *, secret: str) -> SignedIn | None:
    """The officer behind a calendar's secret address; None when it is unknown or revoked."""
    return _recognised(reading, _BY_FEED, digest=digest_of(secret))


def _recognised(reading: Reading, statement: CompoundSelect[Any], **named: Any) -> SignedIn | None:
    named["today"] = reading.today
    rows = reading.session.connection().execute(statement, named).all()
    if not rows:
        return None
    one = rows[0]
    actor = Actor(one.officer_id, one.name, mandates_in(rows))
    return SignedIn(actor, one.door, one.language, one.last_used_at, one.acting_for)


def left_alone_since(reading: Reading) -> datetime:
    """A browser not used since then is nobody's any more."""
    return reading.now - timedelta(minutes=reading.settings.session_idle_minutes)


def sessions(reading: Reading, *, actor: Actor) -> tuple[SessionRow, ...]:
    """The browsers in which the officer is signed in, newest first."""
    return sessions_of(reading, str(actor.officer_id))


def sessions_of(reading: Reading, officer_id: str) -> tuple[SessionRow, ...]:
    """The living sessions of an officer, for whoever may see them; one statement."""
    rows = reading.session.scalars(
        select(SignInSession)
        .where(
            SignInSession.officer_id == officer_id,
            SignInSession.revoked_at.is_(None),
            SignInSession.expires_at > reading.now,
            SignInSession.last_used_at > left_alone_since(reading),
            SignInSession.waits_for.is_(None),
        )
        .order_by(SignInSession.created_at.desc(), SignInSession.id)
    )
    return tuple(
        SessionRow(
            r.id, r.device, r.address, r.door, door_title(reading, r.door), r.level, r.created_at,
            r.last_used_at, r.expires_at,
        )
        for r in rows
    )  # fmt: skip


def door_title(reading: Reading, door: str) -> Text:
    """What people call a way in; a provider that is no longer set keeps its name."""
    if door == "local":
        return Text("con la password", "by password")
    provider = reading.settings.provider(door)
    return provider.title if provider is not None else Text(door, door)


def tokens(reading: Reading, *, actor: Actor) -> tuple[TokenRow, ...]:
    """The officer's living tokens, newest first."""
    rows = reading.session.scalars(
        select(ApiToken)
        .where(ApiToken.officer_id == actor.officer_id, ApiToken.revoked_at.is_(None))
        .order_by(ApiToken.created_at.desc(), ApiToken.id)
    )
    return tuple(TokenRow(r.id, r.name, r.created_at) for r in rows)


def kept_answer(reading: Reading, *, actor: Actor, key: str) -> dict[str, Any] | None:
    """What the officer was answered under this key; None before the first answer was kept."""
    row = reading.session.get(RememberedAnswer, (actor.officer_id, key))
    return dict(row.answer) if row is not None and row.answer is not None else None


def _i_substitute(actor: Actor) -> ColumnElement[bool]:
    return and_(
        Substitution.mandate_id == MandateRow.id, Substitution.substitute_id == actor.officer_id
    )


def _mine_and_substituted(actor: Actor) -> CompoundSelect[tuple[str]]:
    return union_all(
        select(MandateRow.id).where(MandateRow.officer_id == actor.officer_id),
        select(Substitution.mandate_id).where(Substitution.substitute_id == actor.officer_id),
    )


Items = dict[tuple[str, str], dict[str, str]]
"""Body and role → work item → the procedure of its case."""


def _mandate(
    row: MandateRow, body: Organisation, holder: str, by: Substitution | None, items: Items,
    today: date,
) -> MandateView:  # fmt: skip
    view = MandateView(
        id=row.id, organisation_id=body.id, organisation=body_name(body), kind=body.kind,
        capacity=body.kind, role=row.role, role_title=role_title(body.kind, row.role),
        act=row.act, valid_from=row.valid_from, valid_to=row.valid_to, open_items=0,
        alive=row.holds_on(today),
    )  # fmt: skip
    if by is not None:
        view = replace(
            view, id=by.id, valid_from=by.valid_from, valid_to=by.valid_to, process=by.process,
            alive=view.alive and by.holds_on(today), substituted=holder, substitution_act=by.act,
        )  # fmt: skip
    return replace(view, open_items=len(_within(view, items)))


def _within(view: MandateView, items: Items) -> list[str]:
    """The work a mandate of today gives, in the procedures in which it holds."""
    found = items.get((view.organisation_id, view.role), {}) if view.alive else {}
    return [item for item, process in found.items() if view.process in (None, process)]


def _open_items(reading: Reading, actor: Actor, seats: list[tuple[str, str]]) -> Items:
    """What each seat has to do: live, not suspended, in nobody else's hands."""
    found: Items = {seat: {} for seat in seats}
    if not seats:
        return found
    rows = reading.session.execute(
        select(Offer.organisation_id, Offer.role, Offer.work_item_id, Case.process)
        .join(WorkItem, WorkItem.id == Offer.work_item_id)
        .join(Case, Case.id == WorkItem.case_id)
        .where(
            tuple_(Offer.organisation_id, Offer.role).in_(seats),
            Offer.letter == "R",
            WorkItem.state.in_(TO_DO),
            Case.state != CaseState.SUSPENDED,
            or_(WorkItem.holder_id.is_(None), WorkItem.holder_id == actor.officer_id),
        )
    )
    for organisation_id, role, work_item_id, process in rows:
        found[organisation_id, role][work_item_id] = process
    return found


def kept_page(reading: Reading, *, actor: Actor, page_id: str) -> tuple[str, int] | None:
    """The page and its status, for the officer it was kept for and as long as it is kept."""
    row = reading.session.execute(
        select(KeptPage.content, KeptPage.status).where(
            KeptPage.id == page_id, KeptPage.officer_id == actor.officer_id
        )
    ).one_or_none()
    return None if row is None else (zlib.decompress(row.content).decode(), row.status)
