"""What is tried on: cases in every state, mandates, bodies, accounts; and one that is not there."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from engine import Actor
from engine.clock import day_of
from engine.commands import (
    add_closing_day,
    create_calendar_feed,
    create_token,
    invite_person,
    mark_failed,
    start_case,
    suspend_case,
    suspend_deadline,
    take_deliveries,
    withdraw_case,
)
from engine.links import INVITATION, secret_of
from engine.mandates import mandates_of
from engine.model import (
    ApiToken,
    CalendarFeed,
    MandateRow,
    Officer,
    Organisation,
    SignInSession,
    Substitution,
)
from engine.sealing import digest_of
from engine.unit_of_work import UnitOfWork
from tests.authorisation.people import OTHER, OWN, REGISTERED, STRANGER, everybody
from tests.authorisation.rules import ROOT, Case, Person, Rules, Subject, later
from tests.office import JOINT_VISIT, SYSTEM, Office

LEGAL_TERMS = ROOT / "tests/engine/legal-terms"
SURVEY, SHEET = ROOT / "tests/engine/yearly-survey", ROOT / "tests/engine/town-sheet"
AGREEMENT = ROOT / "processes/tripartite-agreement"
DISPUTE = ROOT / "processes/dispute"
LETTER = ROOT / "tests/engine/register-letter"
SHARED = ROOT / "processes/shared"
FOLDERS = {
    "joint-visit": JOINT_VISIT, "legal-terms": LEGAL_TERMS, "tripartite-agreement": AGREEMENT,
}  # fmt: skip
NOWHERE = "no-such-thing"
"""An id that nothing has: what is hidden must read like it."""
LONELY = "mun-001293"
"""A town without any administrator."""
AGREEMENT_DATA = {"area_name": "Po", "purpose": "Insieme.", "legal_basis": "agreement_art_15"}


@dataclass
class World:
    """An office in which everything is there to be tried, and the people who try."""

    office: Office
    rules: Rules
    people: list[Person]
    subjects: dict[str, list[Subject]] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    """Person → the secret of his browser session."""
    ids: dict[str, str] = field(default_factory=dict)

    def actor(self, person: Person) -> Actor:
        """The person as the engine knows him."""
        if person.machine:
            return SYSTEM
        officer_id = self.office.people[person.name]
        with self.office.session() as session:
            mandates = mandates_of(session, officer_id, day_of(self.office.clock.now()))
        actor = Actor(officer_id, person.name, mandates)
        chosen = person.chosen
        return actor if chosen is None else actor.narrowed(self.mandate(person.name, chosen))

    def named(self, name: str) -> Actor:
        """The actor of this name."""
        return self.actor(self.rules.people[name])

    def mandate(self, name: str, place: int) -> str:
        """The id of somebody's mandate."""
        return self.ids[f"mandate {name} {place}"]

    def subject(self, kind: str, label: str) -> Subject:
        """One of the things that are tried on."""
        return next(s for s in self.subjects[kind] if s.label == label)


def make_world(office: Office) -> World:
    """An office with a case in every state, everybody in it, and one failed delivery."""
    people = everybody()
    kinds = {OWN: "municipality", OTHER: "municipality", STRANGER: "municipality",
             LONELY: "municipality", "cmto": "cmto", "region": "region", "zone-10": "zone_assembly",
             "college": "college_of_spokespersons", "architects": "professional_body",
             "polytechnic": "university", "heritage-office": "ministry"} | {
                 kind: kind for kind in REGISTERED}  # fmt: skip
    today = day_of(office.clock.now())
    office.deploy()
    for folder, shared in (
        (LEGAL_TERMS, None), (SHEET, None), (SURVEY, SHEET.parent), (LETTER, None),
        (DISPUTE, SHARED), (AGREEMENT, SHARED),
    ):  # fmt: skip
        office.deploy(folder, shared)
    world = World(office, Rules(people, kinds, FOLDERS, today), people)
    _bodies(world)
    _people(world)
    _cases(world)
    _belongings(world)
    return world


def _bodies(world: World) -> None:
    """A body of each kind that the territory does not bring, under the name of its kind."""

    def write(work: UnitOfWork) -> None:
        for kind in REGISTERED:
            work.add(Organisation(id=kind, kind=kind, name=kind, name_en=kind))
            work.session.flush()

    world.office.engine.run(SYSTEM, write)


