"""P01: an open order gets exactly one performer, however many take it at the same moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import NamedTuple

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from marketplace.accounts.models import Account
from marketplace.core.db import db
from marketplace.core.errors import Conflict
from marketplace.orders import services
from marketplace.orders.errors import ForbiddenWrite, IllegalStep, NoSuchOrder
from marketplace.orders.listeners.status import keep_fixed
from marketplace.orders.models import Order, OrderEvent
from marketplace.orders.queries import orders as queries
from marketplace.orders.queries.counters import differences
from marketplace.orders.states import Status
from tests.people import People
from tests.races.crowd import Crowd

NO_LIMIT = 10_000


class Result(NamedTuple):
    """How a series of races ended."""

    orders: int
    lost: int
    double: int
    without: int


def take(order_id: int) -> Callable[[Account], int]:
    """The act of taking the order."""
    return lambda by: services.take_order(order_id, limit=NO_LIMIT, by=by).id


def race(app: Flask, takers: int, orders: int, refusal: type[Conflict] = IllegalStep) -> Result:
    """`takers` performers take each of `orders` at the same moment, each with the order's page already loaded."""
    people = People(app)
    customer = people.customer()
    performers = [people.performer().id for _ in range(takers)]
    order_ids = [people.order(customer).id for _ in range(orders)]
    db.session.rollback()
    lost = double = without = 0
    with Crowd(app, takers) as crowd:
        for order_id in order_ids:
            outcomes = crowd.at_once(performers, take(order_id), before=partial(queries.get_order, order_id))
            refused = [outcome for outcome in outcomes if outcome != order_id]
            assert all(isinstance(outcome, refusal) for outcome in refused), refused
            winners = takers - len(refused)
            lost += len(refused)
            double += winners > 1
            without += winners == 0
    return Result(orders, lost, double, without)


def takings() -> Sequence[int]:
    """How often each order was taken, according to its history."""
    return db.session.scalars(
        select(func.count(OrderEvent.id))
        .select_from(Order)
        .outerjoin(OrderEvent, (OrderEvent.order_id == Order.id) & (OrderEvent.to_status == Status.IN_PROGRESS))
        .group_by(Order.id)
    ).all()


@pytest.mark.parametrize("takers", [32, 64])
def test_an_open_order_gets_exactly_one_performer(race_app: Flask, takers: int, figure: Callable[[str], None]) -> None:
    result = race(race_app, takers, 30)
    assert result == Result(result.orders, result.orders * (takers - 1), 0, 0)
    assert set(takings()) == {1}
    assert list(differences()) == []
    figure(
        f"P01 services, {takers} takers: {result.double} orders with two performers, {result.without} without,"
        f" of {result.orders}; {result.lost} losers told so"
    )


def without_populate_existing(order_id: int) -> Order:
    """Locks the row, but returns the copy that the session had before it waited."""
    order = db.session.scalar(select(Order).where(Order.id == order_id).with_for_update(of=Order))
    if order is None:
        raise NoSuchOrder
    return order


def without_lock(order_id: int) -> Order:
    """Reads afresh, but waits for nobody."""
    order = db.session.scalar(select(Order).where(Order.id == order_id).execution_options(populate_existing=True))
    if order is None:
        raise NoSuchOrder
    return order


@pytest.mark.parametrize("unguarded", [without_populate_existing, without_lock])
def test_the_race_is_real_when_the_lock_or_the_fresh_read_is_missing(
    race_app: Flask,
    monkeypatch: pytest.MonkeyPatch,
    unguarded: Callable[[int], Order],
    figure: Callable[[str], None],
) -> None:
    monkeypatch.setattr(queries, "locked", unguarded)
    result = race(race_app, 16, 5)
    assert result.double > 0
    assert max(takings()) > 1
    figure(f"P01 control {unguarded.__name__}: {result.double} of {result.orders} orders taken twice")


@contextmanager
def listener_off() -> Iterator[None]:
    """Lets the people of an order change without its status."""
    event.remove(Order, "before_update", keep_fixed)
    try:
        yield
    finally:
        event.listen(Order, "before_update", keep_fixed)


def test_behind_the_strict_step_stands_a_listener_and_without_both_a_second_taker_replaces_the_first(
    race_app: Flask, monkeypatch: pytest.MonkeyPatch, figure: Callable[[str], None]
) -> None:
    monkeypatch.setattr(Order, "obstacle", lambda order, act: None)
    monkeypatch.setattr(Order, "_require", lambda order, status: None)
    caught = race(race_app, 8, 3, refusal=ForbiddenWrite)
    assert caught == Result(3, 3 * 7, 0, 0)
    with listener_off():
        result = race(race_app, 8, 3)
    assert result.double == 3
    figure(f"P01 control without strict step and listener: {result.double} of {result.orders} orders taken twice")
