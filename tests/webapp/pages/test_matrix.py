"""The matrix on its pages and in its files: narrowed, changed after a look, counted."""

import csv
import dataclasses
import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from lxml import etree
from openpyxl import load_workbook
from sqlalchemy import event

from engine.commands import amend_matrix
from engine.model import Organisation
from engine.queries.raci.matrix import Behind, RaciCell, RaciRow, RaciView
from engine.text import both
from engine.unit_of_work import UnitOfWork
from tests.office import CASTAGNETO, CHIVASSO, RONDISSONE, SYSTEM
from tests.webapp.conftest import Visit, Web
from tests.webapp.visitor import Visitor
from webapp.sheets import Sheet, download
from webapp.shown_matrix import everybody, matrix

ODS = {
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
}
CLERK = "Comune: Segreteria comunale"
EVIL = '=HYPERLINK("http://example.org";"Elena")'


@pytest.fixture
def davide(visit: Visit) -> Visitor:
    return visit.web.signed_in("davide")


def changed(visit: Visit, **letters: str) -> None:
    changes = [
        {"line": "answer", "column": f"municipality.{role}", "letters": letter}
        for role, letter in letters.items()
    ]
    visit.web.office.engine.run(
        visit.web.office.actor("davide"), amend_matrix, case_id=visit.case_id, changes=changes,
        reason="Segreteria",
    )  # fmt: skip


def statements(web: Web) -> Callable[[Callable[[], Any]], int]:
    """How many SELECTs a visit takes."""

    def count(act: Callable[[], Any]) -> int:
        found: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if statement.lstrip().upper().startswith("SELECT"):
                found.append(statement)

        event.listen(web.office.engine.database, "before_cursor_execute", note)
        try:
            act()
        finally:
            event.remove(web.office.engine.database, "before_cursor_execute", note)
        return len(found)

    return count


def test_a_letter_is_changed_without_scripts_after_a_look(visit: Visit, davide: Visitor) -> None:
    visit.web.officer("carla", (CHIVASSO, "council_clerk"))
    davide.open(f"/cases/{visit.case_id}/raci").follow("Cambia… Rispondi all’invito")
    assert davide.heading == "Rispondi all’invito: cambia le lettere"
    letters = {
        "letters.municipality.officer": "I", "letters.municipality.council_clerk": "R",
    }  # fmt: skip

    davide.press("Mostra chi guadagna e chi perde", **letters)
    assert "Carla, Comune di Chivasso" in davide.texts("//section[@aria-label='Guadagna']")[0]
    assert "Elena, Comune di Chivasso" in davide.texts("//section[@aria-label='Perde']")[0]
    assert davide.texts("//tbody/tr/td[@data-l='Perde']")[0] == "R Elena"
    assert "Comune di Castagneto Po: Segreteria comunale" in davide.text  # nobody is named there

    davide.press("Cambia le lettere da subito")
    assert (davide.status, "Manca il motivo" in davide.text) == (422, True)
    davide.press("Cambia le lettere da subito", reason="La segreteria segue la pratica")
    assert "Le lettere sono cambiate" in davide.text
    assert "il procedimento dice R" in davide.text
    davide.follow("Lettere cambiate")
    assert davide.texts("//tbody//th") == ["Rispondi all’invitoCambia… Rispondi all’invito"]


def test_a_change_on_what_another_has_changed_meanwhile_is_refused(
    visit: Visit, davide: Visitor
) -> None:
    visit.web.officer("carla", (CHIVASSO, "council_clerk"))
    page = davide.open(f"/cases/{visit.case_id}/raci/change?line=answer")
    changed(visit, council_clerk="R")
    page.press(
        "Mostra chi guadagna e chi perde",
        **{"letters.municipality.officer": "", "letters.municipality.council_clerk": "R"},
    )
    page.press("Cambia le lettere da subito", reason="Anche io")
    assert page.status == 412
    assert "ha modificato la situazione" in page.text


