"""How people are told by mail: their choice, and the digest that leaves at their hour."""

from collections.abc import Mapping

from sqlalchemy import select, update

from engine.clock import day_of, next_hour
from engine.commands._notices import change_page, told
from engine.deliveries import SendMail
from engine.errors import Invalid
from engine.model import Case, Notice, Officer
from engine.policy import require_machine
from engine.text import Text
from engine.unit_of_work import UnitOfWork
from engine.wording import digest_mail, reasons


def choose_mail(work: UnitOfWork, *, choices: Mapping[str, str], digest_hour: int) -> None:
    """Choose for each kind of notice whether it comes by mail at once, in the digest, or not.

    A kind that is not named keeps its choice. What holds for a notice is the choice at the moment
    it was told: what waits for a digest stays in it, and moves with its hour.
    """
    for kind, way in choices.items():
        _require_possible(kind, way)
    if not 0 <= digest_hour <= 23:
        raise Invalid(
            Text("L’ora va da 0 a 23.", "The hour is from 0 to 23."),
            Text("Scegli un’ora intera, ora di Roma.", "Choose a full hour, time of Rome."),
        )
    officer = work.session.get_one(
        Officer, str(work.actor.officer_id), with_for_update={"key_share": True}
    )
    officer.mail = {**officer.mail, **choices}
    officer.digest_hour = digest_hour
    work.session.execute(
        update(Notice)
        .where(Notice.officer_id == officer.id, Notice.mail_at > work.now)
        .values(mail_at=next_hour(work.now, digest_hour))
    )


def send_digest(work: UnitOfWork, *, officer_id: str) -> bool:
    """Put all that is due to an officer into one message; False when nothing is.

    The rows are locked and leave the queue with the message, in one transaction: of two clocks the
    second finds none, and one that is killed leaves all of them waiting.
    """
    require_machine(work.actor)
    rows = work.session.execute(
        select(Notice, Case)
        .join(Case, Case.id == Notice.case_id)
        .where(Notice.officer_id == officer_id, Notice.mail_at <= work.now)
        .order_by(Notice.at, Notice.id)
        .with_for_update(of=Notice)
        .execution_options(populate_existing=True)
    ).all()
    if not rows:
        return False
    officer = work.session.get_one(Officer, officer_id)
    mail = digest_mail(
        [told(work, notice, case) for notice, case in rows],
        day=day_of(work.now),
        language=officer.language,
        change=change_page(work),
    )
    delivery_id = work.deliver(SendMail(officer.email, *mail))
    for notice, _ in rows:
        notice.carry(delivery_id)
    return True


def _require_possible(kind: str, way: str) -> None:
    reason = reasons().get(kind)
    if reason is None:
        raise Invalid(
            Text(f"Avviso sconosciuto: {kind}.", f"Unknown notice: {kind}."),
            Text(
                f"Quelli noti sono: {', '.join(reasons())}.",
                f"Those known are: {', '.join(reasons())}.",
            ),
        )
    if way in reason.ways:
        return
    if way == "off":
        raise Invalid(
            Text(
                f"«{reason.title.it}» arriva sempre anche per posta ({reason.legal_basis}).",
                f"“{reason.title.en}” always comes by mail too ({reason.legal_basis}).",
            ),
            Text("Puoi metterlo nel riepilogo.", "You may put it into the digest."),
        )
    raise Invalid(
        Text(f"Scelta sconosciuta: {way}.", f"Unknown choice: {way}."),
        Text(f"Usa {', '.join(reason.ways)}.", f"Use {', '.join(reason.ways)}."),
    )
