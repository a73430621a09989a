"""Somebody's account: what its administrator sees and may do, each act with its reason."""

from collections.abc import Callable, Sequence

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from engine.commands import (
    close_account,
    correct_fiscal_code,
    correct_mail,
    end_sessions_of,
    remove_identities,
    reopen_account,
    reset_second_factor,
    send_password_reset,
)
from engine.queries import Field, PersonAccount, person_account
from engine.text import Text
from webapp.acts import Act, perform
from webapp.auth import engine, officer, settings
from webapp.forms import Values
from webapp.i18n import _

blueprint = Blueprint("accounts", __name__, url_prefix="/people/<officer_id>/account")

WHY = Field(
    name="reason",
    type="long_text",
    label=Text("Motivo", "Reason"),
    help=Text(
        "Scrivi anche come hai riconosciuto la persona. Resta nella cronologia.",
        "Write also how you recognised the person. It stays in the history.",
    ),
    max="2000",
)
MAIL = Field(name="email", type="text", label=Text("Indirizzo di posta", "Mail address"), max="200")
CODE = Field(
    name="code",
    type="text",
    label=Text("Codice fiscale", "Fiscal code"),
    help=Text(
        "Sedici lettere e cifre. Vuoto: nessuno.", "Sixteen letters and digits. Empty: none."
    ),
    required=False,
    max="40",
)


@blueprint.get("")
def show(officer_id: str) -> ResponseReturnValue:
    """How a person comes in, and where he is signed in."""
    return render_template(
        "pages/person_account.html", account=_account(officer_id), local=settings().local_accounts
    )


@blueprint.route("/password/send", methods=["GET", "POST"])
def send_reset(officer_id: str) -> ResponseReturnValue:
    """Send a person the link for a new password."""
    account = _account(officer_id)
    follows = [
        _("Un collegamento va a %(address)s: vale un giorno e una volta sola.",
          address=account.email),
        _("La password la sceglie la persona; fino ad allora vale quella di prima."),
        _("Quando la sceglie, i suoi accessi aperti si chiudono."),
    ]  # fmt: skip

    def carry_out(given: Values) -> None:
        engine().run(officer(), send_password_reset, officer_id=officer_id, reason=given["reason"])

    return _asked(
        account, _("Manda un collegamento per una nuova password"), follows, carry_out,
        _("Collegamento mandato a %(address)s.", address=account.email),
    )  # fmt: skip


@blueprint.route("/mail", methods=["GET", "POST"])
def give_mail(officer_id: str) -> ResponseReturnValue:
    """Correct the mail address of a person."""
    account = _account(officer_id)
    follows = [
        _("Gli avvisi e i collegamenti vanno al nuovo indirizzo."),
        _("Il cambio è detto per posta anche a %(address)s.", address=account.email),
    ]

    def carry_out(given: Values) -> None:
        engine().run(
            officer(), correct_mail, officer_id=officer_id, email=str(given[MAIL.name]),
            reason=given["reason"],
        )  # fmt: skip

    return _asked(
        account, _("Correggi l’indirizzo di posta"), follows, carry_out,
        _("L’indirizzo è cambiato."), asked=(MAIL, WHY), own=(MAIL, WHY),
    )  # fmt: skip


@blueprint.route("/sessions/end", methods=["GET", "POST"])
def end(officer_id: str) -> ResponseReturnValue:
    """End every session of a person."""
    account = _account(officer_id)
    follows = [
        _("%(name)s deve entrare di nuovo, da ogni dispositivo.", name=account.name),
        _("Le bozze restano; i token per altri sistemi non cambiano."),
    ]

    def carry_out(given: Values) -> None:
        engine().run(officer(), end_sessions_of, officer_id=officer_id, reason=given["reason"])

    return _asked(
        account, _("Chiudi tutti gli accessi"), follows, carry_out, _("Gli accessi sono chiusi.")
    )