def _people(world: World) -> None:
    today = world.rules.today

    def write(work: UnitOfWork) -> None:
        for person in world.people:
            if person.machine:
                continue
            officer = Officer(
                id=work.new_id(), login=person.name, name=person.name, language="it",
                email=f"{person.name}@example.org", password_hash=None, active=person.active,
            )  # fmt: skip
            work.add(officer)
            world.office.people[person.name] = officer.id
            for place, seat in enumerate(person.seats):
                row = MandateRow(
                    id=work.new_id(), officer_id=officer.id, organisation_id=seat.body,
                    role=seat.role, act="decreto n. 1", valid_from=later(today, seat.since),
                    valid_to=later(today, seat.until),
                )  # fmt: skip
                work.add(row)
                world.ids[f"mandate {person.name} {place}"] = row.id
        work.flush()
        for person in world.people:
            for deputy in person.deputies:
                made = Substitution(
                    id=work.new_id(), mandate_id=world.ids[f"mandate {deputy.of} 0"],
                    substitute_id=world.office.people[person.name], process=deputy.process,
                    act="ordine di servizio n. 2", valid_from=later(today, deputy.since),
                    valid_to=later(today, deputy.until), granted_by="test",
                )  # fmt: skip
                work.add(made)
                world.ids[f"substitution {person.name}"] = made.id

    world.office.engine.run(SYSTEM, write)


def _cases(world: World) -> None:
    office, engine = world.office, world.office.engine
    coordinator = world.named("cmto.coordinator")
    officers = {town: world.named(f"{town}.officer") for town in (OWN, OTHER, STRANGER)}

    def answering(*towns: str) -> str:
        case_id = office.visit(coordinator, *towns)
        office.complete(
            coordinator, office.item(case_id, "prepare"), visit_on="2027-03-01", budget="1"
        )
        return case_id

    ids = {
        "own": answering(OWN, OTHER),
        "foreign": answering(OTHER, STRANGER),
        "preparing": office.visit(coordinator, OWN, OTHER),
        "stopped": office.visit(coordinator, OWN, OTHER),
        "closed": office.visit(coordinator, OWN, OTHER),
        "agreement": engine.run(
            coordinator, start_case, process="tripartite-agreement", title="Ufficio di piano",
            parties=[{"organisation": t, "capacity": "municipality"} for t in (OWN, OTHER)],
            data=AGREEMENT_DATA,
        ),
    }  # fmt: skip
    engine.run(coordinator, suspend_case, case_id=ids["stopped"], reason="Ricorso")
    engine.run(coordinator, withdraw_case, case_id=ids["closed"], reason="Non serve più")
    for label, town in (("terms", OWN), ("foreign terms", STRANGER), ("stopped terms", OWN)):
        ids[label] = engine.run(
            officers[town], start_case, process="legal-terms", title="Variante",
            parties=[{"organisation": town, "capacity": "municipality"}], data={},
        )  # fmt: skip
        office.complete(officers[town], office.item(ids[label], "adopt"))
    (conclusion,) = (d for d in office.deadlines(ids["stopped terms"]) if d.rule == "conclusion")
    engine.run(
        officers[OWN], suspend_deadline, deadline_id=conclusion.id, ground="supplements",
        reason="Mancano documenti",
    )  # fmt: skip
    world.ids |= {f"case {label}": case_id for label, case_id in ids.items()}


