"""P03: nobody holds more orders at a time than the limit says, however fast they click."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from flask import Flask

from marketplace.accounts.models import Account
from marketplace.accounts.queries import get_account
from marketplace.core.db import db
from marketplace.orders import services
from marketplace.orders.errors import TooManyInProgress
from marketplace.orders.queries import orders as queries
from marketplace.orders.services import dealing
from tests.people import People
from tests.races.crowd import Crowd

PARALLEL = 8
LIMIT = 3


def take_one_each(orders: Sequence[int]) -> Callable[[Account], int]:
    """The act of taking the next of `orders` that nobody else was told to take."""
    left = iter(orders)
    return lambda by: services.take_order(next(left), limit=LIMIT, by=by).id


def rounds_over_the_limit(app: Flask, rounds: int) -> int:
    """In how many of `rounds` one performer ends with more than LIMIT of the PARALLEL orders they took at once."""
    people = People(app)
    customer = people.customer()
    orders = [people.order(customer).id for _ in range(PARALLEL)]
    performer = people.performer().id
    db.session.rollback()
    over = 0
    with Crowd(app, PARALLEL) as crowd:
        for _ in range(rounds):
            outcomes = crowd.at_once([performer] * PARALLEL, take_one_each(orders))
            taken = [outcome for outcome in outcomes if isinstance(outcome, int)]
            refused = [outcome for outcome in outcomes if not isinstance(outcome, int)]
            assert all(isinstance(outcome, TooManyInProgress) for outcome in refused), refused
            by = get_account(performer)
            held = queries.in_progress_count(by)
            assert held == len(taken)
            assert held >= LIMIT
            over += held > LIMIT
            for order_id in taken:
                services.withdraw_order(order_id, reason="Next round", by=by)
            db.session.commit()
    return over


def test_nobody_gets_over_the_limit_by_taking_many_orders_at_once(
    race_app: Flask, figure: Callable[[str], None]
) -> None:
    rounds = 50
    over = rounds_over_the_limit(race_app, rounds)
    assert over == 0
    figure(f"P03: {over} of {rounds} rounds over the limit of {LIMIT}, {PARALLEL} takes at once in each")


def test_the_race_is_real_when_the_person_is_not_locked(
    race_app: Flask, monkeypatch: pytest.MonkeyPatch, figure: Callable[[str], None]
) -> None:
    def unlocked(account_id: int) -> Account:
        return get_account(account_id)

    monkeypatch.setattr(dealing, "locked_account", unlocked)
    rounds = 10
    over = rounds_over_the_limit(race_app, rounds)
    assert over > 0
    figure(f"P03 control without the lock on the person: {over} of {rounds} rounds over the limit")
