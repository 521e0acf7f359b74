"""P30: security headers stand on every answer, and cookies are closed to scripts, other sites and plain HTTP."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from marketplace.app import create_app
from tests.client import Browser
from tests.conftest import settings_for
from tests.promises.doors import doors
from tests.promises.town import PASSWORD, Town, Who

EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
CLOSED = {
    "default-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}


def missing(answer: TestResponse) -> list[str]:
    """The headers that this answer lacks, and the holes in its content policy."""
    found = [name for name, value in EVERYWHERE.items() if answer.headers.get(name) != value]
    policy = dict(
        part.strip().split(" ", 1) for part in answer.headers.get("Content-Security-Policy", "a b").split(";")
    )
    found += [f"{name} {policy.get(name)}" for name, value in CLOSED.items() if policy.get(name) != value]
    found += [
        f"{name} {value}" for name, value in policy.items() if "unsafe" in value or "*" in value or "http" in value
    ]
    if "Cache-Control" not in answer.headers or not answer.headers.get("X-Request-ID"):
        found.append("Cache-Control or X-Request-ID")
    if "Server" in answer.headers or "X-Powered-By" in answer.headers:
        found.append("says what it runs on")
    return found


def test_every_answer_of_every_route_carries_them(town: Town, figure: Callable[[str], None]) -> None:
    wrong, number, kinds = [], 0, set()
    for door in doors():
        for who in (Who.ANONYMOUS, Who.OWNER, Who.PERFORMER, Who.ADMIN):
            for method in (door.method, "HEAD", "OPTIONS") if who is Who.ADMIN else (door.method,):
                with town.undone():
                    fields = {name: town.fill(text) for name, text in door.fields.items()}
                    answer = town.ask(who, method, town.path(door.path), fields)
                number += 1
                kinds.add(answer.status_code)
                wrong += [f"{method} {door.path} {who} {answer.status_code}: {name}" for name in missing(answer)]
    assert wrong == []
    figure(f"P30: {len(wrong)} headers missing of {number} answers ({', '.join(map(str, sorted(kinds)))})")


def test_head_answers_as_get_does_and_says_how_long_that_is(town: Town) -> None:
    wrong = []
    for path in sorted({door.path for door in doors() if door.method == "GET"}):
        for who in (Who.ANONYMOUS, Who.OWNER, Who.MANAGER, Who.ADMIN):
            told, shown = (town.ask(who, method, town.path(path)) for method in ("HEAD", "GET"))
            assert not told.data
            if (told.status_code, told.content_length) != (shown.status_code, shown.content_length):
                wrong.append(f"{path} {who}: {told.status} {told.content_length}, {shown.content_length}")
    assert wrong == []


ERRORS = {
    "no token": ("POST", "/login", 400),
    "not signed in": ("POST", "/profile", 401),
    "not allowed": ("GET", "/admin/", 403),
    "nothing there": ("GET", "/nothing", 404),
    "another method": ("DELETE", "/board", 405),
    "too late": ("GET", "/orders/{completed}/take", 409),
    "too long an address": ("GET", "/board?" + "x" * 5000, 414),
    "wrong filters": ("GET", "/board?price_from=x", 422),
    "no such file": ("GET", "/static/nothing.css", 404),
}


@pytest.mark.parametrize("what", ERRORS)
def test_every_kind_of_refusal_carries_them(town: Town, what: str) -> None:
    method, path, status = ERRORS[what]
    who = Who.ANONYMOUS if status == 401 else Who.STRANGER
    data = {"csrf_token": town.keys[who].token} if status == 401 else None
    answer = town.browser(Who.PERFORMER if status == 409 else who).open(town.path(path), method=method, data=data)
    assert answer.status_code == status
    assert missing(answer) == []


def test_a_failure_of_ours_carries_them_too(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(town.app.view_functions, "board.order_list", fail)
    answer = town.ask(Who.ANONYMOUS, "GET", "/board")
    assert answer.status_code == 500
    assert missing(answer) == []


def test_pages_are_not_kept_by_caches_and_files_are(town: Town) -> None:
    for path in ("/", "/board", "/profile", "/login", "/nothing", "/readyz"):
        assert "no-store" in town.ask(Who.OWNER, "GET", path).headers["Cache-Control"], path
    assert "max-age" in town.ask(Who.OWNER, "GET", "/static/css/theme.css").headers["Cache-Control"]


def test_no_page_needs_more_than_its_content_policy_allows(town: Town) -> None:
    wrong = []
    for door in doors():
        if door.method == "GET" and 200 in door.answers.values():
            who = next(who for who, status in door.answers.items() if status == 200)
            text = town.ask(who, "GET", town.path(door.path)).get_data().decode("utf-8", "replace")
            wrong += [
                f"{door.path} {mark}" for mark in (" style=", " onclick=", "<style", "javascript:") if mark in text
            ]
    assert wrong == []


def https_app(url: str, **environ: str) -> Flask:
    """An application with other settings on a database that nothing is asked of."""
    app = create_app(settings_for(url, **environ))
    app.test_client_class = Browser
    return app


def test_https_is_demanded_for_good_only_where_it_is_there(town: Town) -> None:
    url = town.app.config["SQLALCHEMY_DATABASE_URI"]
    assert "Strict-Transport-Security" not in town.browser(Who.ANONYMOUS).get("/healthz").headers
    over_https = town.browser(Who.ANONYMOUS).get("/healthz", base_url="https://localhost")
    assert "max-age=31536000" in over_https.headers["Strict-Transport-Security"]
    by_setting = https_app(url, HTTPS="1").test_client().get("/healthz")
    assert "max-age=31536000" in by_setting.headers["Strict-Transport-Security"]
    said_by_nobody = town.browser(Who.ANONYMOUS).get("/healthz", headers={"X-Forwarded-Proto": "https"})
    assert "Strict-Transport-Security" not in said_by_nobody.headers
    behind_a_proxy = (
        https_app(url, PROXY_HOPS="1").test_client().get("/healthz", headers={"X-Forwarded-Proto": "https"})
    )
    assert "Strict-Transport-Security" in behind_a_proxy.headers


def cookies(answer: TestResponse) -> dict[str, set[str]]:
    """The attributes of each cookie that the answer sets."""
    found = {}
    for line in answer.headers.getlist("Set-Cookie"):
        name, *attributes = (part.strip() for part in line.split(";"))
        found[name.partition("=")[0]] = {attribute.partition("=")[0].lower() for attribute in attributes} | {
            attribute.lower() for attribute in attributes if attribute.lower().startswith("samesite")
        }
    return found


@pytest.mark.parametrize("https", [False, True])
def test_every_cookie_is_closed(town: Town, https: bool) -> None:
    url = town.app.config["SQLALCHEMY_DATABASE_URI"]
    app = https_app(url, HTTPS="1") if https else town.app
    where = "https://localhost" if https else "http://localhost"
    browser = Browser.of(app)
    page = browser.get("/login", base_url=where)
    seen = cookies(page)
    token = page.text.partition('name="csrf_token"')[2].partition('value="')[2].partition('"')[0]
    headers = {"Referer": f"{where}/login"}
    form = {"theme": "dark", "locale": "en", "csrf_token": token}
    seen |= cookies(browser.post("/preferences", data=form, base_url=where, headers=headers))
    form = {"email": town.emails["spare"], "password": PASSWORD, "csrf_token": token}
    with town.undone(app):
        signed_in = browser.post("/login", data=form, base_url=where, headers=headers)
    assert signed_in.status_code == 302
    seen |= cookies(signed_in)
    assert set(seen) >= {"session", "theme", "locale"}
    for name, attributes in seen.items():
        assert {"httponly", "samesite=lax", "path"} <= attributes, name
        assert ("secure" in attributes) is https, name
        assert "domain" not in attributes, name
