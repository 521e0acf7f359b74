"""P18: nothing is done without a token of one's own session, by a GET, or for a page of another site."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup

from marketplace.app import create_app
from tests.client import Browser
from tests.conftest import settings_for
from tests.promises.crawl import pages
from tests.promises.doors import Door, doors
from tests.promises.hostile import query
from tests.promises.town import Town, Who

WRITES = [door for door in doors() if door.method == "POST" and 302 in door.answers.values()]
# A ticket for the WebSocket is handed out by an answer of another kind; `tests/live` asks for it without a token.


def actor(door: Door) -> Who:
    """Somebody for whom the act would succeed."""
    wanted = (Who.ADMIN, Who.PERFORMER, Who.OWNER, Who.ANONYMOUS, Who.MANAGER)
    for_signed_in = [who for who in wanted if door.answers[who] == 302]
    return Who.ANONYMOUS if door.path in ("/login", "/register") else for_signed_in[0]


def tokens(town: Town, who: Who) -> dict[str, str | None]:
    """What is not the token of this session."""
    other = Who.OWNER if who is not Who.OWNER else Who.CUSTOMER
    own = town.keys[who].token
    return {
        "none": None,
        "an empty one": "",
        "nonsense": "x",
        "another session's": town.keys[other].token,
        "a cut one": own[:-2],
        "a long one": own * 200,
        "NUL": own + "\x00",
    }


@pytest.mark.parametrize("door", WRITES, ids=str)
def test_no_act_without_the_token_of_the_session(town: Town, door: Door) -> None:
    who = actor(door)
    fields = {name: town.fill(text) for name, text in door.fields.items()}
    wrong = []
    for what, token in tokens(town, who).items():
        with town.undone() as connection:
            data = fields if token is None else {**fields, "csrf_token": token}
            answer = town.browser(who).post(town.path(door.path), data=data)
            is_changed = town.trace(connection) != town.untouched
        if answer.status_code != 400 or is_changed or answer.headers.getlist("Set-Cookie")[1:]:
            wrong.append(f"{what}: {answer.status_code}, changed: {is_changed}")
    assert wrong == []


def test_no_act_by_looking(town: Town, figure: Callable[[str], None]) -> None:
    wrong = []
    for door in WRITES:
        who = actor(door)
        fields = {name: town.fill(text) for name, text in door.fields.items()} | {"csrf_token": town.keys[who].token}
        address = town.path(door.path)
        address += ("&" if "?" in address else "?") + query(fields)
        for method in ("GET", "HEAD", "OPTIONS"):
            with town.undone() as connection:
                answer = town.browser(who).open(address, method=method)
                if town.trace(connection) != town.untouched or answer.headers.getlist("Set-Cookie")[1:]:
                    wrong.append(f"{method} {door} {answer.status_code}")
        # The token counts in a form only, where no link can put it.
        with town.undone() as connection:
            answer = town.browser(who).post(address, data={name: town.fill(text) for name, text in door.fields.items()})
            if answer.status_code != 400 or town.trace(connection) != town.untouched:
                wrong.append(f"POST with the token in the address {door} {answer.status_code}")
    assert wrong == []
    figure(f"P18: 0 of {len(WRITES) * 11} acts done without a token, with another one, or by looking")


def test_the_token_of_before_is_worth_nothing_after_signing_in(town: Town) -> None:
    before = town.keys[Who.ANONYMOUS].token
    with town.undone():
        browser = town.browser(Who.ANONYMOUS)
        fields = {"email": town.emails["spare"], "password": "correct-horse-battery", "csrf_token": before}
        assert browser.post("/login", data=fields).status_code == 302
        assert browser.get("/profile").status_code == 200
        assert browser.post("/sessions/end-others", data={"csrf_token": before}).status_code == 400


def test_every_form_that_is_sent_carries_a_token(town: Town) -> None:
    wrong, number = [], 0
    for who in (Who.ANONYMOUS, Who.OWNER, Who.PERFORMER, Who.ADMIN):
        for address, answer in pages(town, who):
            if answer.mimetype != "text/html":
                continue
            for form in BeautifulSoup(answer.text, "html.parser").select("form[method=post], form[method=POST]"):
                number += 1
                if not form.select_one("input[name=csrf_token][value]"):
                    wrong.append(f"{address} {form.get('action')}")
    assert wrong == []
    assert number > 200


@pytest.mark.parametrize(
    "referrer", [None, "https://evil.example/", "http://localhost/", "https://localhost.evil.example/"]
)
def test_over_https_a_form_comes_from_a_page_of_this_site(town: Town, referrer: str | None) -> None:
    app = create_app(settings_for(town.app.config["SQLALCHEMY_DATABASE_URI"], HTTPS="1"))
    app.test_client_class = Browser
    browser = Browser.of(app)
    browser.set_cookie("session", town.keys[Who.OWNER].cookie, secure=True)
    data = {"theme": "dark", "csrf_token": town.keys[Who.OWNER].token}
    headers = {"Referer": referrer} if referrer else {}
    answer = browser.post("/preferences", data=data, headers=headers, base_url="https://localhost")
    assert answer.status_code == 400
    own = browser.post(
        "/preferences", data=data, headers={"Referer": "https://localhost/"}, base_url="https://localhost"
    )
    assert own.status_code == 302
