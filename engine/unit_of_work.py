"""What a command may hold: load, add, record, deliver, now, actor. One transaction, one case."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from engine.actor import Actor, Mandate
from engine.bpmn import Facts, Instance, Packed
from engine.bundles.definition import Bundle
from engine.bundles.matrix import amended
from engine.clock import day_of
from engine.deliveries import Delivery
from engine.digests import chained
from engine.errors import CaseNotFound, Conflict, StaleVersion, WorkItemNotFound
from engine.events import Event
from engine.facts import calendars_of
from engine.facts.scripts import script_facts
from engine.ids import NewId
from engine.mandates import written_link, written_out
from engine.model import (
    Base,
    Case,
    CaseEngineState,
    DeliveryRow,
    Draft,
    HistoryEntry,
    Notice,
    Offer,
    Organisation,
    Party,
    WorkItem,
)
from engine.policy import seen_by
from engine.settings import Settings
from engine.store import NOTHING, Files, HotCases, Surface, Version, Versions, Warm
from engine.text import Text
from engine.working_days import NATIONAL, Calendar

TRAINING_DAYS = "training_days"
"""The setting that says how far a training clock was moved."""
DEMO_OFFICE = "demo_office"
"""The setting of an installation whose people and passwords are invented."""

CASE_UNKNOWN = Text(
    "Questo caso non esiste o non è fra i tuoi.", "This case does not exist or is not yours."
)
ITEM_UNKNOWN = Text(
    "Questa attività non esiste o non è fra le tue.",
    "This piece of work does not exist or is not yours.",
)

# Put together once: building a statement costs as much as asking the database.
_LOCKED_CASE = select(Case).with_for_update(of=Case).execution_options(populate_existing=True)
_CASE = seen_by(_LOCKED_CASE.where(Case.id == bindparam("case_id")))
_CASE_OF_ITEM = seen_by(
    _LOCKED_CASE.join(WorkItem, WorkItem.case_id == Case.id).where(
        WorkItem.id == bindparam("work_item_id")
    )
)
_ITEM = (
    select(WorkItem, Draft, CaseEngineState.version)
    .outerjoin(Draft, Draft.work_item_id == WorkItem.id)
    .outerjoin(CaseEngineState, CaseEngineState.case_id == WorkItem.case_id)
    .where(WorkItem.id == bindparam("work_item_id"))
    .execution_options(populate_existing=True)
)


def of_kind(party: Party, kind: str) -> Party:
    """The party, knowing what kind of body it is."""
    party.kind = kind
    return party


PARTIES_OF_CASE = (
    select(Party, Organisation)
    .join(Organisation, Organisation.id == Party.organisation_id)
    .where(Party.case_id == bindparam("case_id"))
    .order_by(Party.joined_at, Party.id)
)
_NEXT_STATE = (
    update(CaseEngineState)
    .where(
        CaseEngineState.case_id == bindparam("of_case"),
        CaseEngineState.version == bindparam("known"),
    )
    .values({name: bindparam(name) for name in ("codec", "blob", "library", "flows", "version")})
    .execution_options(synchronize_session=False)
)
_INSERTS = {noun: insert(noun) for noun in (HistoryEntry, Offer, Notice, DeliveryRow)}


@dataclass(slots=True)
class Reading:
    """What a query may hold: a read-only session and the moment."""

    session: Session
    now: datetime
    settings: Settings
    versions: Versions
    files: Files
    training_days: int = 0

    @property
    def today(self) -> date:
        return day_of(self.now)

    @property
    def training(self) -> bool:
        return self.settings.training

    def bundle(self, deployment_id: str) -> Bundle:
        """The procedure as the version says."""
        return self.versions.get(self.session, deployment_id).bundle

    def bundle_of(self, case: Case) -> Bundle:
        """The procedure of a case, with the letters changed in it."""
        return amended(self.bundle(case.deployment_id), case.amendments)

    def latest(self, process: str) -> Version | None:
        """The version new cases of a process start with."""
        return self.versions.latest(self.session, process)


@dataclass(slots=True)
class Running:
    """A case being moved in this transaction."""

    case: Case
    version: Version
    warm: Warm
    """Its version is 0 while the case has no stored state yet."""

    @property
    def instance(self) -> Instance:
        return self.warm.instance


@dataclass(slots=True)
class UnitOfWork:
    """The hands of a command. Only the facade commits; nothing outside is called from here."""

    session: Session
    actor: Actor
    now: datetime
    new_id: NewId
    settings: Settings
    versions: Versions
    hot: HotCases
    files: Files
    mandate: Mandate | None = None
    """The mandate under which the act is done, once the policy has said so."""
    _whole: Actor | None = None
    """The actor before a case narrowed him to the mandates that hold in its procedure."""
    _running: dict[str, Running] = field(default_factory=dict)
    _parties: dict[str, list[Party]] = field(default_factory=dict)
    _organisations: dict[str, Organisation] = field(default_factory=dict)
    _drafts: dict[str, Draft | None] = field(default_factory=dict)
    _state_versions: dict[str, int | None] = field(default_factory=dict)
    _calendars: dict[str, Calendar] = field(default_factory=dict)
    _written: dict[Any, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return day_of(self.now)

    @property
    def author(self) -> str:
        return self.actor.name

    # -- load ----------------------------------------------------------------------------------
    def case(self, case_id: str, *, version: int | None = None) -> Case:
        """The case, locked: one writer at a time. Foreign and unknown read the same."""
        statement, named = _CASE(self._unnarrowed())
        case: Case | None = self.session.scalar(statement, {"case_id": case_id, **named})
        if case is None:
            raise CaseNotFound(CASE_UNKNOWN)
        self.actor = self._unnarrowed().within(case.process)
        self.expect(case.version, version)
        return case

    def work_item(self, work_item_id: str, *, version: int | None = None) -> tuple[WorkItem, Case]:
        """The work item and its case; the case is locked first, then the item is read as it is."""
        named = {"work_item_id": work_item_id}
        statement, seen = _CASE_OF_ITEM(self._reader_of(work_item_id))
        case: Case | None = self.session.scalar(statement, {**named, **seen})
        if case is None:
            raise WorkItemNotFound(ITEM_UNKNOWN)
        self.actor = self._unnarrowed().within(case.process)
        item, draft, state_version = self.session.execute(_ITEM, named).one()
        self._drafts[item.id] = draft
        self._state_versions[case.id] = state_version
        self.expect(item.version, version)
        return item, case

    def _reader_of(self, work_item_id: str) -> Actor:
        """Whoever came by a link reads the case of his one piece of work, to do that."""
        actor = self._unnarrowed()
        own = actor.link is not None and actor.link.work_item_id == work_item_id
        return Actor.system("link") if own else actor

    def _unnarrowed(self) -> Actor:
        """The actor with all he came with, whatever case was read before."""
        if self._whole is None:
            self._whole = self.actor
        return self._whole

    def draft(self, item: WorkItem) -> Draft | None:
        """What was typed for a work item so far."""
        return self._drafts.get(item.id)

    def expect(self, actual: int, expected: int | None) -> None:
        """Refuse when the caller decided on an older version."""
        if expected is not None and expected != actual:
            raise StaleVersion(
                Text(
                    "Qualcuno ha modificato la situazione dopo che l’hai letta.",
                    "Somebody changed this after you read it.",
                )
            )

    def bundle(self, case: Case) -> Bundle:
        """The procedure in the version the case keeps, with the letters changed in the case."""
        return amended(self.versions.get(self.session, case.deployment_id).bundle, case.amendments)

    def version_of(self, deployment_id: str) -> Bundle:
        """The procedure as a version says, without the letters changed in any case."""
        return self.versions.get(self.session, deployment_id).bundle

    def parties(self, case: Case) -> list[Party]:
        """All parties of a case, those that left included, in the order they joined."""
        if case.id not in self._parties:
            found = self.session.execute(PARTIES_OF_CASE, {"case_id": case.id}).all()
            self._parties[case.id] = [of_kind(party, body.kind) for party, body in found]
            self._organisations.update({body.id: body for _, body in found})
        return self._parties[case.id]

    def add_party(self, party: Party) -> None:
        """A new party, known to the rest of this transaction at once."""
        self.session.add(party)
        if party.case_id in self._parties:
            self._parties[party.case_id].append(party)

    def organisations(self, ids: Sequence[str]) -> dict[str, Organisation]:
        """Bodies by id, each read once."""
        missing = {i for i in ids if i not in self._organisations}
        if missing:
            for row in self.session.scalars(
                select(Organisation).where(Organisation.id.in_(missing))
            ):
                self._organisations[row.id] = row
        return {i: self._organisations[i] for i in ids if i in self._organisations}

    def name_of(self, organisation_id: str | None) -> str | None:
        """The name of a body as the history writes it."""
        if organisation_id is None:
            return None
        return self.organisations([organisation_id])[organisation_id].name

    def calendar_of(self, organisation_id: str | None) -> Calendar:
        """The days of a body: the national ones, its patron saint, its closing days."""
        if organisation_id is None:
            return NATIONAL
        if organisation_id not in self._calendars:
            body = self.organisations([organisation_id])[organisation_id]
            self._calendars |= calendars_of(self.session, [body])
        return self._calendars[organisation_id]

    # -- the running case ----------------------------------------------------------------------
    def running(self, case: Case) -> Running:
        """The tokens of a case, from memory when this process moved them last."""
        found = self._running.get(case.id)
        if found is None:
            version = self.versions.get(self.session, case.deployment_id)
            found = Running(case, version, self._warm(case, version))
            self._running[case.id] = found
        return found

    def _warm(self, case: Case, version: Version) -> Warm:
        state_version = self._state_versions.get(case.id)
        if state_version is None:
            state_version = self.session.scalar(
                select(CaseEngineState.version).where(CaseEngineState.case_id == case.id)
            )
        if state_version is None:
            raise Conflict(Text("Il caso non ha stato.", "The case has no state."))
        warm = self.hot.take(case.id, state_version)
        if warm is not None:
            return warm
        row = self.session.execute(
            select(
                CaseEngineState.codec, CaseEngineState.blob, CaseEngineState.library,
                CaseEngineState.flows, CaseEngineState.version,
            ).where(CaseEngineState.case_id == case.id)
        ).one()  # fmt: skip
        packed = Packed(row.codec, row.blob, row.library)
        instance = Instance.load(version.definition, packed)
        surface = Surface.of(instance.look(facts=self.facts(case)))
        return Warm(row.version, instance, surface, dict(row.flows))

    def begin(self, case: Case, version: Version, instance: Instance) -> Running:
        """A case that starts in this transaction."""
        self._running[case.id] = Running(case, version, Warm(0, instance, NOTHING, {}))
        return self._running[case.id]

    def save_state(self, running: Running) -> None:
        """Store the tokens; a lost race shows as a version that is not the one read."""
        warm, packed = running.warm, running.instance.pack()
        values: dict[str, Any] = {
            "codec": packed.codec,
            "blob": packed.blob,
            "library": packed.library,
            "flows": warm.flows,
            "version": warm.version + 1,
        }
        if warm.version == 0:
            self.session.add(CaseEngineState(case_id=running.case.id, **values))
        else:
            found = {"of_case": running.case.id, "known": warm.version}
            # As a plain statement: with values in hand the ORM would update by primary key alone.
            changed = self.session.connection().execute(_NEXT_STATE, {**values, **found})
            if changed.rowcount != 1:
                raise StaleVersion(Text("Il caso è cambiato.", "The case has changed."))
        warm.version += 1

    def keep_hot(self) -> None:
        """After commit: what was moved stays in memory for the next command."""
        for running in self._running.values():
            self.hot.keep(running.case.id, running.warm)

    def facts(self, case: Case) -> Facts:
        """What scripts of a drawing may ask about the case, as it stands now."""
        return script_facts(
            self.session, case, self.parties(case), self.organisations, self.version_of,
            self.today, acting=True,
        )  # fmt: skip

    # -- record --------------------------------------------------------------------------------
    def add(self, row: Any) -> None:
        """A new row, written with the transaction."""
        self.session.add(row)

    def write(self, noun: type[Base], **values: Any) -> None:
        """A row that this act will not look at again: cheaper than `add`, many in one statement."""
        self._written.setdefault(noun, []).append(values)

    def flush(self) -> None:
        """Write down now what was added and changed, for statements that must find it."""
        self.session.flush()
        for noun, rows in self._written.items():
            self.session.connection().execute(_INSERTS[noun], rows)
        self._written.clear()

    def record(self, event: Event | None, case: Case | None = None) -> None:
        """Write the event into the history, bound by its digest to the one before it."""
        if event is None:
            return
        payload = {
            f.name: getattr(event, f.name) for f in dataclasses.fields(event) if f.name != "case_id"
        }
        seq, before = (0, "") if case is None else (case.history_count + 1, case.history_digest)
        entry = {
            "id": self.new_id(), "case_id": event.case_id, "seq": seq, "at": self.now,
            "type": type(event).__name__, "actor_id": self.actor.officer_id,
            "actor": self.actor.name, "acting_for": self._acting_for(), "payload": payload,
        }  # fmt: skip
        digest = chained(before, {**entry, "at": self.now.isoformat()})
        if case is not None:
            case.history_count, case.history_digest = seq, digest
        self.write(HistoryEntry, **entry, digest=digest)

    def _acting_for(self) -> str | None:
        """For whom the author acts, as it is written down for ever."""
        link = self.actor.link
        return written_out(self.mandate) if link is None else written_link(link)

    def deliver(
        self, delivery: Delivery, *, case_id: str | None = None, token_id: str | None = None
    ) -> str:
        """Write down an act towards the outside; a worker carries it out after the commit."""
        delivery_id = self.new_id()
        self.write(
            DeliveryRow,
            id=delivery_id,
            case_id=case_id,
            token_id=token_id,
            kind=type(delivery).__name__,
            payload=dataclasses.asdict(delivery),
            next_at=self.now,
            created_at=self.now,
        )
        return delivery_id
