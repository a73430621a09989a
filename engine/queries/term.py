"""One term with all that can be done to its clock, and what an act on it would change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from sqlalchemy import func, select

from engine.actor import Actor
from engine.bundles.definition import Bundle, Column, DeadlineRule, Law
from engine.bundles.roles import role_title
from engine.errors import CaseNotFound, DeadlineNotFound, EngineError
from engine.ledgers import days_used, pauses_on
from engine.legal_clock import Kind
from engine.model import Case, Deadline, DeadlineState, LedgerEntry, Notice, Officer
from engine.policy import bodies_of, require_column
from engine.queries._lookup import Seen, seen_case
from engine.queries.clock import deadline_views, rule_of
from engine.queries.plan.case_plan import CasePlan, case_plan, moved_dates
from engine.queries.rows import CaseHead, DeadlineView
from engine.text import NO_TEXT, Text
from engine.unit_of_work import Reading
from engine.wording import length_text, span

TERM_UNKNOWN = Text(
    "Questo termine non esiste o non è fra i tuoi.", "This term does not exist or is not yours."
)
ActKind = Literal["suspend", "resume", "interrupt", "restart", "extend"]


@dataclass(frozen=True, slots=True)
class ClockAct:
    """One act on a clock as its reader meets it: what it does, and why it may not be done."""

    kind: ActKind
    ground: str
    title: Text
    does: Text
    law: Law
    possible: bool
    why_not: Text = NO_TEXT
    days_left: int | None = None
    latest: date | None = None
    """Of a suspension begun today: the day on which it would end by itself."""
    consents: tuple[tuple[str, Text], ...] = ()
    """Bodies whose consent an extension needs."""


@dataclass(frozen=True, slots=True)
class TermView:
    """The page of one term."""

    case: CaseHead
    term: DeadlineView
    acts: tuple[ClockAct, ...]
    profile: Text
    may_choose_profile: bool


@dataclass(frozen=True, slots=True)
class ProfileOption:
    """A profile a case may follow."""

    id: str
    title: Text
    when: Text
    law: Law
    custom: bool
    in_force: bool
    current: bool


@dataclass(frozen=True, slots=True)
class ProfileTerm:
    """A term with its length in each profile, to choose by."""

    key: str
    title: Text
    lengths: Mapping[str, Text]
    own: str


@dataclass(frozen=True, slots=True)
class ProfilesView:
    """The profiles of a case, which one it follows, and what each would make of its terms."""

    case: CaseHead
    options: tuple[ProfileOption, ...]
    terms: tuple[ProfileTerm, ...]
    may: bool


@dataclass(frozen=True, slots=True)
class MovedDate:
    """A term whose last day an act would move."""

    title: Text
    nature: str
    before: date | None
    after: date | None
    state: str
    why: Text

    @property
    def days(self) -> int | None:
        """By how many days; None where either is unknown."""
        if self.before is None or self.after is None:
            return None
        return (self.after - self.before).days


@dataclass(frozen=True, slots=True)
class AsItIs:
    """Every date of a case before an act."""

    dates: Mapping[str, tuple[date | None, str]]
    plan: CasePlan
    at: datetime


@dataclass(frozen=True, slots=True)
class ActPreview:
    """What an act would change: every date, and who would be told."""

    moved: tuple[MovedDate, ...]
    kept: int
    """Living terms whose date stays."""
    told: tuple[str, ...]


def term(reading: Reading, *, actor: Actor, deadline_id: str) -> TermView:
    """A term with its ledger and the acts on its clock. Raises DeadlineNotFound."""
    row = reading.session.get(Deadline, deadline_id)
    if row is None:
        raise DeadlineNotFound(TERM_UNKNOWN)
    try:
        seen = seen_case(reading, actor, row.case_id)
    except CaseNotFound as foreign:
        raise DeadlineNotFound(TERM_UNKNOWN) from foreign
    lines = reading.session.scalars(
        select(LedgerEntry).where(LedgerEntry.deadline_id == row.id).order_by(LedgerEntry.seq)
    ).all()
    return TermView(
        case=seen.head,
        term=deadline_views(reading, seen, [row])[0],
        acts=_acts(reading, seen, actor, row, lines),
        profile=profile_title(seen.bundle, seen.case),
        may_choose_profile=_may(seen, actor, seen.bundle.permissions.get("choose_profile", ())),
    )


def case_profiles(reading: Reading, *, actor: Actor, case_id: str) -> ProfilesView:
    """The sets of lengths a case may follow. Raises CaseNotFound."""
    seen = seen_case(reading, actor, case_id)
    bundle, case = seen.bundle, seen.case
    current = case.profile or (bundle.profiles[0].id if bundle.profiles else None)
    options = tuple(
        ProfileOption(
            p.id, p.title, p.when, p.law, p.custom, p.law.holds_on(reading.today), p.id == current
        )
        for p in bundle.profiles
    )
    columns = bundle.permissions.get("choose_profile", ())
    return ProfilesView(
        seen.head, options, tuple(_profile_terms(bundle, case)),
        bool(bundle.profiles) and _may(seen, actor, columns) and not case.is_ended,
    )  # fmt: skip


def profile_title(bundle: Bundle, case: Case) -> Text:
    """What the set of lengths a case follows is called; empty where there is only one."""
    if not bundle.profiles:
        return NO_TEXT
    chosen = next((p for p in bundle.profiles if p.id == case.profile), bundle.profiles[0])
    return chosen.title


def as_it_is(reading: Reading, *, actor: Actor, case_id: str) -> AsItIs:
    """Every date of a case as it stands, to be compared with what an act makes of it."""
    rows = reading.session.execute(
        select(Deadline.id, Deadline.due_on, Deadline.state).where(Deadline.case_id == case_id)
    )
    dates = {deadline_id: (due_on, state) for deadline_id, due_on, state in rows}
    return AsItIs(dates, case_plan(reading, actor=actor, case_id=case_id), reading.now)


def act_preview(
    reading: Reading, *, actor: Actor, case_id: str, before: AsItIs, since: datetime | None = None
) -> ActPreview:
    """What has changed in a case: its terms, then the stages to come; and who was told since."""
    seen = seen_case(reading, actor, case_id)
    rows = reading.session.scalars(
        select(Deadline).where(Deadline.case_id == case_id).order_by(Deadline.due_on, Deadline.id)
    ).all()
    dates = before.dates
    changed = [row for row in rows if dates.get(row.id) != (row.due_on, row.state)]
    views = deadline_views(reading, seen, changed)
    moved = tuple(
        MovedDate(
            view.title, view.nature, dates.get(view.id, (None, ""))[0], view.due_on, view.state,
            view.why,
        )
        for view in views
    )  # fmt: skip
    after = case_plan(reading, actor=actor, case_id=case_id)
    moved += tuple(
        MovedDate(row.title, row.nature, row.before, row.after, "stage", row.why)
        for row in moved_dates(before.plan, after)
        if row.kind == "stage"
    )
    told = reading.session.scalars(
        select(Officer.name)
        .join(Notice, Notice.officer_id == Officer.id)
        .where(Notice.case_id == case_id, Notice.kind == "clock", Notice.at >= (since or before.at))
        .group_by(Officer.id, Officer.name)
        .order_by(func.lower(Officer.name))
    ).all()
    living = sum(row.is_living for row in rows)
    return ActPreview(moved, living - len([v for v in views if v.state != "met"]), tuple(told))


# -- the acts ---------------------------------------------------------------------------------
def _acts(
    reading: Reading,
    seen: Seen,
    actor: Actor,
    row: Deadline,
    lines: Sequence[LedgerEntry],
) -> tuple[ClockAct, ...]:
    rule = rule_of(seen.bundle, row)
    if rule is None or not row.is_living:
        return ()
    found: list[ClockAct] = []
    if row.state in (DeadlineState.SUSPENDED, DeadlineState.INTERRUPTED):
        found.append(_resume(seen, actor, row, rule, lines))
    found += [_suspend(reading, seen, actor, row, rule, lines, s.id) for s in rule.suspensions]
    found.append(_interrupt(seen, actor, row, rule, lines))
    found.append(_extend(seen, actor, row, rule, lines))
    return tuple(found)


def _resume(
    seen: Seen, actor: Actor, row: Deadline, rule: DeadlineRule, lines: Sequence[LedgerEntry]
) -> ClockAct:
    if row.state == DeadlineState.INTERRUPTED:
        by = rule.interruption.by if rule.interruption is not None else ()
        law = rule.interruption.law if rule.interruption is not None else rule.law
        does = Text(
            "Quanto era stato chiesto è arrivato: il conto riparte da zero.",
            "What was asked for has come: the count begins again from zero.",
        )
        title = Text("Fai ripartire da zero", "Begin again from zero")
        why_not = _not_for(seen, actor, by) or _drawn(row)
        return ClockAct("restart", "", title, does, law, not why_not, why_not)
    last = next((line for line in reversed(lines) if line.kind == Kind.SUSPEND), None)
    ground = rule.suspension(last.ground or "") if last is not None else None
    does = Text("Il conto riprende dai giorni rimasti.", "The count goes on with the days left.")
    if ground is not None and ground.resumes_after:
        days = span(ground.resumes_after, "days")
        does = Text(
            f"Il conto riprende {days.it} dopo la risposta, dai giorni rimasti.",
            f"The count goes on {days.en} after the reply, with the days left.",
        )
    why_not = _not_for(seen, actor, ground.by if ground is not None else ()) or _drawn(row)
    if not why_not and lines and lines[-1].kind == Kind.RESUME:
        why_not = Text("La ripresa è già stabilita.", "The day on which it goes on is set.")
    law = ground.law if ground is not None else rule.law
    return ClockAct(
        "resume", last.ground or "" if last is not None else "", Text("Riprendi", "Resume"), does,
        law, not why_not, why_not,
    )  # fmt: skip


def _suspend(
    reading: Reading,
    seen: Seen,
    actor: Actor,
    row: Deadline,
    rule: DeadlineRule,
    lines: Sequence[LedgerEntry],
    ground_id: str,
) -> ClockAct:
    ground = rule.suspension(ground_id)
    assert ground is not None, "it comes from this very rule"
    used = pauses_on(lines, ground_id)
    left = None
    if ground.at_most is not None:
        # After a reply the clock may stand longer than the limit (art. 10-bis): then none is left.
        left = max(0, ground.at_most - days_used(lines, ground_id))
    does = Text(
        "Il conto si ferma e riprende dai giorni rimasti.",
        "The count stops and goes on with the days that are left.",
    )
    if left is not None and ground.at_most is not None:
        days = span(ground.at_most, "days")
        does = Text(
            f"{does.it} Restano {left} giorni su {days.it}.",
            f"{does.en} {left} of {days.en} are left.",
        )
    why_not = _not_for(seen, actor, ground.by) or _not_running(row)
    if not why_not and ground.times is not None and len(used) >= ground.times:
        why_not = Text(
            f"Già usata: si può {_so_often(ground.times).it}.",
            f"Already used: it is possible {_so_often(ground.times).en}.",
        )
    if not why_not and left is not None and left < 1:
        why_not = Text("Non restano giorni.", "No days are left.")
    latest = None if left is None else reading.today + timedelta(days=left)
    title = Text(f"Sospendi: {ground.title.it}", f"Suspend: {ground.title.en}")
    return ClockAct(
        "suspend", ground_id, title, does, ground.law, not why_not, why_not, left, latest
    )


def _interrupt(
    seen: Seen, actor: Actor, row: Deadline, rule: DeadlineRule, lines: Sequence[LedgerEntry]
) -> ClockAct:
    title = Text("Interrompi", "Interrupt")
    does = Text("Il conto torna a zero.", "The count goes back to zero.")
    allowed = rule.interruption
    if allowed is None or not allowed.by:
        why_not = Text(
            "Non ammesso per questo termine: il procedimento non lo prevede.",
            "Not possible for this term: the procedure does not provide for it.",
        )
        return ClockAct("interrupt", "", title, does, rule.law, False, why_not)
    if allowed.restarts == "on_receipt":
        again = (
            length_text(f"{allowed.length.amount} {allowed.length.unit}")
            if allowed.length is not None and allowed.length.amount is not None
            else Text("durata intera", "its whole length")
        )
        does = Text(
            f"Il conto torna a zero; riparte all'arrivo di quanto si chiede ({again.it}).",
            f"The count goes back to zero; it begins again on receipt ({again.en}).",
        )
    used = sum(1 for line in lines if line.kind == Kind.INTERRUPT)
    why_not = _not_for(seen, actor, allowed.by) or _not_running(row)
    if not why_not and allowed.times is not None and used >= allowed.times:
        why_not = Text(
            f"Già usata: si può {_so_often(allowed.times).it}.",
            f"Already used: it is possible {_so_often(allowed.times).en}.",
        )
    title = Text(f"Interrompi: {allowed.title.it}", f"Interrupt: {allowed.title.en}")
    return ClockAct("interrupt", "", title, does, allowed.law, not why_not, why_not)


def _extend(
    seen: Seen, actor: Actor, row: Deadline, rule: DeadlineRule, lines: Sequence[LedgerEntry]
) -> ClockAct:
    title = Text("Proroga", "Extend")
    allowed = rule.extension
    does = Text("Si aggiungono giorni alla fine.", "Days are added at the end.")
    if allowed is None:
        why_not = Text(
            "Non ammesso per questo termine: il procedimento non lo prevede.",
            "Not possible for this term: the procedure does not provide for it.",
        )
        return ClockAct("extend", "", title, does, rule.law, False, why_not)
    given = [line for line in lines if line.kind == Kind.EXTEND]
    left = allowed.at_most - sum(line.amount or 0 for line in given)
    bodies = dict.fromkeys(
        body for column in allowed.consents for body in bodies_of(column, seen.parties, None)
    )
    consents = tuple((body, seen.body(body) or NO_TEXT) for body in bodies)
    if consents:
        names = Text(
            ", ".join(name.it for _, name in consents), ", ".join(name.en for _, name in consents)
        )
        does = Text(
            f"Si aggiungono giorni alla fine, con il consenso di: {names.it}.",
            f"Days are added at the end, with the consent of: {names.en}.",
        )
    why_not = _not_for(seen, actor, allowed.by)
    if not why_not and row.state not in (DeadlineState.RUNNING, DeadlineState.SUSPENDED):
        why_not = _not_running(row)
    used_up = left < 1 or (allowed.times is not None and len(given) >= allowed.times)
    if not why_not and used_up:
        why_not = Text("Non resta altra proroga.", "No extension is left.")
    title = Text(f"Proroga: {allowed.title.it}", f"Extend: {allowed.title.en}")
    return ClockAct(
        "extend", "", title, does, allowed.law, not why_not, why_not, left, None, consents
    )


def _may(seen: Seen, actor: Actor, columns: Sequence[Column]) -> bool:
    try:
        require_column(actor, columns, seen.parties, accountable=seen.bundle.accountable)
    except EngineError as refusal:
        return type(refusal).__name__ == "SeveralMandates"
    return True


def _not_for(seen: Seen, actor: Actor, columns: Sequence[Column]) -> Text:
    """Why the reader may not: it is others' to do, and whose."""
    if _may(seen, actor, columns):
        return NO_TEXT
    titles = {c.id: c.title for c in seen.bundle.capacities}
    who = [
        (titles.get(column.capacity, Text(column.capacity, column.capacity)),
         role_title(column.capacity, column.role))
        for column in columns
    ]  # fmt: skip
    if not who:
        return Text("Lo fa il procedimento.", "The procedure does it by itself.")
    italian = ", ".join(f"{capacity.it} ({role.it})" for capacity, role in who)
    english = ", ".join(f"{capacity.en} ({role.en})" for capacity, role in who)
    return Text(f"Può farlo: {italian}.", f"It is for: {english}.")


