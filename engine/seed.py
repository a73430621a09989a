"""A demo office to try the product with: real municipalities, invented people.

Officers of every municipality of zones 10 and 11, some of them serving two towns as they do in
life, and people of CMTo, the Region and the other bodies of an agreement.
"""

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import func, select

from engine.actor import Actor
from engine.bundles.load import load_folder, opened_first
from engine.commands import (
    correct_body,
    deploy_process,
    grant_substitution,
    import_territory,
    register_body,
)
from engine.commands.access.hashing import hash_password
from engine.commands.accounts import create_token_for
from engine.errors import BundleInvalid
from engine.facade import Engine, restore_training_clock
from engine.migrations import upgrade
from engine.model import MandateRow, Officer, Organisation, Setting
from engine.unit_of_work import DEMO_OFFICE, UnitOfWork

SYSTEM = Actor.system("installation")
DEMO_ZONES = (10, 11)
DEMO_PASSWORD = "concerto-di-prova"  # noqa: S105 (printed at start; demo accounts only)
REAL_OFFICE = "real_office"
"""Set where the installation was begun without the demo office."""
SMALL = 2500
"""Below this many inhabitants the technical officer serves two towns."""
FIRST_NAMES = [
    "Elena",
    "Davide",
    "Federica",
    "Silvia",
    "Carlo",
    "Paola",
    "Roberto",
    "Chiara",
    "Marco",
    "Lucia",
    "Stefano",
    "Anna",
    "Giorgio",
    "Francesca",
    "Luca",
    "Marta",
    "Enrico",
    "Simona",
    "Paolo",
    "Giulia",
    "Alberto",
    "Cristina",
    "Andrea",
    "Monica",
    "Fabio",
    "Laura",
    "Riccardo",
    "Sara",
    "Massimo",
    "Barbara",
    "Matteo",
    "Daniela",
    "Claudio",
    "Valentina",
    "Sergio",
    "Irene",
    "Giovanni",
    "Alessandra",
    "Bruno",
    "Teresa",
]
SURNAMES = [
    "Garabello",
    "Monticone",
    "Oddenino",
    "Ansaldi",
    "Brunetta",
    "Vaudagna",
    "Boasso",
    "Perotti",
    "Cantarello",
    "Ferrero",
    "Gallo",
    "Bertolino",
    "Actis",
    "Borello",
    "Cena",
    "Debernardi",
    "Fassino",
    "Gariglio",
    "Novarese",
    "Olivero",
    "Peretti",
    "Quaglia",
    "Rolando",
    "Savio",
    "Tonello",
    "Vercellino",
    "Zanetti",
    "Avanzato",
    "Bosio",
    "Crivello",
    "Dezzani",
    "Forneris",
    "Giachino",
    "Marocco",
    "Nota",
    "Pautasso",
    "Ramello",
    "Sandrone",
    "Trinchero",
    "Usseglio",
    "Viano",
    "Audisio",
    "Baima",
    "Capello",
    "Durando",
    "Elia",
    "Fenoglio",
    "Gribaudo",
]


@dataclass(slots=True)
class Account:
    """One demo officer, as `demo-accounts.json` lists him."""

    login: str
    password: str
    token: str
    name: str
    roles: list[dict[str, str]] = field(default_factory=list)


def install(engine: Engine, *, processes: Path, demo: bool = True) -> list[str]:
    """Bring an installation up to date: schema, territory, procedures. Returns problems to show.

    A folder that cannot be published is named and left out; the others are published. An
    installation begun without the demo office never receives one: everybody knows its password.
    """
    upgrade(engine.database)
    restore_training_clock(engine)
    engine.run(SYSTEM, import_territory)
    if not demo:
        engine.run(SYSTEM, _without_demo)
    problems: list[str] = []
    found = [f.parent for f in processes.glob("*/process.toml") if f.parent.name != "shared"]
    for folder in opened_first(found):
        try:
            engine.run(SYSTEM, deploy_process, files=read_folder(folder))
        except BundleInvalid as invalid:
            problems += [f"{folder.name}: {problem}" for problem in invalid.problems]
    return problems


def read_folder(folder: Path) -> dict[str, bytes]:
    """A process folder and the shared ones beside it, as files."""
    return dict(load_folder(folder, folder.parent / "shared").files)


