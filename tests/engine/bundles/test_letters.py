"""Letters in two languages."""

from engine.bundles.letters import parse_letters
from engine.text import Text
from tests.engine.bundles.tiny import tiny


def test_the_first_line_is_the_subject() -> None:
    letter = parse_letters(tiny(), [])["invitation"]
    assert letter.subject == Text("Invito {number}", "Invitation {number}")
    assert letter.body == Text("Gentile ente, scrivi.", "Dear body, write.")
    assert letter.places == {"number"}
