"""Every refusal and every failure is a page of the site, in both languages, with the id that the log knows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from werkzeug.test import TestResponse

from marketplace.app import create_app
from marketplace.core.errors import Conflict, Invalid
from marketplace.web import limits
from tests.client import Browser
from tests.conftest import settings_for
from tests.promises.test_headers import missing
from tests.promises.town import PASSWORD, Town, Who

Ask = Callable[[Town, Browser], TestResponse]


def view_that_raises(error: BaseException) -> Callable[..., Any]:
    """A view that fails."""

    def view(**_: Any) -> str:
        raise error

    return view


ASKED: dict[int, Ask] = {
    400: lambda town, browser: browser.post("/login", data={}),
    401: lambda town, browser: browser.post("/profile", data={"csrf_token": town.keys[Who.ANONYMOUS].token}),
    403: lambda town, browser: town.ask(Who.STRANGER, "GET", "/customer", headers=language_of(browser)),
    404: lambda town, browser: browser.get("/nothing"),
    405: lambda town, browser: browser.put("/board"),
    409: lambda town, browser: town.ask(
        Who.STRANGER, "GET", town.path("/orders/{completed}/take"), headers=language_of(browser)
    ),
    411: lambda town, browser: browser.post("/login", headers={"Transfer-Encoding": "chunked"}),
    413: lambda town, browser: browser.post("/login", data={"email": "x" * 1_100_000}),
    414: lambda town, browser: browser.get("/board?" + "x" * 5000),
    415: lambda town, browser: browser.post("/login", json={}),
    422: lambda town, browser: town.ask(Who.OWNER, "GET", "/customer?show=nothing", headers=language_of(browser)),
}


def language_of(browser: Browser) -> dict[str, str]:
    """A header that asks for the language of the browser's cookie."""
    cookie = browser.get_cookie("locale")
    return {"Accept-Language": cookie.value if cookie else "en"}


def check(answer: TestResponse, code: int, locale: str) -> None:
    """That the answer is a page of ours for this code in this language."""
    page = BeautifulSoup(answer.text, "html.parser")
    assert answer.status_code == code
    assert answer.mimetype == "text/html"
    assert page.html is not None and page.html["lang"] == locale
    assert str(code) in page.select_one(".error-code").text  # type: ignore[union-attr]
    assert len(page.select("h1")) == 1 and page.select_one("h1").text.strip()  # type: ignore[union-attr]
    assert page.select_one("main p.fs-5").text.strip(), "says what happened"  # type: ignore[union-attr]
    assert page.select("main .actions a[href]"), "says where to go from here"
    assert answer.headers["X-Request-ID"] in page.select_one("main code").text  # type: ignore[union-attr]
    assert missing(answer) == []
    for word in ("werkzeug", "Traceback", "sqlalchemy", "psycopg", "Error:"):
        assert word not in answer.text


@pytest.mark.parametrize("locale", ["ru", "en"])
@pytest.mark.parametrize("code", ASKED)
def test_a_refusal_is_a_page_of_the_site(town: Town, code: int, locale: str) -> None:
    browser = town.browser(Who.ANONYMOUS)
    browser.set_cookie("locale", locale)
    with town.undone():
        check(ASKED[code](town, browser), code, locale)


FAILURES = [ZeroDivisionError(), KeyError("x"), RuntimeError("secret"), RecursionError(), MemoryError(), UnicodeError()]


@pytest.mark.parametrize("locale", ["ru", "en"])
@pytest.mark.parametrize("error", FAILURES, ids=lambda error: type(error).__name__)
def test_a_failure_of_ours_is_a_page_too(
    town: Town, monkeypatch: pytest.MonkeyPatch, error: Exception, locale: str
) -> None:
    monkeypatch.setitem(town.app.view_functions, "board.order_list", view_that_raises(error))
    for who in (Who.ANONYMOUS, Who.OWNER):
        browser = town.browser(who)
        browser.set_cookie("locale", locale)
        answer = browser.get("/board")
        check(answer, 500, locale)
        assert "secret" not in answer.text


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Conflict("Too late: %(when)s", when="<b>now</b>"), 409),
        (Invalid("Wrong: 100%"), 422),
        (Conflict("50 % off"), 409),
    ],
)
def test_the_words_of_a_refusal_are_shown_as_text(
    town: Town, monkeypatch: pytest.MonkeyPatch, error: Exception, code: int
) -> None:
    monkeypatch.setitem(town.app.view_functions, "board.order_list", view_that_raises(error))
    answer = town.browser(Who.ANONYMOUS).get("/board", headers={"Accept-Language": "en"})
    check(answer, code, "en")
    assert "<b>now" not in answer.text
    assert BeautifulSoup(answer.text, "html.parser").select_one("main p.fs-5").text.strip() == str(error)  # type: ignore[union-attr]


@pytest.fixture(scope="module")
def limited_app(town_app: Flask) -> Iterator[Flask]:
    """The town's site with its limits on."""
    app = create_app(settings_for(town_app.config["SQLALCHEMY_DATABASE_URI"], RATELIMIT_ENABLED="1"))
    app.test_client_class = Browser
    yield app


@pytest.mark.parametrize("locale", ["ru", "en"])
def test_too_many_attempts_get_a_page_that_says_when_to_come_back(town: Town, limited_app: Flask, locale: str) -> None:
    browser = Browser.of(limited_app)
    browser.set_cookie("session", town.keys[Who.ANONYMOUS].cookie)
    browser.set_cookie("locale", locale)
    fields = {"email": f"{locale}@example.com", "csrf_token": town.keys[Who.ANONYMOUS].token}
    # A password that is left out is refused without the cost of hashing, and counts all the same.
    here = {"REMOTE_ADDR": {"ru": "10.0.0.1", "en": "10.0.0.2"}[locale]}
    answers = [browser.post("/login", data=fields, environ_base=here) for _ in range(12)]
    assert {answer.status_code for answer in answers[:9]} == {422}
    check(answers[-1], 429, locale)
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 3600
    assert browser.get("/login").status_code == 200, "looking is not limited"


@pytest.mark.parametrize(
    "sent", ["x" * 8_000, "", "not an address", "' OR 1=1", "::1%eth0", "999.1.1.1", "1.2.3.4:5", "\xff"]
)
def test_whatever_a_proxy_says_of_the_address_it_can_be_counted(town: Town, sent: str) -> None:
    url = town.app.config["SQLALCHEMY_DATABASE_URI"]
    app = create_app(settings_for(url, RATELIMIT_ENABLED="1", PROXY_HOPS="1"))
    app.test_client_class = Browser
    browser = Browser.of(app)
    browser.set_cookie("session", town.keys[Who.ANONYMOUS].cookie)
    fields = {"email": f"proxy{len(sent)}@example.com", "csrf_token": town.keys[Who.ANONYMOUS].token}
    answer = browser.post("/login", data=fields, headers={"X-Forwarded-For": sent})
    assert answer.status_code in (422, 429)
    with town.undone():
        fields |= {"email": town.emails["spare"], "password": PASSWORD}
        signed_in = town.browser(Who.ANONYMOUS).post("/login", data=fields, environ_base={"REMOTE_ADDR": sent})
        assert signed_in.status_code == 302


def test_one_network_of_version_six_is_one_address(limited_app: Flask, town: Town) -> None:
    keys = set()
    for address in ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1", "::ffff:192.0.2.7", "192.0.2.7"):
        with limited_app.test_request_context(environ_base={"REMOTE_ADDR": address}):
            keys.add(limits.caller())
    assert keys == {"2001:db8:1:2::/64", "2001:db8:1:3::/64", "192.0.2.7"}
