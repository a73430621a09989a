"""Who tries: every role of roles.csv in its own body, and everybody whose situation is special."""

from tests.authorisation.rules import Deputy, Person, Seat, natures
from tests.office import CASTAGNETO, CHIVASSO, RONDISSONE

OWN, OTHER, STRANGER = CHIVASSO, CASTAGNETO, RONDISSONE
"""The town of the case, another town of the same case, and a town that takes no part in it."""

# One body of each kind; those that the territory does not bring are registered by the world.
BODY_OF = {
    "municipality": OWN, "cmto": "cmto", "region": "region", "zone_assembly": "zone-10",
    "college_of_spokespersons": "college", "professional_body": "architects",
    "university": "polytechnic", "ministry": "heritage-office",
}  # fmt: skip
REGISTERED = (
    "union", "cmto_department", "regional_directorate", "planning_office", "consulted_body",
    "association", "firm",
)  # fmt: skip


def everybody() -> list[Person]:
    """The whole cast; whoever adds a role to roles.csv adds a person here."""
    return [
        *_one_for_each_role(),
        *_mandates_in_time(),
        *_substitutes(),
        *_several_hats(),
        Person("no-mandate", "an account without any mandate"),
        Person("machine", "the machine itself", machine=True),
    ]


def _one_for_each_role() -> list[Person]:
    found = []
    for kind, role in natures():
        bodies = {"own body": BODY_OF.get(kind, kind)}
        if kind == "municipality":
            bodies |= {"another body of the case": OTHER, "a body that takes no part": STRANGER}
        for words, body in bodies.items():
            found.append(Person(f"{body}.{role}", f"{role}, {words}", (Seat(body, role),)))
    return found


def _mandates_in_time() -> list[Person]:
    """The same two mandates, at every edge of their days, and of people who have left."""
    found = []
    for body, role in ((OWN, "officer"), ("cmto", "coordinator"), ("cmto", "administrator")):
        edges = {
            "expired": Seat(body, role, -300, -1),
            "last-day": Seat(body, role, -300, 0),
            "first-day": Seat(body, role, 0, 30),
            "future": Seat(body, role, 1, 30),
        }
        for words, seat in edges.items():
            found.append(Person(f"{words}.{body}.{role}", f"{words} mandate of {role}", (seat,)))
        found.append(
            Person(
                f"deactivated.{body}.{role}", f"deactivated {role}", (Seat(body, role),),
                active=False,
            )
        )  # fmt: skip
    found.append(
        Person(f"expired.{OWN}.administrator", "expired administrator of the own body",
               (Seat(OWN, "administrator", -300, -1),))
    )  # fmt: skip
    return found


def _substitutes() -> list[Person]:
    found = []
    for of in (f"{OWN}.officer", "cmto.coordinator", "region.official"):
        every = {
            "substitute": Deputy(of),
            "substitute-ended": Deputy(of, -9, -1),
            "substitute-to-come": Deputy(of, 1, 9),
            "substitute-last-day": Deputy(of, -9, 0),
            "substitute-here": Deputy(of, process="joint-visit"),
            "substitute-elsewhere": Deputy(of, process="tripartite-agreement"),
        }
        for words, deputy in every.items():
            found.append(Person(f"{words}.{of}", f"{words} of {of}", deputies=(deputy,)))
    # Nobody can be made one (record 0018, rule 4); a row that is there all the same gives nothing.
    for of in (f"{OWN}.administrator", "cmto.administrator"):
        found.append(Person(f"substitute.{of}", f"substitute of {of}", deputies=(Deputy(of),)))
    for of in (f"expired.{OWN}.officer", f"deactivated.{OWN}.officer"):
        found.append(Person(f"substitute.{of}", f"substitute of {of}", deputies=(Deputy(of),)))
    return found


def _several_hats() -> list[Person]:
    two_towns = (Seat(OWN, "officer"), Seat(OTHER, "officer"))
    here_and_above = (Seat(OWN, "officer"), Seat("cmto", "coordinator"))
    kept_and_lost = (Seat(STRANGER, "officer"), Seat("cmto", "coordinator", -300, -1))
    return [
        Person("two-towns", "officer of two towns of the case", two_towns),
        Person("two-towns.first", "the same, acting for the first", two_towns, chosen=0),
        Person("two-towns.second", "the same, acting for the second", two_towns, chosen=1),
        Person("here-and-above", "officer here and coordinator", here_and_above),
        Person("here-and-above.first", "the same, acting as officer", here_and_above, chosen=0),
        Person("kept-and-lost", "a living mandate elsewhere, an expired one here", kept_and_lost),
    ]
