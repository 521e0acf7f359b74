"""Of those who edit one order at once, having read the same state, one succeeds; the others are told that it is not."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import func, select

from marketplace.core.db import db
from marketplace.orders.models import Order, OrderEvent
from marketplace.orders.queries import orders
from marketplace.orders.states import EventKind
from tests.api.program import Program
from tests.people import People
from tests.races.crowd import PATIENCE

EDITORS, ROUNDS = 8, 5


def at_once(app: Flask, order: Order) -> Counter[int]:
    """How many editors are answered with which status."""
    path = f"/orders/{order.id}"
    programs = [Program(app, order.customer) for _editor in range(EDITORS)]
    tag = programs[0].ask("GET", path).headers["ETag"]
    db.session.rollback()
    gate = threading.Barrier(EDITORS)

    def one(number: int) -> int:
        with app.app_context():
            gate.wait(PATIENCE)
            body = {"title": f"As editor {number} wants it"}
            return programs[number].ask("PATCH", path, body, headers={"If-Match": tag}).status_code

    with ThreadPoolExecutor(EDITORS) as pool:
        return Counter(pool.map(one, range(EDITORS)))


def edits(order_id: int) -> int:
    """How often the history says that the order was edited."""
    edited = select(func.count()).where(OrderEvent.order_id == order_id, OrderEvent.kind == EventKind.EDITED)
    return db.session.scalar(edited) or 0


def test_one_editor_succeeds_and_nobody_is_overwritten_unseen(race_app: Flask) -> None:
    people = People(race_app)
    for _round in range(ROUNDS):
        order = people.order()
        assert at_once(race_app, order) == {200: 1, 412: EDITORS - 1}
        assert edits(order.id) == 1


def test_without_the_lock_editors_overwrite_each_other(race_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders, "locked", orders.get_order)
    people = People(race_app)
    overwritten = 0
    for _round in range(ROUNDS):
        overwritten += at_once(race_app, people.order())[200] - 1
    assert overwritten > 0
