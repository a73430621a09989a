"""What failed for good is mended and sent again, or withdrawn with a reason; nothing is dropped."""

import pytest

from engine import Actor
from engine.commands import (
    mark_delivered,
    mark_failed,
    mark_stuck,
    retry_delivery,
    start_case,
    take_deliveries,
    withdraw_delivery,
)
from engine.errors import (
    DeliveryNotFound,
    Invalid,
    NobodyWaits,
    NotAllowed,
    WrongState,
)
from engine.model import Case, DeliveryRow
from engine.queries import FailedDelivery, failed_deliveries, failed_delivery
from tests.office import HERE, SYSTEM, Office

LETTER = HERE / "engine" / "register-letter"


@pytest.fixture
def admin(office: Office) -> Actor:
    return office.officer("ada", ("cmto", "administrator"))


@pytest.fixture
def letter(office: Office, coordinator: Actor) -> str:
    """A case that waits for a number from the register."""
    office.deploy(LETTER)
    return office.engine.run(
        coordinator, start_case, process="register-letter", title="Lettera", parties=[],
        data={"subject": "Diffida"},
    )  # fmt: skip


def taken(office: Office, kind: str) -> list[str]:
    found = office.engine.run(SYSTEM, take_deliveries, limit=50)
    return [t.id for t in found if t.kind == kind]


def failed_mail(office: Office) -> str:
    """One of the invitations of a visit, whose mailbox does not exist."""
    mail, *_ = taken(office, "SendMail")
    office.engine.run(SYSTEM, mark_failed, delivery_id=mail, error="550 no such user", final=True)
    return mail


def stuck_call(office: Office) -> str:
    """The register answered, and the case could not go on with it."""
    (call,) = taken(office, "CallService")
    office.engine.run(SYSTEM, mark_stuck, delivery_id=call, error="no number in the answer")
    return call


def row(office: Office, delivery_id: str) -> DeliveryRow:
    with office.session() as session:
        return session.get_one(DeliveryRow, delivery_id)


def listed(office: Office, admin: Actor) -> list[FailedDelivery]:
    return list(office.engine.read(failed_deliveries, actor=admin).items)


def test_a_mail_that_failed_is_listed_with_its_reason_and_its_case(
    office: Office, visit: str, admin: Actor
) -> None:
    mail = failed_mail(office)

    (shown,) = listed(office, admin)
    assert (shown.id, shown.error, shown.case_id) == (mail, "550 no such user", visit)
    assert shown.to.endswith("@example.org")
    assert office.engine.read(failed_delivery, actor=admin, delivery_id=mail) == shown
    assert office.history(visit)[-1].type == "DeliveryFailed"


def test_a_mended_mail_leaves_again_under_its_own_id(
    office: Office, visit: str, admin: Actor
) -> None:
    mail = failed_mail(office)

    office.engine.run(admin, retry_delivery, delivery_id=mail, to=" elena@chivasso.example ")

    assert listed(office, admin) == []
    assert taken(office, "SendMail") == [mail]
    assert (row(office, mail).payload["to"], row(office, mail).attempts) == (
        "elena@chivasso.example",
        0,
    )
    event = office.history(visit)[-1]
    assert (event.type, event.payload["mended"]) == ("DeliveryRetried", ["to"])
    assert "elena@" not in str(event.payload), "addresses do not stay in the history for ever"


@pytest.mark.parametrize("address", ["", "elena", "elena@", "a@b.it, c@d.it", "a@b it"])
def test_an_address_that_is_none_is_refused(
    office: Office, visit: str, admin: Actor, address: str
) -> None:
    mail = failed_mail(office)
    with pytest.raises(Invalid, match="mail address"):
        office.engine.run(admin, retry_delivery, delivery_id=mail, to=address)
    assert row(office, mail).state == "failed"


def test_a_withdrawn_mail_is_gone_from_the_list_and_its_reason_stays(
    office: Office, visit: str, admin: Actor
) -> None:
    mail = failed_mail(office)
    with pytest.raises(Invalid, match="reason"):
        office.engine.run(admin, withdraw_delivery, delivery_id=mail, reason="  ")

    office.engine.run(admin, withdraw_delivery, delivery_id=mail, reason="avvisata per telefono")

    assert listed(office, admin) == []
    assert row(office, mail).state == "withdrawn"
    event = office.history(visit)[-1]
    assert (event.type, event.payload["reason"]) == ("DeliveryWithdrawn", "avvisata per telefono")


