"""The way out for e-mail: a mail server, or a folder where none is set."""

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from engine.settings import Settings
from workers.gateways.errors import Refused

# A mail server that says nothing for this long is as good as down; the engine will try again.
PATIENCE_SECONDS = 30


class MailGateway(Protocol):
    """Hands a finished message over; returning means that somebody else now answers for it."""

    @property
    def sender(self) -> str:
        """The address that messages come from."""

    def send(self, message: EmailMessage) -> None:
        """Send one message, or raise."""


def mail_gateway(settings: Settings) -> MailGateway:
    """Choose the mail server of the settings, or the folder when they name none."""
    # An exercise writes to the addresses of real offices, which must not hear of it.
    if settings.smtp_url and not settings.training:
        return SmtpServer(sender=settings.mail_from, url=settings.smtp_url)
    return MailFolder(sender=settings.mail_from, folder=settings.outgoing_mail_dir)


@dataclass(frozen=True, slots=True)
class MailFolder:
    """Keeps each message as a file that any mail program opens: the embedded default."""

    sender: str
    folder: Path

    def send(self, message: EmailMessage) -> None:
        """Write the message under its own id, so that a second try replaces the first."""
        self.folder.mkdir(parents=True, exist_ok=True)
        name = str(message["Message-ID"]).strip("<>").partition("@")[0]
        draft = self.folder / f".{name}.part"
        draft.write_bytes(message.as_bytes())
        draft.replace(self.folder / f"{name}.eml")


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Speaks SMTP: plain, with STARTTLS (`smtp+starttls://`) or within TLS (`smtps://`)."""

    sender: str
    url: str

    def send(self, message: EmailMessage) -> None:
        """Hand the message to the server and wait until it takes responsibility.

        Raises Refused when the server will never take it; other errors may pass by themselves.
        """
        parts = urlsplit(self.url)
        with self._connect() as server:
            if parts.scheme == "smtp+starttls":
                server.starttls(context=ssl.create_default_context())
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            try:
                server.send_message(message)
            except smtplib.SMTPRecipientsRefused as refused:
                if all(_for_good(code) for code, _ in refused.recipients.values()):
                    raise Refused(_told(*refused.recipients.values())) from None
                raise
            except smtplib.SMTPDataError as refused:
                if _for_good(refused.smtp_code):
                    raise Refused(_told((refused.smtp_code, refused.smtp_error))) from None
                raise

    def _connect(self) -> smtplib.SMTP:
        parts = urlsplit(self.url)
        host = parts.hostname or "localhost"
        if parts.scheme == "smtps":
            context = ssl.create_default_context()
            port = parts.port or smtplib.SMTP_SSL_PORT
            return smtplib.SMTP_SSL(host, port, timeout=PATIENCE_SECONDS, context=context)
        usual = 587 if parts.scheme == "smtp+starttls" else smtplib.SMTP_PORT
        return smtplib.SMTP(host, parts.port or usual, timeout=PATIENCE_SECONDS)


def _for_good(code: int) -> bool:
    """Whether the server says never (5yz) and not merely later (RFC 5321, 4.2.1)."""
    return 500 <= code < 600


def _told(*answers: tuple[int, bytes | str]) -> str:
    told = (
        f"{code} {words.decode('utf-8', 'replace') if isinstance(words, bytes) else words}"
        for code, words in answers
    )
    return f"the mail server refused: {'; '.join(told)}"
