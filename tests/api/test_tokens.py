"""P19: tokens are dead as soon as the session is, and nothing else than our own tokens opens anything."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.accounts import queries, services
from marketplace.accounts.models import Account, AccountSession
from marketplace.accounts.states import ACCESS_LIFETIME, Role, SessionKind
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.orders.models import Order
from marketplace.orders.states import Status
from marketplace.web.auth.browsers import program_name
from tests.api.program import Program
from tests.api.robots import ROBOT, claims_of, session_of
from tests.client import Browser
from tests.people import PASSWORD, People

Make = Callable[[Account | None], Program]
End = Callable[[Flask, Account, People], None]

NEW_PASSWORD = "another-long-word"


def by_api(app: Flask, account: Account, people: People) -> None:
    program = Program(app)
    session = db.session.scalars(select(AccountSession).where(AccountSession.kind == SessionKind.PROGRAM)).one()
    program.token = services.access_token(session, secret=app.config["SECRET_KEY"])
    program.post("/auth/logout", status=204)


def on_its_page(app: Flask, account: Account, people: People) -> None:
    browser = Browser.of(app).sign_in(account)
    (form,) = browser.page("/sessions").select("tbody form")
    assert browser.send(str(form["action"])).status_code == 302


def all_others(app: Flask, account: Account, people: People) -> None:
    assert Browser.of(app).sign_in(account).send("/sessions/end-others").status_code == 302


def by_a_new_password(app: Flask, account: Account, people: People) -> None:
    fields = {"password": PASSWORD, "new_password": NEW_PASSWORD, "new_password_confirm": NEW_PASSWORD}
    assert Browser.of(app).sign_in(account).send("/password", **fields).status_code == 302


def by_a_block(app: Flask, account: Account, people: People) -> None:
    page = f"/admin/accounts/block/?id={account.id}"
    assert Browser.of(app).sign_in(people.admin()).send(page, reason="spam").status_code == 302
    assert not account.active


def by_another_role(app: Flask, account: Account, people: People) -> None:
    services.change_roles([account.id], role=Role.CUSTOMER, by=people.admin())
    db.session.commit()


def by_an_admin(app: Flask, account: Account, people: People) -> None:
    page = f"/admin/accounts/sign-out/?id={account.id}"
    assert Browser.of(app).sign_in(people.admin()).send(page).status_code == 302


ENDS: list[End] = [by_api, on_its_page, all_others, by_a_new_password, by_a_block, by_another_role, by_an_admin]


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.__name__)
def test_both_tokens_are_dead_at_once(app: Flask, robot: Program, owner: Account, people: People, end: End) -> None:
    robot.get("/me")
    again = robot.post("/auth/refresh", {"refresh_token": robot.refresh_token})
    order = people.order()
    end(app, owner, people)

    for token in (robot.token, again["access_token"]):
        robot.token = token
        answer = robot.ask("POST", f"/orders/{order.id}/take")
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
    robot.token = None
    robot.post("/auth/refresh", {"refresh_token": again["refresh_token"]}, 401)
    assert db.session.get_one(Order, order.id).status is Status.NEW
    assert queries.live_sessions(owner) == [] or end in (on_its_page, all_others, by_a_new_password)


def test_an_unblocked_person_signs_in_anew(app: Flask, robot: Program, owner: Account, people: People) -> None:
    by_a_block(app, owner, people)
    services.unblock_account(owner.id, by=people.admin())
    db.session.commit()
    robot.get("/me", 401)
    robot.token = None
    robot.post("/auth/refresh", {"refresh_token": robot.refresh_token}, 401)
    robot.post("/auth/login", {"email": owner.email, "password": PASSWORD})


def test_an_access_token_is_good_for_a_quarter_of_an_hour(robot: Program) -> None:
    claims = claims_of(robot)
    assert claims["exp"] - claims["iat"] == ACCESS_LIFETIME.total_seconds() == 900
    end = datetime.fromtimestamp(claims["exp"], UTC)
    with clock.fixed(end - timedelta(microseconds=1)):
        robot.get("/me")
    with clock.fixed(end):
        robot.get("/me", 401)
    robot.get("/me")


class TestCookiesAndTokens:
    """Neither opens what the other does."""

    def test_the_cookie_of_a_browser_is_nothing_to_the_api(self, app: Flask, robot: Program, owner: Account) -> None:
        browser = Browser.of(app).sign_in(owner)
        cookie = browser.get_cookie("session")
        assert cookie is not None
        robot.token = cookie.value
        robot.get("/me", 401)
        robot.token = None
        robot.browser.set_cookie("session", cookie.value)
        robot.get("/me", 401)
        assert robot.browser.get("/profile").status_code == 200, "the cookie is good where cookies count"

    def test_a_token_is_nothing_to_the_pages(self, app: Flask, robot: Program, owner: Account) -> None:
        token = str(robot.token)
        header = {"Authorization": f"Bearer {token}"}
        assert Browser.of(app).get("/profile", headers=header).status_code == 302
        assert Browser.of(app).get(f"/profile?auth_token={token}").status_code == 302
        browser = Browser.of(app)
        browser.set_cookie("session", token)
        assert browser.get("/profile").status_code == 302

    @pytest.mark.parametrize("what", ["access", "refresh", "session"])
    def test_not_even_in_a_cookie_that_we_have_signed(
        self, app: Flask, robot: Program, owner: Account, what: str
    ) -> None:
        tokens = {"access": robot.token, "refresh": robot.refresh_token, "session": session_of(robot).token}
        browser = Browser.of(app)
        with browser.session_transaction() as session:
            session["_user_id"] = owner.fs_uniquifier
            session["_fresh"] = True
            session["device"] = tokens[what]
        assert browser.get("/profile").status_code == 302


class TestDevices:
    """Programs among the places where somebody is signed in."""

    def test_a_program_is_shown_as_one_by_its_name(self, app: Flask, robot: Program, owner: Account) -> None:
        browser = Browser.of(app).sign_in(owner)
        rows = [row.get_text(" ", strip=True) for row in browser.page("/sessions").select("tbody tr")]
        assert sum("Program (API) · robot" in row and "Sign out" in row for row in rows) == 1
        assert sum("This device" in row for row in rows) == 1

    @pytest.mark.parametrize(
        ("agent", "name"),
        [
            ("python-requests/2.32.3", "python-requests"),
            ("curl/8.5.0", "curl"),
            ("robot/1.0 (nightly)", "robot"),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0", "Firefox · Linux"),
            ("x" * 300, "x" * 40),
            ("<script>alert(1)</script>", ""),
            ("", ""),
        ],
    )
    def test_a_program_is_called_what_it_calls_itself(self, agent: str, name: str) -> None:
        assert program_name(agent) == name

    def test_nobody_ends_the_program_of_somebody_else(self, app: Flask, robot: Program, people: People) -> None:
        stranger = Browser.of(app).sign_in(people.performer())
        assert stranger.send(f"/sessions/{session_of(robot).id}/end").status_code == 404
        robot.get("/me")

    def test_the_address_and_the_last_visit_are_noted(self, robot: Program) -> None:
        session = session_of(robot)
        assert (session.user_agent, session.address) == (ROBOT, "127.0.0.1")
        first = session.seen_at
        robot.get("/me")
        assert session.seen_at == first, "not at every request"
        with clock.fixed(first + timedelta(minutes=6)):
            robot.get("/me")
        assert session.seen_at == first + timedelta(minutes=6)
