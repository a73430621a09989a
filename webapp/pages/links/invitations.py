"""Invitations to a mandate: sent by who administers a body, accepted by whoever has the link."""

import hashlib

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from engine import Actor
from engine.commands import (
    accept_invitation,
    invite_person,
    join_by_invitation,
    resend_invitation,
    revoke_invitation,
)
from engine.errors import EngineError, Invalid, LinkUnknown, NotAllowed
from engine.queries import (
    BodyPeople,
    Choice,
    Field,
    InvitationRecord,
    body_people,
    invitation_of,
    invitation_record,
    me,
)
from engine.text import Text
from webapp.acts import Act, day_of, perform
from webapp.auth import engine, officer, present, public, settings
from webapp.errors import status_of
from webapp.forms import Values
from webapp.i18n import _, language
from webapp.pages.people import ACT, FROM, ROLE, TO, WHY
from webapp.security import limiter

blueprint = Blueprint("invitations", __name__)

NAME = Field(name="name", type="text", label=Text("Nome e cognome", "Full name"), max="200")
EMAIL = Field(
    name="email",
    type="text",
    label=Text("Indirizzo di posta", "Mail address"),
    help=Text(
        "Quello personale di lavoro: chi legge quella casella può accettare.",
        "The person’s own at work: whoever reads that mailbox can accept.",
    ),
    max="200",
)
INVITED = "invitation"
"""The cookie that keeps a link while its reader signs in, so that it stands in no address."""
AN_HOUR = 3600


def _link() -> str:
    """Attempts are counted for a link, which is not written down anywhere."""
    return hashlib.sha256(str((request.view_args or {}).get("secret")).encode()).hexdigest()


@blueprint.route("/organisations/<organisation_id>/people/invite", methods=["GET", "POST"])
def invite(organisation_id: str) -> ResponseReturnValue:
    """Invite a person to a mandate of the body."""
    people = engine().read(body_people, actor=officer(), organisation_id=organisation_id)
    act = Act(
        title=_("Invita una persona"),
        follows=[
            _("La persona riceve un messaggio con un collegamento che vale una volta."),
            _("L’incarico comincia a vivere quando lo accetta, con le date che scrivi qui."),
            _("Finché non è accettato puoi rinviare o ritirare l’invito."),
        ],
        button=_("Manda l’invito"), back=url_for("people.show", organisation_id=organisation_id),
        steps=_steps(people), version=None, asked=(NAME, EMAIL, ROLE, ACT, FROM, TO),
        own=(NAME, EMAIL, ROLE, ACT, FROM), nav="people",
        choices={ROLE.name: [Choice(role.role, role.title) for role in people.roles]},
        values={FROM.name: engine().read(me, actor=officer()).today.isoformat()},
    )  # fmt: skip

    def carry_out(given: Values) -> str:
        engine().run(
            officer(), invite_person, name=given["name"], email=given["email"],
            organisation_id=organisation_id, role=given["role"], act=given["act"],
            valid_from=day_of(given, "valid_from"),
            valid_to=day_of(given, "valid_to") if given.get("valid_to") else None,
        )  # fmt: skip
        flash(_("Invito mandato a %(address)s.", address=given["email"]), "ok")
        return url_for("people.show", organisation_id=organisation_id)

    return perform(act, carry_out)


@blueprint.route("/invitations/<invitation_id>/resend", methods=["GET", "POST"])
def resend(invitation_id: str) -> ResponseReturnValue:
    """Send the link again; the one before is worthless then."""
    record, people = _administered(invitation_id)
    back = url_for("people.show", organisation_id=record.organisation_id)
    act = Act(
        title=_("Rinvia l’invito a %(name)s", name=record.name),
        follows=[
            _("Un collegamento nuovo va a %(address)s.", address=record.email),
            _("Quello mandato prima non vale più."),
        ],
        button=_("Rinvia"), back=back, steps=_steps(people), version=None, asked=(), nav="people",
    )  # fmt: skip

    def carry_out(_given: Values) -> str:
        engine().run(officer(), resend_invitation, invitation_id=invitation_id)
        flash(_("Invito mandato a %(address)s.", address=record.email), "ok")
        return back

    return perform(act, carry_out)