@pytest.mark.parametrize("line", ["", "nowhere", "stage:x", "answer'--", "x" * 3000])
def test_only_lines_that_exist_are_changed_and_only_by_who_may(visit: Visit, line: str) -> None:
    address = f"/cases/{visit.case_id}/raci/change"
    assert visit.web.signed_in("davide").open(address, query_string={"line": line}).status == 404
    elena = visit.web.signed_in("elena")
    assert elena.open(f"{address}?line=answer").status == 403
    assert "Cambia…" not in elena.open(f"/cases/{visit.case_id}/raci").text


def test_the_matrix_says_where_i_answer_and_who_is_away_today(
    visit: Visit, davide: Visitor
) -> None:
    davide.open(f"/cases/{visit.case_id}/raci?only=mine")
    assert "Rispondi all’invito" in davide.text
    cells = davide.texts("//td[contains(@data-l, 'Coordinamento')]")
    assert cells and all("rispondeDavide" in cell for cell in cells)
    davide.open(f"/cases/{visit.case_id}/raci?only=away")
    assert "Nessuna riga" in davide.text
    davide.open(f"/cases/{visit.case_id}/raci?only=hostile%27")
    assert davide.texts("//summary")


def test_who_is_away_is_never_among_the_others_that_are_counted(web: Web) -> None:
    body = both("Comune di Chivasso")
    behind = [Behind(name, name, body, CHIVASSO) for name in ("Ada", "Bruno", "Carla", "Dino")]
    behind.append(Behind("Zeno", "Zeno", body, CHIVASSO, away="Yara"))
    behind.append(Behind("Yara", "Yara", body, CHIVASSO, substitutes="Zeno"))
    cell = RaciCell("R", tuple(b.name for b in behind), gap=False, behind=tuple(behind))
    row = RaciRow("answer", both("Rispondi"), stage=False, cells={"x": cell})

    view = RaciView((("x", body),), (row,), 0)
    elsewhere = Behind("Ugo", "Ugo", both("Comune di Rondissone"), RONDISSONE)
    two_bodies = dataclasses.replace(cell, behind=(behind[4], elsewhere))

    with web.app.test_request_context("/"):
        (part,) = matrix(view, None)
        (printed,) = matrix(view, None, every=True)
        named = everybody(two_bodies)

    stage = RaciRow("answered", both("Risposte"), stage=True, cells={})
    with web.app.test_request_context("/"):
        (narrowed,) = matrix(
            dataclasses.replace(view, rows=(stage, row)), None, only=lambda c: bool(c.behind)
        )
    assert narrowed["title"] == both("Risposte"), "a fold bears the name of its stage"

    (shown,) = part["rows"][0]["cells"]["x"]
    assert shown["person"] == "Zeno (assente, sostituisce Yara), Yara (per Zeno) e altri 4"
    (shown,) = printed["rows"][0]["cells"]["x"]
    assert shown["person"].endswith("Ada, Bruno, Carla, Dino"), "on paper nobody is left out"
    assert named == (
        "Zeno (Comune di Chivasso; assente, sostituisce Yara), Ugo (Comune di Rondissone)"
    )


def test_a_letter_without_a_person_is_told_at_the_start_with_whom_to_call(
    visit: Visit,
) -> None:
    web = visit.web
    davide = web.office.actor("davide")
    case_id = web.office.visit(davide, CHIVASSO, RONDISSONE)
    web.officer("rita", ("cmto", "administrator"))
    page = web.signed_in("davide").open(f"/cases/{case_id}")
    assert "Chiama chi amministra Concerto: Rita (rita@example.org)" in page.text

    ada = web.officer("ada", (RONDISSONE, "administrator"))
    page.open(f"/cases/{case_id}")
    assert "Comune di Rondissone, Ufficio comunale" in page.text
    assert "Chiama chi amministra gli incarichi: Ada (ada@example.org)" in page.text
    assert ada.officer_id
    page.open(f"/cases/{visit.case_id}")
    assert "ada@example.org" not in page.text