def test_a_call_that_a_case_still_waits_for_is_asked_again_and_moves_it_on(
    office: Office, letter: str, admin: Actor
) -> None:
    call = stuck_call(office)
    assert [shown.parameters for shown in listed(office, admin)] == [{"subject": "Diffida"}]

    office.engine.run(
        admin, retry_delivery, delivery_id=call, parameters={"subject": "Diffida n. 2"}
    )
    assert taken(office, "CallService") == [call]
    assert row(office, call).payload["parameters"] == {"subject": "Diffida n. 2"}
    office.engine.run(SYSTEM, mark_delivered, delivery_id=call, result={"number": "7/2026"})

    with office.session() as session:
        assert session.get_one(Case, letter).state == "completed"


def test_a_call_whose_case_went_another_way_is_not_asked_again(
    office: Office, letter: str, admin: Actor
) -> None:
    (call,) = taken(office, "CallService")
    office.engine.run(SYSTEM, mark_failed, delivery_id=call, error="400", final=True)
    assert [i.activity for i in office.items(letter)] == ["write_number"]

    with pytest.raises(NobodyWaits):
        office.engine.run(admin, retry_delivery, delivery_id=call)

    office.engine.run(admin, withdraw_delivery, delivery_id=call, reason="scritto a mano")
    assert listed(office, admin) == []


def test_a_success_that_arrives_after_giving_up_takes_it_off_the_list(
    office: Office, visit: str, admin: Actor
) -> None:
    """Two workers may have had it in hand: the one that succeeded knows better."""
    mail = failed_mail(office)
    office.engine.run(SYSTEM, mark_delivered, delivery_id=mail)
    assert (listed(office, admin), row(office, mail).state) == ([], "done")


def test_an_answer_to_a_withdrawn_call_is_recorded_once(
    office: Office, letter: str, admin: Actor
) -> None:
    (call,) = taken(office, "CallService")
    office.pass_days(3)  # the term of the register is over: the call is withdrawn
    for _ in range(2):
        office.engine.run(SYSTEM, mark_delivered, delivery_id=call, result={"number": "7/2026"})

    assert [e.type for e in office.history(letter)].count("ServiceAnswered") == 1
    assert row(office, call).state == "withdrawn"


def test_only_what_failed_can_be_sent_again(office: Office, visit: str, admin: Actor) -> None:
    pending, *_ = taken(office, "SendMail")
    with pytest.raises(WrongState):
        office.engine.run(admin, retry_delivery, delivery_id=pending)
    with pytest.raises(DeliveryNotFound):
        office.engine.run(admin, withdraw_delivery, delivery_id="unknown", reason="x")
    with pytest.raises(DeliveryNotFound):
        office.engine.read(failed_delivery, actor=admin, delivery_id=pending)


def test_only_administrators_see_and_touch_them(
    office: Office, visit: str, coordinator: Actor
) -> None:
    mail = failed_mail(office)
    with pytest.raises(NotAllowed):
        office.engine.read(failed_deliveries, actor=coordinator)
    with pytest.raises(NotAllowed):
        office.engine.read(failed_delivery, actor=coordinator, delivery_id=mail)
    with pytest.raises(NotAllowed):
        office.engine.run(coordinator, retry_delivery, delivery_id=mail)
    with pytest.raises(NotAllowed):
        office.engine.run(coordinator, withdraw_delivery, delivery_id=mail, reason="x")


def test_a_long_list_is_read_in_parts(office: Office, visit: str, admin: Actor) -> None:
    ids = set(taken(office, "SendMail"))
    for mail in ids:
        office.engine.run(SYSTEM, mark_failed, delivery_id=mail, error="550", final=True)
    assert len(ids) > 1

    seen, after = set[str](), None
    while True:
        page = office.engine.read(failed_deliveries, actor=admin, after=after, limit=1)
        assert page.total == len(ids)
        seen |= {shown.id for shown in page.items}
        after = page.next
        if after is None:
            break
    assert seen == ids