def _not_running(row: Deadline) -> Text:
    return {
        DeadlineState.WAITING: Text("Il termine non è ancora partito.", "It has not started yet."),
        DeadlineState.SUSPENDED: Text("Il termine è già sospeso.", "It is already suspended."),
        DeadlineState.INTERRUPTED: Text(
            "Il termine è già interrotto.", "It is already interrupted."
        ),
    }.get(DeadlineState(row.state), NO_TEXT)


def _drawn(row: Deadline) -> Text:
    """A clock the drawing stopped goes on when its work is done."""
    if row.stopped_by is None:
        return NO_TEXT
    return Text(
        "Riparte da solo quando l'attività che lo ha fermato è conclusa.",
        "It goes on by itself when the work that stopped it is done.",
    )


def _so_often(times: int) -> Text:
    if times == 1:
        return Text("una volta sola", "only once")
    return Text(f"{times} volte", f"{times} times")


def _profile_terms(bundle: Bundle, case: Case) -> list[ProfileTerm]:
    rows = []
    for key, rule in bundle.deadlines.items():
        if rule.length.variable is not None:
            continue
        lengths = {
            p.id: _length(rule.profiles.get(p.id, rule)) for p in bundle.profiles if not p.custom
        }
        own = (case.profile_lengths or {}).get(key, "")
        rows.append(ProfileTerm(key, rule.title, lengths, own))
    return rows


def _length(rule: DeadlineRule) -> Text:
    return length_text(f"{rule.length.amount} {rule.length.unit}")