def seed(engine: Engine, *, accounts_file: Path) -> int:
    """Create the demo office once and write its accounts down; returns how many there are."""
    accounts = engine.run(SYSTEM, _demo_office)
    if accounts:
        listed = [
            {
                "login": a.login,
                "password": a.password,
                "token": a.token,
                "name": a.name,
                "roles": a.roles,
            }
            for a in accounts
        ]
        text = json.dumps(listed, ensure_ascii=False, indent=1)
        accounts_file.write_text(text + "\n", encoding="utf-8")
        accounts_file.chmod(0o600)
        return len(accounts)
    return len(json.loads(accounts_file.read_text("utf-8"))) if accounts_file.exists() else 0


def _without_demo(work: UnitOfWork) -> None:
    if work.session.get(Setting, REAL_OFFICE) is None and not _people_known(work):
        work.add(Setting(name=REAL_OFFICE, value=True))


def _people_known(work: UnitOfWork) -> bool:
    return bool(work.session.scalar(select(func.count(Officer.id))))


def _demo_office(work: UnitOfWork) -> list[Account]:
    if _people_known(work) or work.session.get(Setting, REAL_OFFICE) is not None:
        return []
    work.add(Setting(name=DEMO_OFFICE, value=True))
    people = _People(work, hash_password(DEMO_PASSWORD))
    towns = work.session.scalars(
        select(Organisation)
        .where(Organisation.kind == "municipality", Organisation.zone_number.in_(DEMO_ZONES))
        .order_by(Organisation.zone_number, Organisation.name)
    ).all()
    _towns(people, list(towns))
    for body, role, act in (
        ("cmto", "coordinator", "decreto del sindaco metropolitano n. 21 del 04/02/2026"),
        ("cmto", "coordinator", "decreto del sindaco metropolitano n. 22 del 04/02/2026"),
        ("cmto", "director", "decreto del sindaco metropolitano n. 5 del 10/01/2026"),
        ("cmto", "administrator", "atto del direttore generale n. 88 del 02/03/2026"),
        ("region", "official", "determinazione A1600A n. 112 del 19/01/2026"),
        ("region", "official", "determinazione A1600A n. 113 del 19/01/2026"),
        ("region", "director", "D.G.R. n. 4 del 12/01/2026"),
        ("zone-10", "spokesperson", "verbale dell’assemblea di zona del 15/01/2026"),
        ("zone-11", "spokesperson", "verbale dell’assemblea di zona del 22/01/2026"),
        ("college", "secretary", "verbale del Collegio dei portavoce del 29/01/2026"),
        ("architects", "representative", "delibera dell’Ordine n. 3 del 20/01/2026"),
        ("polytechnic", "representative", "decreto rettorale n. 140 del 26/01/2026"),
    ):
        people.mandate(people.person(), body, role, act)
    for body, act in (
        ("arpa", "decreto del direttore generale n. 12 del 11/02/2026"),
        ("asl-to4", "deliberazione n. 40 del 12/02/2026"),
        ("heritage-office", "decreto del soprintendente n. 7 del 13/02/2026"),
    ):
        people.mandate(people.person(), body, "official", act)
    near, far = ([t.id for t in towns if t.zone_number == zone] for zone in DEMO_ZONES)
    office = _bodies_at_work(work, people, near)
    act = "decreto del sindaco metropolitano n. 9 del 14/01/2026"
    people.mandate(people.person(), "cmto", "substitute_power_holder", act)
    act = "decreto del presidente n. 3 del 02/03/2026"
    people.mandate(people.person(), office, "data_officer", act)
    _second_office(work, people, far)
    return people.accounts


def _bodies_at_work(work: UnitOfWork, people: "_People", towns: Sequence[str]) -> str:
    """A union, a planning office whose seat will rotate, somebody on leave with a substitute."""
    seat, second = towns[:2]
    register_body(
        work, kind="union", valid_from=date(2026, 1, 1), reason="statuto dell’unione",
        facts={
            "name": {"it": "Unione dei Comuni di prova", "en": "Union of trial municipalities"},
            "zone": DEMO_ZONES[0], "join": list(towns[2:5]), "seat": towns[2],
        },
    )  # fmt: skip
    office = register_body(
        work, kind="planning_office", valid_from=date(2026, 3, 1), reason="convenzione n. 3",
        facts={
            "name": {"it": "Ufficio di piano di prova", "en": "Trial planning office"},
            "zone": DEMO_ZONES[0], "join": list(towns[:5]), "seat": seat,
            "posts": {"head": 1, "planner": 2, "gis_technician": 1, "data_officer": 1},
        },
    )  # fmt: skip
    work.flush()
    correct_body(
        work, organisation_id=office, facts={"seat": second}, reason="rotazione della sede",
        valid_from=date(work.today.year + 1, 1, 1),
    )  # fmt: skip
    people.mandate(people.person(), office, "head", "decreto del presidente n. 1 del 02/03/2026")
    planner, absent = people.person(), people.person()
    people.mandate(planner, office, "planner", "decreto del presidente n. 2 del 02/03/2026")
    people.mandate(
        planner, second, "officer", "decreto del sindaco n. 3 del 15/01/2026",
        until=work.today - timedelta(days=30),
    )  # fmt: skip
    away = people.mandate(absent, seat, "officer", "decreto del sindaco n. 8 del 12/01/2026")
    people.mandate(
        people.person(), seat, "administrator", "decreto del sindaco n. 11 del 09/03/2026"
    )
    work.flush()
    grant_substitution(
        work, mandate_id=away, substitute=planner.login, act="atto n. 212 del 13/11/2026",
        valid_from=work.today, valid_to=work.today + timedelta(days=28),
    )  # fmt: skip
    return office


