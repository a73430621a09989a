"""Turns a `SendMail` or a `SendLink` into a message and hands it to the mail gateway."""

from collections.abc import Mapping
from email.message import EmailMessage
from email.utils import localtime, parseaddr
from typing import Any

from engine.links import PLACE
from workers.gateways import Outside


def send_mail(delivery_id: str, payload: Mapping[str, Any], outside: Outside) -> None:
    """Send the message of a delivery, recognisable as the same one if it is ever sent twice."""
    outside.mail.send(compose(delivery_id, payload, sender=outside.mail.sender))


def send_link(delivery_id: str, payload: Mapping[str, Any], outside: Outside) -> None:
    """Send the message of a link: nowhere else does its secret stand in clear."""
    link = outside.link(payload["purpose"], payload["link_id"], payload["sent"])
    filled = {name: str(payload[name]).replace(PLACE, link) for name in ("text", "html")}
    send_mail(delivery_id, {**payload, **filled}, outside)


def compose(delivery_id: str, payload: Mapping[str, Any], *, sender: str) -> EmailMessage:
    """Write the message: plain text first, the formatted one beside it."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = payload["to"]
    # A case title may hold a line break, which a header may not.
    message["Subject"] = " ".join(str(payload["subject"]).split())
    message["Date"] = localtime()
    # Mail systems drop a second copy with an id they have seen.
    message["Message-ID"] = f"<{delivery_id}@{_domain(sender)}>"
    # Tells automatic answering programs not to answer (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(str(payload["text"]))
    if payload.get("html"):
        message.add_alternative(str(payload["html"]), subtype="html")
    return message


def _domain(sender: str) -> str:
    return parseaddr(sender)[1].rpartition("@")[2] or "localhost"
