"""The pages of the stories: each opened once a story, just before the work is done."""

from flask import Flask, Request

from engine.actor import Actor
from engine.model import WorkItem
from engine.queries.account import SignedIn
from engine.scenarios import Telling
from webapp import create_app
from webapp.auth import SignedInOfficer

OK = 200
LANGUAGES = ("it", "en")


class Pages:
    """Opens the page of every piece of work that the stories do, as whoever does it sees it."""

    def __init__(self) -> None:
        self.opened = 0
        self.failed: list[str] = []
        self._seen: set[tuple[str, str]] = set()
        self._app: Flask | None = None
        self._officer: SignedInOfficer | None = None

    def open(self, told: Telling, actor: Actor, item: WorkItem) -> None:
        """The page of one piece of work, the first time in its case, in one language or another."""
        if (item.case_id, item.activity) in self._seen:
            return
        self._seen.add((item.case_id, item.activity))
        language = LANGUAGES[self.opened % len(LANGUAGES)]
        self._officer = SignedInOfficer("", SignedIn(actor, "", language))
        answer = self._web(told).test_client().get(f"/work-items/{item.id}")
        self.opened += 1
        if answer.status_code != OK:
            self.failed.append(f"{told.case_id} {item.activity} {language}: {answer.status}")

    def _web(self, told: Telling) -> Flask:
        """All stories of a folder are told on one stage."""
        if self._app is None:
            app = create_app(told.engine.settings, told.engine)
            app.secret_key = "a key that signs nothing"
            app.login_manager.request_loader(self._whoever)  # type: ignore[attr-defined]
            self._app = app
        return self._app

    def _whoever(self, _request: Request) -> SignedInOfficer | None:
        return self._officer
