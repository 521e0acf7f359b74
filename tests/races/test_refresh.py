"""P19: one refresh token that comes in many hands at once is worth one pair at most, and then signs the program out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask_security import hash_password
from sqlalchemy import func, select, update

from marketplace.accounts import queries, services
from marketplace.accounts.models import Account, AccountSession, RefreshToken
from marketplace.accounts.services import Tokens
from marketplace.api.auth import recognised
from marketplace.core import clock
from marketplace.core.db import db
from tests.people import PASSWORD, People
from tests.races.crowd import PATIENCE, Crowd, size

PARALLEL = 16
SECRET = "secret-of-the-race"
ROUNDS = size(5, 50)


def signed_in(account: Account) -> Tokens:
    """The first tokens of a new program."""
    made = services.sign_in_program(account, user_agent="race", address="", secret=SECRET)
    db.session.commit()
    return made


def is_alive(tokens: Tokens) -> bool:
    """True while the access token opens something."""
    db.session.rollback()
    session = db.session.get_one(AccountSession, tokens.session_id)
    found = queries.find_session_of_token(session.id, session.account_id)
    db.session.rollback()
    return found is not None


def refreshed(crowd: Crowd, account_id: int, token: str, retry: str | None) -> list[Tokens]:
    """What PARALLEL programs get that hold the same refresh token and use it at the same moment."""
    answers = crowd.at_once(
        [account_id] * PARALLEL, lambda by: services.refresh_tokens(token, secret=SECRET, retry=retry)
    )
    return [answer for answer in answers if answer is not None]


def without_the_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody locks the session, and everybody has read the token before anybody uses it."""
    gate, read = threading.Barrier(PARALLEL), queries.find_refresh_token

    def read_together(digest: str) -> RefreshToken | None:
        row = read(digest)
        gate.wait(PATIENCE)
        return row

    monkeypatch.setattr(queries, "locked_program", lambda session_id: db.session.get(AccountSession, session_id))
    monkeypatch.setattr(queries, "find_refresh_token", read_together)


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "control"])
def test_of_many_that_refresh_at_once_one_gets_tokens_and_then_they_are_dead(
    race_app: Flask, monkeypatch: pytest.MonkeyPatch, figure: Callable[[str], None], guarded: bool
) -> None:
    account = People(race_app).customer()
    account_id = account.id
    if not guarded:
        without_the_lock(monkeypatch)
    winners = []
    with Crowd(race_app, PARALLEL) as crowd:
        for _ in range(ROUNDS):
            first = signed_in(db.session.get_one(Account, account_id))
            assert is_alive(first)
            made = refreshed(crowd, account_id, first.refresh_token, None)
            winners.append(len(made))
            if guarded:
                assert not is_alive(first)
                assert services.refresh_tokens(made[0].refresh_token, secret=SECRET) is None
                db.session.rollback()
    if guarded:
        assert winners == [1] * ROUNDS
    else:
        assert winners == [PARALLEL] * ROUNDS, "without the race the test above shows nothing"
    figure(
        f"P19 refresh{'' if guarded else ' control without the lock'}: {max(winners)} of {PARALLEL} got tokens,"
        f" {ROUNDS} rounds"
    )


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "control"])
def test_of_many_that_repeat_one_request_all_get_the_same_token(
    race_app: Flask, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    account = People(race_app).customer()
    account_id = account.id
    if not guarded:
        without_the_lock(monkeypatch)
    with Crowd(race_app, PARALLEL) as crowd:
        for number in range(ROUNDS):
            first = signed_in(db.session.get_one(Account, account_id))
            if not guarded:
                # All of them make the same successor, which there can be only once.
                with pytest.raises(Exception, match="uq_refresh_tokens_digest"):
                    refreshed(crowd, account_id, first.refresh_token, f"key {number}")
                continue
            made = refreshed(crowd, account_id, first.refresh_token, f"key {number}")
            assert len(made) == PARALLEL
            assert len({tokens.refresh_token for tokens in made}) == 1
            assert is_alive(first)
            family = select(func.count()).where(RefreshToken.session_id == first.session_id)
            assert db.session.scalar(family) == 2
            following = services.refresh_tokens(made[0].refresh_token, secret=SECRET)
            assert following is not None
            db.session.commit()
            assert is_alive(first)


def test_a_refresh_and_the_end_of_the_session_at_once_leave_nothing_alive(race_app: Flask) -> None:
    account_id = People(race_app).customer().id
    with Crowd(race_app, 2) as crowd:
        for _ in range(ROUNDS * 2):
            first = signed_in(db.session.get_one(Account, account_id))
            turns = iter(["refresh", "end"])
            lock = threading.Lock()

            def act(by: Account, first: Tokens = first, turns: Any = turns, lock: Any = lock) -> Tokens | None:
                with lock:
                    turn = next(turns)
                if turn == "end":
                    services.end_sessions(by)
                    return None
                return services.refresh_tokens(first.refresh_token, secret=SECRET)

            answers = crowd.at_once([account_id] * 2, act)
            assert not is_alive(first)
            for tokens in filter(None, answers):
                assert services.refresh_tokens(tokens.refresh_token, secret=SECRET) is None
                db.session.rollback()


def test_those_who_clear_away_and_those_who_come_with_old_tokens_do_not_wait_for_each_other_in_a_ring(
    race_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("marketplace.accounts.services.tokens.CLEARED_AT_ONCE", 3)
    account_id = People(race_app).customer().id
    with Crowd(race_app, PARALLEL) as crowd:
        for _ in range(ROUNDS):
            account, old = db.session.get_one(Account, account_id), []
            for _ in range(PARALLEL):
                first = signed_in(account)
                old.append(first.refresh_token)
                assert services.refresh_tokens(first.refresh_token, secret=SECRET) is not None
                db.session.commit()
            # The sessions are seen again and again, and yet all their tokens are over.
            db.session.execute(update(RefreshToken).values(expires_at=clock.now()))
            db.session.commit()
            tokens = iter(old)
            lock = threading.Lock()

            def act(by: Account, tokens: Iterator[str] = tokens, lock: Any = lock) -> None:
                with lock:
                    token = next(tokens)
                # A deadlock would be raised here.
                services.sign_in_program(by, user_agent="race", address="", secret=SECRET)
                services.refresh_tokens(token, secret=SECRET)

            crowd.at_once([account_id] * PARALLEL, act)
            db.session.rollback()
        for _ in range(PARALLEL * 2 * ROUNDS):
            services.forget_over()
            db.session.commit()
        over = select(func.count()).where(RefreshToken.expires_at <= clock.now())
        assert db.session.scalar(over) == 0
        sessions = select(func.count()).where(AccountSession.id.not_in(select(RefreshToken.session_id)))
        assert db.session.scalar(sessions) == 0, "no session is left behind without tokens"


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "control"])
def test_a_sign_in_with_the_old_password_does_not_outlive_the_new_one(
    race_app: Flask, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    account_id = People(race_app).customer().id
    changed = hash_password("another-long-word")
    if not guarded:
        monkeypatch.setattr(queries, "locked_account", lambda account_id: db.session.get_one(Account, account_id))
    checked, done = threading.Event(), threading.Event()
    real = Account.verify_and_update_password

    def verify(account: Account, password: str) -> bool:
        is_right = real(account, password)
        checked.set()
        assert done.wait(PATIENCE)
        return is_right

    monkeypatch.setattr(Account, "verify_and_update_password", verify)

    def sign_in() -> None:
        with race_app.test_request_context():
            email = db.session.get_one(Account, account_id).email
            person = recognised(email, PASSWORD)
            if person is not None:
                services.sign_in_program(person, user_agent="", address="", secret=SECRET)
                db.session.commit()

    thief = threading.Thread(target=sign_in)
    thief.start()
    assert checked.wait(PATIENCE)
    owner = db.session.get_one(Account, account_id)
    owner.password = changed
    services.end_sessions(owner)
    db.session.commit()
    done.set()
    thief.join(PATIENCE)
    alive = len(queries.live_sessions(owner))
    db.session.rollback()
    assert alive == (0 if guarded else 1)
