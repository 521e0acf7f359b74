"""Attempts to sign in, to register and to refresh are counted, together with those on the pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from marketplace.accounts.models import Account
from marketplace.app import create_app
from marketplace.core.db import db
from marketplace.core.limits import PostgresStorage
from tests.api.program import Program, told
from tests.client import Browser
from tests.conftest import settings_for
from tests.people import PASSWORD, People

PER_ACCOUNT, PER_ADDRESS, REGISTRATIONS, REFRESHES, GIVEN_BACK = 10, 20, 10, 60, 20
Tell = Callable[[str, int], TestResponse]
STATE = re.compile(r'"([^"]+)";r=([0-9]+);t=([0-9]+)')


@pytest.fixture(scope="module")
def counting_app(fresh_database: Callable[[], str]) -> Iterator[Flask]:
    """The application with its limits on, on a database where counts stay."""
    app = create_app(settings_for(fresh_database(), RATELIMIT_ENABLED="1"))
    app.test_client_class = Browser
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def limited(counting_app: Flask) -> Iterator[Flask]:
    """The same, with nothing counted yet."""
    with counting_app.app_context():
        PostgresStorage().reset()
        yield counting_app
        db.session.remove()


def at(number: int) -> dict[str, Any]:
    """From another address."""
    return {"environ_base": {"REMOTE_ADDR": f"10.0.0.{number}"}}


def by_program(app: Flask, email: str, password: str = "", number: int = 1) -> TestResponse:
    """An attempt by program; without a password it costs no hashing, and counts all the same."""
    return Program(app).ask("POST", "/auth/login", {"email": email, "password": password}, **at(number))


def by_page(app: Flask, email: str, password: str = "", number: int = 1) -> TestResponse:
    """An attempt on the page."""
    browser = Browser.of(app)
    fields = {"email": email, "password": password, "csrf_token": browser.csrf_token()}
    return browser.post("/login", data=fields, **at(number))


def left(answer: TestResponse) -> dict[str, int]:
    """What the answer says is left of each limit."""
    return {name: int(rest) for name, rest, _seconds in STATE.findall(answer.headers["RateLimit"])}


def check_refusal(answer: TestResponse) -> None:
    """A 429 that says when to come back."""
    told(answer, 429)
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert 0 in left(answer).values()


def test_attempts_at_an_account_count_together_whichever_way_and_from_wherever_they_come(limited: Flask) -> None:
    email = People(limited).customer().email
    for number in range(PER_ACCOUNT):
        attempt = by_program if number % 2 else by_page
        # The spelling makes no other account of it.
        assert attempt(limited, email.upper() if number % 3 else f" {email}", number=number).status_code == 422
    # The right password does not get through either while the account is being attacked.
    check_refusal(by_program(limited, email, PASSWORD, number=99))
    page = by_page(limited, email, PASSWORD, number=99)
    assert page.status_code == 429
    assert 0 < int(page.headers["Retry-After"]) <= 60
    told(by_program(limited, People(limited).customer().email, PASSWORD, number=99), 200)


def test_attempts_from_an_address_count_together_whatever_the_account(limited: Flask) -> None:
    for number in range(PER_ADDRESS):
        attempt = by_program if number % 2 else by_page
        assert attempt(limited, f"anna{number}@example.com").status_code == 422
    check_refusal(by_program(limited, "peter@example.com"))
    assert by_page(limited, "peter@example.com").status_code == 429
    assert by_program(limited, "peter@example.com", number=2).status_code == 422


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"[" * 100_000,
        b'{"email": 7}',
        b'{"email": "\\ud800"}',
        b'{"email": ["a"]}',
        b"\xff",
    ],
    ids=lambda raw: repr(raw[:20]),
)
def test_what_cannot_be_read_counts_too_and_breaks_nothing(limited: Flask, raw: bytes) -> None:
    program = Program(limited)
    for _ in range(2):
        answer = program.ask("POST", "/auth/login", data=raw, content_type="application/json")
        assert answer.status_code in (400, 422)
    assert left(answer)["sign-in by address 60"] == PER_ADDRESS - 2


def test_registrations_count_together_and_no_header_makes_an_exception(limited: Flask) -> None:
    program, browser = Program(limited), Browser.of(limited)
    check = {"X-Check-Form": "1"}
    for number in range(REGISTRATIONS):
        if number % 2:
            answer = program.ask("POST", "/auth/register", {"email": "a"}, headers=check)
        else:
            answer = browser.send("/register", email="a")
        assert answer.status_code == 422
    check_refusal(program.ask("POST", "/auth/register", {"email": "a"}, headers=check))
    assert browser.send("/register", email="a").status_code == 429
    fields = {"email": "a", "csrf_token": browser.csrf_token()}
    assert browser.post("/register", data=fields, headers=check).status_code == 200, "a form may still be checked"


def telling_the_password(app: Flask, account: Account) -> list[Tell]:
    """Each way for somebody who is signed in to tell the present password."""
    browser, program = Browser.of(app).sign_in(account), Program(app, account)

    def on_page(path: str, **fields: str) -> Tell:
        return lambda password, number: browser.post(
            path, data={**fields, "password": password, "csrf_token": browser.csrf_token()}, **at(number)
        )

    def by_api(password: str, number: int) -> TestResponse:
        body = {"current_password": password, "new_password": "another-long-word"}
        return program.ask("POST", "/me/password", body, **at(number))

    new = {"new_password": "another-long-word", "new_password_confirm": "another-long-word"}
    return [on_page("/password", **new), by_api, on_page("/verify")]


@pytest.mark.parametrize("place", range(3), ids=["page", "API", "once more"])
def test_who_is_signed_in_tells_the_password_so_often_whichever_way_and_from_wherever(
    limited: Flask, place: int
) -> None:
    account, other = People(limited).customer(), People(limited).customer()
    ways, email = telling_the_password(limited, account), account.email
    for number in range(PER_ACCOUNT):
        assert ways[number % 3]("", number).status_code == 422
    refused = ways[place](PASSWORD, 99)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert by_page(limited, email, PASSWORD, number=99).status_code == 302, "signing in is counted by itself"
    assert telling_the_password(limited, other)[place](PASSWORD, 99).status_code in (200, 302)


def test_who_is_attacked_from_outside_can_change_the_password(limited: Flask) -> None:
    account = People(limited).customer()
    ways, email = telling_the_password(limited, account), account.email
    for number in range(PER_ACCOUNT):
        assert by_program(limited, email, number=number).status_code == 422
    assert by_program(limited, email, PASSWORD, number=99).status_code == 429
    told(ways[1](PASSWORD, 99), 200)


def test_telling_the_password_counts_with_signing_in_from_one_address(limited: Flask) -> None:
    people = People(limited)
    for number in range(PER_ADDRESS - 2):
        assert by_program(limited, f"anna{number}@example.com").status_code == 422
    first, second = (telling_the_password(limited, people.customer()) for _ in range(2))
    answer = first[1]("", 1)
    assert left(answer)["sign-in by address 60"] == 1
    assert left(answer)["password by account 60"] == PER_ACCOUNT - 1
    assert second[0]("", 1).status_code == 422
    for tell in (*first, *second):
        assert tell(PASSWORD, 1).status_code == 429
    check_refusal(by_program(limited, "peter@example.com"))


def test_refreshes_are_counted_by_address(limited: Flask) -> None:
    program = Program(limited)
    for _ in range(REFRESHES):
        program.post("/auth/refresh", {"refresh_token": "x"}, 401)
    check_refusal(program.ask("POST", "/auth/refresh", {"refresh_token": "x"}))
    assert program.ask("POST", "/auth/refresh", {"refresh_token": "x"}, **at(2)).status_code == 401


def test_an_answer_tells_of_every_limit_that_it_counts_for(limited: Flask) -> None:
    email = People(limited).customer().email
    answer = by_program(limited, email, PASSWORD)
    assert told(answer, 200)["token_type"] == "Bearer"
    rest = left(answer)
    assert 0 < rest.pop("minute") < 600
    assert rest == {
        "sign-in by address 60": PER_ADDRESS - 1,
        "sign-in by account 60": PER_ACCOUNT - 1,
        "sign-in by address 3600": 199,
        "sign-in by account 3600": 49,
    }
    assert '"sign-in by account 60";q=10;w=60' in answer.headers["RateLimit-Policy"]
    assert '"minute";q=600;w=60' in answer.headers["RateLimit-Policy"]
    assert [name for name, _text in answer.headers if name.startswith("X-RateLimit")] == []
    assert "Retry-After" not in answer.headers
    assert by_program(limited, email).headers["RateLimit"] != answer.headers["RateLimit"]


def test_other_answers_tell_only_of_the_limit_that_all_share(limited: Flask) -> None:
    answer = Program(limited).ask("GET", "/me")
    assert answer.status_code == 401
    assert list(left(answer)) == ["minute"]
    assert "RateLimit" not in Browser.of(limited).get("/login").headers


@pytest.mark.parametrize("tell", [by_program, by_page])
def test_who_is_signed_in_here_is_not_kept_out_by_who_guesses_elsewhere(
    tell: Callable[..., TestResponse], limited: Flask
) -> None:
    email = People(limited).customer().email
    assert by_program(limited, email, PASSWORD, 1).status_code == 200
    for _ in range(PER_ACCOUNT):
        by_program(limited, email, "", 2)
    assert tell(limited, email, PASSWORD, 3).status_code == 429
    assert tell(limited, email, PASSWORD, 1).status_code in (200, 302)
    # Guessing is limited there too.
    for _ in range(PER_ACCOUNT):
        by_program(limited, email, "", 1)
    assert tell(limited, email, PASSWORD, 1).status_code == 429


def test_orders_given_back_are_counted_together_whichever_way(limited: Flask) -> None:
    people = People(limited)
    performer = people.performer()
    program, browser = Program(limited, performer), Browser.of(limited).sign_in(performer)
    reason = {"reason": "No time"}
    for number in range(GIVEN_BACK):
        order = people.order()
        program.post(f"/orders/{order.id}/take", {})
        # What is refused, and what is done already, does not count.
        program.post(f"/orders/{order.id}/withdraw", {"reason": " "}, 422)
        if number % 2:
            for _ in range(2 if number == 1 else 1):
                program.post(f"/orders/{order.id}/withdraw", reason, headers={"Idempotency-Key": f"key-{number}"})
        else:
            assert browser.send(f"/orders/{order.id}/withdraw", reason="").status_code == 422
            assert browser.send(f"/orders/{order.id}/withdraw", **reason).status_code == 302
    last = people.order()
    program.post(f"/orders/{last.id}/take", {})
    told(program.ask("POST", f"/orders/{last.id}/withdraw", reason), 429)
    assert browser.send(f"/orders/{last.id}/withdraw", **reason).status_code == 429
    assert program.get(f"/orders/{last.id}")["status"] == "in_progress"
    # Others are not counted with them.
    other = Program(limited, people.performer())
    other.post(f"/orders/{people.order().id}/withdraw", reason, 403)
