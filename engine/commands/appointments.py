"""Who may act for a body: accounts and the mandates they hold."""

from datetime import date

from sqlalchemy import select

from engine import events
from engine.bundles.roles import roles
from engine.commands.access.federated import give_fiscal_code
from engine.commands.access.hashing import PASSWORD_MIN, hash_password
from engine.errors import Invalid, OrganisationNotFound
from engine.model import MandateRow, Officer, Organisation
from engine.policy import require_machine
from engine.text import Text
from engine.unit_of_work import UnitOfWork


def appoint_officer(
    work: UnitOfWork,
    *,
    login: str,
    body: str,
    role: str,
    act: str,
    since: date | None = None,
    name: str = "",
    email: str = "",
    password: str = "",
    fiscal_code: str = "",
) -> str:
    """Give a person a role in a body by virtue of an act; who has no account yet receives one.

    Repeating it changes nothing: the mandate that is there stays. A fiscal code is for identity
    providers that vouch for it; where there are providers an account needs no password.
    """
    require_machine(work.actor)
    organisation = work.organisations([body]).get(body)
    if organisation is None:
        raise OrganisationNotFound(
            Text(f"L’ente «{body}» non è nel registro.", f"There is no body “{body}”."),
            Text("Scrivi cmto, region, mun-001082 …", "Write cmto, region, mun-001082 …"),
        )
    _require_role(organisation, role)
    if not act.strip():
        raise Invalid(
            Text("Manca l’atto di nomina.", "The act of appointment is missing."),
            Text("Scrivi numero e data dell’atto.", "Give its number and date."),
        )
    login = login.strip().lower()
    officer = work.session.scalar(select(Officer).where(Officer.login == login))
    if officer is None:
        officer = _account(work, login, name.strip(), email.strip(), password)
    if fiscal_code.strip():
        give_fiscal_code(work, officer, fiscal_code)
    mandate = work.session.scalar(
        select(MandateRow).where(
            MandateRow.officer_id == officer.id, MandateRow.organisation_id == body,
            MandateRow.role == role, MandateRow.valid_to.is_(None),
        )
    )  # fmt: skip
    if mandate is None:
        work.add(
            MandateRow(
                id=work.new_id(), officer_id=officer.id, organisation_id=body, role=role,
                act=act.strip()[:200], valid_from=since or work.today, valid_to=None,
            )
        )  # fmt: skip
        work.record(events.OfficerAppointed(None, officer.name, organisation.name, role, act))
    return officer.id


def _require_role(organisation: Organisation, role: str) -> None:
    known = sorted(name for kind, name in roles() if kind == organisation.kind)
    if role not in known:
        listed = ", ".join(known)
        raise Invalid(
            Text(
                f"In {organisation.name} non c’è il ruolo «{role}».",
                f"{organisation.name_en} has no role “{role}”.",
            ),
            Text(f"Ruoli possibili: {listed}.", f"Possible roles: {listed}."),
        )


def _account(work: UnitOfWork, login: str, name: str, email: str, password: str) -> Officer:
    if not (login and name and "@" in email):
        raise Invalid(
            Text(
                "Per un account nuovo servono nome utente, nome e posta elettronica.",
                "A new account needs user name, name and e-mail address.",
            ),
            Text("Aggiungi quello che manca.", "Add what is missing."),
        )
    needed = work.settings.local_accounts and not work.settings.oidc_providers
    if (password or needed) and len(password) < PASSWORD_MIN:
        raise Invalid(
            Text(
                f"La password deve avere almeno {PASSWORD_MIN} caratteri.",
                f"The password needs at least {PASSWORD_MIN} characters.",
            ),
            Text("Una frase che si ricorda va benissimo.", "A phrase one remembers is fine."),
        )
    officer = Officer(
        id=work.new_id(), login=login[:120], name=name[:200], email=email[:200],
        language=work.settings.language, active=True,
        password_hash=hash_password(password) if password else None,
    )  # fmt: skip
    work.add(officer)
    work.flush()
    return officer
