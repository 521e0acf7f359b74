"""P05: completed work is rated once, from 1 to 10, by its customer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from marketplace.accounts.models import Account
from marketplace.core.db import db
from marketplace.core.errors import DomainError, Invalid, NotAllowed
from marketplace.orders import services
from marketplace.orders.errors import AlreadyRated, IllegalStep, NoSuchOrder
from marketplace.orders.models import Order, Review
from marketplace.orders.queries import orders as queries
from marketplace.orders.queries.counters import differences
from tests.people import People
from tests.races.crowd import Crowd

PARALLEL = 16


def rate(order_id: int) -> Callable[[Account], int]:
    """The act of rating the order."""
    return lambda by: services.rate_order(order_id, rating=7, text="", by=by).order_id


def rows_per_order(app: Flask, orders: int) -> list[int]:
    """How many review rows each of `orders` has after its customer sent PARALLEL ratings at once."""
    people = People(app)
    customer, performer = people.customer(), people.performer()
    order_ids = [people.completed(performer, customer).id for _ in range(orders)]
    rater = customer.id
    db.session.rollback()
    numbers = []
    with Crowd(app, PARALLEL) as crowd:
        for order_id in order_ids:
            outcomes = crowd.at_once([rater] * PARALLEL, rate(order_id), before=partial(queries.get_order, order_id))
            refused = [outcome for outcome in outcomes if outcome != order_id]
            assert all(isinstance(outcome, AlreadyRated) for outcome in refused), refused
            rows = db.session.scalar(select(func.count()).select_from(Review).where(Review.order_id == order_id)) or 0
            assert rows == PARALLEL - len(refused)
            numbers.append(rows)
            db.session.rollback()
    return numbers


def test_sixteen_ratings_at_once_leave_one_review(race_app: Flask, figure: Callable[[str], None]) -> None:
    orders = 30
    numbers = rows_per_order(race_app, orders)
    assert numbers == [1] * orders
    assert list(differences()) == []
    figure(f"P05: {sum(numbers) - orders} extra reviews on {orders} orders, {PARALLEL} ratings at once on each")


def test_the_race_is_real_without_the_lock_and_the_primary_key(
    race_app: Flask, monkeypatch: pytest.MonkeyPatch, figure: Callable[[str], None]
) -> None:
    db.session.execute(text("ALTER TABLE reviews DROP CONSTRAINT pk_reviews"))
    db.session.commit()
    monkeypatch.setattr(queries, "locked", queries.get_order)
    orders = 5
    numbers = rows_per_order(race_app, orders)
    assert max(numbers) > 1
    figure(f"P05 control without lock and key: {sum(numbers) - orders} extra reviews on {orders} orders")


def test_a_rating_that_is_refused_leaves_nothing(race_app: Flask, figure: Callable[[str], None]) -> None:
    people = People(race_app)
    customer, performer, stranger, admin = people.customer(), people.performer(), people.customer(), people.admin()
    open_order, taken = people.order(customer), people.taken(performer, customer)
    cancelled, done = people.order(customer), people.completed(performer, customer)
    services.cancel_order(cancelled.id, reason="Not needed", by=customer)
    rated = people.rated(8, performer, customer)
    rows = db.session.query(Review).count()

    attempts: list[tuple[Order, int, Account, type[DomainError]]] = [
        *((done, rating, customer, Invalid) for rating in (-1, 0, 11, 100, 2**70)),
        *((order, 5, customer, IllegalStep) for order in (open_order, taken, cancelled)),
        (done, 5, performer, NotAllowed),
        (done, 5, admin, NotAllowed),
        (done, 5, stranger, NoSuchOrder),
        (rated, 5, customer, AlreadyRated),
    ]
    for order, rating, by, error in attempts:
        with pytest.raises(error):
            services.rate_order(order.id, rating=rating, text="", by=by)
        db.session.rollback()
    assert db.session.query(Review).count() == rows
    assert list(differences()) == []
    figure(f"P05 refusals: 0 of {len(attempts)} left a row")
