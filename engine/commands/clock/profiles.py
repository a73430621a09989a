"""The set of lengths a case follows, chosen with a reason."""

from collections.abc import Mapping
from dataclasses import replace

from engine.bundles.definition import Bundle, Profile
from engine.bundles.terms import parse_term
from engine.commands import _notices
from engine.commands._clock import terms
from engine.commands._clock.terms import Line
from engine.commands._items import date_items
from engine.commands.clock.scope import bound, require_reason
from engine.errors import Invalid, WrongState
from engine.legal_clock import Kind
from engine.model import Case, DeadlineState
from engine.policy import Seat, require_column, seats
from engine.text import Text
from engine.unit_of_work import UnitOfWork


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
    require_reason(reason)
    case.require_not_ended()
    chosen = _chosen(work, bundle, profile)
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
    line = Line(
        Kind.PROFILE, work.today, ground=profile, title=chosen.title, reason=reason.strip(),
        document=document.strip(),
    )  # fmt: skip
    _recount(work, case, bundle, line)
    words = Text(
        f"{case.number}: ora segue il profilo «{chosen.title.it}». {reason.strip()}",
        f"{case.number}: it now follows the profile “{chosen.title.en}”. {reason.strip()}",
    )
    accountable = seats({bundle.accountable: "A"}, work.parties(case), None)
    _notices.tell(
        work, case, None, "clock", words, _everyone(work, case, bundle) | set(accountable)
    )


def _chosen(work: UnitOfWork, bundle: Bundle, profile: str) -> Profile:
    """The profile with this id, if its law is in force today."""
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
    return chosen


def _recount(work: UnitOfWork, case: Case, bundle: Bundle, line: Line) -> None:
    """Every living term takes the rule of its profile; those with another length are recounted."""
    moved = False
    for row in terms.living(work, case):
        rule = bundle.deadlines.get(row.rule)
        if rule is None:
            continue
        rule = terms.in_profile(case, bundle, rule)
        changed = terms.length_text(rule) != row.length
        terms.take_rule(row, rule)
        if changed and row.state != DeadlineState.WAITING:
            terms.recount_by(work, case, row, rule, replace(line, law=rule.law))
            moved = True
    if moved:
        date_items(work, case)


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


def _everyone(work: UnitOfWork, case: Case, bundle: Bundle) -> set[Seat]:
    return {seat for row in terms.living(work, case) for seat in bound(work, case, bundle, row)}
