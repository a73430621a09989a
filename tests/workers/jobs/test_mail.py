"""A delivery becomes a message that people and machines can recognise."""

from workers.jobs.mail import compose

PAYLOAD = {
    "to": "anna@chivasso.example",
    "subject": "Nuovo compito:\r\nBcc: spy@example.org",
    "text": "Apri il caso.",
    "html": "<p>Apri il caso.</p>",
}


def test_the_message_has_both_forms_and_a_stable_id() -> None:
    first = compose("d-7", PAYLOAD, sender="Concerto <office@to.example>")
    again = compose("d-7", PAYLOAD, sender="Concerto <office@to.example>")

    kinds = [part.get_content_type() for part in first.iter_parts()]
    assert kinds == ["text/plain", "text/html"]
    assert first["Message-ID"] == again["Message-ID"] == "<d-7@to.example>"
    assert first["Auto-Submitted"] == "auto-generated"


def test_a_line_break_in_the_subject_makes_no_header() -> None:
    made = compose("d-7", PAYLOAD, sender="office@to.example")

    assert made["Subject"] == "Nuovo compito: Bcc: spy@example.org"
    assert made["Bcc"] is None


def test_without_formatted_text_the_message_is_plain() -> None:
    made = compose("d-7", {**PAYLOAD, "html": ""}, sender="office@to.example")
    assert made.get_content_type() == "text/plain"
