"""P26: while the database is away every page and the API say so with a 503, and come back by themselves with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask_migrate import upgrade

from config import ROOT
from marketplace.app import create_app
from marketplace.core import embedded
from marketplace.core.db import db
from marketplace.web.programs import API
from tests.api.program import PROBLEM
from tests.client import Browser
from tests.conftest import settings_for
from tests.people import People
from tests.promises.callers import Callers
from tests.promises.test_headers import missing
from tests.promises.town import Key, key_of

PAGES = ("/", "/board", "/orders/1", "/performers", "/profile", "/customer", "/sessions", "/admin/", "/welcome")
FORMS = ("/login", "/register", "/profile", "/orders/1/take", "/orders/new")


class Outage:
    """A site on a database server that can be taken away."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server = embedded.start(folder)
        self.app = create_app(settings_for(self.server.url, RATELIMIT_ENABLED="1"))
        self.app.test_client_class = Browser
        with self.app.app_context():
            upgrade(directory=str(ROOT / "migrations"))
            people = People(self.app)
            owner = people.customer()
            people.order(owner)
            self.keys: dict[str, Key] = {
                "a guest": key_of(Browser.of(self.app)),
                "a customer": key_of(Browser.of(self.app).sign_in(owner)),
                "an admin": key_of(Browser.of(self.app).sign_in(people.admin())),
            }
            self.programs = Callers(self.app, {"a customer": owner})
            db.session.commit()
            db.session.remove()

    def browser(self, who: str) -> Browser:
        """A browser of somebody."""
        browser = Browser.of(self.app)
        browser.set_cookie("session", self.keys[who].cookie)
        return browser


@pytest.fixture(scope="module")
def outage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outage]:
    """A site of its own."""
    made = Outage(tmp_path_factory.mktemp("outage"))
    yield made
    with made.app.app_context():
        db.engine.dispose()
    made.server.stop()


def test_an_outage_is_said_on_every_page_and_ends_by_itself(outage: Outage) -> None:
    with outage.app.app_context():
        before = [outage.browser("a customer").get(path).status_code for path in PAGES]
        assert set(before) == {200, 302, 403}
        outage.server.stop()
        wrong = [f"{who} {fault}" for who in outage.keys for fault in faults_without_database(outage, who)]
        wrong += [f"{who} {fault}" for who in ("a guest", "a customer") for fault in faults_of_the_api(outage, who)]
        assert wrong == []
        outage.server = embedded.start(outage.folder)
        assert [outage.browser("a customer").get(path).status_code for path in PAGES] == before
        assert outage.browser("a guest").get("/readyz").status_code == 200
        assert outage.programs.call("a customer", "GET", f"{API}/me").status_code == 200
        assert outage.programs.call("a guest", "GET", f"{API}/board").status_code == 200


def faults_without_database(outage: Outage, who: str) -> Iterator[str]:
    """What is wrong with the answers while there is no database."""
    for locale in ("ru", "en"):
        browser = outage.browser(who)
        browser.set_cookie("locale", locale)
        for path in PAGES:
            answer = browser.get(path)
            if who == "a guest" and answer.location == f"/login?next={path}":
                continue
            page = BeautifulSoup(answer.text, "html.parser")
            if answer.status_code != 503 or not answer.headers.get("Retry-After"):
                yield f"GET {path} {answer.status_code}"
            elif not page.select_one(".error-code") or page.html is None or page.html["lang"] != locale:
                yield f"GET {path} is no page of ours in {locale}"
            elif answer.headers["X-Request-ID"] not in answer.text or missing(answer):
                yield f"GET {path} lacks its id or headers"
    for path in FORMS:
        answer = browser.post(path, data={"email": "a@example.com", "csrf_token": outage.keys[who].token})
        if answer.status_code != 503 and not (who == "a guest" and answer.status_code == 401):
            yield f"POST {path} {answer.status_code}"
    expected = {"/healthz": 200, "/readyz": 503, "/static/css/theme.css": 200}
    for path, status in expected.items():
        if browser.get(path).status_code != status:
            yield f"GET {path} {browser.get(path).status_code}"
    for path in ("/nothing", "/login"):
        if browser.get(path).status_code not in (200, 404, 503):
            yield f"GET {path} {browser.get(path).status_code}"


def faults_of_the_api(outage: Outage, who: str) -> Iterator[str]:
    """What is wrong with the answers to programs while there is no database."""
    reads = [
        ("GET", path, None) for path in ("/board", "/orders", "/orders/1", "/me", "/categories", "/events?after=0")
    ]
    signing_in = ("POST", "/auth/login", {"email": "a@example.com", "password": "a-long-enough-word"})
    for method, path, body in (*reads, signing_in, ("POST", "/orders/1/take", {}), ("PATCH", "/me", {"name": "A"})):
        for headers in ({}, {"Idempotency-Key": "1"}) if method == "POST" else ({},):
            answer = outage.programs.call(who, method, API + path, body, headers=headers)
            needs_none = answer.status_code == 401 and who == "a guest"
            if not needs_none and (answer.status_code != 503 or not answer.headers.get("Retry-After")):
                yield f"{method} {path} {answer.status_code}"
            elif answer.mimetype != PROBLEM or missing(answer):
                yield f"{method} {path} is no problem, or lacks headers"
    if outage.programs.call(who, "GET", f"{API}/openapi.json").status_code not in (200, 503):
        yield "the description"
