"""The people of a body: its administrator grants and ends mandates, each by an act."""

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from engine.commands import end_mandate, grant_mandate
from engine.queries import (
    BodyPeople,
    Choice,
    Field,
    body_invitations,
    body_people,
    mandate_record,
    me,
)
from engine.text import Text
from webapp.acts import Act, chosen, day_of, perform
from webapp.auth import engine, officer
from webapp.forms import Values
from webapp.i18n import _, language

blueprint = Blueprint("people", __name__)

PERSON = Field(
    name="person",
    type="text",
    label=Text("Nome utente o indirizzo di posta", "User name or mail address"),
    max="200",
)
ROLE = chosen("role", Text("Ruolo", "Role"))
ACT = Field(
    name="act",
    type="text",
    label=Text("Atto che conferisce l’incarico", "Act that confers the mandate"),
    help=Text(
        "Numero e data, per esempio «decreto del sindaco n. 7 del 12/01/2026».",
        "Number and date, for instance “decreto del sindaco n. 7 del 12/01/2026”.",
    ),
    max="200",
)
FROM = Field(name="valid_from", type="date", label=Text("Dal giorno", "From"))
TO = Field(
    name="valid_to",
    type="date",
    required=False,
    label=Text("Fino al giorno", "Until"),
    help=Text("Compreso. Vuoto: senza scadenza.", "Included. Empty: without end."),
)
END_ACT = Field(
    name="act",
    type="text",
    label=Text("Atto che fa finire l’incarico", "Act that ends the mandate"),
    help=ACT.help,
    max="200",
)
LAST_DAY = Field(
    name="last_day",
    type="date",
    label=Text("Ultimo giorno", "Last day"),
    help=Text(
        "Compreso. Con la data di ieri finisce subito.",
        "Included. With yesterday’s date it ends at once.",
    ),
)
WHY = Field(
    name="reason",
    type="long_text",
    label=Text("Motivo", "Reason"),
    help=Text("Resta nel registro.", "It stays in the register."),
    max="2000",
)


@blueprint.get("/organisations/<organisation_id>/people")
def show(organisation_id: str) -> ResponseReturnValue:
    """Every mandate of the body, with who substitutes whom, and who is invited."""
    people = engine().read(body_people, actor=officer(), organisation_id=organisation_id)
    return render_template(
        "pages/people.html",
        people=people,
        own=officer().administers(organisation_id) is not None,
        invitations=engine().read(
            body_invitations, actor=officer(), organisation_id=organisation_id
        ),
        reader=officer().officer_id,
    )


@blueprint.route("/organisations/<organisation_id>/people/grant", methods=["GET", "POST"])
def grant(organisation_id: str) -> ResponseReturnValue:
    """Register a mandate."""
    people = engine().read(body_people, actor=officer(), organisation_id=organisation_id)
    follows = [
        _("Da quel giorno la persona vede e fa il lavoro del ruolo in questo ente."),
        _("L’incarico resta nel registro con l’atto, anche quando sarà finito."),
    ]
    today = engine().read(me, actor=officer()).today.isoformat()
    act = Act(
        title=_("Registra un incarico"), follows=follows, button=_("Registra l’incarico"),
        back=url_for(".show", organisation_id=organisation_id), steps=_steps(people),
        version=None, asked=(PERSON, ROLE, ACT, FROM, TO), own=(PERSON, ROLE, ACT, FROM),
        choices={ROLE.name: [Choice(role.role, role.title) for role in people.roles]},
        nav="people", values={FROM.name: today},
    )  # fmt: skip

    def carry_out(given: Values) -> str:
        engine().run(
            officer(), grant_mandate, person=given["person"], organisation_id=organisation_id,
            role=given["role"], act=given["act"], valid_from=day_of(given, "valid_from"),
            valid_to=day_of(given, "valid_to") if given.get("valid_to") else None,
        )  # fmt: skip
        flash(_("Incarico registrato."), "ok")
        return url_for(".show", organisation_id=organisation_id)

    return perform(act, carry_out)


@blueprint.route("/mandates/<mandate_id>/end", methods=["GET", "POST"])
def end(mandate_id: str) -> ResponseReturnValue:
    """End a mandate by an act."""
    record = engine().read(mandate_record, actor=officer(), mandate_id=mandate_id)
    people = engine().read(body_people, actor=officer(), organisation_id=record.organisation_id)
    follows = [
        _("Dal giorno dopo, %(name)s non agisce più per questo ruolo.", name=record.holder),
        _("Il lavoro che ha in carico torna all’ufficio, che riceve un avviso; le bozze restano."),
    ]
    act = Act(
        title=_("Fai finire l’incarico di %(name)s", name=record.holder), follows=follows,
        button=_("Fai finire l’incarico"),
        back=url_for(".show", organisation_id=record.organisation_id), steps=_steps(people),
        version=None, asked=(END_ACT, LAST_DAY, WHY), own=(END_ACT, LAST_DAY, WHY), nav="people",
    )  # fmt: skip

    def carry_out(given: Values) -> str:
        engine().run(
            officer(), end_mandate, mandate_id=mandate_id, act=given["act"],
            reason=given["reason"], last_day=day_of(given, "last_day"),
        )  # fmt: skip
        flash(_("La fine dell’incarico è registrata."), "ok")
        return url_for(".show", organisation_id=record.organisation_id)

    return perform(act, carry_out)


def _steps(people: BodyPeople) -> list[dict[str, str]]:
    back = url_for(".show", organisation_id=people.organisation_id)
    return [
        {
            "label": people.organisation.in_(language()),
            "url": url_for("territory.one_organisation", organisation_id=people.organisation_id),
        },
        {"label": _("Persone e incarichi"), "url": back},
        {"label": _("Atto")},
    ]
