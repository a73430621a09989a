"""The link by which a consulted body answers, in the hands of who answers for the work."""

from flask import Blueprint, flash, url_for
from flask.typing import ResponseReturnValue

from engine.commands import revoke_answer_link, send_answer_link
from engine.queries import AnswerLinkDesk, Field, TaskView, answer_link_desk, work_item
from engine.text import Text
from webapp import acts
from webapp.acts import Act
from webapp.auth import engine, officer
from webapp.forms import Values
from webapp.i18n import _, language
from webapp.shown_task import steps

blueprint = Blueprint("answer_links", __name__, url_prefix="/work-items/<work_item_id>/link")

ADDRESS = Field(
    name="address",
    type="text",
    required=False,
    label=Text("Indirizzo", "Address"),
    help=Text(
        "La PEC del registro; se ne scrivi un altro, scrivi sotto perché.",
        "The certified mail of the register; if you write another one, say below why.",
    ),
    max="200",
)
WHY = Field(
    name="why",
    type="long_text",
    required=False,
    label=Text("Motivo", "Reason"),
    help=Text(
        "Serve con un indirizzo che non è nel registro, o se l’ente ha persone con un account.",
        "Needed with an address that is not in the register, or if the body has people with "
        "accounts.",
    ),
    max="2000",
)


@blueprint.route("", methods=["GET", "POST"])
def send(work_item_id: str) -> ResponseReturnValue:
    """Send the link, or a new one that replaces it."""
    task, desk = _found(work_item_id)
    again = desk.link is not None
    follows = [
        _("%(body)s può rispondere senza account, una volta sola.", body=_body(desk)),
        _("Vede solo la domanda, i documenti tuoi e suoi, il termine e il modulo."),
    ]
    if again:
        follows.append(_("Il collegamento mandato prima non vale più; la bozza resta."))
    if desk.needs_reason:
        follows.append(_("Questo ente ha persone che possono rispondere con il loro account."))
    page = Act(
        title=_("Rinvia il collegamento") if again else _("Manda il collegamento"),
        follows=follows, button=_("Rinvia") if again else _("Manda"),
        back=url_for("task.show", work_item_id=task.id),
        steps=[*steps(task), {"label": _("Collegamento per rispondere")}], version=None,
        asked=(ADDRESS, WHY), nav="worklist",
        values={ADDRESS.name: desk.link.address if desk.link else desk.pec or ""},
    )  # fmt: skip

    def carry_out(given: Values) -> str:
        engine().run(
            officer(), send_answer_link, work_item_id=task.id, address=given.get("address"),
            reason=given.get("why") or "",
        )  # fmt: skip
        flash(_("Il collegamento parte entro pochi secondi."), "ok")
        return url_for("task.show", work_item_id=task.id)

    return acts.perform(page, carry_out)


@blueprint.route("/revoke", methods=["GET", "POST"])
def revoke(work_item_id: str) -> ResponseReturnValue:
    """Make the link worthless."""
    task, _desk = _found(work_item_id)
    page = Act(
        title=_("Revoca il collegamento"),
        follows=[_("Chi lo apre non vede più nulla. La bozza resta, e puoi mandarne un altro.")],
        button=_("Revoca"), back=url_for("task.show", work_item_id=task.id),
        steps=[*steps(task), {"label": _("Collegamento per rispondere")}], version=None,
        nav="worklist",
    )  # fmt: skip

    def carry_out(given: Values) -> str:
        engine().run(officer(), revoke_answer_link, work_item_id=task.id, reason=given["reason"])
        flash(_("Il collegamento non vale più."), "ok")
        return url_for("task.show", work_item_id=task.id)

    return acts.perform(page, carry_out)


def _found(work_item_id: str) -> tuple[TaskView, AnswerLinkDesk]:
    task = engine().read(work_item, actor=officer(), work_item_id=work_item_id)
    return task, engine().read(answer_link_desk, actor=officer(), work_item_id=work_item_id)


def _body(desk: AnswerLinkDesk) -> str:
    return desk.organisation.in_(language())
