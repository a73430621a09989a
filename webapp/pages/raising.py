"""Raise a case of another procedure from the page of a case: what this one knows is filled in."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, url_for
from flask.typing import ResponseReturnValue

from engine.commands import raise_case
from engine.errors import FormInvalid
from engine.queries import CaseFile, Field, PickView, RaiseView, case_file, raise_spec
from engine.text import Text
from webapp import acts
from webapp.acts import on_case, perform
from webapp.auth import engine, officer
from webapp.forms import Values
from webapp.i18n import _, language

blueprint = Blueprint("raising", __name__, url_prefix="/cases/<case_id>/raise")

TITLE = Field(
    name="title",
    type="text",
    label=Text("Titolo", "Title"),
    help=Text(
        "In poche parole: è il nome con cui lo ritroveranno tutti.",
        "In a few words: the name by which everybody will find it.",
    ),
    max="300",
)


def raise_links(file: CaseFile) -> list[dict[str, Any]]:
    """What the reader may raise from a case, each leading to its own page."""
    return [
        {
            "title": one.title,
            "url": url_for("raising.show", case_id=file.head.id, name=one.name),
        }
        for one in file.raises
    ]


@blueprint.route("/<name>", methods=["GET", "POST"])
def show(case_id: str, name: str) -> ResponseReturnValue:
    """Open the other case; whoever raises it takes part by itself."""
    spec = engine().read(raise_spec, actor=officer(), case_id=case_id, name=name)
    file = engine().read(case_file, actor=officer(), case_id=case_id)
    picks = [(pick, _picker(pick)) for pick in spec.picks]
    own = (TITLE, *(field for _pick, field in picks if field.required))
    asked = (TITLE, *(field for _pick, field in picks), *spec.form.fields)
    choices = {**spec.choices, **{field.name: pick.choices for pick, field in picks}}
    act = on_case(
        file, spec.title.in_(language()), list(_follows(spec)), asked=asked, own=own,
        choices=choices,
    )  # fmt: skip
    act = replace(act, values=spec.prefilled)

    def carry_out(given: Values) -> str:
        own_names = {field.name for _pick, field in picks} | {TITLE.name}
        parties = [
            {"organisation": body, "capacity": pick.capacity}
            for pick, field in picks
            for body in given.get(field.name) or ()
        ]
        try:
            child = engine().run(
                officer(), raise_case, case_id=case_id, name=name,
                title=str(given.get(TITLE.name) or ""), parties=parties,
                data={k: v for k, v in given.items() if k not in own_names},
                version=acts.version(),
            )  # fmt: skip
        except FormInvalid as invalid:
            raise _renamed(invalid, picks) from invalid
        flash(_("Aperto: chi vi partecipa riceve un avviso, e l’esito torna al caso."), "ok")
        return url_for("case.show", case_id=child)

    return perform(act, carry_out)


def _picker(pick: PickView) -> Field:
    """The bodies of the case among whom those who take part are ticked."""
    return Field(
        name=f"party_{pick.capacity}",
        type="choices",
        label=pick.title,
        help=Text(
            "Fra gli enti di questo caso; il tuo vi partecipa già.",
            "Among the bodies of this case; yours takes part already.",
        ),
        required=pick.min > 0,
    )


def _follows(spec: RaiseView) -> Iterator[str]:
    if spec.summary:
        yield spec.summary.in_(language())
    yield _("I due casi restano collegati e l’esito torna a questo.")
    if spec.holds:
        work = ", ".join(f"«{title.in_(language())}»" for title in spec.holds)
        yield _("Finché è aperto può restare fermo, per ciò che riguarda: %(work)s.", work=work)
    yield _("Il resto di questo caso va avanti.")


def _renamed(invalid: FormInvalid, picks: list[tuple[PickView, Field]]) -> FormInvalid:
    """What is wrong with the bodies stands beside the list of bodies."""
    fields = dict(invalid.fields)
    wrong = fields.pop("parties", None)
    if wrong and picks:
        fields[picks[0][1].name] = wrong
    return FormInvalid(fields)
