"""Where somebody is signed in, by program."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from marketplace.accounts.models import Account
from marketplace.core import clock
from tests.api.counting import selects
from tests.api.program import Program
from tests.api.robots import ROBOT, refresh, session_of
from tests.client import Browser
from tests.people import People


def test_browsers_and_programs_are_listed_the_last_seen_first(app: Flask, robot: Program, owner: Account) -> None:
    Browser.of(app).sign_in(owner)
    with clock.fixed(clock.now() + timedelta(minutes=6)):
        robot.get("/me")
    page = robot.get("/me/sessions")
    assert page["next_cursor"] is None
    first, second = page["items"]
    session = session_of(robot)
    assert (first["id"], first["kind"], first["user_agent"], first["address"], first["is_current"]) == (
        session.id,
        "program",
        ROBOT,
        "127.0.0.1",
        True,
    )
    assert (second["kind"], second["is_current"]) == ("browser", False)
    assert session.token not in str(page)


def test_the_number_of_questions_does_not_grow_with_the_list(app: Flask, robot: Program, owner: Account) -> None:
    for _ in range(20):
        Browser.of(app).sign_in(owner)
    with selects() as sent:
        assert len(robot.get("/me/sessions")["items"]) == 21
    assert len(sent) == 2


def test_any_of_them_can_be_ended(app: Flask, robot: Program, owner: Account) -> None:
    browser, other = Browser.of(app).sign_in(owner), Program(app, owner)
    for item in robot.get("/me/sessions")["items"]:
        if not item["is_current"]:
            robot.delete(f"/me/sessions/{item['id']}")
    assert browser.get("/profile").status_code == 302
    other.get("/me", 401)
    refresh(other, other.refresh_token, 401)
    robot.delete(f"/me/sessions/{session_of(robot).id}")
    robot.get("/me", 401)


def test_all_others_are_ended_at_once(app: Flask, robot: Program, owner: Account) -> None:
    browser, other = Browser.of(app).sign_in(owner), Program(app, owner)
    robot.delete("/me/sessions")
    assert browser.get("/profile").status_code == 302
    other.get("/me", 401)
    assert len(robot.get("/me/sessions")["items"]) == 1


def test_nobody_sees_or_ends_those_of_somebody_else(app: Flask, robot: Program, people: People) -> None:
    stranger = Program(app, people.admin())
    assert len(stranger.get("/me/sessions")["items"]) == 1
    foreign = session_of(robot).id
    for session_id in (foreign, foreign + 1000, 2**63 - 1):
        stranger.delete(f"/me/sessions/{session_id}", 404)
    stranger.delete("/me/sessions")
    robot.get("/me")
    for path in ("/me/sessions", f"/me/sessions/{foreign}"):
        Program(app).delete(path, 401)
    Program(app).get("/me/sessions", 401)
    robot.get("/me")


def test_the_token_of_a_page_belongs_to_the_browsers_session(app: Flask, robot: Program, owner: Account) -> None:
    browser = Browser.of(app).sign_in(owner)
    page = Program(app)
    page.token = browser.send("/sessions/token").get_json()["access_token"]
    (current,) = (item for item in page.get("/me/sessions")["items"] if item["is_current"])
    assert current["kind"] == "browser"
    page.post("/auth/logout", status=204)
    assert browser.get("/profile").status_code == 302
    robot.get("/me")
