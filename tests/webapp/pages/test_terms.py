"""The pages of a term: its reason, what may be done, what an act would move, and the refusals."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from engine.commands import start_case
from tests.office import CHIVASSO
from tests.webapp.conftest import Web
from tests.webapp.visitor import Visitor

FOLDER = Path(__file__).parents[2] / "engine" / "legal-terms"


@dataclass
class Variant:
    """A variant of Chivasso adopted on 23 November 2026, as its officer sees it."""

    web: Web
    case_id: str
    terms: dict[str, str]

    def opened(self, path: str, name: str = "elena") -> Visitor:
        return self.web.visitor().sign_in(name).open(path)

    def term(self, name: str, who: str = "elena") -> Visitor:
        return self.opened(f"/deadlines/{self.terms[name]}", who)

    def due(self, name: str) -> date | None:
        rows = self.web.office.deadlines(self.case_id)
        return next(row.due_on for row in rows if row.name == name)


@pytest.fixture
def variant(web: Web) -> Variant:
    elena = web.officer("elena", (CHIVASSO, "officer"))
    web.officer("davide", ("cmto", "coordinator"))
    web.officer("silvia", ("region", "official"))
    web.office.deploy(FOLDER)
    case_id = web.office.engine.run(
        elena, start_case, process="legal-terms", title="Variante 12",
        parties=[{"organisation": CHIVASSO, "capacity": "municipality"}], data={},
    )  # fmt: skip
    web.office.complete(elena, web.office.item(case_id, "adopt"))
    terms = {row.name: row.id for row in web.office.deadlines(case_id)}
    return Variant(web, case_id, terms)


def words(page: Visitor) -> str:
    return " ".join(" ".join(page.texts("//main")).split())


def test_a_term_says_why_and_what_may_be_done(variant: Variant) -> None:
    page = variant.term("conclusion")
    said = words(page)

    assert page.heading == "Conclusione del procedimento: il termine"
    assert "30 giorni dal 23 novembre 2026, il primo giorno non si conta." in said
    assert "0 giorni contati su 30" in said
    assert "Restano 30 giorni su 30 giorni." in said
    assert "Non ammesso per questo termine" in said
    assert "Se passa: si può chiedere l'intervento sostitutivo" in said
    assert "Avvisi 50 % dei giorni" in said


def test_a_suspension_is_previewed_then_done(variant: Variant) -> None:
    page = variant.term("conclusion").follow("Sospendi: documenti integrativi…")
    assert "mer 23/12/2026" in words(page) and "ven 22/01/2027" in words(page), words(page)

    page = page.press("Mostra che cosa cambia", **{"data.until": "10/12/2026"})
    assert "sab 09/01/2027" in words(page) and "+17 giorni" in words(page)
    assert "Davide, Silvia" in words(page)
    assert variant.due("conclusion") == date(2026, 12, 23)

    page = page.press(
        "Sospendi: documenti integrativi",
        **{"data.until": "10/12/2026", "data.reason": "Mappe", "data.document": "prot. 9"},
    )
    assert page.heading == "Conclusione del procedimento: il termine"
    assert "Il conto riparte da solo il gio 10/12/2026" in words(page)
    assert "prot. 9" in words(page) and "Mappe" in words(page)
    assert variant.due("conclusion") == date(2027, 1, 9)
    drawn = variant.opened(f"/cases/{variant.case_id}/deadlines")
    assert drawn.status == 200 and drawn.page.xpath("//svg") != []
    suspended = variant.opened("/worklist?clock=suspended")
    assert "Concludi il procedimento" in words(suspended)
    assert "Concludi il procedimento" not in words(variant.opened("/worklist?clock=overdue"))


def test_a_refusal_keeps_what_was_typed(variant: Variant) -> None:
    page = variant.term("conclusion").follow("Sospendi: documenti integrativi…")
    page = page.press(
        "Sospendi: documenti integrativi",
        **{"data.until": "10/12/2030", "data.reason": "Mappe perse"},
    )
    assert "Restano 30 giorni su 30" in words(page)
    assert "Mappe perse" in " ".join(page.texts("//textarea"))
    page = page.press("Sospendi: documenti integrativi", **{"data.until": "mai"})
    assert page.status == 422
    assert variant.due("conclusion") == date(2026, 12, 23)


def test_an_extension_asks_for_the_consent_of_the_region(variant: Variant) -> None:
    page = variant.term("conclusion").follow("Proroga: proroga concordata…")
    page = page.press("Proroga: proroga concordata", **{"data.days": "5", "data.reason": "Feste"})
    assert "Consenso di Regione Piemonte" in words(page)
    page = page.press(
        "Proroga: proroga concordata",
        **{"data.days": "5", "data.reason": "Feste", "data.consent_0": "prot. 77"},
    )
    assert variant.due("conclusion") == date(2026, 12, 28)
    assert "consenso di Regione Piemonte: prot. 77" in words(page)


def test_a_profile_is_chosen_after_a_look_at_every_date(variant: Variant) -> None:
    page = variant.opened(f"/cases/{variant.case_id}/deadlines").follow("Cambia profilo…")
    given = {"data.profile": "accelerated", "data.reason": "Opera PNRR"}
    page = page.press("Mostra che cosa cambia", **given)
    assert "lun 07/12/2026" in words(page) and "−15 giorni" in words(page)
    assert "Altri 3 termini del caso restano come sono" in words(page)
    page.press("Cambia profilo dei termini", **given)
    assert variant.due("publication") == date(2026, 12, 7)


def test_who_may_not_act_reads_who_may(variant: Variant) -> None:
    said = words(variant.term("conclusion", "silvia"))
    assert "Può farlo: Comune" in said
    refused = variant.opened(
        f"/deadlines/{variant.terms['conclusion']}/suspend?ground=supplements", "silvia"
    )
    assert "Può farlo: Comune" in words(refused)
    variant.web.officer("zoe", ("mun-001001", "officer"))
    assert variant.term("conclusion", "zoe").status == 404
    assert variant.opened("/deadlines/nowhere").status == 404
    asked = f"/deadlines/{variant.terms['conclusion']}/suspend?ground=holiday"
    assert variant.opened(asked).status == 404


def test_the_task_says_what_must_come_first(variant: Variant) -> None:
    item = variant.web.office.item(variant.case_id, "conclude")
    said = words(variant.opened(f"/work-items/{item.id}"))
    assert "La pubblicazione (L.R. 56/1977 art. 17): fino al 22/12/2026" in said
    assert "Il parere, o il suo silenzio (L. 241/1990 art. 16): manca ancora" in said


def test_english_says_the_same(variant: Variant) -> None:
    page = variant.opened(f"/deadlines/{variant.terms['opinion-term']}?lang=en", "davide")
    said = words(page)
    assert "20 days from 23 November 2026, not counting the first day." in said
    assert "Interrupt: need to investigate" in said
    assert "it begins again on receipt (15 days)" in said
