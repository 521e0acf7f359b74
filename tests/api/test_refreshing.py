"""Refreshing: a token is good for one use, and what is over does not stay."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.accounts.models import AccountSession, RefreshToken
from marketplace.accounts.states import ACCESS_LIFETIME, REFRESH_LIFETIME, SessionKind
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.repeats import KEPT_FOR
from tests.api.program import Program
from tests.api.robots import KEY, number_of, refresh, sign_in
from tests.client import Browser
from tests.people import People


class TestRefreshing:
    """The next tokens."""

    def test_a_token_is_good_for_the_next_pair(self, nobody: Program, people: People) -> None:
        account = people.customer()
        first = sign_in(nobody, account)
        second = refresh(nobody, first["refresh_token"])
        assert second["refresh_token"] != first["refresh_token"]
        nobody.token = second["access_token"]
        assert nobody.get("/me")["id"] == account.id
        third = refresh(nobody, second["refresh_token"])
        nobody.token = third["access_token"]
        nobody.get("/me")
        assert number_of(AccountSession) == 1

    def test_an_access_token_that_is_over_is_no_hindrance(self, nobody: Program, people: People) -> None:
        first = sign_in(nobody, people.customer())
        with clock.fixed(clock.now() + ACCESS_LIFETIME):
            nobody.get("/me", 401)
            # A program that always sends its token sends a dead one just when it needs another.
            nobody.token = refresh(nobody, first["refresh_token"])["access_token"]
            nobody.get("/me")

    def test_another_token_under_the_same_key_is_another_request(self, nobody: Program, people: People) -> None:
        first, other = (sign_in(nobody, people.customer()) for _ in range(2))
        made = refresh(nobody, first["refresh_token"], headers=KEY)
        problem = refresh(nobody, other["refresh_token"], 422, headers=KEY)
        assert problem["type"] == "urn:podryad:problem:key-reused"
        assert refresh(nobody, first["refresh_token"], headers=KEY)["refresh_token"] == made["refresh_token"]
        # It was not used up by the refusal.
        refresh(nobody, other["refresh_token"])

    def test_a_token_that_comes_twice_signs_the_program_out_for_good(self, nobody: Program, people: People) -> None:
        first = sign_in(nobody, people.customer())
        second = refresh(nobody, first["refresh_token"])
        nobody.token = second["access_token"]
        nobody.get("/me")
        nobody.token = None
        problem = refresh(nobody, first["refresh_token"], 401)
        assert problem["type"] == "urn:podryad:problem:no-such-token"
        # It is a refusal, and yet what it did is committed.
        assert db.session.scalars(select(AccountSession.ended_at)).one() is not None
        refresh(nobody, second["refresh_token"], 401)
        for token in (first["access_token"], second["access_token"]):
            nobody.token = token
            nobody.get("/me", 401)

    def test_the_other_sessions_of_the_person_go_on(self, app: Flask, nobody: Program, people: People) -> None:
        account = people.customer()
        other, browser = Program(app, account), Browser.of(app).sign_in(account)
        first = sign_in(nobody, account)
        nobody.token = None
        refresh(nobody, first["refresh_token"])
        refresh(nobody, first["refresh_token"], 401)
        other.get("/me")
        assert browser.get("/profile").status_code == 200

    def test_a_request_whose_answer_was_lost_is_repeated_under_its_key(self, nobody: Program, people: People) -> None:
        first = sign_in(nobody, people.customer())
        second = refresh(nobody, first["refresh_token"], headers=KEY)
        again = refresh(nobody, first["refresh_token"], headers=KEY)
        assert again["refresh_token"] == second["refresh_token"]
        nobody.token = again["access_token"]
        nobody.get("/me")
        nobody.token = None
        refresh(nobody, second["refresh_token"])
        refresh(nobody, first["refresh_token"], 401, headers=KEY)

    def test_while_the_first_is_at_work_the_next_is_told_to_wait(
        self, nobody: Program, people: People, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first = sign_in(nobody, people.customer())
        with monkeypatch.context() as patched:
            patched.setattr("marketplace.core.repeats.is_turn_of", lambda caller, key: False)
            problem = refresh(nobody, first["refresh_token"], 409, headers=KEY)
        assert problem["type"] == "urn:podryad:problem:still-at-work"
        refresh(nobody, first["refresh_token"], headers=KEY)

    @pytest.mark.parametrize("headers", [{"Idempotency-Key": "other"}, {}])
    def test_another_key_is_another_hand(self, nobody: Program, people: People, headers: dict[str, str]) -> None:
        first = sign_in(nobody, people.customer())
        nobody.token = None
        second = refresh(nobody, first["refresh_token"], headers=KEY)
        refresh(nobody, first["refresh_token"], 401, headers=headers)
        refresh(nobody, second["refresh_token"], 401)

    def test_a_key_is_worth_nothing_after_a_day(self, nobody: Program, people: People) -> None:
        first = sign_in(nobody, people.customer())
        nobody.token = None
        refresh(nobody, first["refresh_token"], headers=KEY)
        with clock.fixed(clock.now() + KEPT_FOR):
            refresh(nobody, first["refresh_token"], 401, headers=KEY)

    @pytest.mark.parametrize("key", ["", "x" * 201, "with blank"])
    def test_a_key_that_cannot_be_kept_is_refused_and_the_token_stays(
        self, nobody: Program, people: People, key: str
    ) -> None:
        first = sign_in(nobody, people.customer())
        refresh(nobody, first["refresh_token"], 422, headers={"Idempotency-Key": key})
        refresh(nobody, first["refresh_token"])

    def test_a_token_that_was_not_used_in_time_is_over(self, nobody: Program, people: People) -> None:
        first = sign_in(nobody, people.customer())
        nobody.token = None
        with clock.fixed(clock.now() + REFRESH_LIFETIME):
            refresh(nobody, first["refresh_token"], 401)
        refresh(nobody, first["refresh_token"])

    @pytest.mark.parametrize("token", ["x", "x" * 200, "ключ", "'; DROP TABLE refresh_tokens; --", " "])
    def test_a_made_up_token_is_refused(self, nobody: Program, people: People, token: str) -> None:
        sign_in(nobody, people.customer())
        refresh(nobody, token, 401)
        nobody.get("/me")

    def test_an_access_token_is_no_refresh_token(self, nobody: Program, people: People) -> None:
        made = sign_in(nobody, people.customer())
        refresh(nobody, made["access_token"], 422)
        nobody.token = made["refresh_token"]
        nobody.get("/me", 401)

    @pytest.mark.parametrize(
        "body",
        [{}, {"refresh_token": ""}, {"refresh_token": "x" * 201}, {"refresh_token": None}, {"refresh_token": "\0"}],
    )
    def test_what_is_not_as_documented_is_refused(self, nobody: Program, body: dict[str, Any]) -> None:
        assert list(nobody.post("/auth/refresh", body, 422)["errors"]) == ["refresh_token"]

    def test_only_digests_are_stored(self, nobody: Program, people: People) -> None:
        first = sign_in(nobody, people.customer(), headers=KEY)
        made = refresh(nobody, first["refresh_token"], headers={"Idempotency-Key": "a-key-of-mine"})
        rows = db.session.scalars(select(RefreshToken)).all()
        stored = " ".join(f"{row.digest} {row.retry}" for row in rows)
        assert len(rows) == 2
        secrets = (first["refresh_token"], made["refresh_token"], made["access_token"], "a-key-of-mine")
        assert [secret for secret in secrets if secret in stored] == []


class TestClearing:
    """Tokens and sessions that are over do not stay."""

    def sessions(self, kind: SessionKind) -> int:
        return len(db.session.scalars(select(AccountSession.id).where(AccountSession.kind == kind)).all())

    def test_what_is_over_goes_with_the_next_sign_in(self, app: Flask, people: People) -> None:
        account, started = people.customer(), clock.now()
        Browser.of(app).sign_in(account)
        old = Program(app, account)
        old.post("/auth/refresh", {"refresh_token": old.refresh_token})
        Program(app, account)
        with clock.fixed(started + timedelta(days=20)):
            lasting = Program(app, account)
        with clock.fixed(started + REFRESH_LIFETIME + timedelta(minutes=1)):
            newest = Program(app, account)
        assert self.sessions(SessionKind.PROGRAM) == number_of(RefreshToken) == 2
        assert self.sessions(SessionKind.BROWSER) == 1, "those of browsers are not ours to clear"
        with clock.fixed(started + REFRESH_LIFETIME + timedelta(minutes=2)):
            for program in (lasting, newest):
                program.token = None
                program.post("/auth/refresh", {"refresh_token": program.refresh_token})

    def test_a_program_that_goes_on_loses_only_its_old_tokens(self, app: Flask, people: People) -> None:
        program, started = Program(app, people.customer()), clock.now()
        program.token, token = None, program.refresh_token
        for days in range(0, 70, 7):
            with clock.fixed(started + timedelta(days=days)):
                token = program.post("/auth/refresh", {"refresh_token": token})["refresh_token"]
        # Those of the last thirty days stay, so that one that comes again is known.
        assert (self.sessions(SessionKind.PROGRAM), number_of(RefreshToken)) == (1, 5)

    def test_a_little_is_cleared_at_a_time(self, app: Flask, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("marketplace.accounts.services.tokens.CLEARED_AT_ONCE", 2)
        account, started = people.customer(), clock.now()
        for _ in range(5):
            Program(app, account)
        with clock.fixed(started + REFRESH_LIFETIME + timedelta(minutes=1)):
            numbers = []
            for _ in range(3):
                Program(app, account)
                numbers.append(number_of(RefreshToken))
        assert numbers == [4, 3, 3]