@blueprint.route("/fiscal-code", methods=["GET", "POST"])
def give_code(officer_id: str) -> ResponseReturnValue:
    """Note or correct the code by which providers recognise a person."""
    account = _account(officer_id)
    follows = [
        _("Chi arriva da SPID o CIE con questo codice entra come %(name)s.", name=account.name),
        _("Le identità digitali già riconosciute restano."),
    ]

    def carry_out(given: Values) -> None:
        engine().run(
            officer(), correct_fiscal_code, officer_id=officer_id,
            code=str(given.get("code") or ""), reason=given["reason"],
        )  # fmt: skip

    return _asked(
        account, _("Correggi il codice fiscale"), follows, carry_out,
        _("Il codice fiscale è registrato."), asked=(CODE, WHY),
    )  # fmt: skip


@blueprint.route("/identities/remove", methods=["GET", "POST"])
def forget_identities(officer_id: str) -> ResponseReturnValue:
    """Forget who a person is for the providers."""
    account = _account(officer_id)
    follows = [
        _("Al prossimo accesso con SPID, CIE o altri, la persona è riconosciuta da capo."),
        _("I suoi accessi aperti si chiudono."),
    ]

    def carry_out(given: Values) -> None:
        engine().run(officer(), remove_identities, officer_id=officer_id, reason=given["reason"])

    return _asked(
        account, _("Dimentica le identità digitali"), follows, carry_out,
        _("Le identità digitali sono dimenticate."),
    )  # fmt: skip


@blueprint.route("/second-factor/reset", methods=["GET", "POST"])
def reset_factor(officer_id: str) -> ResponseReturnValue:
    """Take a lost second factor away."""
    account = _account(officer_id)
    follows = [
        _("Il telefono e i codici di riserva di %(name)s non valgono più.", name=account.name),
        _("I suoi accessi aperti si chiudono."),
        _("Se i suoi incarichi lo chiedono, lo attiva di nuovo al prossimo accesso."),
    ]

    def carry_out(given: Values) -> None:
        engine().run(officer(), reset_second_factor, officer_id=officer_id, reason=given["reason"])

    return _asked(
        account, _("Azzera il secondo fattore"), follows, carry_out,
        _("Il secondo fattore è azzerato."),
    )  # fmt: skip


@blueprint.route("/close", methods=["GET", "POST"])
def close(officer_id: str) -> ResponseReturnValue:
    """Let a person in no more."""
    account = _account(officer_id)
    follows = [
        _(
            "%(name)s non entra più, da nessuna parte; i suoi token non valgono più.",
            name=account.name,
        ),
        _("Tutto ciò che ha fatto resta, con il suo nome."),
    ]

    def carry_out(given: Values) -> None:
        engine().run(officer(), close_account, officer_id=officer_id, reason=given["reason"])

    return _asked(account, _("Chiudi l’account"), follows, carry_out, _("L’account è chiuso."))


@blueprint.route("/reopen", methods=["GET", "POST"])
def reopen(officer_id: str) -> ResponseReturnValue:
    """Let a person in again."""
    account = _account(officer_id)
    follows = [_("%(name)s può entrare di nuovo, come prima.", name=account.name)]

    def carry_out(given: Values) -> None:
        engine().run(officer(), reopen_account, officer_id=officer_id, reason=given["reason"])

    return _asked(account, _("Riapri l’account"), follows, carry_out, _("L’account è riaperto."))


def _account(officer_id: str) -> PersonAccount:
    return engine().read(person_account, actor=officer(), officer_id=officer_id)


def _asked(
    account: PersonAccount,
    title: str,
    follows: Sequence[str],
    carry_out: Callable[[Values], None],
    done: str,
    *,
    asked: Sequence[Field] = (WHY,),
    own: Sequence[Field] = (WHY,),
) -> ResponseReturnValue:
    back = url_for(".show", officer_id=account.officer_id)
    steps = [{"label": _("Account di %(name)s", name=account.name), "url": back}, {"label": title}]
    act = Act(
        title=title, follows=follows, button=title, back=back, steps=steps, version=None,
        asked=asked, own=own, nav="people",
        values={CODE.name: account.fiscal_code or "", MAIL.name: account.email},
    )  # fmt: skip

    def do(given: Values) -> str:
        carry_out(given)
        flash(done, "ok")
        return back

    return perform(act, do)
