"""Taking running cases over to another version of their procedure, and back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import delete, select

from engine import events
from engine.bpmn import (
    NOTHING,
    Instance,
    Packed,
    Step,
    Transfer,
    mapping_problems,
    transfer_case,
)
from engine.bundles.differences import changed_fields, changed_rule, touched, without
from engine.bundles.matrix import carried
from engine.bundles.profiles import rule_key
from engine.commands import _checkpoints, _notices
from engine.commands._advance import guarded, reflect
from engine.commands._clock import terms
from engine.commands._hearing.offering import offer
from engine.commands._items import Scope, link_all, queue_of
from engine.commands.cases import require_reason
from engine.errors import Invalid, ProcessNotFound, WrongState
from engine.model import (
    LIVE,
    Case,
    Deadline,
    Deployment,
    Draft,
    Milestone,
    Offer,
    Subscription,
    WorkItem,
)
from engine.policy import require_administrator, seats_of, seats_of_item
from engine.store import Surface, Version, Warm
from engine.text import Text
from engine.unit_of_work import UnitOfWork
from engine.wording.versions import obstacle_text

Terms = Literal["keep", "new"]


def migrate_case(
    work: UnitOfWork,
    *,
    case_id: str,
    to_version: int,
    reason: str,
    mapping: Mapping[str, str] | None = None,
    terms: Terms = "keep",
    version: int | None = None,
) -> dict[str, Any]:
    """Take a running case over to another published version: all of it, or nothing.

    Work keeps its holder and its draft, terms keep their dates unless `terms` is `new`. Raises
    Invalid for a mapping that names what is not there, WrongState naming what stands in the way.
    """
    work.mandate = require_administrator(work.actor)
    case = work.case(case_id, version=version)
    require_reason(reason)
    running = work.running(case)
    old, new = running.version, _published(work, case.process, to_version)
    change = _Change(work, case, old, new, dict(mapping or {}), recount=terms == "new")
    _require_sensible(change)
    packed = running.instance.pack()
    plan, moved = transfer_case(old.definition, new.definition, packed, change.mapping)
    if moved is None:
        raise _refusal(case, plan.obstacles)
    step = guarded(lambda: moved.look(facts=work.facts(case)))
    if step.ended:
        raise WrongState(
            Text(f"Il caso {case.number} è concluso.", f"Case {case.number} has ended.")
        )
    amendments, unmet = carried(old.bundle, new.bundle, case.amendments, change.mapping)
    if unmet:
        raise _letters_refused(case, unmet)
    checkpoint = _checkpoints.take(work, case, packed, running.warm.flows)

    case.deployment_id, case.amendments = new.deployment_id, amendments
    before, flows = change.surface(running.warm.surface), change.flows(running.warm.flows)
    running.version, running.warm = new, Warm(running.warm.version, moved, before, flows)
    items = change.items(step)
    drafts = change.drafts(items)
    work.record(
        events.CaseMigrated(
            case.id, case.process, old.bundle.version, new.bundle.version, reason,
            change.mapping, drafts, terms,
        ),
        case,
    )  # fmt: skip
    change.terms(step, items)
    change.places(step)
    reflect(work, running, step)
    scope = Scope(work, case, work.bundle(case), {p.id: p for p in work.parties(case)})
    link_all(scope, step, {})
    _checkpoints.seal(work, case, checkpoint)
    return {"id": case.id, "number": case.number, "version": new.bundle.version, "drafts": drafts}


def undo_migration(
    work: UnitOfWork, *, case_id: str, reason: str, version: int | None = None
) -> None:
    """Put a case back into the version it came from, while nothing has happened in it since."""
    work.mandate = require_administrator(work.actor)
    case = work.case(case_id, version=version)
    require_reason(reason)
    checkpoint = _checkpoints.newest(work, case)
    if checkpoint is None or not _checkpoints.untouched(work, case, checkpoint):
        raise WrongState(
            Text(
                f"Nel caso {case.number} non c’è un cambio di versione da annullare, "
                "oppure dopo il cambio è già successo qualcosa.",
                f"Case {case.number} has no change of version to undo, or something has happened "
                "in it since.",
            ),
            Text(
                "Passa il caso a un’altra versione con la mappatura inversa.",
                "Take the case over to another version with the mapping the other way round.",
            ),
        )
    running = work.running(case)
    came_from, left = work.versions.get(work.session, checkpoint.deployment_id), running.version
    work.record(
        events.MigrationUndone(
            case.id, case.process, left.bundle.version, came_from.bundle.version, reason
        ),
        case,
    )
    packed = Packed(checkpoint.codec, checkpoint.blob, checkpoint.library)
    case.deployment_id, checkpoint.undone_at = checkpoint.deployment_id, work.now
    case.amendments = checkpoint.rows["amendments"]
    _checkpoints.put_back(work, case, checkpoint)
    instance = Instance.load(came_from.definition, packed)
    step = guarded(lambda: instance.look(facts=work.facts(case)))
    running.version = came_from
    running.warm = Warm(running.warm.version, instance, Surface.of(step), dict(checkpoint.flows))
    reflect(work, running, step)


def _published(work: UnitOfWork, process: str, number: int) -> Version:
    statement = select(Deployment.id).where(
        Deployment.process == process, Deployment.version == number
    )
    deployment_id = work.session.scalar(statement)
    if deployment_id is None:
        raise ProcessNotFound(
            Text(
                f"La versione {number} di {process} non è pubblicata.",
                f"Version {number} of {process} is not published.",
            )
        )
    return work.versions.get(work.session, deployment_id)


def _require_sensible(change: "_Change") -> None:
    case, old, new = change.case, change.old, change.new
    if old.deployment_id == new.deployment_id:
        raise WrongState(
            Text(
                f"Il caso {case.number} è già alla versione {new.bundle.version}.",
                f"Case {case.number} is at version {new.bundle.version} already.",
            )
        )
    wrong = problems_of_mapping(old, new, change.mapping)
    if wrong:
        raise Invalid(
            Text(
                f"La mappatura non corrisponde: {'; '.join(wrong)}.",
                f"The mapping does not fit: {'; '.join(wrong)}.",
            )
        )


def problems_of_mapping(old: Version, new: Version, mapping: Mapping[str, str]) -> list[str]:
    """Every entry that names what its version does not have."""
    return mapping_problems(
        old.definition, new.definition, mapping,
        before={f"deadline:{rule.name}" for rule in old.bundle.deadlines.values()},
        after={f"deadline:{rule.name}" for rule in new.bundle.deadlines.values()},
    )  # fmt: skip


def _letters_refused(case: Case, unmet: list[Text]) -> WrongState:
    """The letters changed in the case do not fit the new version."""
    return WrongState(
        Text(
            f"Il caso {case.number} non può passare: {'; '.join(t.it for t in unmet)}.",
            f"Case {case.number} cannot go over: {'; '.join(t.en for t in unmet)}.",
        ),
        Text(
            "Rimetti prima nella matrice del caso le lettere della sua versione.",
            "First put the letters of its own version back into the matrix of the case.",
        ),
    )


def _refusal(case: Case, obstacles: tuple[Transfer, ...]) -> WrongState:
    told = [obstacle_text(str(t.obstacle), t.element, t.about) for t in obstacles]
    italian, english = ("; ".join(dict.fromkeys(words)) for words in zip(*told, strict=True))
    return WrongState(
        Text(
            f"Il caso {case.number} non può passare: {italian}.",
            f"Case {case.number} cannot go over: {english}.",
        ),
        Text(
            "Conferma nella mappatura dove va ciò che è cambiato, o concludi prima il lavoro.",
            "Confirm in the mapping where what has changed goes, or complete the work first.",
        ),
        obstacles=[
            {"element": t.element, "why": str(t.obstacle), "about": t.about,
             "suggestion": t.suggestion}
            for t in obstacles
        ],
    )  # fmt: skip


@dataclass(slots=True)
class _Change:
    """The rows of one case on their way from one version to another."""

    work: UnitOfWork
    case: Case
    old: Version
    new: Version
    mapping: dict[str, str]
    recount: bool

    def event(self, kind: str, name: str) -> str:
        """What a term or message is called in the new version; its old name if it is given up."""
        now = self.mapping.get(f"{kind}:{name}", NOTHING)
        return name if now == NOTHING else now.partition(":")[2]

    def surface(self, before: Surface) -> Surface:
        """What the case waited for, in the names of the new version."""
        return Surface(
            before.activities,
            frozenset((token, self.event("deadline", name)) for token, name in before.deadlines),
            frozenset((token, self.event("message", name)) for token, name in before.messages),
            before.requests,
        )

    def flows(self, before: Mapping[str, int]) -> dict[str, int]:
        """The path taken: told in new names where the new version draws it so and not as before."""
        drawn = {
            f"{flow.source}>{flow.target}"
            for drawing in self.new.bundle.drawings.values()
            for flow in drawing.flows
        }
        flows: dict[str, int] = {}
        for way, count in before.items():
            source, _, target = way.partition(">")
            now = f"{self.mapping.get(source, source)}>{self.mapping.get(target, target)}"
            kept = now if way not in drawn and now in drawn else way
            flows[kept] = flows.get(kept, 0) + count
        return flows

    def items(self, step: Step) -> list[tuple[WorkItem, str]]:
        """Live work under its new name, offered as the new matrix says; with the name it had."""
        work, bundle = self.work, self.work.bundle(self.case)
        found = work.session.scalars(
            select(WorkItem).where(WorkItem.case_id == self.case.id, WorkItem.state.in_(LIVE))
        ).all()
        by_token = {item.token_id: item for item in found if item.belongs_to_id is None}
        belonging: dict[str, list[WorkItem]] = {}
        for item in found:
            belonging.setdefault(item.belongs_to_id or "", []).append(item)
        work.session.execute(
            delete(Offer)
            .where(Offer.work_item_id.in_([item.id for item in found]))
            .execution_options(synchronize_session="fetch")
        )
        items = []
        for activity in step.open:
            item = by_token[activity.token_id]
            items.append((item, item.activity))
            seats = seats_of(bundle, work.parties(self.case), activity.element, activity.path)
            bodies = {seat.organisation_id for seat in seats if seat.letter == "R"}
            item.activity, item.path = activity.element, [list(s) for s in activity.path]
            item.stage = bundle.stage_of(activity.element, activity.path)
            item.organisation_id = bodies.pop() if len(bodies) == 1 else None
            item.queue = queue_of(self.case, activity)
            offer(work, item, seats)
            for other in belonging.get(item.id, ()):
                if other.token_id:  # what is asked before a milestone keeps its name
                    other.activity, other.path = item.activity, item.path
                other.stage = item.stage
                offer(work, other, seats_of_item(bundle, work.parties(self.case), other))
        return items

    def drafts(self, items: list[tuple[WorkItem, str]]) -> list[str]:
        """Take answers out of drafts that the new form does not ask, and tell who typed them."""
        work, changed_drafts = self.work, []
        by_id = {item.id: (item, was) for item, was in items}
        for draft in work.session.scalars(select(Draft).where(Draft.work_item_id.in_(by_id))):
            item, was = by_id[draft.work_item_id]
            form = self.new.bundle.forms.get(item.activity)
            changed = changed_fields(self.old.bundle.forms.get(was), form)
            if not touched(draft.data, changed):
                continue
            draft.data = without(draft.data, changed)
            draft.draft_version += 1
            changed_drafts.append(item.id)
            title = form.title if form is not None else Text(item.activity, item.activity)
            words = Text(
                f"{self.case.number}: il modulo «{title.it}» è cambiato; rivedi la tua bozza.",
                f"{self.case.number}: the form “{title.en}” has changed; look at your draft again.",
            )
            if draft.saved_by_id is not None:
                _notices.tell_officer(work, self.case, item, "changed", words, draft.saved_by_id)
        return sorted(changed_drafts)

    def terms(self, step: Step, items: list[tuple[WorkItem, str]]) -> None:
        """Put living terms under the rules of the new version."""
        waits = {(w.token_id, w.name): w for w in step.waits if w.kind == "deadline"}
        paths = {item.id: tuple((e, k) for e, k in item.path) for item, _ in items}
        for row in terms.living(self.work, self.case):
            name = self.event("deadline", row.name)
            wait = waits.get((row.token_id or "", name))
            if wait is None and row.work_item_id not in paths:
                continue  # its event is given up: the terms of the drawing are met with it
            path = wait.path if wait is not None else paths[row.work_item_id or ""]
            row.name, row.path = name, [list(s) for s in path]
            self._follow(row, path)
        if self.recount:
            self._guards(step, items)

    def _follow(self, row: Deadline, path: Any) -> None:
        was, now = self.old.bundle.deadlines.get(row.rule), self.new.bundle.deadline(row.name, path)
        if now is None:
            if self.recount:
                terms.meet(self.work, self.case, row, organisation=None)
            return
        key = rule_key(self.new.bundle, now)
        differs = bool(changed_rule(was, now))
        terms.follow(self.work, self.case, row, now, key=key, recount=self.recount and differs)

    def _guards(self, step: Step, items: list[tuple[WorkItem, str]]) -> None:
        """Terms that the new forms name for work already open."""
        variables = {activity.token_id: activity.variables for activity in step.open}
        parties = {party.id: party for party in self.work.parties(self.case)}
        for item, _ in items:
            form = self.new.bundle.forms.get(item.activity)
            known = {
                r.name for r in terms.living(self.work, self.case) if r.work_item_id == item.id
            }
            if form is not None and form.deadline is not None and form.deadline not in known:
                terms.guard(
                    self.work, self.case, self.new.bundle, item, form.deadline,
                    parties.get(item.party_id or ""), variables[item.token_id],
                )  # fmt: skip

    def places(self, step: Step) -> None:
        """Messages awaited and milestones of branches, where the new version draws them."""
        waits = {(w.token_id, w.name): w for w in step.waits if w.kind == "message"}
        session = self.work.session
        rows = session.scalars(select(Subscription).where(Subscription.case_id == self.case.id))
        for row in rows.all():
            wait = waits.get((row.token_id, self.event("message", row.name)))
            if wait is not None:
                row.name, row.element, row.key = wait.name, wait.element, wait.key
                row.path = [list(s) for s in wait.path]
        for milestone in session.scalars(
            select(Milestone).where(Milestone.case_id == self.case.id, Milestone.branch != "")
        ):
            parts = (part.partition(":") for part in milestone.branch.split("/"))
            milestone.branch = "/".join(f"{self.mapping.get(e, e)}:{key}" for e, _, key in parts)
        self.work.flush()