def _belongings(world: World) -> None:
    """Sessions, tokens, calendars of two people; a failed delivery; a document; a closing day."""
    office, engine, ids = world.office, world.office.engine, world.ids
    for name in ("cmto.coordinator", f"{OWN}.officer"):
        actor = world.named(name)
        engine.run(actor, create_token, name="test")
        engine.run(actor, create_calendar_feed, name="test")
    engine.run(
        world.named(f"{OWN}.administrator"), add_closing_day, organisation_id=OWN,
        day=world.rules.today + timedelta(days=30), name="Ponte", act="ordinanza n. 3",
    )  # fmt: skip
    letter = engine.run(
        world.named("cmto.coordinator"), start_case, process="register-letter", title="Lettera",
        parties=[], data={"subject": "Diffida"},
    )  # fmt: skip
    world.ids["case letter"] = letter
    call = next(
        t for t in engine.run(SYSTEM, take_deliveries, limit=500) if t.kind == "CallService"
    )
    engine.run(SYSTEM, mark_failed, delivery_id=call.id, error="no gateway", final=True)
    world.ids["delivery"] = call.id

    ids["invitation"] = engine.run(
        world.named(f"{OWN}.administrator"), invite_person, name="Clara",
        email="clara@example.org", organisation_id=OWN, role="council_clerk", act="n. 11",
        valid_from=world.rules.today,
    )  # fmt: skip
    ids["invitation link"] = secret_of(engine.settings, INVITATION, ids["invitation"], 1)

    def sessions(work: UnitOfWork) -> None:
        for person in world.people:
            if person.machine:
                continue
            secret = world.secrets[person.name] = f"secret of {person.name}"
            chosen = person.chosen
            work.add(
                SignInSession(
                    id=digest_of(secret), officer_id=office.people[person.name],
                    created_at=work.now, last_used_at=work.now,
                    expires_at=work.now + timedelta(hours=9),
                    device="test", address="", door="local",
                    acting_for=None if chosen is None else world.mandate(person.name, chosen),
                )
            )  # fmt: skip
            work.add(
                ApiToken(
                    id=work.new_id(), officer_id=office.people[person.name], name="door",
                    digest=digest_of(token_of(person)), created_at=work.now,
                )
            )  # fmt: skip

    engine.run(SYSTEM, sessions)
    _subjects(world)


def token_of(person: Person) -> str:
    """The personal token by which a person uses the JSON interface."""
    return f"ct_{person.name}"


