"""The clock of a term: stop it, let it go on, throw it back, lengthen it, let it take effect.

Four acts that people mistake for one another. A suspension stops the count and keeps what was
counted; an interruption throws it away; an extension adds days at the end; silence is what the law
makes of a term that has passed. Each is a line of the ledger, and the date follows from the lines.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from engine.bundles.deadline import Extension, Interruption, Suspension
from engine.commands import _notices
from engine.commands._clock import terms
from engine.commands._clock.terms import Line
from engine.commands.clock.scope import (
    Scope,
    act_day,
    after_act,
    go_on,
    law_of,
    open_scope,
    permit,
    require_reason,
    require_state,
    so_often,
    told,
    write_line,
)
from engine.errors import Invalid, WrongState
from engine.ledgers import to_extend, to_interrupt, to_suspend
from engine.legal_clock import Kind
from engine.model import DeadlineState
from engine.policy import bodies_of
from engine.text import Text
from engine.unit_of_work import UnitOfWork


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
    scope = open_scope(work, deadline_id, version)
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
    permit(scope, allowed.by)
    require_reason(reason)
    require_state(scope, DeadlineState.RUNNING)
    day = act_day(scope, day)
    until = _limit(scope, allowed, day, until)
    line = Line(
        Kind.SUSPEND, day, until=until, law=allowed.law, ground=ground, title=allowed.title,
        reason=reason.strip(), document=document.strip(),
    )  # fmt: skip
    standing = write_line(scope, line)
    event = scope.row.suspend(
        due_on=standing, until=until, organisation=scope.body, ground=allowed.title.it,
        reason=reason.strip(), document=document.strip(),
    )  # fmt: skip
    work.record(event, scope.case)
    if until is not None and until <= work.today:
        go_on(scope, until)
    after_act(scope)
    _notices.tell_clock(work, scope.case, scope.rule.title, scope.row, "suspended", told(scope))


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
    scope = open_scope(work, deadline_id, version)
    require_state(scope, DeadlineState.SUSPENDED, DeadlineState.INTERRUPTED)
    if scope.row.stopped_by is not None:
        raise WrongState(
            Text(
                "Riparte da solo quando l’attività che lo ha fermato è conclusa.",
                "It goes on by itself when the work that stopped it is done.",
            )
        )
    if scope.row.state == DeadlineState.INTERRUPTED:
        _begin_again(scope, reason, document, day)
        return
    last = next(line for line in reversed(scope.lines) if line.kind == Kind.SUSPEND)
    allowed = scope.rule.suspension(last.ground or "")
    permit(scope, allowed.by if allowed is not None else ())
    require_reason(reason)
    if scope.lines[-1].kind == Kind.RESUME:
        raise WrongState(
            Text(
                "La ripresa è già stabilita.",
                "The day on which it goes on is already set.",
            )
        )
    answered = act_day(scope, day)
    goes_on = answered + timedelta(days=allowed.resumes_after if allowed is not None else 0)
    limit = last.until
    if limit is not None and allowed is not None and not allowed.resumes_after:
        goes_on = min(goes_on, limit)
    line = Line(
        Kind.RESUME, goes_on, law=law_of(last), ground=last.ground,
        title=terms.text_of(last.title), reason=reason.strip(), document=document.strip(),
    )  # fmt: skip
    due_on = write_line(scope, line)
    event = scope.row.resume(due_on=due_on, organisation=scope.body, day=goes_on, today=work.today)
    work.record(event, scope.case)
    after_act(scope)
    _notices.tell_clock(work, scope.case, scope.rule.title, scope.row, "resumed", told(scope))


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
    scope = open_scope(work, deadline_id, version)
    allowed = scope.rule.interruption
    if allowed is None:
        raise WrongState(
            Text(
                "Questo termine non si può interrompere: il procedimento non lo prevede.",
                "This term cannot be interrupted: the procedure does not provide for it.",
            )
        )
    permit(scope, allowed.by)
    require_reason(reason)
    require_state(scope, DeadlineState.RUNNING)
    allowance = to_interrupt(allowed, scope.lines)
    if allowance.is_spent:
        often = so_often(allowance.used)
        raise WrongState(
            Text(
                f"Il termine è già stato interrotto {often.it}: la legge non permette altro.",
                f"The term was already interrupted {often.en}: the law allows no more.",
            )
        )
    day = act_day(scope, day)
    line = Line(
        Kind.INTERRUPT, day, law=allowed.law, title=allowed.title, reason=reason.strip(),
        document=document.strip(),
    )  # fmt: skip
    write_line(scope, line)
    event = scope.row.interrupt(
        organisation=scope.body, reason=reason.strip(), document=document.strip()
    )
    work.record(event, scope.case)
    if allowed.restarts == "at_once":
        _restart(scope, allowed, day, "", "")
    after_act(scope)
    _notices.tell_clock(work, scope.case, scope.rule.title, scope.row, "interrupted", told(scope))


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
    scope = open_scope(work, deadline_id, version)
    allowed = scope.rule.extension
    if allowed is None:
        raise WrongState(
            Text(
                "Questo termine non si può prorogare: il procedimento non lo prevede.",
                "This term cannot be extended: the procedure does not provide for it.",
            )
        )
    permit(scope, allowed.by)
    require_reason(reason)
    require_state(scope, DeadlineState.RUNNING, DeadlineState.SUSPENDED)
    allowance = to_extend(allowed, scope.lines)
    left = allowance.days_left or 0
    if allowance.is_spent:
        often = so_often(allowance.used)
        raise WrongState(
            Text(
                f"Il termine è già stato prorogato {often.it}.",
                f"The term was already extended {often.en}.",
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
    due_on = write_line(scope, line)
    event = scope.row.extend(
        due_on=due_on, organisation=scope.body, days=days, reason=reason.strip(),
        document=document.strip(),
    )  # fmt: skip
    work.record(event, scope.case)
    after_act(scope)
    _notices.tell_clock(work, scope.case, scope.rule.title, scope.row, "extended", told(scope))


def _limit(scope: Scope, allowed: Suspension, day: date, until: date | None) -> date | None:
    """The day on which a suspension ends by itself; refusals where the ground is used up."""
    allowance = to_suspend(allowed, scope.lines)
    if allowance.is_spent:
        often = so_often(allowance.used)
        raise WrongState(
            Text(
                f"«{allowed.title.it}»: il termine è già stato sospeso {often.it}, "
                f"e di più non si può ({allowed.law.text}).",
                f"“{allowed.title.en}”: the term was already suspended {often.en}, "
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
    left = allowance.days_left
    if left is None:
        return until
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


def _consents(scope: Scope, allowed: Extension, given: Mapping[str, str]) -> list[dict[str, str]]:
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
                "Scrivi l’atto o il protocollo con cui ciascun ente ha acconsentito.",
                "Write the act or register number by which each body consented.",
            ),
        )
    return agreed


def _begin_again(scope: Scope, reason: str, document: str, day: date | None) -> None:
    allowed = scope.rule.interruption
    permit(scope, allowed.by if allowed is not None else ())
    require_reason(reason)
    if allowed is not None:
        _restart(scope, allowed, act_day(scope, day), reason.strip(), document.strip())
    after_act(scope)
    _notices.tell_clock(
        scope.work, scope.case, scope.rule.title, scope.row, "restarted", told(scope)
    )


def _restart(scope: Scope, allowed: Interruption, day: date, reason: str, document: str) -> None:
    rule = scope.rule if allowed.length is None else replace(scope.rule, length=allowed.length)
    _, amount, unit = terms.length_of(rule, day, scope.case.variables)
    line = Line(
        Kind.RESTART, day, amount=amount, unit=unit, law=allowed.law, title=allowed.title,
        reason=reason, document=document,
    )  # fmt: skip
    due_on = write_line(scope, line)
    scope.work.record(
        scope.row.restart(starts_on=day, due_on=due_on, organisation=scope.body), scope.case
    )
