"""The acts on one clock as their reader meets them: what each does, and why it may not be done."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from engine.actor import Actor
from engine.bundles.columns import Column
from engine.bundles.deadline import DeadlineRule
from engine.bundles.law import Law
from engine.errors import EngineError, NotAllowed
from engine.ledgers import Allowance, to_extend, to_interrupt, to_suspend
from engine.legal_clock import Kind
from engine.model import Deadline, DeadlineState, LedgerEntry
from engine.policy import NOT_PERMITTED, bodies_of, require_column
from engine.queries._acts import whose
from engine.queries._lookup import Seen
from engine.queries.clock import rule_of
from engine.text import NO_TEXT, Text
from engine.unit_of_work import Reading
from engine.wording import length_text, span

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
    others: bool = False
    """It is not the reader's to do: `why_not` says whose it is."""

    def require_mine(self) -> None:
        """Refuse the page of the act to whom the act would be refused."""
        if self.others:
            raise NotAllowed(NOT_PERMITTED, self.why_not)


def clock_acts(
    reading: Reading,
    seen: Seen,
    actor: Actor,
    row: Deadline,
    lines: Sequence[LedgerEntry],
) -> tuple[ClockAct, ...]:
    """What can be done to a living term; nothing where its procedure no longer knows it."""
    rule = rule_of(seen.bundle, row)
    if rule is None or not row.is_living:
        return ()
    found: list[ClockAct] = []
    if row.state in (DeadlineState.SUSPENDED, DeadlineState.INTERRUPTED):
        found.append(_resume(seen, actor, row, rule, lines))
    found += [_suspend(reading, seen, actor, row, rule, lines, s.id) for s in rule.suspensions]
    found.append(_interrupt(seen, actor, row, rule, lines))
    found.append(_extend(seen, actor, row, rule, lines))
    return tuple(replace(act, others=not may_act(seen, actor, _by(rule, act))) for act in found)


def _by(rule: DeadlineRule, act: ClockAct) -> Sequence[Column]:
    """Who may do an act on the clock of a term, by the rule of the term."""
    suspension = rule.suspension(act.ground)
    found = {
        "suspend": suspension, "resume": suspension, "interrupt": rule.interruption,
        "restart": rule.interruption, "extend": rule.extension,
    }[act.kind]  # fmt: skip
    return found.by if found is not None else ()


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
    allowance = to_suspend(ground, lines)
    left = allowance.days_left
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
    if not why_not and allowance.is_spent:
        why_not = _spent(allowance)
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
            f"Il conto torna a zero; riparte all’arrivo di quanto si chiede ({again.it}).",
            f"The count goes back to zero; it begins again on receipt ({again.en}).",
        )
    allowance = to_interrupt(allowed, lines)
    why_not = _not_for(seen, actor, allowed.by) or _not_running(row)
    if not why_not and allowance.is_spent:
        why_not = _spent(allowance)
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
    allowance = to_extend(allowed, lines)
    left = allowance.days_left or 0
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
    if not why_not and (left < 1 or allowance.is_spent):
        why_not = Text("Non resta altra proroga.", "No extension is left.")
    title = Text(f"Proroga: {allowed.title.it}", f"Extend: {allowed.title.en}")
    return ClockAct(
        "extend", "", title, does, allowed.law, not why_not, why_not, left, None, consents
    )


def may_act(seen: Seen, actor: Actor, columns: Sequence[Column]) -> bool:
    """Whether a mandate of the reader permits it, or several do and he must choose."""
    try:
        require_column(actor, columns, seen.parties, accountable=seen.bundle.accountable)
    except EngineError as refusal:
        return type(refusal).__name__ == "SeveralMandates"
    return True


def _not_for(seen: Seen, actor: Actor, columns: Sequence[Column]) -> Text:
    """Why the reader may not: it is others' to do, and whose."""
    if may_act(seen, actor, columns):
        return NO_TEXT
    return whose(seen, columns)


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
        "Riparte da solo quando l’attività che lo ha fermato è conclusa.",
        "It goes on by itself when the work that stopped it is done.",
    )


def _spent(allowance: Allowance) -> Text:
    """Why it cannot be done once more."""
    if allowance.times == 1:
        return Text("Già usata: si può una volta sola.", "Already used: it is possible only once.")
    return Text(
        f"Già usata: si può {allowance.times} volte.",
        f"Already used: it is possible {allowance.times} times.",
    )
