"""Browsers that were signed out or forgotten do not pile up: each sign-in clears a few of them away."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from marketplace.accounts import services
from marketplace.accounts.models import Account, AccountSession, LiveTicket
from marketplace.accounts.services import forgetting
from marketplace.accounts.services.forgetting import KEPT_AFTER_THE_END
from marketplace.accounts.states import IDLE_LIMIT, SessionKind
from marketplace.core import clock
from marketplace.core.db import db
from tests.api.counting import selects
from tests.client import Browser
from tests.people import PASSWORD, People

SECOND = timedelta(seconds=1)


@pytest.fixture
def account(people: People) -> Account:
    return people.customer()


def session_of(account: Account, **values: datetime | SessionKind) -> int:
    """The id of a session of the account, as somebody left it."""
    session = AccountSession(account_id=account.id, **values)
    db.session.add(session)
    db.session.commit()
    return session.id


def ended(account: Account, **values: SessionKind) -> int:
    """The id of a session that was ended long enough ago."""
    return session_of(account, ended_at=clock.now() - KEPT_AFTER_THE_END, **values)


def left() -> set[int]:
    """The ids of all sessions."""
    return set(db.session.scalars(select(AccountSession.id)))


def sign_in(app: Flask, account: Account) -> Browser:
    """By the form."""
    browser = Browser.of(app)
    assert browser.send("/login", email=account.email, password=PASSWORD).status_code == 302
    return browser


def test_a_sign_in_clears_away_who_was_signed_out_or_forgotten(app: Flask, account: Account, people: People) -> None:
    now, other = clock.now(), people.performer()
    over = {
        ended(account),
        ended(other),
        session_of(account, seen_at=now - IDLE_LIMIT),
        session_of(other, seen_at=now - IDLE_LIMIT, ended_at=now - SECOND),
    }
    kept = {
        session_of(account),
        session_of(other, seen_at=now - IDLE_LIMIT + timedelta(minutes=1)),
        session_of(account, ended_at=now - SECOND),
        session_of(account, ended_at=now - KEPT_AFTER_THE_END + timedelta(minutes=1)),
        # Programs go with the last of their tokens.
        ended(account, kind=SessionKind.PROGRAM),
    }
    browser = sign_in(app, account)
    assert kept < left() and not over & left()
    assert len(left()) == len(kept) + 1
    assert browser.get("/profile").status_code == 200


def test_registering_is_a_sign_in_too(app: Flask, account: Account) -> None:
    over = ended(account)
    fields = {"email": "new@example.com", "password": PASSWORD, "name": "New", "role": "customer"}
    assert Browser.of(app).send("/register", **fields).status_code == 302
    assert over not in left()


def test_a_wrong_password_clears_nothing(app: Flask, account: Account) -> None:
    over = ended(account)
    assert Browser.of(app).send("/login", email=account.email, password="wrong").status_code == 422
    assert left() == {over}


def test_a_ticket_that_nobody_used_goes_with_its_browser(app: Flask, account: Account) -> None:
    over = ended(account)
    db.session.add(LiveTicket(nonce="x" * 32, session_id=over, expires_at=clock.now()))
    db.session.commit()
    sign_in(app, account)
    assert db.session.scalar(select(func.count()).select_from(LiveTicket)) == 0


def test_it_clears_a_few_at_once_and_all_in_the_end(
    app: Flask, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "CLEARED_AT_ONCE", 3)
    living = session_of(account)
    for _ in range(8):
        ended(account)
    for rest in (5, 2, 0, 0):
        services.forget_browsers()
        assert len(left()) == 1 + rest
    assert left() == {living}


@pytest.mark.parametrize("start", ["first", "middle", "last"])
def test_it_looks_at_a_few_neighbours_from_anywhere_on(
    app: Flask, account: Account, monkeypatch: pytest.MonkeyPatch, start: str
) -> None:
    monkeypatch.setattr(forgetting, "LOOKED_AT", 4)
    over = [ended(account) for _ in range(10)]
    place = {"first": 0, "middle": 5, "last": 9}[start]
    monkeypatch.setattr(forgetting, "randbelow", lambda number: over[place] - over[0])
    services.forget_browsers()
    cleared = {over[number % 10] for number in range(place, place + 4)}
    assert left() == set(over) - cleared


def test_it_costs_a_few_questions_however_many_sessions_there_are(
    app: Flask, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cost() -> int:
        with selects() as sent:
            services.forget_browsers()
        return len(sent)

    monkeypatch.setattr(forgetting, "LOOKED_AT", 2)
    monkeypatch.setattr(forgetting, "randbelow", lambda number: 0)
    assert cost() <= 4
    for _ in range(5):
        session_of(account)
    assert cost() == 3


def test_what_was_cleared_away_was_on_no_page(app: Flask, account: Account, people: People) -> None:
    ended(account)
    session_of(account, seen_at=clock.now() - IDLE_LIMIT)
    browser, admin = sign_in(app, account), Browser.of(app).sign_in(people.admin())
    own, theirs = browser.page("/sessions"), admin.page(f"/admin/accounts/details/?id={account.id}")
    ended(account)
    session_of(account, seen_at=clock.now() - IDLE_LIMIT)
    assert browser.page("/sessions").select("tbody tr") == own.select("tbody tr")
    assert len(own.select("tbody tr")) == 1
    again = admin.page(f"/admin/accounts/details/?id={account.id}")
    assert again.select_one("section:has(#sessions)") == theirs.select_one("section:has(#sessions)") is not None


def test_ending_a_session_twice_is_the_same_for_a_week(app: Flask, account: Account) -> None:
    here, there = sign_in(app, account), session_of(account)
    for _ in range(2):
        assert here.send(f"/sessions/{there}/end").status_code == 302
        sign_in(app, account)
