"""P02: whatever many people do with the same orders at once, each order's history is one that the states allow."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.exc import DBAPIError

from marketplace.core.db import db
from marketplace.orders.models import Order
from marketplace.orders.queries import orders as queries
from marketplace.orders.queries.counters import differences
from tests.orders.histories import illegal_steps, wrong_people
from tests.races.crowd import size
from tests.races.market import Market

CLIENTS = 16
ACTS = {"take": 8, "withdraw": 5, "complete": 2, "cancel": 1, "reassign": 1, "restock": 4}


def test_random_acts_of_many_on_the_same_orders_leave_legal_histories_only(
    race_app: Flask, figure: Callable[[str], None]
) -> None:
    market = Market(race_app, stalls=8, customers=3, performers=6)
    tally = market.open(CLIENTS, size(8, 40), ACTS, at_least=size(0, 5000))
    assert illegal_steps() == []
    assert wrong_people() == []
    assert list(differences()) == []
    # Every kind of act must really have happened, or the zero would say nothing about it.
    assert set(tally.done) == set(ACTS)
    orders = db.session.query(Order).count()
    figure(f"P02: 0 illegal steps in the histories of {orders} orders, {CLIENTS} clients, {tally}")


def test_histories_go_wrong_when_orders_are_not_locked(
    race_app: Flask, monkeypatch: pytest.MonkeyPatch, figure: Callable[[str], None]
) -> None:
    monkeypatch.setattr(queries, "locked", queries.get_order)
    # The CHECKs of the table stop some of what the lock would; they are not what is tried here.
    market = Market(race_app, stalls=2, customers=2, performers=6, tolerated=(DBAPIError,))
    tally = market.open(CLIENTS, 2, ACTS)
    illegal, wrong = illegal_steps(), wrong_people()
    assert illegal
    assert wrong
    figure(f"P02 control without the lock: {len(illegal)} illegal steps, {len(wrong)} with wrong people, {tally}")
