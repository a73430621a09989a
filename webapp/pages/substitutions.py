"""My substitutions: whom I substitute, who does my work while I am away, and by which act."""

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from engine.commands import end_substitution, grant_substitution
from engine.queries import (
    Choice,
    Field,
    mandate_record,
    me,
    my_substitutions,
    processes,
    substitution_record,
)
from engine.text import Text
from webapp.acts import Act, chosen, day_of, perform
from webapp.auth import engine, officer
from webapp.forms import Values
from webapp.i18n import _
from webapp.pages.people import FROM, LAST_DAY, PERSON, WHY

blueprint = Blueprint("substitutions", __name__)

ACT = Field(
    name="act",
    type="text",
    label=Text("Atto che nomina il sostituto", "Act that names the substitute"),
    help=Text(
        "Numero e data: ogni atto del sostituto lo riporta.",
        "Number and date: every act of the substitute bears it.",
    ),
    max="200",
)
TO = Field(
    name="valid_to",
    type="date",
    label=Text("Fino al giorno", "Until"),
    help=Text("Compreso.", "Included."),
)
ALL = "all"
PROCESS = chosen("process", Text("In quali casi", "In which cases"))


@blueprint.get("/substitutions")
def show() -> ResponseReturnValue:
    """Whom I substitute and who substitutes me, with the acts."""
    who = engine().read(me, actor=officer())
    found = engine().read(my_substitutions, actor=officer())
    return render_template(
        "pages/substitutions.html",
        of_others=[row for row in found if row.substitute_id == who.officer_id],
        of_mine=[row for row in found if row.holder_id == who.officer_id],
        mandates=[m for m in who.mandates if not m.substituted and m.role != "administrator"],
    )


@blueprint.route("/mandates/<mandate_id>/substitute", methods=["GET", "POST"])
def name(mandate_id: str) -> ResponseReturnValue:
    """Name who does the work of a mandate meanwhile."""
    record = engine().read(mandate_record, actor=officer(), mandate_id=mandate_id)
    who = engine().read(me, actor=officer())
    follows = [
        _("Il sostituto vede l’elenco delle attività di %(name)s e le può concludere.",
          name=record.holder),
        _("Ogni suo atto dice per chi agisce e in base a quale atto."),
        _("Alla fine, quello che ha in carico torna all’ufficio; le bozze restano."),
    ]  # fmt: skip
    mine = record.officer_id == who.officer_id
    back = (
        url_for(".show") if mine else url_for("people.show", organisation_id=record.organisation_id)
    )
    kinds = engine().read(processes, actor=officer())
    act = Act(
        title=_("Nomina chi sostituisce %(name)s", name=record.holder), follows=follows,
        button=_("Nomina il sostituto"), back=back, steps=_steps(), version=None,
        asked=(PERSON, ACT, FROM, TO, PROCESS), own=(PERSON, ACT, FROM, TO, PROCESS),
        choices={
            PROCESS.name: [
                Choice(ALL, Text("In tutti i casi", "In all cases")),
                *(Choice(row.key, row.title) for row in kinds),
            ]
        },
        nav="substitutions",
        values={FROM.name: who.today.isoformat(), PROCESS.name: ALL},
    )  # fmt: skip

    def carry_out(given: Values) -> str:
        engine().run(
            officer(), grant_substitution, mandate_id=mandate_id, substitute=given["person"],
            act=given["act"], valid_from=day_of(given, "valid_from"),
            valid_to=day_of(given, "valid_to"),
            process=None if given["process"] == ALL else given["process"],
        )  # fmt: skip
        flash(_("Sostituzione registrata."), "ok")
        return back

    return perform(act, carry_out)


@blueprint.route("/substitutions/<substitution_id>/end", methods=["GET", "POST"])
def end(substitution_id: str) -> ResponseReturnValue:
    """End a substitution before its time."""
    row = engine().read(substitution_record, actor=officer(), substitution_id=substitution_id)
    follows = [_("Quello che %(name)s ha in carico per questa sostituzione torna all’ufficio.",
                 name=row.substitute)]  # fmt: skip
    act = Act(
        title=_("Fai finire la sostituzione di %(name)s", name=row.holder), follows=follows,
        button=_("Fai finire la sostituzione"), back=url_for(".show"), steps=_steps(),
        version=None, asked=(LAST_DAY, WHY), own=(LAST_DAY, WHY), nav="substitutions",
    )  # fmt: skip

    def carry_out(given: Values) -> str:
        engine().run(
            officer(), end_substitution, substitution_id=substitution_id,
            reason=given["reason"], last_day=day_of(given, "last_day"),
        )  # fmt: skip
        flash(_("La fine della sostituzione è registrata."), "ok")
        return url_for(".show")

    return perform(act, carry_out)


def _steps() -> list[dict[str, str]]:
    return [
        {"label": _("Le mie sostituzioni"), "url": url_for(".show")},
        {"label": _("Atto")},
    ]