def _second_office(work: UnitOfWork, people: "_People", towns: Sequence[str]) -> None:
    """Another planning office, so that the yearly monitoring has two to compare."""
    office = register_body(
        work, kind="planning_office", valid_from=date(2026, 4, 1), reason="convenzione n. 4",
        facts={
            "name": {"it": "Secondo ufficio di piano", "en": "Second planning office"},
            "zone": DEMO_ZONES[1], "join": list(towns[:4]), "seat": towns[0],
            "posts": {"head": 1, "planner": 1, "gis_technician": 1, "data_officer": 1},
        },
    )  # fmt: skip
    work.flush()
    people.mandate(people.person(), office, "head", "decreto del presidente n. 1 del 07/04/2026")
    act = "decreto del presidente n. 2 del 07/04/2026"
    people.mandate(people.person(), office, "data_officer", act)


def _towns(people: "_People", towns: list[Organisation]) -> None:
    """Each town has an officer, a secretary and a mayor; small ones share the first two."""
    shared_officer: Officer | None = None
    shared_clerk: Officer | None = None
    for number, town in enumerate(towns, start=1):
        small = (town.population or 0) < SMALL
        officer = shared_officer if small and shared_officer is not None else people.person()
        shared_officer = officer if small and shared_officer is None else None
        people.mandate(
            officer, town.id, "officer", f"decreto del sindaco n. {number % 9 + 1} del 12/01/2026"
        )
        clerk = shared_clerk if shared_clerk is not None else people.person()
        shared_clerk = clerk if shared_clerk is None else None
        people.mandate(
            clerk, town.id, "council_clerk", f"decreto di nomina n. {number % 7 + 1} del 08/01/2026"
        )
        people.mandate(
            people.person(), town.id, "mayor", "proclamazione degli eletti del 10/06/2024"
        )


class _People:
    """Invents people one after another, each name once."""

    def __init__(self, work: UnitOfWork, password_hash: str) -> None:
        self.work = work
        self.password_hash = password_hash
        self.accounts: list[Account] = []
        self._by_officer: dict[str, Account] = {}
        self._names = _names()

    def person(self) -> Officer:
        name = next(self._names)
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
        login = re.sub(r"[^a-z]+", ".", plain)
        officer = Officer(
            id=self.work.new_id(), login=login, name=name, email=f"{login}@example.org",
            language="it", password_hash=self.password_hash, active=True,
        )  # fmt: skip
        self.work.add(officer)
        self.work.flush()
        token = create_token_for(self.work, officer.id, name="demo")
        account = Account(login, DEMO_PASSWORD, token, name)
        self.accounts.append(account)
        self._by_officer[officer.id] = account
        return officer

    def mandate(
        self, officer: Officer, body: str, role: str, act: str, *, until: date | None = None
    ) -> str:
        kind = self.work.organisations([body])[body].kind
        row = MandateRow(
            id=self.work.new_id(), officer_id=officer.id, organisation_id=body, role=role, act=act,
            # No mandate begins before its act; one tried out in an earlier year begins today.
            valid_from=min(_day_of(act), until or self.work.today), valid_to=until,
            settled=until is not None,
        )  # fmt: skip
        self.work.add(row)
        if until is None:
            self._by_officer[officer.id].roles.append(
                {"organisation": body, "capacity": kind, "role": role}
            )
        return row.id


def _day_of(act: str) -> date:
    """The day with which the name of an act ends."""
    day, month, year = (int(part) for part in act[-10:].split("/"))
    return date(year, month, day)


def _names() -> Iterator[str]:
    """First name and surname run at different speeds, so that each pair comes once."""
    for round_ in range(len(FIRST_NAMES)):
        for position, surname in enumerate(SURNAMES):
            yield f"{FIRST_NAMES[(position + round_ * 7) % len(FIRST_NAMES)]} {surname}"
