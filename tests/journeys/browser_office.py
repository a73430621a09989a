"""An office lived in through the browser: the product as people start it, and people at desks.

A person finds work in a list, answers what the form asks by its labels and presses the button, as
an officer does. Whoever writes a journey says who does what; how it is clicked stands here.
"""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, cast

from babel.dates import get_month_names
from playwright.sync_api import Browser, BrowserContext, FilePayload, Locator, Page, expect

from tests.architecture.source import ROOT

AXE = (ROOT / "tests" / "webapp" / "axe" / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
DESKTOP, PHONE, HEIGHT = 1280, 390, 900
START = 240  # seconds for the ready line, on the busiest of machines
PATIENCE = 60_000  # milliseconds for a page: several officers share one small, noisy machine

Answers = Mapping[str, Any]

expect.set_options(timeout=PATIENCE)


def pdf(name: str, words: str = "") -> FilePayload:
    """A small file that begins like a PDF."""
    content = f"%PDF-1.7\n% {words or name}\n%%EOF\n".encode()
    return {"name": name, "mimeType": "application/pdf", "buffer": content}


def written(day: date) -> str:
    """A date as officers write it."""
    return f"{day:%d/%m/%Y}"


# --- the product ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Product:
    """A running `python -m webapp` and the people of its demo office."""

    address: str
    accounts: list[dict[str, Any]]

    def account(self, organisation: str, role: str) -> dict[str, Any]:
        """Who holds a role in a body; the first, where there are several."""
        seat = (organisation, role)
        return next(
            one
            for one in self.accounts
            if seat in [(held["organisation"], held["role"]) for held in one["roles"]]
        )


@contextmanager
def product(data: Path, *options: str, **environment: str) -> Iterator[Product]:
    """The product as a person starts it, until the story is told."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    command = [sys.executable, "-m", "webapp", "--port", "0", "--data", str(data), *options]
    with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
        process = subprocess.Popen(
            command, cwd=ROOT, env=kept | environment, stdout=said, stderr=subprocess.STDOUT
        )
        try:
            address = _ready(process, said)
            accounts = json.loads((data / "demo-accounts.json").read_text(encoding="utf-8"))
            yield Product(address, accounts)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _ready(process: subprocess.Popen[bytes], said: Any) -> str:
    """The address of the ready line."""
    begun = time.monotonic()
    while time.monotonic() - begun < START and process.poll() is None:
        said.seek(0)
        words = said.read()
        if found := re.search(r"^ready (\S+)$", words, re.MULTILINE):
            return found[1]
        time.sleep(0.1)
    said.seek(0)
    raise AssertionError(f"The product did not start:\n{said.read()}")


# --- people -----------------------------------------------------------------------------------


@dataclass(slots=True)
class Person:
    """An officer at a desk, with one page open."""

    page: Page
    address: str
    account: Mapping[str, Any]
    body: str
    """The name of the body for which this person is here."""
    scripts: bool = True

    @property
    def name(self) -> str:
        """First name and surname."""
        return str(self.account["name"])

    @property
    def path(self) -> str:
        """Where in the product the person is."""
        return self.page.url.removeprefix(self.address)

    @property
    def main(self) -> Locator:
        """What the page is about, without what stands around it."""
        return self.page.get_by_role("main")

    def opens(self, path: str) -> "Person":
        """Go to an address, as from a bookmark or a mail."""
        self.page.goto(self.address + path)
        self._is_ready()
        return self

    def goes_to(self, entry: str) -> "Person":
        """Follow an entry of the main menu."""
        menu = self.page.get_by_role("navigation", name="Principale", exact=True)
        menu.get_by_role("link", name=re.compile(f"^{re.escape(entry)}")).click()
        return self

    def follows(self, words: str) -> "Person":
        """Follow a link of the page."""
        self.main.get_by_role("link", name=words).first.click()
        return self

    def presses(self, words: str) -> "Person":
        """Press a button of the page."""
        self.main.get_by_role("button", name=words, exact=True).click()
        return self

    def reads(self, words: str | re.Pattern[str]) -> "Person":
        """See a sentence on the page."""
        expect(self.main.get_by_text(words).filter(visible=True).first).to_be_visible()
        return self

    def is_on(self, heading: str | re.Pattern[str]) -> "Person":
        """See the title of the page."""
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(heading)
        self._is_ready()
        return self

    def chooses_language(self, short: str) -> "Person":
        """Read the pages in another language from now on."""
        self.page.get_by_role("banner").get_by_text(short, exact=True).click()
        language = {"ITA": "it", "ENG": "en"}[short]
        expect(self.page.locator("html")).to_have_attribute("lang", language)
        self._is_ready()
        return self

    def signs_in(self) -> "Person":
        """Say who one is at the front door, and for whom one acts if there is a choice."""
        self.answers(
            {
                "Nome utente o posta elettronica": self.account["login"],
                "Password": self.account["password"],
            }
        )
        return self.presses("Entra")

    def acts_for(self, body: str) -> "Person":
        """Choose, among several mandates, for whom to act."""
        self.is_on("Per chi agisci?")
        self.main.get_by_role("radio", name=body).check()
        self.presses("Continua")
        band = self.page.get_by_role("region", name="Per chi agisci")
        expect(band).to_contain_text(body)
        return self

    # --- work

    def finds_work(self, title: str, case: str) -> "Person":
        """Open a piece of work from the day's list."""
        self.goes_to("Oggi").is_on("Oggi")
        row = self.main.get_by_role("listitem").filter(has_text=case).filter(has_text=self.body)
        row.get_by_role("link", name=title, exact=True).click()
        return self.is_on(title)

    def has_no_work(self, title: str) -> "Person":
        """See that a piece of work is not on the day's list."""
        self.goes_to("Oggi").is_on("Oggi")
        expect(self.main.get_by_role("link", name=title, exact=True)).to_have_count(0)
        return self

    def answers(self, answers: Answers) -> "Person":
        """Fill in fields by their labels; a repeated group by one mapping for each of its rows."""
        fill_in(self.main, answers)
        return self

    def completes(self) -> "Person":
        """Complete the work; the case page says what happens next."""
        self.presses("Completa")
        expect(self.page).to_have_url(re.compile("/cases/[^/]+$"))
        self._is_ready()
        return self.reads(re.compile("^Completata"))

    def does(self, title: str, case: str, answers: Answers) -> "Person":
        """Find a piece of work, fill it in and complete it."""
        return self.finds_work(title, case).answers(answers).completes()

    # --- the file of a case

    def part(self, name: str) -> Locator:
        """The tab of a part of the case."""
        parts = self.main.get_by_role("navigation", name="Parti del caso")
        return parts.get_by_role("link", name=re.compile(f"^{name}"))

    def opens_part(self, name: str) -> "Person":
        """Read a part of the case."""
        self.part(name).click()
        expect(self.part(name)).to_have_attribute("aria-current", "page")
        return self

    def reads_history(self) -> list[str]:
        """Every event of the history, the oldest first."""
        told: list[str] = []
        older = self.main.get_by_role("link", name="Mostra gli eventi precedenti")
        while True:
            told += self.main.locator(".c-time > li").all_inner_texts()
            if not older.count():
                return [" ".join(event.split()) for event in reversed(told)]
            address = str(older.get_attribute("href"))
            older.click()
            expect(self.page).to_have_url(re.compile(re.escape(address.partition("?")[2])))

    # --- the training clock

    def today(self) -> date:
        """The day of the exercise, as the band of this person's page tells it."""
        band = self.page.get_by_role("region", name="Esercitazione")
        words = re.search(r"(\d+)º? (\w+) (\d{4})", band.inner_text())
        assert words, band.inner_text()
        months = list(get_month_names("wide", locale="it").values())
        return date(int(words[3]), months.index(words[2]) + 1, int(words[1]))

    def waits(self, days: int) -> "Person":
        """Move the clock of the exercise forward."""
        band = self.page.get_by_role("region", name="Esercitazione")
        band.get_by_label("Avanti di giorni").fill(str(days))
        band.get_by_role("button", name="Sposta l’orologio").click()
        return self.reads(f"L’orologio è avanti di {days} giorn")

    # --- parts

    def _is_ready(self) -> None:
        """Wait until the scripts of the page have begun, where there are scripts."""
        if self.scripts:
            expect(self.page.locator("html[data-ready]")).to_be_attached()


def fill_in(place: Locator, answers: Answers) -> None:
    """Answer each label as its field wants: chosen, ticked, written, attached or repeated."""
    for label, answer in answers.items():
        group = _group(place, label)
        if isinstance(answer, Sequence) and answer and isinstance(answer[0], Mapping):
            _fill_rows(group, answer)
        elif isinstance(answer, list):
            for one in answer:
                group.get_by_role("checkbox", name=one, exact=True).check()
        elif isinstance(answer, str) and _is_group(place, label):
            _choose(group, answer)
        else:
            _fill_field(place, label, answer)


def _choose(group: Locator, answer: str) -> None:
    """The option that reads so, or begins so before its own explanation."""
    exactly = group.get_by_role("radio", name=answer, exact=True)
    begins = group.get_by_role("radio", name=re.compile(f"^{re.escape(answer)}"))
    (exactly if exactly.count() else begins).check()


def _group(place: Locator, label: str) -> Locator:
    named = re.compile(f"^{re.escape(label)}( \\(|$)")
    return place.get_by_role("group", name=named).filter(visible=True)


def _field(place: Locator, label: str) -> Locator:
    return place.get_by_label(re.compile(f"^{re.escape(label)}( \\(|$)")).filter(visible=True)


def _is_group(place: Locator, label: str) -> bool:
    """Asked when the page has the label: one that is still being read has neither."""
    group = _group(place, label)
    expect(group.or_(_field(place, label)).first).to_be_visible()
    return bool(group.count())


def _fill_field(place: Locator, label: str, answer: Any) -> None:
    found = _field(place, label)
    if isinstance(answer, dict):
        found.set_input_files(cast(FilePayload, answer))
    elif found.evaluate("one => one.tagName") == "SELECT":
        found.select_option(label=answer)
    else:
        found.fill(str(answer))


def _fill_rows(group: Locator, rows: Sequence[Answers]) -> None:
    """Each row under the last; one that is not there yet is added with the button of the list."""
    lines = group.get_by_role("group", name=re.compile(r"^\D+ \d+$"))
    for index, row in enumerate(rows):
        if lines.count() <= index:
            group.get_by_role("button", name=re.compile("^Aggiungi")).click()
        expect(lines.nth(index)).to_be_visible()
        fill_in(lines.nth(index), row)
    expect(lines).to_have_count(len(rows))


# --- the office -------------------------------------------------------------------------------


@dataclass(slots=True)
class BrowserOffice:
    """The people of the demo office, each with a browser of their own, signed in once."""

    browser: Browser
    product: Product
    bodies: Mapping[str, tuple[str, str]]
    """The story's short name of a body: its id and its name on the pages."""
    pictures: Path | None = None
    barriers: list[tuple[str, str, str]] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    _desks: dict[tuple[str, str], Person] = field(default_factory=dict)
    _contexts: list[BrowserContext] = field(default_factory=list)

    def person(self, body: str, role: str) -> Person:
        """Who holds the role in the body, at their desk."""
        if (body, role) not in self._desks:
            self._desks[body, role] = self._sign_in(body, role)
        return self._desks[body, role]

    def another_browser(self, person: Person, **options: Any) -> Person:
        """The same person at another machine, signed in there too."""
        page = self.visitor(**options)
        scripts = options.get("java_script_enabled", True)
        return self._enter(Person(page, person.address, person.account, person.body, scripts))

    def another_tab(self, person: Person) -> Person:
        """The page that the person is on, in a second tab of the same browser."""
        tab = Person(person.page.context.new_page(), person.address, person.account, person.body)
        return tab.opens(person.path)

    def today(self) -> date:
        """The day of the exercise, as the newest desk's band tells it."""
        return next(reversed(self._desks.values())).today()

    def in_days(self, days: int) -> str:
        """A date from today on, as officers write it."""
        return written(self.today() + timedelta(days=days))

    def visitor(self, **options: Any) -> Page:
        """A browser in which nobody is signed in; what it complains about is kept."""
        context = self.browser.new_context(
            base_url=self.product.address,
            viewport={"width": DESKTOP, "height": HEIGHT},
            locale="it-IT",
            **options,
        )
        context.set_default_timeout(PATIENCE)
        self._contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: self._complain(page, said.text))
        page.on("pageerror", lambda error: self._complain(page, str(error)))
        return page

    def look(self, person: Person, name: str) -> None:
        """Look for barriers on the page, and take pictures of it if somebody wants them."""
        page = person.page
        person._is_ready()
        page.evaluate(AXE)
        found = page.evaluate(
            "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", RULES
        )
        for problem in found["violations"]:
            self.barriers.append((name, problem["id"], problem["nodes"][0]["html"][:160]))
        if self.pictures:
            self._take_pictures(person, name, self.pictures)

    def close(self) -> None:
        """Leave every desk."""
        for context in self._contexts:
            context.close()

    def _sign_in(self, body: str, role: str) -> Person:
        organisation, name = self.bodies[body]
        account = self.product.account(organisation, role)
        return self._enter(Person(self.visitor(), self.product.address, account, name))

    def _enter(self, person: Person) -> Person:
        person.opens("/sign-in").signs_in()
        if len(person.account["roles"]) > 1:
            person.acts_for(person.body)
        return person.is_on("Oggi")

    def _complain(self, page: Page, words: str) -> None:
        self.complaints.append(f"{page.url} {words}")

    def _take_pictures(self, person: Person, name: str, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._take_both(person.page, folder, f"{name}.it")
        # The other language in another tab: the person loses nothing of what was typed.
        tab = person.page.context.new_page()
        tab.goto(_in_language(person.page.url, "en"))
        self._take_both(tab, folder, f"{name}.en")
        tab.goto(_in_language(person.page.url, "it"))
        tab.close()

    def _take_both(self, page: Page, folder: Path, name: str) -> None:
        expect(page.locator(".c-diagram:not([data-drawn])")).to_have_count(0)
        for width, label in ((PHONE, "phone"), (DESKTOP, "desktop")):
            page.set_viewport_size({"width": width, "height": HEIGHT})
            place = folder / f"{name}.{label}.png"
            page.screenshot(path=place, full_page=True, animations="disabled")


def _in_language(address: str, language: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}lang={language}"
