"""Nobody waits in a ring: whoever holds a person's row never keeps others from writing that person into history."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from marketplace.accounts import queries as accounts
from marketplace.accounts.models import Account
from marketplace.accounts.services import block_account
from marketplace.core.db import db
from marketplace.core.errors import DomainError, NotAllowed
from marketplace.orders import services
from marketplace.orders.errors import IllegalStep
from marketplace.orders.queries import orders
from tests.people import LIMIT, People
from tests.races.crowd import PATIENCE

Outcome = DomainError | OperationalError | None


def crossing(app: Flask, *steps: tuple[Callable[[], Any], Callable[[], Any]]) -> list[Outcome]:
    """Runs the first step of each pair, waits until all are done, then the second steps; all in open transactions."""
    gate = threading.Barrier(len(steps))

    def one(pair: tuple[Callable[[], Any], Callable[[], Any]]) -> Outcome:
        with app.app_context():
            pair[0]()
            gate.wait(PATIENCE)
            try:
                pair[1]()
                db.session.commit()
            except (DomainError, OperationalError) as error:
                db.session.rollback()
                return error
            return None

    with ThreadPoolExecutor(len(steps)) as pool:
        return list(pool.map(one, steps))


def take_and_complete(app: Flask) -> list[Outcome]:
    """One performer, in two windows, completes an order and takes it once more."""
    people = People(app)
    performer = people.performer()
    order, me = people.taken(performer).id, performer.id
    db.session.rollback()

    def take() -> None:
        services.take_order(order, limit=LIMIT, by=accounts.get_account(me))

    def complete() -> None:
        services.complete_order(order, by=accounts.get_account(me))

    return crossing(
        app,
        # First the lock that take_order begins with, and the one that complete_order begins with.
        (lambda: accounts.locked_account(me), take),
        (lambda: orders.locked(order), complete),
    )


def strong_lock(account_ids: Sequence[int]) -> Sequence[Account]:
    """What `locked_accounts` would be with the lock that also stops new rows from referring to the person."""
    return db.session.scalars(
        select(Account).where(Account.id.in_(account_ids)).order_by(Account.id).with_for_update(of=Account)
    ).all()


def test_taking_and_completing_one_order_at_once_does_not_deadlock(race_app: Flask) -> None:
    taken, completed = take_and_complete(race_app)
    assert isinstance(taken, IllegalStep)
    assert completed is None


def test_it_would_deadlock_if_the_lock_on_a_person_stopped_history_rows_about_them(
    race_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("marketplace.accounts.queries.accounts.locked_accounts", strong_lock)
    outcomes = take_and_complete(race_app)
    assert any(isinstance(outcome, OperationalError) and "deadlock" in str(outcome) for outcome in outcomes), outcomes


def test_two_admins_who_block_each_other_do_not_deadlock(race_app: Flask) -> None:
    people = People(race_app)
    first, second = people.admin().id, people.admin().id
    db.session.rollback()

    def block(other: int, me: int) -> Callable[[], Any]:
        return lambda: block_account(other, reason="Quarrel", by=accounts.get_account(me))

    outcomes = crossing(
        race_app,
        # No lock before: blocking begins with the locks on both, in the order of their ids.
        (lambda: accounts.get_account(first), block(first, second)),
        (lambda: accounts.get_account(second), block(second, first)),
    )
    assert {type(outcome) for outcome in outcomes} == {NotAllowed, type(None)}
