"""Registering, signing in, refreshing and signing out by program."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, current_app
from flask_security import hash_password
from sqlalchemy import select

from marketplace.accounts import queries, services
from marketplace.accounts.models import Account, AccountSession, RefreshToken
from marketplace.accounts.states import Role, SessionKind
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.repeats import KEPT_FOR, KeptAnswer
from marketplace.web.auth.security import ARGON2
from tests.api.program import Program, told
from tests.api.robots import KEY, number_of, sign_in
from tests.client import Browser
from tests.people import PASSWORD, People

Make = Callable[[Account | None], Program]

ANNA = {"email": "anna@example.com", "password": "a-long-enough-word", "name": "Anna", "role": "customer"}


@pytest.fixture
def hashed(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every password hash that is computed from now on."""
    calls: list[str] = []
    context = type(app.extensions["security"].pwd_context)

    def counted(name: str) -> Callable[..., Any]:
        real = getattr(context, name)

        def count(*args: Any, **kwargs: Any) -> Any:
            calls.append(name)
            return real(*args, **kwargs)

        return count

    for name in ("hash", "verify"):
        monkeypatch.setattr(context, name, counted(name))
    return calls


def find(email: str) -> Account:
    account = queries.find_account_by_email(email)
    assert account is not None
    return account


class TestRegistration:
    """Making an account."""

    @pytest.mark.parametrize("role", ["customer", "performer"])
    def test_who_registers_can_sign_in(self, nobody: Program, role: str) -> None:
        answer = nobody.ask("POST", "/auth/register", ANNA | {"role": role})
        shown = told(answer, 201)
        assert answer.headers["Location"] == shown["links"]["self"] == "/api/v1/me"
        assert not {"access_token", "refresh_token", "password"} & set(shown)
        account = find(ANNA["email"])
        assert (account.role, account.name, account.active) == (Role(role), "Anna", True)
        assert account.password.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
        assert number_of(AccountSession) == 0, "nobody is signed in by that"
        nobody.token = nobody.post("/auth/login", {key: ANNA[key] for key in ("email", "password")})["access_token"]
        assert nobody.get("/me") == shown

    def test_the_address_is_kept_in_one_spelling(self, nobody: Program) -> None:
        shown = nobody.post("/auth/register", ANNA | {"email": " ANNA@ｅxamplｅ.COM", "name": " Anna\n Kern "}, 201)
        assert (shown["email"], shown["name"]) == ("anna@example.com", "Anna Kern")
        nobody.post("/auth/login", {"email": "anna@EXAMPLE.com", "password": ANNA["password"]})

    def test_whoever_comes_in_is_not_turned_away_for_a_dead_token(self, nobody: Program) -> None:
        nobody.token = "dead"
        nobody.post("/auth/register", ANNA, 201)
        nobody.post("/auth/login", {"email": ANNA["email"], "password": ANNA["password"]})
        nobody.get("/board", 401)

    def test_the_language_of_the_request_is_that_of_the_account(self, nobody: Program) -> None:
        nobody.post("/auth/register", ANNA, 201, headers={"Accept-Language": "ru"})
        assert find(ANNA["email"]).locale == "ru"

    @pytest.mark.parametrize(
        ("change", "culprit"),
        [
            ({"name": ""}, "name"),
            ({"name": " \t\r\n "}, "name"),
            ({"name": "\u200b\u2060"}, "name"),
            ({"name": "\u3164\u3164"}, "name"),
            ({"name": "!!!"}, "name"),
            ({"name": "x" * 101}, "name"),
            ({"name": 7}, "name"),
            ({"email": ""}, "email"),
            ({"email": "anna"}, "email"),
            ({"email": "a@b@example.com"}, "email"),
            ({"email": "x" * 300 + "@example.com"}, "email"),
            ({"email": "Anna <anna@example.com>"}, "email"),
            ({"email": "anna\ud800@example.com"}, "email"),
            ({"email": "an\x00na@example.com"}, "email"),
            ({"email": None}, "email"),
            ({"password": ""}, "password"),
            ({"password": "1234567"}, "password"),
            ({"password": "12345678"}, "password"),
            ({"password": "PassWord"}, "password"),
            ({"password": "anna@example.com"}, "password"),
            ({"password": "Anna Kern", "name": "anna kern"}, "password"),
            ({"password": "x" * 257}, "password"),
            ({"password": ["a-long-enough-word"]}, "password"),
            ({"role": "admin"}, "role"),
            ({"role": "manager"}, "role"),
            ({"role": "observer"}, "role"),
            ({"role": ""}, "role"),
            ({"active": True}, "active"),
            ({"id": 1}, "id"),
        ],
    )
    def test_a_refusal_names_the_field_and_makes_nobody(
        self, nobody: Program, change: dict[str, Any], culprit: str
    ) -> None:
        before = number_of(Account)
        problem = nobody.post("/auth/register", ANNA | change, 422)
        assert list(problem["errors"]) == [culprit], problem
        assert str((ANNA | change)["password"]) not in json.dumps(problem) or culprit == "password"
        assert number_of(Account) == before

    def test_a_taken_address_is_said(self, nobody: Program, people: People) -> None:
        people.customer(email="anna@example.com")
        before = number_of(Account)
        problem = nobody.post("/auth/register", ANNA | {"email": "ANNA@example.com"}, 422)
        assert problem["type"] == "urn:podryad:problem:email-taken"
        assert problem["errors"] == {"email": ["An account with this email already exists."]}
        assert number_of(Account) == before

    def test_sent_twice_it_makes_one_account(self, nobody: Program) -> None:
        first = nobody.post("/auth/register", ANNA, 201, headers=KEY)
        assert nobody.post("/auth/register", ANNA, 201, headers=KEY) == first
        nobody.post("/auth/register", ANNA | {"name": "Other"}, 422, headers=KEY)
        assert number_of(Account) == 1
        kept = json.dumps([[row.request, row.body, row.headers] for row in db.session.scalars(select(KeptAnswer))])
        assert ANNA["password"] not in kept and "argon2" not in kept