def _subjects(world: World) -> None:
    ids, office = world.ids, world.office
    visit = Case("joint-visit", ((OWN, "municipality"), (OTHER, "municipality"), ("cmto", "cmto")))
    foreign = Case("joint-visit", ((OTHER, "municipality"), (STRANGER, "municipality"),
                                   ("cmto", "cmto")))  # fmt: skip
    above = (("cmto", "cmto"), ("region", "region"))
    terms = Case("legal-terms", ((OWN, "municipality"), *above))
    foreign_terms = Case("legal-terms", ((STRANGER, "municipality"), *above))
    agreement = Case(
        "tripartite-agreement",
        ((OWN, "municipality"), (OTHER, "municipality"), *above, ("zone-10", "zone_assembly"),
         ("college", "college_of_spokespersons")),
    )  # fmt: skip
    cases = {
        "own": visit, "foreign": foreign, "preparing": visit, "stopped": visit, "closed": visit,
        "agreement": agreement, "terms": terms, "stopped terms": terms,
        "foreign terms": foreign_terms,
    }  # fmt: skip

    def case(label: str) -> Subject:
        return Subject(label, ids[f"case {label}"], case=cases[label])

    def item(label: str, activity: str, town: str | None = None, to: str = "") -> Subject:
        found = office.item(ids[f"case {label}"], activity, town)
        return Subject(f"{label} {activity} {town or ''}".strip(), found.id, case=cases[label],
                       activity=activity, branch=town, to=to)  # fmt: skip

    def term(label: str, name: str, act: str) -> Subject:
        (row,) = (d for d in office.deadlines(ids[f"case {label}"]) if d.rule == name)
        return Subject(f"{label} {name} {act}", row.id, case=cases[label], term=name, ground=act)

    def party(label: str, town: str) -> Subject:
        row = office.party(ids[f"case {label}"], town)
        return Subject(f"{label} {town}", row.id, case=cases[label], party=town,
                       extra={"case_id": ids[f"case {label}"]})  # fmt: skip

    def mandate(name: str) -> Subject:
        (seat, *_) = world.rules.people[name].seats
        return Subject(f"of {name}", ids[f"mandate {name} 0"], body=seat.body, role=seat.role,
                       holder=name)  # fmt: skip

    def own(rows: Any, of: Mapping[str, str]) -> list[Subject]:
        names = {officer_id: name for name, officer_id in office.people.items()}
        return [Subject(f"of {names[row.officer_id]}", row.id, owner=names[row.officer_id])
                for row in rows if names[row.officer_id] in of]  # fmt: skip

    missing = Subject("missing", NOWHERE, exists=False)
    two = dict.fromkeys(("cmto.coordinator", f"{OWN}.officer"), "")
    with office.session() as session:
        tokens = [t for t in session.scalars(select(ApiToken)) if t.name == "test"]
        world.subjects = {
            "nothing": [Subject("nothing")],
            "case": [case("own"), case("agreement"), case("foreign"), missing],
            "stopped case": [case("stopped"), missing],
            "closed case": [case("closed"), missing],
            "case with terms": [case("terms"), case("foreign terms"), missing],
            "case with messages": [
                *(replace(case("agreement"), message=name)
                  for name in ("switch-to-association", "amendment-requested")),
                replace(missing, message="amendment-requested"),
            ],
            "case with raises": [replace(case("agreement"), message="dispute"),
                                 replace(missing, message="dispute")],
            "piece of work": [
                item("own", "answer", OWN, f"{OWN}.officer"),
                item("own", "answer", OTHER, f"{OTHER}.officer"),
                item("foreign", "answer", STRANGER, f"{STRANGER}.officer"),
                item("preparing", "prepare", to="cmto.coordinator"),
                item("agreement", "declare_interest", OWN, f"{OWN}.mayor"),
                item("terms", "give_opinion", to="cmto.coordinator"),
                item("terms", "give_assent", to="region.official"),
                missing,
            ],
            "document": [missing],
            "party": [party("own", OWN), party("own", OTHER), party("foreign", OTHER), missing],
            "term to suspend": [term("terms", "conclusion", "suspension:supplements"),
                                term("foreign terms", "conclusion", "suspension:supplements"),
                                missing],
            "term to resume": [term("stopped terms", "conclusion", "suspension:supplements"),
                               missing],
            "term to interrupt": [term("terms", "opinion-term", "interruption"),
                                  term("terms", "assent-term", "interruption"),
                                  term("foreign terms", "assent-term", "interruption"), missing],
            "term to extend": [term("terms", "conclusion", "extension"),
                               term("foreign terms", "conclusion", "extension"), missing],
            "session": [*own(session.scalars(select(SignInSession)), two), missing],
            "token": [*own(tokens, two), missing],
            "calendar address": [*own(session.scalars(select(CalendarFeed)), two), missing],
            "delivery": [Subject("failed", ids["delivery"]), missing],
            "body": [
                *(Subject(body, body, body=body) for body in (OWN, OTHER, "cmto", "region")),
                missing,
            ],
            "mandate": [
                *(mandate(f"{body}.officer") for body in (OWN, OTHER)),
                mandate("region.official"), mandate("cmto.coordinator"), missing,
            ],
            "mandate to name": [
                Subject(f"{role} in {body} to {to}", body, body=body, role=role, to=to,
                        exists=to != NOWHERE)
                for body, role, to in (
                    (OWN, "council_clerk", "no-mandate"), (OTHER, "officer", "no-mandate"),
                    (STRANGER, "administrator", "no-mandate"),
                    (LONELY, "administrator", "no-mandate"),
                    (LONELY, "officer", "no-mandate"),
                    (OWN, "officer", f"{OWN}.administrator"),
                    ("region", "official", "region.administrator"),
                    (OWN, "officer", NOWHERE),
                )
            ],
            "mandate to offer": [
                Subject(f"{role} in {body}", body, body=body, role=role)
                for body, role in (
                    (OWN, "council_clerk"), (OTHER, "officer"), (STRANGER, "administrator"),
                    (LONELY, "administrator"), (LONELY, "officer"),
                )
            ],
            "invitation": [Subject("to be clerk", ids["invitation"], body=OWN,
                                   role="council_clerk"), missing],
            "invitation link": [Subject("to be clerk", ids["invitation link"]), missing],
            "account": [
                *(Subject(f"of {name}", office.people[name], owner=name)
                  for name in (f"{OWN}.officer", "two-towns", "no-mandate", "cmto.coordinator",
                               f"expired.{OWN}.officer", f"deactivated.{OWN}.officer")),
                missing,
            ],
            "substitution": [
                *(Subject(f"of {of}", ids[f"substitution substitute.{of}"],
                          body=of.partition(".")[0], holder=of, owner=f"substitute.{of}")
                  for of in (f"{OWN}.officer", "region.official")),
                missing,
            ],
            "procedure": [
                *(Subject(key, key, case=Case(key, parties), public=True)
                  for key, parties in (("joint-visit", visit.parties),
                                       ("legal-terms", terms.parties))),
                missing,
            ],
        }  # fmt: skip
