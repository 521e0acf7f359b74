"""One line of JSON per request, with the id that error pages show; no password, cookie, token or query in it."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from marketplace.core.db import db
from marketplace.web.requestlog import JsonLines
from tests.promises.doors import doors
from tests.promises.town import PASSWORD, Town, Who

WANTED = {"at", "level", "logger", "message", "request_id", "method", "path", "endpoint", "status", "ms", "address"}


class Log:
    """What was logged since."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    def lines(self) -> list[dict[str, Any]]:
        """Every line, which must be JSON by itself."""
        return [json.loads(line) for line in self.text.split("\n") if line]

    def requests(self) -> list[dict[str, Any]]:
        """The lines of requests among them."""
        return [line for line in self.lines() if line["logger"] == "marketplace.request"]

    def clear(self) -> None:
        self.stream.seek(0)
        self.stream.truncate()


@pytest.fixture
def log(town: Town) -> Iterator[Log]:
    """What the site logs at the level that production has."""
    logger = logging.getLogger("marketplace")
    before, log = logger.level, Log()
    handler = logging.StreamHandler(log.stream)
    handler.setFormatter(JsonLines())
    logger.setLevel("INFO")
    logger.addHandler(handler)
    yield log
    logger.removeHandler(handler)
    logger.setLevel(before)


def test_every_request_writes_one_line_with_the_id_of_its_answer(town: Town, log: Log) -> None:
    for door in doors():
        for who in (Who.ANONYMOUS, Who.ADMIN):
            log.clear()
            with town.undone():
                fields = {name: town.fill(value) for name, value in door.fields.items()}
                answer = town.ask(who, door.method, town.path(door.path), fields)
            if door.path.startswith("/static"):
                continue
            (line,) = log.requests()
            assert set(line) >= WANTED
            assert line["request_id"] == answer.headers["X-Request-ID"]
            assert (line["method"], line["status"]) == (door.method, answer.status_code)
            assert line["path"] == town.path(door.path).partition("?")[0]


@pytest.mark.parametrize(
    "path",
    ["/nothing", "/%0a%0d", "/\u2028\x85", '/{"level":"x"}', "/%ff%00", "/static/nothing", "/board?" + "x" * 5000],
)
def test_a_refused_request_writes_one_line_too_whatever_its_address(town: Town, log: Log, path: str) -> None:
    answer = town.ask(Who.ANONYMOUS, "GET", path)
    (line,) = log.requests()
    assert line["status"] == answer.status_code >= 400
    assert len(log.text.splitlines()) == 1
    assert answer.headers["X-Request-ID"] in answer.text


def test_the_id_of_a_proxy_is_kept_and_a_strange_one_is_not(town: Town, log: Log) -> None:
    for sent in ("0123456789abcdef", "a-b_c-d-e"):
        answer = town.browser(Who.ANONYMOUS).get("/healthz", headers={"X-Request-ID": sent})
        assert answer.headers["X-Request-ID"] == log.requests()[-1]["request_id"] == sent
    for sent in ("", "short", "x" * 65, "a b c d e f", "<script>alert", 'a"}{"b":"c', "\xe9" * 10):
        answer = town.browser(Who.ANONYMOUS).get("/healthz", headers={"X-Request-ID": sent})
        assert answer.headers["X-Request-ID"] == log.requests()[-1]["request_id"] != sent


def test_no_secret_is_written_down(town: Town, log: Log) -> None:
    key, query = town.keys[Who.ANONYMOUS], "a-word-that-was-searched-for"
    with town.undone():
        for password, expected in (("a-wrong-password-of-somebody", 422), (PASSWORD, 302)):
            browser = town.browser(Who.ANONYMOUS)
            fields = {"email": town.emails["spare"], "password": password, "csrf_token": key.token}
            assert browser.post("/login", data=fields).status_code == expected
        cookie = browser.get_cookie("session")
        assert cookie is not None
        browser.get(f"/board?q={query}")
        browser.get(f"/nothing?q={query}", headers={"Referer": f"http://localhost/?q={query}"})
        fresh = {"email": "new@example.com", "name": "Newcomer Secretive", "password": PASSWORD, "role": "customer"}
        assert town.ask(Who.ANONYMOUS, "POST", "/register", fresh).status_code == 302
        profile = {"name": "Customer Secretive", "phone": "+7 912 345-67-89", "price_unit": "hour"}
        assert town.ask(Who.CUSTOMER, "POST", "/profile", profile).status_code == 302
    assert len(log.requests()) == 6
    # Long enough to be in no request's id by chance.
    secrets = (
        PASSWORD,
        "a-wrong-password",
        query,
        cookie.value,
        key.cookie,
        key.token,
        town.keys[Who.CUSTOMER].cookie,
        town.keys[Who.CUSTOMER].token,
        "912 345",
        "9123456789",
        "Secretive",
        "@example",
    )
    assert [secret for secret in secrets if secret in log.text] == []


def fail_in_the_database(town: Town, statement: str, **values: str) -> Any:
    """A view that meets an error of the database with secrets in the statement's values."""

    def view() -> str:
        db.session.execute(text(statement), values)
        return ""

    return view


@pytest.mark.parametrize(
    "statement",
    [
        # PostgreSQL repeats the row, or the key, in the details of its refusal.
        "INSERT INTO accounts (email, password, role, active, fs_uniquifier, created_at)"
        " VALUES (:secret, :secret, 'nobody', true, :secret, now())",
        "UPDATE accounts SET email = (SELECT max(email) FROM accounts), password = :secret",
        "SELECT CAST(:secret AS int)",
        "SELECT nothing FROM accounts WHERE password = :secret",
    ],
)
def test_a_failure_writes_where_it_happened_and_not_what_was_in_it(
    town: Town, log: Log, monkeypatch: pytest.MonkeyPatch, statement: str
) -> None:
    secret = "the-secret-of-somebody"
    monkeypatch.setitem(
        town.app.view_functions, "board.order_list", fail_in_the_database(town, statement, secret=secret)
    )
    with town.undone():
        answer = town.ask(Who.ANONYMOUS, "GET", "/board")
    assert answer.status_code == 500
    (failure,) = (line for line in log.lines() if line["logger"] == "marketplace.errors")
    assert failure["request_id"] == answer.headers["X-Request-ID"]
    assert "fail_in_the_database" in failure["traceback"] or "test_logs.py" in failure["traceback"]
    assert secret not in log.text
    assert all(email not in log.text for email in town.emails.values())
    assert secret not in answer.text and "Traceback" not in answer.text


def test_logging_asks_nothing_of_the_database(town_app: Flask, town: Town, log: Log) -> None:
    answer = town.ask(Who.ADMIN, "GET", "/healthz")
    assert answer.status_code == 200
    (line,) = log.requests()
    assert line["account_id"] is None, "nobody asked who this is"
