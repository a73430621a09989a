"""Messages reach a real mail server, or a folder that any mail program opens."""

import smtplib
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from engine.settings import Settings
from tests.workers.conftest import Postbox
from workers.gateways.mail import MailFolder, SmtpServer, mail_gateway


def message(text: str = "Entro il 9 dicembre.") -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "office@to.example", "anna@ch.example", "Perché sì"
    made["Message-ID"] = "<d-1@to.example>"
    made.set_content(text)
    return made


def test_the_settings_choose_the_gateway(tmp_path: Path) -> None:
    alone = Settings.from_environment({"DATA_DIR": str(tmp_path)})
    served = Settings.from_environment({"SMTP_URL": "smtp://mail:25", "MAIL_FROM": "a@b.example"})

    assert mail_gateway(alone) == MailFolder("concerto@localhost", tmp_path / "outgoing-mail")
    assert mail_gateway(served) == SmtpServer("a@b.example", "smtp://mail:25")


def test_an_exercise_writes_to_nobody(tmp_path: Path) -> None:
    training = {"SMTP_URL": "smtp://mail:25", "TRAINING": "yes", "DATA_DIR": str(tmp_path)}

    gateway = mail_gateway(Settings.from_environment(training))

    assert gateway == MailFolder("concerto@localhost", tmp_path / "outgoing-mail")


def test_a_mail_server_gets_the_message_whole(postbox: Postbox) -> None:
    SmtpServer("office@to.example", postbox.url).send(message())

    (arrived,) = postbox.messages
    assert arrived["Subject"] == "Perché sì"
    assert arrived.get_content().strip() == "Entro il 9 dicembre."
    assert postbox.recipients == [["anna@ch.example"]]


def test_a_refusal_of_the_mail_server_is_raised(postbox: Postbox) -> None:
    postbox.refuse_with = "452 mailbox full"
    with pytest.raises(smtplib.SMTPException, match="mailbox full"):
        SmtpServer("office@to.example", postbox.url).send(message())


def test_tls_is_never_silently_left_out(postbox: Postbox) -> None:
    encrypted = postbox.url.replace("smtp://", "smtp+starttls://")
    with pytest.raises(smtplib.SMTPNotSupportedError):
        SmtpServer("office@to.example", encrypted).send(message())
    assert postbox.messages == []


def test_a_second_try_replaces_the_file_of_the_first(tmp_path: Path) -> None:
    folder = MailFolder("office@to.example", tmp_path / "mail")

    folder.send(message("prima"))
    folder.send(message("seconda"))

    (file,) = (tmp_path / "mail").iterdir()
    assert file.name == "d-1.eml"
    kept = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert kept["Subject"] == "Perché sì"
    assert "seconda" in file.read_text()
