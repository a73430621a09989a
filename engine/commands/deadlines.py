"""The clock of a term: stop it, let it go on, throw it back, lengthen it, let it take effect.

Four acts that people mistake for one another. A suspension stops the count and keeps what was
counted; an interruption throws it away; an extension adds days at the end; silence is what the law
makes of a term that has passed. Each is a line of the ledger, and the date follows from the lines.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import select

from engine.bundles.definition import (
    Bundle,
    Column,
    DeadlineRule,
    Extension,
    Interruption,
    Law,
    Silence,
    Suspension,
)
from engine.bundles.terms import parse_term
from engine.commands import _notices, _terms
from engine.commands._advance import deliver
from engine.commands._items import date_items
from engine.commands._reminders import plan
from engine.commands._terms import Line
from engine.errors import DeadlineNotFound, Invalid, WrongState
from engine.ledgers import SETS_LENGTH, counting_of, days_used, entries_of, pauses_on, unit_of
from engine.legal_clock import Kind, stand
from engine.model import Case, CaseState, Deadline, DeadlineState, LedgerEntry, WorkItem
from engine.policy import Seat, bodies_of, require_column, seats, seats_of
from engine.text import Text
from engine.unit_of_work import UnitOfWork

NO_SILENCE = (Silence.NONE,)
UNKNOWN = Text(
    "Questo termine non esiste o non è fra i tuoi.", "This term does not exist or is not yours."
)


@dataclass(frozen=True, slots=True)
class _Scope:
    """A term with its case, its rule and the lines of its ledger."""

    work: UnitOfWork
    case: Case
    bundle: Bundle
    row: Deadline
    rule: DeadlineRule
    lines: list[LedgerEntry]

    @property
    def body(self) -> str | None:
        return _terms.body_of(self.work, self.case, self.row)


def suspend_deadline(
    work: UnitOfWork,
    *,
    deadline_id: str,
    ground: str,
    reason: str,
    document: str = "",
    day: date | None = None,
    until: date | None = None,
    version: int | None = None,
) -> None:
    """Stop the count of a term on one of its grounds; it goes on with the days that are left.

    `day` is the day of the act, today unless it was done earlier; `until` the day on which the
    clock goes on by itself, at the latest as far as the ground allows. Raises NotAllowed,
    WrongState when the ground is used up, Invalid for a day that cannot be.
    """
    scope = _open(work, deadline_id, version)
    allowed = scope.rule.suspension(ground)
    if allowed is None:
        raise WrongState(
            Text(
                "Per questo termine la legge non prevede questa sospensione.",
                "The law knows no such suspension of this term.",
            ),
            Text(
                "Guarda nella pagina del termine che cosa si può fare.",
                "See on the page of the term what can be done.",
            ),
        )
    _permit(scope, allowed.by)
    _require_reason(reason)
    _require_state(scope, DeadlineState.RUNNING)
    day = _act_day(scope, day)
    until = _limit(scope, allowed, day, until)
    line = Line(
        Kind.SUSPEND, day, until=until, law=allowed.law, ground=ground, title=allowed.title,
        reason=reason.strip(), document=document.strip(),
    )  # fmt: skip
    standing = _write(scope, line)
    event = scope.row.suspend(
        due_on=standing, until=until, organisation=scope.body, ground=allowed.title.it,
        reason=reason.strip(), document=document.strip(),
    )  # fmt: skip
    work.record(event, scope.case)
    if until is not None and until <= work.today:
        _go_on(scope, until)
    _after(scope)
    _notices.tell_clock(work, scope.case, scope.rule.title, scope.row, "suspended", _told(scope))


def resume_deadline(
    work: UnitOfWork,
    *,
    deadline_id: str,
    reason: str,
    document: str = "",
    day: date | None = None,
    version: int | None = None,
) -> None:
    """Let a suspended term go on, or an interrupted one begin again, from a day.

    After a notice of refusal the clock goes on ten days after the reply (L. 241/1990 art. 10-bis):
    the ground says so, and the resumption is written for that day.
    """
    scope = _open(work, deadline_id, version)
    _require_state(scope, DeadlineState.SUSPENDED, DeadlineState.INTERRUPTED)
    if scope.row.state == DeadlineState.INTERRUPTED:
        _begin_again(scope, reason, document, day)
        return
    last = next(line for line in reversed(scope.lines) if line.kind == Kind.SUSPEND)
    allowed = scope.rule.suspension(last.ground or "")
    _permit(scope, allowed.by if allowed is not None else ())
    _require_reason(reason)
    if scope.lines[-1].kind == Kind.RESUME:
        raise WrongState(
            Text(
                "La ripresa è già stabilita.",
                "The day on which it goes on is already set.",
            )
        )
    answered = _act_day(scope, day)
    goes_on = answered + timedelta(days=allowed.resumes_after if allowed is not None else 0)
    limit = last.until
    if limit is not None and allowed is not None and not allowed.resumes_after:
        goes_on = min(goes_on, limit)
    line = Line(
        Kind.RESUME, goes_on, law=_law_of(last), ground=last.ground,
        title=_terms.text_of(last.title), reason=reason.strip(), document=document.strip(),
    )  # fmt: skip
    due_on = _write(scope, line)
    event = scope.row.resume(due_on=due_on, organisation=scope.body, day=goes_on, today=work.today)
    work.record(event, scope.case)
    _after(scope)
    _notices.tell_clock(work, scope.case, scope.rule.title, scope.row, "resumed", _told(scope))


def interrupt_deadline(
    work: UnitOfWork,
    *,
    deadline_id: str,
    reason: str,
    document: str = "",
    day: date | None = None,
    version: int | None = None,
) -> None:
    """Throw a term back to zero, once where the law says once (art. 16 c. 4, 17-bis c. 1).

    It begins again at once, or when what was asked for has come (`resume_deadline`), as its rule
    says.
    """
    scope = _open(work, deadline_id, version)
    allowed = scope.rule.interruption
    if allowed is None:
        raise WrongState(
            Text(
                "Questo termine non si può interrompere: il procedimento non lo prevede.",
                "This term cannot be interrupted: the procedure does not provide for it.",
            )
        )
    _permit(scope, allowed.by)
    _require_reason(reason)
    _require_state(scope, DeadlineState.RUNNING)
    used = sum(1 for line in scope.lines if line.kind == Kind.INTERRUPT)
    if allowed.times is not None and used >= allowed.times:
        raise WrongState(
            Text(
                f"Il termine è già stato interrotto {_times(used).it}: "
                "la legge non permette altro.",
                f"The term was already interrupted {_times(used).en}: the law allows no more.",
            )
        )
    day = _act_day(scope, day)
    line = Line(
        Kind.INTERRUPT, day, law=allowed.law, title=allowed.title, reason=reason.strip(),
        document=document.strip(),
    )  # fmt: skip
    _write(scope, line)
    event = scope.row.interrupt(
        organisation=scope.body, reason=reason.strip(), document=document.strip()
    )
    work.record(event, scope.case)
    if allowed.restarts == "at_once":
        _restart(scope, allowed, day, "", "")
    _after(scope)
    _notices.tell_clock(work, scope.case, scope.rule.title, scope.row, "interrupted", _told(scope))


def extend_deadline(
    work: UnitOfWork,
    *,
    deadline_id: str,
    days: int,
    reason: str,
    document: str = "",
    consents: Mapping[str, str] | None = None,
    version: int | None = None,
) -> None:
    """Add days to a term, as far as its rule allows and with the consent of those it names.

    `consents` has, for each body that must agree (its id), the act by which it did.
    """
    scope = _open(work, deadline_id, version)
    allowed = scope.rule.extension
    if allowed is None:
        raise WrongState(
            Text(
                "Questo termine non si può prorogare: il procedimento non lo prevede.",
                "This term cannot be extended: the procedure does not provide for it.",
            )
        )
    _permit(scope, allowed.by)
    _require_reason(reason)
    _require_state(scope, DeadlineState.RUNNING, DeadlineState.SUSPENDED)
    given = [line for line in scope.lines if line.kind == Kind.EXTEND]
    left = allowed.at_most - sum(line.amount or 0 for line in given)
    if allowed.times is not None and len(given) >= allowed.times:
        raise WrongState(
            Text(
                f"Il termine è già stato prorogato {_times(len(given)).it}.",
                f"The term was already extended {_times(len(given)).en}.",
            )
        )
    if not 1 <= days <= left:
        raise Invalid(
            Text(f"Si può prorogare da 1 a {left} giorni.", f"From 1 to {left} days are possible.")
            if left > 0
            else Text("Non resta altra proroga.", "No extension is left.")
        )
    agreed = _consents(scope, allowed, consents or {})
    line = Line(
        Kind.EXTEND, work.today, amount=days, law=allowed.law, title=allowed.title,
        reason=reason.strip(), document=document.strip(), consents=agreed,
    )  # fmt: skip
    due_on = _write(scope, line)
    event = scope.row.extend(
        due_on=due_on, organisation=scope.body, days=days, reason=reason.strip(),
        document=document.strip(),
    )  # fmt: skip
    work.record(event, scope.case)
    _after(scope)
    _notices.tell_clock(work, scope.case, scope.rule.title, scope.row, "extended", _told(scope))


def choose_profile(
    work: UnitOfWork,
    *,
    case_id: str,
    profile: str,
    reason: str,
    document: str = "",
    lengths: Mapping[str, str] | None = None,
    version: int | None = None,
) -> None:
    """Let a case follow another set of lengths; every living term is counted by it, from its start.

    `lengths` are those of a custom profile: key of a term → `45 days`. A term whose last day is
    over by the new length ends on the day of the change, never in the past.
    """
    case = work.case(case_id, version=version)
    bundle = work.bundle(case)
    columns = bundle.permissions.get("choose_profile", ())
    work.mandate = require_column(
        work.actor, columns, work.parties(case), accountable=bundle.accountable
    )
    _require_reason(reason)
    case.require_not_ended()
    chosen = next((p for p in bundle.profiles if p.id == profile), None)
    if chosen is None:
        raise Invalid(
            Text("Il procedimento non ha questo profilo.", "The procedure has no such profile."),
            Text("Scegli uno dei profili elencati.", "Choose one of the profiles listed."),
        )
    if not chosen.law.holds_on(work.today):
        raise WrongState(
            Text(
                f"«{chosen.title.it}» non è in vigore oggi.",
                f"“{chosen.title.en}” is not in force today.",
            )
        )
    own = _own_lengths(bundle, lengths or {}, custom=chosen.custom)
    if (case.profile or bundle.profiles[0].id) == profile and case.profile_lengths == own:
        raise WrongState(
            Text("Il caso segue già questo profilo.", "The case already follows this profile.")
        )
    event = case.follow(
        profile, title=chosen.title.it, lengths=own, reason=reason.strip(),
        document=document.strip(),
    )  # fmt: skip
    work.record(event, case)
    moved = False
    for row in _terms.living(work, case):
        rule = bundle.deadlines.get(row.rule)
        if rule is None:
            continue
        rule = _terms.in_profile(case, bundle, rule)
        changed = _terms.length_text(rule) != row.length
        _terms.take_rule(row, rule)
        if changed and row.state != DeadlineState.WAITING:
            line = Line(
                Kind.PROFILE, work.today, law=rule.law, ground=profile, title=chosen.title,
                reason=reason.strip(), document=document.strip(),
            )  # fmt: skip
            _terms.recount_by(work, case, row, rule, line)
            moved = True
    if moved:
        date_items(work, case)
    words = Text(
        f"{case.number}: ora segue il profilo «{chosen.title.it}». {reason.strip()}",
        f"{case.number}: it now follows the profile “{chosen.title.en}”. {reason.strip()}",
    )
    accountable = seats({bundle.accountable: "A"}, work.parties(case), None)
    _notices.tell(
        work, case, None, "clock", words, _everyone(work, case, bundle) | set(accountable)
    )


def expire_deadline(work: UnitOfWork, *, deadline_id: str) -> bool:
    """Let a term that has run out take its effect, once; False when there is nothing to do.

    The drawn clock fires, or, where none is drawn, the silence rule of the term stands and those
    concerned are told. A suspended case waits: its terms take effect after it is resumed.
    """
    case, row = _locked(work, deadline_id)
    over = row.due_on is not None and row.due_on < work.today
    if row.state != DeadlineState.RUNNING or not over or case.state == CaseState.SUSPENDED:
        return False
    body = _terms.body_of(work, case, row)
    work.record(row.expire(organisation=body, at=work.now), case)
    _terms.close(work, row, Kind.EXPIRED)
    if row.silence not in NO_SILENCE:
        _terms.close(work, row, Kind.SILENCE)
    plan(work, case, row)
    _tell(work, case, row, body)
    if row.token_id is not None:
        deliver(work, case, row.token_id, row.name, None)
    return True


def resume_by_itself(work: UnitOfWork, *, deadline_id: str) -> bool:
    """Let a term go on whose suspension has come to its end; False when there is nothing to do."""
    case, row = _locked(work, deadline_id)
    day = row.resumes_on
    if row.state != DeadlineState.SUSPENDED or day is None or day > work.today:
        return False
    bundle = work.bundle(case)
    scope = _Scope(work, case, bundle, row, _rule(case, bundle, row), _terms.ledger(work, row))
    _go_on(scope, day)
    _after(scope)
    _notices.tell_clock(work, case, scope.rule.title, row, "resumed", _told(scope))
    return True


def recount_deadline(work: UnitOfWork, *, deadline_id: str) -> bool:
    """Count a living term anew because its calendar has changed; whether its last day moved."""
    case, row = _locked(work, deadline_id)
    lines = _terms.ledger(work, row)
    if not row.is_living or not lines:
        return False
    standing = stand(entries_of(lines), counting_of(lines), work.calendar_of(row.calendar_of))
    if standing.due_on == row.due_on:
        return False
    bundle = work.bundle(case)
    rule = _rule(case, bundle, row)
    length = next(line for line in reversed(lines) if line.kind in SETS_LENGTH)
    line = Line(
        Kind.RECOUNTED, work.today, amount=length.amount,
        unit=unit_of(length), counting=counting_of(lines), law=rule.law,
        reason="calendar",
    )  # fmt: skip
    written = _terms.write(work, row, line, before=lines)
    work.record(
        row.change(due_on=written.due_on, organisation=_terms.body_of(work, case, row)), case
    )
    plan(work, case, row)
    date_items(work, case)
    return True


# -- what an act needs ------------------------------------------------------------------------
def _locked(work: UnitOfWork, deadline_id: str) -> tuple[Case, Deadline]:
    case_id = work.session.scalar(select(Deadline.case_id).where(Deadline.id == deadline_id))
    if case_id is None:
        raise DeadlineNotFound(UNKNOWN)
    case = work.case(case_id)
    return case, work.session.get_one(Deadline, deadline_id, populate_existing=True)


def _open(work: UnitOfWork, deadline_id: str, version: int | None) -> _Scope:
    case_id = work.session.scalar(select(Deadline.case_id).where(Deadline.id == deadline_id))
    if case_id is None:
        raise DeadlineNotFound(UNKNOWN)
    case = work.case(case_id)
    row = work.session.get_one(Deadline, deadline_id, populate_existing=True)
    bundle = work.bundle(case)
    # The number of lines is what somebody saw who decides about a term.
    work.expect(row.lines, version)
    return _Scope(work, case, bundle, row, _rule(case, bundle, row), _terms.ledger(work, row))


def _rule(case: Case, bundle: Bundle, row: Deadline) -> DeadlineRule:
    rule = bundle.deadlines.get(row.rule)
    if rule is None:
        raise WrongState(
            Text(
                "Il procedimento non conosce più questo termine.",
                "The procedure no longer knows this term.",
            )
        )
    return _terms.in_profile(case, bundle, rule)


def _permit(scope: _Scope, columns: Sequence[Column]) -> None:
    scope.work.mandate = require_column(
        scope.work.actor, columns, scope.work.parties(scope.case),
        accountable=scope.bundle.accountable,
    )  # fmt: skip


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise Invalid(
            Text("Manca il motivo.", "The reason is missing."),
            Text(
                "Scrivi perché: resta nel registro del termine.",
                "Write why: it stays in the ledger of the term.",
            ),
        )


def _require_state(scope: _Scope, *states: DeadlineState) -> None:
    if scope.row.state in states:
        return
    now = {
        DeadlineState.WAITING: Text("non è ancora partito", "has not started yet"),
        DeadlineState.RUNNING: Text("sta correndo", "is running"),
        DeadlineState.SUSPENDED: Text("è sospeso", "is suspended"),
        DeadlineState.INTERRUPTED: Text("è interrotto", "is interrupted"),
        DeadlineState.MET: Text("si è chiuso", "has closed"),
        DeadlineState.EXPIRED: Text("è passato", "has passed"),
    }[DeadlineState(scope.row.state)]
    raise WrongState(
        Text(f"Il termine «{scope.rule.title.it}» {now.it}.",
             f"The term “{scope.rule.title.en}” {now.en}."),
        Text("Ricarica la pagina: mostra che cosa si può fare ora.",
             "Reload the page: it shows what can be done now."),
    )  # fmt: skip


def _act_day(scope: _Scope, day: date | None) -> date:
    """The day of an act: today, or an earlier one that its document proves."""
    today = scope.work.today
    first = max(line.day for line in scope.lines)
    if day is None:
        return max(today, first)
    if day > today:
        raise Invalid(
            Text("Il giorno non è ancora venuto.", "That day has not come yet."),
            Text("Registra l'atto nel giorno in cui si compie.", "Record the act on its day."),
        )
    if day < first:
        raise Invalid(
            Text(
                f"Il registro del termine arriva al {first:%d/%m/%Y}: l'atto non può precederlo.",
                f"The ledger of the term has come to {first:%d %B %Y}: the act cannot be earlier.",
            )
        )
    if scope.row.due_on is not None and day > scope.row.due_on:
        raise WrongState(
            Text("In quel giorno il termine era già passato.", "On that day the term had passed.")
        )
    return day


def _limit(scope: _Scope, allowed: Suspension, day: date, until: date | None) -> date | None:
    """The day on which a suspension ends by itself; refusals where the ground is used up."""
    used = pauses_on(scope.lines, allowed.id)
    if allowed.times is not None and len(used) >= allowed.times:
        raise WrongState(
            Text(
                f"«{allowed.title.it}»: il termine è già stato sospeso {_times(len(used)).it}, "
                f"e di più non si può ({allowed.law.text}).",
                f"“{allowed.title.en}”: the term was already suspended {_times(len(used)).en}, "
                f"and no more is possible ({allowed.law.text}).",
            )
        )
    if until is not None and until <= day:
        raise Invalid(
            Text(
                "La sospensione deve finire dopo il giorno in cui comincia.",
                "A suspension ends after the day on which it begins.",
            )
        )
    if allowed.at_most is None:
        return until
    left = allowed.at_most - days_used(scope.lines, allowed.id)
    last = day + timedelta(days=left)
    if left < 1:
        raise WrongState(
            Text(
                f"«{allowed.title.it}»: i {allowed.at_most} giorni sono già usati.",
                f"“{allowed.title.en}”: the {allowed.at_most} days are used up.",
            )
        )
    if until is not None and until > last:
        raise Invalid(
            Text(
                f"Restano {left} giorni su {allowed.at_most}: al più tardi fino al "
                f"{last:%d/%m/%Y}.",
                f"{left} of {allowed.at_most} days are left: until {last:%d %B %Y} at the latest.",
            )
        )
    return until or last


def _consents(scope: _Scope, allowed: Extension, given: Mapping[str, str]) -> list[dict[str, str]]:
    parties = scope.work.parties(scope.case)
    wanted = {
        body: None for column in allowed.consents for body in bodies_of(column, parties, None)
    }
    agreed, missing = [], []
    for body in wanted:
        name, act = str(scope.work.name_of(body)), given.get(body, "").strip()
        if act:
            agreed.append({"organisation": name, "document": act})
        else:
            missing.append(name)
    if missing:
        names = ", ".join(missing)
        raise Invalid(
            Text(f"Manca il consenso di: {names}.", f"The consent of {names} is missing."),
            Text(
                "Scrivi l'atto o il protocollo con cui ciascun ente ha acconsentito.",
                "Write the act or register number by which each body consented.",
            ),
        )
    return agreed


def _own_lengths(bundle: Bundle, lengths: Mapping[str, str], *, custom: bool) -> dict[str, str]:
    if not custom:
        return {}
    wrong = [k for k, v in lengths.items() if k not in bundle.deadlines or _bad(v)]
    if wrong or not lengths:
        names = ", ".join(wrong)
        raise Invalid(
            Text(
                f"Durate non valide: {names}." if wrong else "Mancano le durate del profilo.",
                f"Wrong lengths: {names}." if wrong else "The lengths of the profile are missing.",
            ),
            Text(
                "Scrivi per ogni termine una durata come «45 days» o «10 working days».",
                "Write for each term a length such as “45 days” or “10 working days”.",
            ),
        )
    return dict(lengths)


def _bad(length: str) -> bool:
    term = parse_term(length)
    return term is None or term.amount is None


# -- what an act does -------------------------------------------------------------------------
def _write(scope: _Scope, line: Line) -> date | None:
    """Add a line and say the last day after it; a line that cannot follow is a refusal."""
    try:
        standing = _terms.write(scope.work, scope.row, line, before=scope.lines)
    except ValueError as trouble:
        raise WrongState(
            Text("Il registro del termine non lo permette.", "The ledger does not allow it.")
        ) from trouble
    scope.work.flush()
    scope.lines[:] = _terms.ledger(scope.work, scope.row)
    return standing.due_on


def _go_on(scope: _Scope, day: date) -> None:
    """A suspension ends on its day; the line may have been written with the reply."""
    last = scope.lines[-1]
    due_on = scope.row.due_on
    if last.kind != Kind.RESUME:
        line = Line(
            Kind.RESUME,
            day,
            law=_law_of(last),
            ground=last.ground,
            title=_terms.text_of(last.title),
        )
        due_on = _write(scope, line)
    event = scope.row.resume(
        due_on=due_on, organisation=scope.body, day=day, today=scope.work.today
    )
    scope.work.record(event, scope.case)


def _begin_again(scope: _Scope, reason: str, document: str, day: date | None) -> None:
    allowed = scope.rule.interruption
    _permit(scope, allowed.by if allowed is not None else ())
    _require_reason(reason)
    if allowed is not None:
        _restart(scope, allowed, _act_day(scope, day), reason.strip(), document.strip())
    _after(scope)
    _notices.tell_clock(
        scope.work, scope.case, scope.rule.title, scope.row, "restarted", _told(scope)
    )


def _restart(scope: _Scope, allowed: Interruption, day: date, reason: str, document: str) -> None:
    rule = scope.rule if allowed.length is None else replace(scope.rule, length=allowed.length)
    _, amount, unit = _terms.length_of(rule, day, scope.case.variables)
    line = Line(
        Kind.RESTART, day, amount=amount, unit=unit, law=allowed.law, title=allowed.title,
        reason=reason, document=document,
    )  # fmt: skip
    due_on = _write(scope, line)
    scope.work.record(
        scope.row.restart(starts_on=day, due_on=due_on, organisation=scope.body), scope.case
    )


def _after(scope: _Scope) -> None:
    """The work that the term bounds is due on its new day."""
    date_items(scope.work, scope.case)
    plan(scope.work, scope.case, scope.row)


def _law_of(line: LedgerEntry) -> Law:
    return Law(line.legal_basis, line.evidence)  # type: ignore[arg-type]  # written from a Law


def _times(count: int) -> Text:
    return Text("una volta", "once") if count == 1 else Text(f"{count} volte", f"{count} times")


# -- who is told ------------------------------------------------------------------------------
def _told(scope: _Scope) -> set[Seat]:
    """Everybody with a letter in the work the term bounds, and whoever answers for the case."""
    answers = seats({scope.bundle.accountable: "A"}, scope.work.parties(scope.case), None)
    return _bound(scope.work, scope.case, scope.bundle, scope.row) | set(answers)


def _everyone(work: UnitOfWork, case: Case, bundle: Bundle) -> set[Seat]:
    return {seat for row in _terms.living(work, case) for seat in _bound(work, case, bundle, row)}


def _bound(work: UnitOfWork, case: Case, bundle: Bundle, row: Deadline) -> set[Seat]:
    items = work.session.scalars(
        select(WorkItem).where(WorkItem.case_id == case.id, WorkItem.deadline_id == row.id)
    )
    return {
        seat
        for item in items
        if item.is_live
        for seat in seats_of(
            bundle, work.parties(case), item.activity, tuple((e, k) for e, k in item.path)
        )
    }


def _tell(work: UnitOfWork, case: Case, row: Deadline, body: str | None) -> None:
    """Those who had to act, and those who answer for it, learn what the silence means."""
    bundle = work.bundle(case)
    rule = bundle.deadlines.get(row.rule)
    if rule is None:
        return
    offered = {seat for seat in _bound(work, case, bundle, row) if seat.letter in "RA"}
    _notices.tell_expired(work, case, rule.title, body, rule.consequence, offered)
