"""The first comments on an order, all at once, start one thread, and none of them is lost."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import func, select

from marketplace.accounts.models import Account
from marketplace.core.db import db
from marketplace.orders.models import Order, OrderEvent
from marketplace.orders.queries import orders as queries
from marketplace.orders.services import talking
from marketplace.orders.states import EventKind
from marketplace.threads.models import Comment, Thread
from tests.people import People
from tests.races.crowd import Crowd, size

PARALLEL = 12


def say(order_id: int) -> Callable[[Account], int]:
    """The act of writing a comment."""
    return lambda by: talking.comment_on_order(order_id, text="First!", by=by).id


def lost_comments(app: Flask, orders: int) -> tuple[int, int]:
    """After PARALLEL first comments on each of `orders`: threads too many, and comments that no order leads to."""
    people = People(app)
    customer, performer, manager = people.customer(), people.performer(), people.manager()
    order_ids = [people.taken(performer, customer).id for _ in range(orders)]
    writers = [person.id for person in (customer, performer, manager)] * (PARALLEL // 3)
    db.session.rollback()
    with Crowd(app, PARALLEL) as crowd:
        for order_id in order_ids:
            outcomes = crowd.at_once(writers, say(order_id), before=partial(queries.get_order, order_id))
            assert all(isinstance(outcome, int) for outcome in outcomes), outcomes
    threads = db.session.scalar(select(func.count()).select_from(Thread)) or 0
    found = db.session.scalar(
        select(func.count()).select_from(Comment).join(Order, Order.thread_id == Comment.thread_id)
    )
    told = db.session.scalar(select(func.count()).where(OrderEvent.kind == EventKind.COMMENT))
    assert told == orders * PARALLEL
    return threads - orders, orders * PARALLEL - (found or 0)


def test_first_comments_at_once_start_one_thread(race_app: Flask, figure: Callable[[str], None]) -> None:
    orders = size(10, 50)
    assert lost_comments(race_app, orders) == (0, 0)
    figure(f"Talk: 0 threads too many, 0 lost of {orders * PARALLEL} comments, {PARALLEL} at once on each order")


def test_the_race_is_real_without_the_lock_on_the_order(
    race_app: Flask, monkeypatch: pytest.MonkeyPatch, figure: Callable[[str], None]
) -> None:
    monkeypatch.setattr(queries, "locked", queries.get_order)
    orders = 5
    too_many, lost = lost_comments(race_app, orders)
    assert too_many > 0
    assert lost > 0
    figure(f"Talk control without the lock: {too_many} threads too many, {lost} of {orders * PARALLEL} comments lost")
