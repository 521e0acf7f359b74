"""P19: a password that is checked while it is changed, or while its person is blocked, starts no session that stays."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from flask_security import hash_password, verify_password
from werkzeug.test import TestResponse

from marketplace.accounts import queries, services
from marketplace.accounts.models import Account
from marketplace.accounts.states import Role
from marketplace.core.db import db
from tests.api.program import Program
from tests.client import Browser
from tests.people import PASSWORD, People
from tests.races.crowd import PATIENCE

ANOTHER = "another-long-word"
MOMENT = 1.0
"""Seconds in which whoever need not wait has been answered."""


class Turn:
    """Stops whoever has just had a password checked, until it is their turn."""

    def __init__(self) -> None:
        self.checked, self.go_on = threading.Event(), threading.Event()

    def pause(self, is_right: bool) -> bool:
        """Says that the password is checked, and waits."""
        self.checked.set()
        assert self.go_on.wait(PATIENCE)
        return is_right


def unguarded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody holds the account that was checked."""
    monkeypatch.setattr(services, "hold_checked", lambda account: True)


def pausing(monkeypatch: pytest.MonkeyPatch, turn: Turn, *, renewed: str | None = None) -> None:
    """Accounts stop after their password is checked; with `renewed` it is then due to be hashed anew."""
    real = Account.verify_and_update_password

    def verify(account: Account, password: str) -> bool:
        is_right = turn.pause(real(account, password))
        if renewed is not None:
            account.password = renewed
        return is_right

    monkeypatch.setattr(Account, "verify_and_update_password", verify)


def change_password(account: Account, by: Account) -> None:
    """What the page does when somebody changes their password on another device."""
    account.password = hash_password(ANOTHER)
    services.end_sessions(account)
    db.session.flush()


ACTS: dict[str, Callable[[Account, Account], Any]] = {
    "new password": change_password,
    "block": lambda account, by: services.block_account(account.id, reason="Spam", by=by),
    "demote": lambda account, by: services.change_roles([account.id], role=Role.OBSERVER, by=by),
}


def send(browser: Browser, path: str, **fields: str) -> TestResponse:
    """A form that is sent from a thread of its own."""
    with browser.application.app_context():
        return browser.send(path, **fields)


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "control"])
@pytest.mark.parametrize("act", ACTS)
def test_a_sign_in_waits_for_whoever_ends_the_sessions_of_the_same_person(
    race_app: Flask, monkeypatch: pytest.MonkeyPatch, act: str, guarded: bool
) -> None:
    people = People(race_app)
    account, admin = people.manager(), people.admin()
    turn = Turn()
    pausing(monkeypatch, turn)
    if not guarded:
        unguarded(monkeypatch)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(send, Browser.of(race_app), "/login", email=account.email, password=PASSWORD)
        assert turn.checked.wait(PATIENCE)
        ACTS[act](account, admin)
        turn.go_on.set()
        if guarded:
            with pytest.raises(TimeoutError):
                answer.result(MOMENT)
        else:
            assert answer.result(PATIENCE).status_code == 302
        db.session.commit()
        status = answer.result(PATIENCE).status_code
    # After a demotion the password is as good as before: the session began when that was done.
    may_begin = act == "demote" or not guarded
    assert status == (302 if may_begin else 422)
    assert len(queries.live_sessions(account)) == int(may_begin)


def test_who_is_refused_for_that_is_told_no_more_than_others(race_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    account_id = (account := People(race_app).customer()).id
    turn = Turn()
    pausing(monkeypatch, turn)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(send, Browser.of(race_app), "/login", email=account.email, password=PASSWORD)
        assert turn.checked.wait(PATIENCE)
        change_password(db.session.get_one(Account, account_id), account)
        db.session.commit()
        turn.go_on.set()
        page = answer.result(PATIENCE)
    assert page.status_code == 422
    assert "The email or the password is not right." in page.text
    assert queries.live_sessions(account) == []


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "control"])
@pytest.mark.parametrize("path", ["/login", "/verify"])
def test_the_old_password_hashed_anew_does_not_take_the_place_of_the_new_one(
    race_app: Flask, monkeypatch: pytest.MonkeyPatch, path: str, guarded: bool
) -> None:
    account_id = (account := People(race_app).customer()).id
    browser, email = Browser.of(race_app), account.email
    if path == "/verify":
        browser.sign_in(account)
    turn = Turn()
    pausing(monkeypatch, turn, renewed=hash_password(PASSWORD))
    if not guarded:
        unguarded(monkeypatch)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(send, browser, path, email=email, password=PASSWORD)
        assert turn.checked.wait(PATIENCE)
        change_password(db.session.get_one(Account, account_id), account)
        db.session.commit()
        turn.go_on.set()
        assert answer.result(PATIENCE).status_code == (422 if guarded else 302)
    db.session.rollback()
    present = db.session.get_one(Account, account_id).password
    assert verify_password(ANOTHER if guarded else PASSWORD, present)


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "control"])
def test_of_two_who_change_one_password_at_once_the_second_does_not_know_it_any_more(
    race_app: Flask, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    account = People(race_app).customer()
    hands = [Browser.of(race_app).sign_in(account) for _ in range(2)]
    wanted = ["the-word-of-one-hand", "the-word-of-the-other"]
    both = threading.Barrier(2)

    def verify(password: str, kept: str) -> bool:
        is_right = verify_password(password, kept)
        both.wait(PATIENCE)
        return is_right

    monkeypatch.setattr("flask_security.forms.verify_password", verify)
    if not guarded:
        unguarded(monkeypatch)

    def change(hand: int) -> int:
        fields = {"new_password": wanted[hand], "new_password_confirm": wanted[hand]}
        return send(hands[hand], "/password", password=PASSWORD, **fields).status_code

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(change, range(2)))
    if not guarded:
        assert answers == [302, 302], "without the race the test shows nothing"
        return
    assert sorted(answers) == [302, 422]
    winner = answers.index(302)
    db.session.rollback()
    assert verify_password(wanted[winner], db.session.get_one(Account, account.id).password)
    opened = [hand.get("/sessions").status_code for hand in hands]
    assert opened[winner] == 200 and opened[1 - winner] == 302, "whoever came second is signed out"


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "control"])
def test_of_two_programs_that_change_one_password_at_once_one_gets_tokens(
    race_app: Flask, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    account = People(race_app).customer()
    hands = [Program(race_app, account) for _ in range(2)]
    wanted = ["the-word-of-one-hand", "the-word-of-the-other"]
    both, real = threading.Barrier(2), Account.verify_and_update_password

    def verify(account: Account, password: str) -> bool:
        is_right = real(account, password)
        both.wait(PATIENCE)
        return is_right

    monkeypatch.setattr(Account, "verify_and_update_password", verify)
    if not guarded:
        unguarded(monkeypatch)

    def change(hand: int) -> TestResponse:
        with race_app.app_context():
            body = {"current_password": PASSWORD, "new_password": wanted[hand]}
            return hands[hand].ask("POST", "/me/password", body)

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(change, range(2)))
    statuses = [answer.status_code for answer in answers]
    if not guarded:
        assert statuses == [200, 200], "without the race the test shows nothing"
        return
    assert sorted(statuses) == [200, 422]
    winner = statuses.index(200)
    db.session.rollback()
    assert verify_password(wanted[winner], db.session.get_one(Account, account.id).password)
    assert len(queries.live_sessions(account)) == 1
    hands[winner].token = answers[winner].get_json()["access_token"]
    hands[winner].get("/me")
    assert answers[1 - winner].get_json(force=True)["errors"] == {"current_password": ["The password is not right."]}
