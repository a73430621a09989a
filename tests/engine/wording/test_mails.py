"""What a message says: both languages, the reader's own first, and nothing that runs."""

from datetime import date

from lxml import html
from lxml.html import HtmlElement

from engine.text import Text
from engine.wording import Mail, Told, digest_mail, notice_mail

CHANGE = "https://concerto.example/account/notices"


def parsed(mail: Mail) -> HtmlElement:
    return html.fromstring(mail.html)


def told(number: str = "ATR-2026-001", title: str = "Ufficio <b>di piano</b>") -> Told:
    return Told(
        words=Text(f"{number}: tocca a te. Firma.", f"{number}: it is your turn. Sign."),
        why=Text("un tuo incarico esegue questa attività", "one of your mandates does it"),
        number=number,
        title=title,
        link="https://concerto.example/work-items/7?a=1&b=2",
    )


def test_the_readers_own_language_comes_first() -> None:
    italian = notice_mail(told(), language="it", change=CHANGE)
    english = notice_mail(told(), language="en", change=CHANGE)

    assert italian.subject == "ATR-2026-001: tocca a te. Firma."
    assert english.subject == "ATR-2026-001: it is your turn. Sign."
    for mail, first in ((italian, "tocca a te"), (english, "it is your turn")):
        assert "tocca a te" in mail.text
        assert "it is your turn" in mail.text
        assert mail.text.index(first) == min(
            mail.text.index("tocca a te"), mail.text.index("it is your turn")
        )
    assert [part.get("lang") for part in parsed(english).iter("div")] == ["en", "it"]


def test_both_forms_say_why_and_where_to_choose() -> None:
    mail = notice_mail(told(), language="it", change=CHANGE)

    for form in (mail.text, " ".join(parsed(mail).text_content().split())):
        assert "Perché ricevi questo messaggio: un tuo incarico esegue questa attività." in form
        assert "Why you receive this message: one of your mandates does it." in form
        assert "ATR-2026-001, Ufficio <b>di piano</b>" in form
    links = [link for _, _, link, _ in parsed(mail).iterlinks()]
    assert links == ["https://concerto.example/work-items/7?a=1&b=2", CHANGE] * 2
    assert mail.text.count(CHANGE) == 2


def test_what_people_typed_is_never_markup_nor_a_header() -> None:
    mail = notice_mail(told("ATR\r\nBcc: spy@example.org"), language="it", change=CHANGE)

    assert "\n" not in mail.subject
    assert "<b>" not in mail.html
    assert "&lt;b&gt;di piano&lt;/b&gt;" in mail.html


def test_a_digest_goes_case_by_case_and_names_a_few() -> None:
    numbers = ["ATR-1", "ATR-2", "ATR-1", "ATR-3", "ATR-4", "ATR-5"]
    day = date(2026, 12, 8)
    mail = digest_mail([told(n) for n in numbers], day=day, language="it", change=CHANGE)

    assert mail.subject == (
        "Riepilogo di martedì 8 dicembre: 6 avvisi, ATR-1, ATR-2, ATR-3 e altri 2 casi"
    )
    assert "Digest of Tuesday 8 December: 6 notices, ATR-1, ATR-2, ATR-3 and 2 more" in mail.text
    cases = [str(h) for h in parsed(mail).xpath("//div[1]/h2/text()")]
    assert [case.split(",")[0] for case in cases] == [f"Caso ATR-{n}" for n in range(1, 6)]
    assert mail.text.count("tocca a te") == mail.text.count("it is your turn") == 6

    alone = digest_mail([told()], day=day, language="en", change=CHANGE)
    assert alone.subject == "Digest of Tuesday 8 December: 1 notice, ATR-2026-001"
