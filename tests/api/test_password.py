"""Changing one's own password by program, as on its page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask_security import verify_password
from sqlalchemy import select

from marketplace.accounts import queries
from marketplace.accounts.models import Account, AccountSession
from marketplace.accounts.states import Role, SessionKind
from marketplace.api.description.document import described
from marketplace.core.db import db
from marketplace.core.repeats import KeptAnswer
from marketplace.web.programs import API
from tests.api.program import Program, told
from tests.api.robots import KEY, ROBOT, refresh, session_of, sign_in
from tests.client import Browser
from tests.people import PASSWORD, People

Make = Callable[[Account | None], Program]

NEW = "another-long-word"
BODY = {"current_password": PASSWORD, "new_password": NEW}
PATH = "/me/password"
KINDS: dict[str | None, str] = {
    "The password is not right.": "wrong-password",
    "The new password is the same as the present one.": "same-password",
}


def use(program: Program, tokens: dict[str, Any]) -> Program:
    """The program asks with these tokens from now on."""
    program.token, program.refresh_token = tokens["access_token"], tokens["refresh_token"]
    return program


def log_in(app: Flask, email: str, password: str, status: int = 200) -> Any:
    """What another program is told that signs in."""
    return Program(app).post("/auth/login", {"email": email, "password": password}, status)


def state(account: Account) -> tuple[Any, ...]:
    """All that a change of the password changes."""
    db.session.expire_all()
    return account.password, account.fs_uniquifier, [one.id for one in queries.live_sessions(account)]


@pytest.mark.parametrize("role", Role)
def test_everybody_changes_the_own_password(app: Flask, people: People, role: Role) -> None:
    account = people.account(role)
    program = Program(app)
    sign_in(program, account)
    answer = program.ask("POST", PATH, BODY)
    tokens = told(answer, 200)
    assert set(tokens) == {"access_token", "refresh_token", "token_type", "expires_in"}
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    assert use(program, tokens).get("/me")["id"] == account.id
    log_in(app, account.email, NEW)
    log_in(app, account.email, PASSWORD, 401)


def test_it_is_changed_for_the_pages_too_and_kept_as_they_keep_it(app: Flask, robot: Program, owner: Account) -> None:
    before = owner.fs_uniquifier
    robot.post(PATH, BODY)
    assert owner.password.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert owner.fs_uniquifier != before
    statuses = [
        Browser.of(app).send("/login", email=owner.email, password=password).status_code for password in (NEW, PASSWORD)
    ]
    assert statuses == [302, 422]


def test_it_signs_everybody_out_and_this_program_anew(
    app: Flask, robot: Program, owner: Account, program: Make
) -> None:
    browser, other = Browser.of(app).sign_in(owner), program(owner)
    before = session_of(robot)
    seconds = refresh(robot, robot.refresh_token)
    stranger = program(People(app).customer())
    tokens = robot.post(PATH, BODY, headers={"User-Agent": ROBOT})

    (session,) = queries.live_sessions(owner)
    assert (session.kind, session.user_agent, session.id > before.id) == (SessionKind.PROGRAM, ROBOT, True)
    for token in (robot.token, seconds["access_token"], other.token):
        answer = Program(app).ask("GET", "/me", headers={"Authorization": f"Bearer {token}"})
        told(answer, 401)
        assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
    for token in (robot.refresh_token, seconds["refresh_token"], other.refresh_token):
        refresh(robot, token, 401)
    assert browser.get("/profile").status_code == 302
    stranger.get("/me")
    assert use(robot, tokens).get("/me")["id"] == owner.id
    use(robot, refresh(robot, tokens["refresh_token"])).get("/me")


def test_a_browser_that_asks_is_signed_out_and_its_page_goes_on_as_a_program(app: Flask, owner: Account) -> None:
    browser, page = Browser.of(app).sign_in(owner), Program(app)
    page.token = browser.send("/sessions/token").get_json()["access_token"]
    use(page, page.post(PATH, BODY)).get("/me")
    assert browser.get("/profile").status_code == 302
    assert [one.kind for one in queries.live_sessions(owner)] == [SessionKind.PROGRAM]


@pytest.mark.parametrize(
    ("change", "culprit", "words"),
    [
        ({"current_password": "not-the-password"}, "current_password", "The password is not right."),
        ({"current_password": PASSWORD.upper()}, "current_password", "The password is not right."),
        ({"current_password": f" {PASSWORD}"}, "current_password", "The password is not right."),
        ({"current_password": "wrong", "new_password": "12345678"}, "current_password", "The password is not right."),
        ({"current_password": ""}, "current_password", None),
        ({"current_password": None}, "current_password", None),
        ({"current_password": "x" * 257}, "current_password", None),
        ({"current_password": ["x"]}, "current_password", None),
        ({"new_password": PASSWORD}, "new_password", "The new password is the same as the present one."),
        ({"new_password": "1234567"}, "new_password", None),
        ({"new_password": "x" * 257}, "new_password", None),
        ({"new_password": "12345678"}, "new_password", "This password is easy to guess. Choose another one."),
        ({"new_password": "PassWord"}, "new_password", "This password is easy to guess. Choose another one."),
        ({"new_password": "ANNA@example.com"}, "new_password", "This password is easy to guess. Choose another one."),
        ({"new_password": "anna kern"}, "new_password", "This password is easy to guess. Choose another one."),
        ({"new_password": "a\x00-long-enough-word"}, "new_password", None),
        ({"new_password": 12345678}, "new_password", None),
        ({"new_password_confirm": NEW}, "new_password_confirm", None),
        ({"account_id": 1}, "account_id", None),
    ],
)
def test_a_refusal_names_the_field_and_changes_nothing(
    people: People, program: Make, change: dict[str, Any], culprit: str, words: str | None
) -> None:
    account = people.customer(email="anna@example.com", name="Anna Kern")
    robot, before = program(account), state(account)
    for headers in ({}, KEY):
        problem = robot.post(PATH, BODY | change, 422, headers=headers)
        assert list(problem["errors"]) == [culprit], problem
        assert words is None or problem["errors"][culprit] == [words]
        assert problem["type"].rpartition(":")[2] == KINDS.get(words, "fields-refused")
        assert PASSWORD not in str(problem) and NEW not in str(problem)
    assert state(account) == before
    robot.get("/me")


@pytest.mark.parametrize("missing", BODY)
def test_both_are_needed(robot: Program, owner: Account, missing: str) -> None:
    before = state(owner)
    problem = robot.post(PATH, {name: text for name, text in BODY.items() if name != missing}, 422)
    assert problem["errors"] == {missing: ["This field is needed."]}
    assert state(owner) == before


def test_nobody_changes_a_password_without_a_token(app: Flask, nobody: Program, owner: Account) -> None:
    before = state(owner)
    nobody.post(PATH, BODY, 401)
    browser = Browser.of(app).sign_in(owner)
    answer = browser.post(f"/api/v1{PATH}", json=BODY, headers={"X-CSRFToken": browser.csrf_token()})
    assert answer.status_code == 401
    assert state(owner)[:2] == before[:2]


def test_the_password_may_be_written_in_another_form_of_the_same_letters(people: People, program: Make) -> None:
    account = people.customer()
    robot = program(account)
    use(robot, robot.post(PATH, BODY | {"new_password": "cafe\u0301-au-lait"}))
    problem = robot.post(PATH, {"current_password": "caf\u00e9-au-lait", "new_password": "cafe\u0301-au-lait"}, 422)
    assert list(problem["errors"]) == ["new_password"], "it is the same"
    robot.post(PATH, {"current_password": "caf\u00e9-au-lait", "new_password": NEW})


class TestTheKey:
    """A request whose answer was lost."""

    def test_who_signs_in_anew_gets_the_first_tokens_again(self, app: Flask, robot: Program, owner: Account) -> None:
        first = robot.post(PATH, BODY, headers=KEY)
        robot.post(PATH, BODY, 401, headers=KEY)
        use(robot, log_in(app, owner.email, NEW))
        number = len(queries.live_sessions(owner))
        again = robot.post(PATH, BODY, headers=KEY)
        assert again["refresh_token"] == first["refresh_token"]
        assert len(queries.live_sessions(owner)) == number, "nothing is done a second time"
        assert verify_password(NEW, owner.password)
        use(robot, again).get("/me")

    def test_tokens_that_are_in_use_are_not_told_again(self, robot: Program, owner: Account) -> None:
        use(robot, robot.post(PATH, BODY, headers=KEY))
        use(robot, refresh(robot, robot.refresh_token))
        before = state(owner)
        assert robot.post(PATH, BODY, 409, headers=KEY)["type"] == "urn:podryad:problem:key-spent"
        assert state(owner) == before

    def test_while_the_first_is_at_work_the_next_is_told_to_wait(
        self, robot: Program, owner: Account, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = state(owner)
        with monkeypatch.context() as patched:
            patched.setattr("marketplace.core.repeats.is_turn_of", lambda caller, key: False)
            problem = robot.post(PATH, BODY, 409, headers=KEY)
        assert problem["type"] == "urn:podryad:problem:still-at-work"
        assert state(owner) == before
        robot.post(PATH, BODY, headers=KEY)

    @pytest.mark.parametrize("path", ["/me/password", "/auth/login", "/auth/refresh", "/auth/register"])
    def test_what_the_key_can_be_refused_with_is_described(self, app: Flask, path: str) -> None:
        post = described()["paths"][f"{API}{path}"]["post"]
        assert "409" in post["responses"]
        assert "still at work" in post["description"]

    def test_another_request_under_the_key_is_refused(self, robot: Program, owner: Account) -> None:
        use(robot, robot.post(PATH, BODY, headers=KEY))
        other = {"current_password": NEW, "new_password": "a-third-long-word"}
        problem = robot.post(PATH, other, 422, headers=KEY)
        assert problem["type"] == "urn:podryad:problem:key-reused"
        assert verify_password(NEW, owner.password)

    def test_after_a_refusal_the_key_is_free(self, robot: Program, owner: Account) -> None:
        robot.post(PATH, BODY | {"current_password": "wrong"}, 422, headers=KEY)
        robot.post(PATH, BODY, headers=KEY)
        assert verify_password(NEW, owner.password)

    def test_nothing_secret_is_kept(self, robot: Program) -> None:
        made = robot.post(PATH, BODY, headers=KEY)
        kept = str([[row.request, row.headers, row.body] for row in db.session.scalars(select(KeptAnswer))])
        assert kept != "[]"
        assert [one for one in (PASSWORD, NEW, *map(str, made.values())) if len(one) > 6 and one in kept] == []


def test_the_sessions_that_ended_stay_in_the_table(robot: Program, owner: Account) -> None:
    before = session_of(robot).id
    robot.post(PATH, BODY)
    assert db.session.get_one(AccountSession, before).ended_at is not None
