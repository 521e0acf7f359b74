"""Lines keep their rows while people change them in several windows; the sum of the order follows what is there."""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.accounts.models import Account
from marketplace.core.db import db
from marketplace.core.errors import DomainError
from marketplace.orders import services
from marketplace.orders.errors import LineNotFound
from marketplace.orders.models import OrderLine
from marketplace.orders.queries import orders
from marketplace.orders.queries.counters import differences
from marketplace.orders.services import LineInput, itemizing, lines
from tests.people import People
from tests.races.crowd import Crowd, size

WINDOWS = 6


def race(app: Flask, rounds: int, kinds: int = 4) -> tuple[int, int]:
    """The customer does something in each of six windows; returns how many orders are wrong, and steps refused."""
    people = People(app)
    made = [people.order(price=None, lines=[line(name) for name in ("one", "two", "three")]) for _ in range(rounds)]
    stalls = [(order.id, order.customer_id, [row.id for row in orders.lines(order)]) for order in made]
    db.session.rollback()
    refused = 0
    with Crowd(app, WINDOWS) as crowd:
        for order_id, customer_id, ids in stalls:
            outcomes = crowd.at_once(
                [customer_id] * WINDOWS,
                partial(step, order_id, ids, kinds),
                before=partial(shown, order_id),
            )
            refusals = [outcome for outcome in outcomes if isinstance(outcome, DomainError)]
            assert all(isinstance(outcome, LineNotFound) for outcome in refusals), refusals
            refused += len(refusals)
    db.session.rollback()
    wrong = {found.row_id for found in differences()}
    for order_id, _customer_id, _ids in stalls:
        rows = db.session.scalars(select(OrderLine.position).where(OrderLine.order_id == order_id))
        if sorted(rows) != list(range(1, orders.get_order(order_id).lines_count + 1)):
            wrong.add(order_id)
    return len(wrong), refused


def line(name: str) -> LineInput:
    return LineInput(1, name=name, unit_price=Decimal(100))


def shown(order_id: int) -> Any:
    """What the page has loaded before anybody presses a button."""
    order = orders.get_order(order_id)
    return order, orders.lines(order)


def step(order_id: int, ids: list[int], kinds: int, by: Account) -> int:
    """One of the first `kinds` of things that people do with lines."""
    chosen, what = random.choice(ids), random.randrange(kinds)
    if what == 3:
        return services.add_line(order_id, line("more"), by=by).id
    if what == 2:
        return services.remove_line(order_id, chosen, by=by).id
    place = random.randrange(1, 5) if what else None
    return services.change_line(order_id, chosen, quantity=random.randrange(1, 9), position=place, by=by).id


def test_lines_changed_in_several_windows_add_up(race_app: Flask, figure: Callable[[str], None]) -> None:
    rounds = size(25, 200)
    wrong, refused = race(race_app, rounds)
    assert wrong == 0
    # Some must have come too late, or nothing would have been tried.
    assert 0 < refused < rounds * WINDOWS
    figure(f"Lines: {wrong} of {rounds} orders wrong after {WINDOWS} changes at once, {refused} came too late")


def test_they_would_not_with_what_the_page_has_read_before_the_lock(
    race_app: Flask, monkeypatch: pytest.MonkeyPatch, figure: Callable[[str], None]
) -> None:
    for module in (lines, itemizing):
        monkeypatch.setattr(module, "present_lines", orders.lines)
    # Places and rows that are gone would be stopped by the table; nothing but the listener knows the sum.
    wrong, _refused = race(race_app, 15, kinds=1)
    assert wrong > 0
    figure(f"Lines, control with lines read before the lock: {wrong} of 15 orders wrong")