@blueprint.route("/invitations/<invitation_id>/revoke", methods=["GET", "POST"])
def revoke(invitation_id: str) -> ResponseReturnValue:
    """Take an invitation back."""
    record, people = _administered(invitation_id)
    back = url_for("people.show", organisation_id=record.organisation_id)
    act = Act(
        title=_("Ritira l’invito a %(name)s", name=record.name),
        follows=[_("Il collegamento mandato non vale più. Se serve, potrai invitare di nuovo.")],
        button=_("Ritira l’invito"), back=back, steps=_steps(people), version=None, asked=(WHY,),
        own=(WHY,), nav="people",
    )  # fmt: skip

    def carry_out(given: Values) -> str:
        engine().run(
            officer(), revoke_invitation, invitation_id=invitation_id, reason=given["reason"]
        )
        flash(_("Invito ritirato."), "ok")
        return back

    return perform(act, carry_out)


@blueprint.get("/join")
@public
@limiter.limit("60 per 5 minutes")
def kept() -> ResponseReturnValue:
    """The invitation whose reader went to sign in meanwhile."""
    secret = request.cookies.get(INVITED, "")
    return _shown(secret)


@blueprint.get("/join/<secret>")
@public
@limiter.limit("60 per 5 minutes")
def show(secret: str) -> ResponseReturnValue:
    """Who invites for what; looking uses nothing up, as scanners of mail look too."""
    return _shown(secret)


@blueprint.post("/join/<secret>")
@public
@limiter.limit("60 per 5 minutes")
@limiter.limit("10 per 5 minutes", key_func=_link)
def accept(secret: str) -> ResponseReturnValue:
    """Accept with the account one has, with a new one, or go and sign in first."""
    engine().read(invitation_of, secret=secret)
    action = request.form.get("_do", "")
    if action == "sign_in":
        return _kept_for_sign_in(secret)
    try:
        if action == "accept":
            engine().run(officer(), accept_invitation, secret=secret)
            flash(_("Invito accettato: l’incarico è fra i tuoi."), "ok")
            return _forgotten(redirect(url_for("mandates.show")))
        login = _join(secret)
    except LinkUnknown:
        raise
    except EngineError as refusal:
        return _shown(secret, refusal=refusal)
    flash(_("Il tuo account è pronto. Nome utente: %(login)s. Entra.", login=login), "ok")
    return _forgotten(redirect(url_for("sign_in.show")))


def _join(secret: str) -> str:
    if present() is not None:
        raise NotAllowed(
            Text("Sei già dentro con un account.", "You are signed in to an account already."),
            Text("Accetta con quello, oppure esci prima.", "Accept with it, or sign out first."),
        )
    password = request.form.get("password", "")
    if password != request.form.get("again", ""):
        raise Invalid(Text("Le due password sono diverse.", "The two passwords differ."))
    return engine().run(
        Actor.system("invitation"), join_by_invitation, secret=secret,
        name=request.form.get("name", ""), password=password,
    )  # fmt: skip


def _shown(secret: str, *, refusal: EngineError | None = None) -> ResponseReturnValue:
    invitation = engine().read(invitation_of, secret=secret)
    page = render_template(
        "pages/join.html",
        me=None,  # the invited person is nobody here yet
        invitation=invitation,
        secret=secret,
        local=settings().local_accounts,
        signed_in=officer().name if present() is not None else None,
        name=request.form.get("name", invitation.name),
        refusal=refusal,
    )
    return page, status_of(refusal) if refusal else 200


def _kept_for_sign_in(secret: str) -> Response:
    going = redirect(url_for("sign_in.show", next=url_for("invitations.kept")))
    going.set_cookie(
        INVITED, secret, max_age=AN_HOUR, path=url_for("invitations.kept"), httponly=True,
        samesite="Lax", secure=request.is_secure,
    )  # fmt: skip
    return going


def _forgotten(response: Response) -> Response:
    response.delete_cookie(INVITED, path=url_for("invitations.kept"))
    return response


def _administered(invitation_id: str) -> tuple[InvitationRecord, BodyPeople]:
    record = engine().read(invitation_record, actor=officer(), invitation_id=invitation_id)
    people = engine().read(body_people, actor=officer(), organisation_id=record.organisation_id)
    return record, people


def _steps(people: BodyPeople) -> list[dict[str, str]]:
    return [
        {
            "label": people.organisation.in_(language()),
            "url": url_for("territory.one_organisation", organisation_id=people.organisation_id),
        },
        {
            "label": _("Persone e incarichi"),
            "url": url_for("people.show", organisation_id=people.organisation_id),
        },
        {"label": _("Invito")},
    ]