class TestSigningIn:
    """The first tokens."""

    def test_the_right_password_gets_tokens(self, app: Flask, nobody: Program, people: People) -> None:
        account = people.customer(email="anna@example.com")
        answer = nobody.ask(
            "POST",
            "/auth/login",
            {"email": " ANNA@Example.COM ", "password": PASSWORD, "code": None},
            headers={"User-Agent": "robot/1.0"},
        )
        made = told(answer, 200)
        assert set(made) == {"access_token", "refresh_token", "token_type", "expires_in"}
        assert (made["token_type"], made["expires_in"]) == ("Bearer", 900)
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in answer.headers
        nobody.token = made["access_token"]
        assert nobody.get("/me")["id"] == account.id
        session = db.session.scalars(select(AccountSession)).one()
        assert (session.kind, session.user_agent, session.account_id) == (SessionKind.PROGRAM, "robot/1.0", account.id)

    def test_the_unknown_the_mistaken_and_the_blocked_are_answered_alike(
        self, nobody: Program, people: People, hashed: list[str]
    ) -> None:
        known, blocked = people.customer(), people.customer()
        services.block_account(blocked.id, reason="spam", by=people.admin())
        db.session.commit()
        sessions, answers = number_of(AccountSession), []
        for email, password in (
            (known.email, "not-the-password"),
            (blocked.email, PASSWORD),
            (blocked.email, "not-the-password"),
            ("nobody@example.com", PASSWORD),
        ):
            hashed.clear()
            answer = nobody.ask("POST", "/auth/login", {"email": email, "password": password})
            problem = told(answer, 401)
            # A hash is what takes the time.
            assert len(hashed) == 1
            del problem["request_id"]
            headers = {name: text for name, text in answer.headers if name not in ("X-Request-ID", "Content-Length")}
            answers.append((problem, headers))
        assert all(answer == answers[0] for answer in answers)
        assert answers[0][0]["detail"] == "The email or the password is not right."
        assert answers[0][0]["type"] == "urn:podryad:problem:not-recognised"
        assert answers[0][1]["WWW-Authenticate"] == "Bearer"
        assert number_of(AccountSession) == sessions

    def test_the_page_hashes_as_often(self, app: Flask, people: People, hashed: list[str]) -> None:
        known, blocked = people.customer(), people.customer()
        services.block_account(blocked.id, reason="spam", by=people.admin())
        db.session.commit()
        for email, password in (
            (known.email, "not-the-password"),
            (known.email, PASSWORD),
            (blocked.email, PASSWORD),
            ("nobody@example.com", PASSWORD),
        ):
            hashed.clear()
            Browser.of(app).send("/login", email=email, password=password)
            assert len(hashed) == 1

    def test_an_old_hash_is_renewed(self, nobody: Program, people: People, hashed: list[str]) -> None:
        account = people.customer()
        context = current_app.extensions["security"].pwd_context
        account.password = context.copy(**(ARGON2 | {"argon2__memory_cost": 8 * 1024})).hash(PASSWORD)
        db.session.commit()
        assert "m=8192" in account.password
        sign_in(nobody, account)
        assert "m=19456,t=2,p=1" in account.password
        hashed.clear()
        sign_in(nobody, account)
        assert hashed == ["verify"]

    def test_a_password_that_changed_while_it_was_checked_opens_nothing(
        self, nobody: Program, people: People, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        account = people.customer()
        changed = hash_password("another-long-word")
        real = queries.locked_account

        def locked(account_id: int) -> Account:
            locked = real(account_id)
            locked.password = changed
            return locked

        monkeypatch.setattr(queries, "locked_account", locked)
        nobody.post("/auth/login", {"email": account.email, "password": PASSWORD}, 401)
        assert number_of(AccountSession) == 0

    @pytest.mark.parametrize(
        ("change", "culprit"),
        [
            ({"email": "anna"}, "email"),
            ({"email": ""}, "email"),
            ({"email": ["a"]}, "email"),
            ({"password": ""}, "password"),
            ({"password": "x" * 257}, "password"),
            ({"password": "a\x00b"}, "password"),
            ({"password": None}, "password"),
            ({"code": "123456"}, "code"),
            ({"code": 123456}, "code"),
            ({"code": ""}, "code"),
            ({"remember": True}, "remember"),
        ],
    )
    def test_what_is_not_as_documented_is_refused_before_anything_is_hashed(
        self, nobody: Program, people: People, hashed: list[str], change: dict[str, Any], culprit: str
    ) -> None:
        account = people.customer()
        hashed.clear()
        problem = nobody.post("/auth/login", {"email": account.email, "password": PASSWORD} | change, 422)
        assert list(problem["errors"]) == [culprit]
        assert (hashed, number_of(AccountSession)) == ([], 0)

    def test_sent_twice_under_a_key_it_signs_in_once(self, nobody: Program, people: People) -> None:
        account = people.customer()
        first, again = sign_in(nobody, account, headers=KEY), sign_in(nobody, account, headers=KEY)
        assert again["refresh_token"] == first["refresh_token"]
        assert number_of(AccountSession) == number_of(RefreshToken) == 1
        nobody.get("/me")
        kept = db.session.scalars(select(KeptAnswer)).one()
        assert kept.body == str(db.session.scalar(select(AccountSession.id)))

        nobody.token = None
        nobody.post("/auth/login", {"email": account.email, "password": "another"}, 422, headers=KEY)
        nobody.post("/auth/refresh", {"refresh_token": first["refresh_token"]})
        spent = nobody.post("/auth/login", {"email": account.email, "password": PASSWORD}, 409, headers=KEY)
        assert spent["type"] == "urn:podryad:problem:key-spent"
        assert number_of(AccountSession) == 1

    def test_under_its_key_it_signs_in_again_a_day_later(self, nobody: Program, people: People) -> None:
        account = people.customer()
        first = sign_in(nobody, account, headers=KEY)
        with clock.fixed(clock.now() + KEPT_FOR):
            assert sign_in(nobody, account, headers=KEY)["refresh_token"] != first["refresh_token"]
        assert number_of(AccountSession) == 2

    def test_a_repeated_sign_in_does_not_bring_back_what_was_ended(self, nobody: Program, people: People) -> None:
        account = people.customer()
        sign_in(nobody, account, headers=KEY)
        services.end_sessions(account)
        db.session.commit()
        nobody.token = None
        nobody.post("/auth/login", {"email": account.email, "password": PASSWORD}, 409, headers=KEY)
        assert number_of(AccountSession) == 1

    def test_a_refused_sign_in_leaves_its_key_free(self, nobody: Program, people: People) -> None:
        account = people.customer()
        nobody.post("/auth/login", {"email": account.email, "password": "wrong"}, 401, headers=KEY)
        sign_in(nobody, account, headers=KEY)


class TestSigningOut:
    """The end of a program's session."""

    def test_all_tokens_of_the_program_die_and_no_others(self, app: Flask, nobody: Program, people: People) -> None:
        account = people.customer()
        made, other = sign_in(nobody, account), Program(app, account)
        later = nobody.post("/auth/refresh", {"refresh_token": made["refresh_token"]})
        nobody.post("/auth/logout", status=204)
        for token in (made["access_token"], later["access_token"]):
            nobody.token = token
            nobody.get("/me", 401)
            nobody.post("/auth/logout", status=401)
        nobody.token = None
        nobody.post("/auth/refresh", {"refresh_token": later["refresh_token"]}, 401)
        other.get("/me")

    def test_who_has_not_signed_in_cannot_sign_out(self, nobody: Program, people: People) -> None:
        nobody.browser.sign_in(people.customer())
        nobody.post("/auth/logout", status=401)
        assert nobody.browser.get("/profile").status_code == 200