def test_the_programme_and_a_body_show_their_letters_at_a_constant_cost(
    visit: Visit, davide: Visitor
) -> None:
    web, count = visit.web, statements(visit.web)
    davide.open("/responsibilities")
    first = count(lambda: davide.open("/responsibilities"))
    office = web.office
    for _ in range(4):
        office.visit(office.actor("davide"), CHIVASSO, CASTAGNETO)
    assert count(lambda: davide.open("/responsibilities")) == first
    assert len(davide.texts("//section/header/h2")) == 5
    changed(visit, council_clerk="R")
    assert count(lambda: davide.open("/responsibilities")) == first

    davide.open(f"/organisations/{CHIVASSO}/responsibilities")
    assert davide.heading == "Chi fa che cosa: Comune di Chivasso"
    assert not davide.texts("//td[contains(@data-l, 'Città metropolitana')]")
    assert davide.texts("//td[@data-l='Comune: Ufficio comunale']")
    stranger = web.signed_in("zoe", (RONDISSONE, "officer"))
    assert "Nessun caso" in stranger.open("/responsibilities").text
    assert stranger.open("/organisations/nobody/responsibilities").status == 404
    assert "SOP" in davide.open("/responsibilities?process=joint-visit").text
    for hostile in ("zone=99", "zone=-1", "process=%27", "only=x"):
        assert davide.open(f"/responsibilities?{hostile}").status == 200
    assert davide.open("/responsibilities?after=xx").status == 422


@pytest.fixture
def renamed(visit: Visit) -> Visit:
    """A body whose name would run as a formula."""

    def rename(work: UnitOfWork) -> None:
        work.session.get_one(Organisation, CASTAGNETO).name = EVIL

    visit.web.office.engine.run(SYSTEM, rename)
    changed(visit, council_clerk="R")
    return visit


def test_the_matrix_as_a_file_says_the_same_and_runs_nothing(renamed: Visit) -> None:
    davide = renamed.web.signed_in("davide")

    def file(kind: str, address: str) -> bytes:
        davide.open(f"{address}.{kind}")
        assert davide.status == 200
        assert "attachment" in davide.answer.headers["Content-Disposition"]
        return bytes(davide.answer.data)

    for address in (f"/cases/{renamed.case_id}/raci", "/responsibilities"):
        text = file("csv", address).decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text), delimiter=";"))
        book = load_workbook(io.BytesIO(file("xlsx", address)))
        cells = [[cell.value or "" for cell in row] for row in book.worksheets[0].iter_rows()]
        assert all(cell.data_type != "f" for row in book.worksheets[0].iter_rows() for cell in row)
        archive = zipfile.ZipFile(io.BytesIO(file("ods", address)))
        assert archive.namelist()[0] == "mimetype"
        content = etree.fromstring(archive.read("content.xml"))
        ods = [
            [
                "\n".join(str(text) for text in cell.itertext())
                for cell in row.findall("table:table-cell", ODS)
            ]
            for row in content.iterfind(".//table:table-row", ODS)
        ]
        assert b"formula" not in archive.read("content.xml")
        assert ods == cells
        assert rows == [[f"'{c}" if c.startswith(("=", "-")) else c for c in row] for row in ods]
        assert any("Elena" in cell for row in rows for cell in row)
    davide.open("/processes/joint-visit/responsibilities.xlsx")
    assert davide.status == 200
    assert davide.open(f"/cases/{renamed.case_id}/raci.exe").status == 404


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "a\x00b", "\ud800", "x" * 40_000, 'a\nb;c"d'],
)
def test_a_hostile_cell_stays_text_in_every_format(cell: str) -> None:
    sheet = Sheet("Foglio[1]:*?/\\", ["testa"], [[cell]])
    for kind in ("csv", "xlsx", "ods"):
        made = download(sheet, kind, "x").data
        if kind == "xlsx":
            (found,) = (load_workbook(io.BytesIO(made)).worksheets[0]["A2"],)
            assert found.data_type == "s"
        elif kind == "csv":
            assert (
                not made.decode("utf-8-sig")
                .split("\r\n", 1)[1]
                .startswith(("=", "+", "-", "@", "\t", "\r"))
            )
        else:
            etree.fromstring(zipfile.ZipFile(io.BytesIO(made)).read("content.xml"))
