"""P18 and P30 for programs: cookies count for nothing, tokens count nowhere else, every answer carries the headers.

And logs: one line per request, with neither token nor password in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from marketplace.app import create_app
from marketplace.core.db import db
from marketplace.web.programs import API
from tests.api.program import PROBLEM
from tests.conftest import settings_for
from tests.people import PASSWORD
from tests.promises.api_doors import ApiDoor, api_doors
from tests.promises.callers import Files
from tests.promises.doors import doors
from tests.promises.test_headers import missing
from tests.promises.test_logs import WANTED, Log, log
from tests.promises.town import Town, Who
from tests.races.crowd import size

__all__ = ["log"]

WRITES = [door for door in api_doors() if door.method != "GET" and min(door.answers.values()) < 300]
FOR_EVERYBODY = [door for door in WRITES if door.answers[Who.ANONYMOUS] < 300]
"""Registration and signing in need no token; whatever else is sent with them, they go by what is in the body."""


def some_doors() -> list[ApiDoor]:
    """One of each operation, and some of the others; all of them in a full run."""
    doors = list(api_doors())
    first = {re.sub(r"{\w+}", "{}", str(door)): door for door in reversed(doors)}
    return [*first.values(), *doors[:: size(5, 1)]]


def test_no_cookie_does_anything_by_the_api(town: Town, figure: Callable[[str], None]) -> None:
    wrong, number = [], 0
    for door in WRITES:
        if door in FOR_EVERYBODY:
            continue
        who = next(who for who, status in door.answers.items() if status < 300)
        token = town.keys[who].token
        with town.undone() as connection:
            for headers in ({}, {"X-CSRFToken": token}, {"X-CSRFToken": token, "Referer": "http://localhost/board"}):
                address = town.path(door.path)
                for sent in (
                    door.body.parts() if isinstance(door.body, Files) else {"json": town.fill_json(door.sent(who))},
                    {"data": {"csrf_token": token}},
                    {"query_string": {"csrf_token": token, "access_token": town.programs.token(who)}},
                ):
                    answer = town.browser(who).open(address, method=door.method, headers=headers, **sent)
                    number += 1
                    if answer.status_code != 401 or "Set-Cookie" in answer.headers:
                        wrong.append(f"{door} {sorted(sent)} {answer.status_code}")
            if town.trace(connection) != town.untouched:
                wrong.append(f"{door} changed something")
    assert wrong == []
    assert number > 100
    figure(f"P18 API: {len(wrong)} of {number} acts done by cookie, with and without a CSRF token")


def test_a_page_gets_its_token_by_its_cookie_and_csrf_token_only(town: Town) -> None:
    for who in (Who.OWNER, Who.ADMIN):
        other = town.keys[Who.CUSTOMER].token
        for headers in ({}, {"X-CSRFToken": other}, {"Authorization": f"Bearer {town.programs.token(who)}"}):
            answer = town.browser(who).post("/sessions/token", headers=headers)
            assert (answer.status_code, "access_token" in answer.text) == (400, False)
        made = town.browser(who).post("/sessions/token", headers={"X-CSRFToken": town.keys[who].token})
        headers = {"Authorization": f"Bearer {made.get_json()['access_token']}"}
        assert town.call(Who.ANONYMOUS, "GET", f"{API}/me", headers=headers).get_json()["id"] == town.ids[who.value]
        assert "no-store" in made.headers["Cache-Control"]


def test_no_token_does_anything_by_the_pages(town: Town) -> None:
    wrong = []
    for door in doors():
        if door.method != "POST" or door.path in ("/login", "/register") or 302 not in door.answers.values():
            continue
        who = next(who for who in (Who.ADMIN, Who.PERFORMER, Who.OWNER, Who.MANAGER) if door.answers[who] == 302)
        fields = {name: town.fill(text) for name, text in door.fields.items()}
        with town.undone() as connection:
            # With a CSRF token that fits the browser too: nobody has signed in there.
            for token in (None, town.keys[Who.ANONYMOUS].token):
                browser = town.browser(Who.ANONYMOUS)
                headers = {"Authorization": f"Bearer {town.programs.token(who)}"}
                data = fields if token is None else {**fields, "csrf_token": token}
                answer = browser.post(town.path(door.path), data=data, headers=headers)
                expected = (400,) if token is None else (door.answers[Who.ANONYMOUS],)
                if answer.status_code not in expected:
                    wrong.append(f"{door} {answer.status_code} instead of {expected}")
            if door.answers[Who.ANONYMOUS] == 401 and town.trace(connection) != town.untouched:
                wrong.append(f"{door} changed something")
    assert wrong == []
    headers = {"Authorization": f"Bearer {town.programs.token(Who.ADMIN)}"}
    for path in ("/live/ticket", "/sessions/token"):
        data = {"csrf_token": town.keys[Who.ANONYMOUS].token}
        assert town.browser(Who.ANONYMOUS).post(path, data=data, headers=headers).status_code == 401
    for path in ("/profile", "/orders", "/admin/", "/sessions", "/live/news"):
        assert town.browser(Who.ANONYMOUS).get(path, headers=headers).status_code == 302


def test_every_answer_of_the_api_carries_the_headers_and_opens_nothing_to_other_sites(
    town: Town, figure: Callable[[str], None]
) -> None:
    wrong, number, kinds = [], 0, set()
    for door in some_doors():
        for who in (Who.ANONYMOUS, Who.OWNER, Who.PERFORMER, Who.ADMIN):
            for method in (door.method, "HEAD", "OPTIONS") if who is Who.ADMIN else (door.method,):
                body = door.sent(who) if method == door.method else None
                with town.undone():
                    answer = town.call(
                        who, method, town.path(door.path), body, headers={"Origin": "https://evil.example"}
                    )
                number += 1
                kinds.add(answer.status_code)
                found = missing(answer)
                found += [name for name, _value in answer.headers if name.lower().startswith("access-control")]
                if not {"no-store", "no-cache"} & set(re.findall(r"[\w-]+", answer.headers["Cache-Control"])):
                    found.append(answer.headers["Cache-Control"])
                wrong += [f"{method} {door.path} {who} {answer.status_code}: {name}" for name in found]
    assert wrong == []
    figure(f"P30 API: {len(wrong)} headers missing of {number} answers ({', '.join(map(str, sorted(kinds)))})")


def test_every_request_of_a_program_writes_one_line_without_its_token(town: Town, log: Log) -> None:
    for door in some_doors():
        for who in (Who.ANONYMOUS, Who.ADMIN):
            log.clear()
            with town.undone():
                answer = town.call(who, door.method, town.path(door.path), door.sent(who))
            (line,) = log.requests()
            assert set(line) >= WANTED
            assert line["request_id"] == answer.headers["X-Request-ID"]
            assert (line["method"], line["status"], line["path"]) == (
                door.method,
                answer.status_code,
                town.path(door.path).partition("?")[0],
            )
            assert (town.programs.token(who) or "Bearer") not in log.text


@pytest.mark.parametrize(
    "header", ["Bearer a-token-of-somebody", "Basic YS13b3JkOmEtd29yZA==", "Bearer " + "x" * 3000, "Bearer \xff"]
)
def test_no_credentials_are_written_down(town: Town, log: Log, header: str) -> None:
    with town.undone():
        for path in ("/orders/1", "/nothing", "/auth/login"):
            address = f"{API}{path}?access_token=a-secret-in-the-address&password={PASSWORD}"
            for method in ("GET", "POST"):
                town.call(Who.ANONYMOUS, method, address, {"password": PASSWORD}, headers={"Authorization": header})
    secrets = (header.partition(" ")[2], "a-secret-in-the-address", PASSWORD)
    assert len(log.requests()) == 6
    assert [secret for secret in secrets if secret in log.text] == []


@pytest.mark.parametrize("header", [None, "Bearer a.b.c", "Basic eDp5"])
def test_who_is_not_known_is_counted_too(town: Town, header: str | None) -> None:
    limit = 30
    url = town.app.config["SQLALCHEMY_DATABASE_URI"]
    app = create_app(settings_for(url, RATELIMIT_ENABLED="1", API_REQUESTS_PER_MINUTE=str(limit)))
    headers = {} if header is None else {"Authorization": header}
    # Nobody else comes from there.
    address = {"REMOTE_ADDR": f"192.0.2.{7 if header is None else len(header)}"}
    answers = [
        app.test_client().get(f"{API}/categories", headers=headers, environ_base=address) for _ in range(4 * limit)
    ]
    # A minute may end meanwhile.
    refused = [answer for answer in answers if answer.status_code == 429]
    assert len(answers) - len(refused) <= 2 * limit
    assert {answer.status_code for answer in answers} == {429, 200 if header is None else 401}
    assert all(answer.mimetype == PROBLEM and int(answer.headers["Retry-After"]) <= 60 for answer in refused)
    assert all(answer.headers["RateLimit"] for answer in answers)
    with app.app_context():
        db.engine.dispose()
