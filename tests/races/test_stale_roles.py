"""P19: who is demoted or blocked while their request waits for a lock does not get done what they may not any more."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from flask import Flask
from sqlalchemy import select, text
from werkzeug.test import TestResponse

from marketplace.accounts import queries, services
from marketplace.accounts.models import Account, AuditEntry
from marketplace.accounts.states import Role
from marketplace.catalog import services as catalog
from marketplace.catalog.models import Product
from marketplace.core.db import db
from marketplace.orders.models import Offer, Order, OrderEvent
from marketplace.orders.services.talking import comment_on_order
from tests.api.program import Program
from tests.client import Browser
from tests.people import People
from tests.races.conftest import application_on
from tests.races.crowd import PATIENCE

WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")


class Request(NamedTuple):
    """What somebody asks for, and the row that it has to wait for."""

    row: Any
    method: str
    path: str
    body: Any = None


class House:
    """What there is to ask for; each is made when it is asked for."""

    def __init__(self, app: Flask) -> None:
        self.people = People(app)
        self.admin = self.people.admin()

    def open(self, path: str, body: Any = None, method: str = "POST") -> Request:
        """Something done to an order on the board."""
        order = self.people.order()
        return Request(order, method, f"/orders/{order.id}{path}", body)

    def taken(self, path: str, body: Any = None, method: str = "POST") -> Request:
        """Something done to an order that somebody works on."""
        order = self.people.taken()
        return Request(order, method, f"/orders/{order.id}{path}", body)

    def offer(self, act: str, body: Any = None) -> Request:
        """Something done to somebody's offer."""
        order = self.people.quoted()
        offer = db.session.scalars(select(Offer).where(Offer.order_id == order.id)).one()
        return Request(order, "POST", f"/offers/{offer.id}/{act}", body)

    def product(self, path: str, body: Any = None, method: str = "POST") -> Request:
        """Something done to a product."""
        made = catalog.create_product(
            name="A table",
            description="Of oak.",
            price=Decimal("700"),
            unit="pc",
            category_id=self.people.category().id,
            by=self.admin,
        )
        db.session.commit()
        return Request(made, method, f"/products/{made.id}{path}", body)

    def category(self, method: str, body: Any = None) -> Request:
        """Something done to a category that nothing uses."""
        made = self.people.category(f"unused-{self.admin.id}")
        return Request(made, method, f"/categories/{made.id}", body)

    def person(self, method: str, path: str, body: Any = None) -> Request:
        """Something done to somebody else."""
        account = self.people.customer()
        return Request(account, method, f"/users/{account.id}{path}", body)

    def comment(self, act: str) -> Request:
        """Something done to a comment."""
        order = self.people.order()
        comment = comment_on_order(order.id, text="On Tuesday then.", by=order.customer)
        db.session.commit()
        return Request(order, "POST", f"/orders/{order.id}/comments/{comment.id}/{act}")


DESK: dict[str, Callable[[House], Request]] = {
    "cancel": lambda house: house.open("/cancel", {"reason": "Not needed"}),
    "request-quote": lambda house: house.open("/request-quote"),
    "edit": lambda house: house.open("", {"title": "Another title"}, "PATCH"),
    "line": lambda house: house.open("/lines", {"name": "Sockets", "quantity": 3, "unit_price": "12.50"}),
    "comment": lambda house: house.open("/comments", {"text": "On Tuesday then."}),
    "assign": lambda house: house.open("/assign", {"manager_id": house.people.admin().id}),
    "complete": lambda house: house.taken("/complete"),
    "pay": lambda house: house.taken("/pay"),
    "accept": lambda house: house.offer("accept"),
    "decline": lambda house: house.offer("decline", {"reason": "Too dear."}),
    "product": lambda house: house.product("", {"price": "95.50"}, "PATCH"),
    "hide product": lambda house: house.product("/hide"),
}
MODERATION: dict[str, Callable[[House], Request]] = {
    "hide comment": lambda house: house.comment("hide"),
    "hide order": lambda house: house.open("/hide"),
    "reassign": lambda house: house.taken(
        "/reassign", {"performer_id": house.people.performer().id, "reason": "Is ill"}
    ),
    "category": lambda house: house.category("PATCH", {"name_en": "Other"}),
    "delete category": lambda house: house.category("DELETE"),
    "profile": lambda house: house.person("PATCH", "/profile", {"name": "Another"}),
    "sign out": lambda house: house.person("POST", "/sign-out"),
}
ENDS: dict[str, Callable[[Account, Account], Any]] = {
    "demoted": lambda account, by: services.change_roles([account.id], role=Role.CUSTOMER, by=by),
    "blocked": lambda account, by: services.block_account(account.id, reason="Spam", by=by),
}


@contextmanager
def held(row: Any) -> Iterator[None]:
    """Somebody else has the row for as long as the block lasts."""
    with db.engine.connect() as connection, connection.begin():
        connection.execute(text(f"SELECT 1 FROM {row.__tablename__} WHERE id = :id FOR UPDATE"), {"id": row.id})
        yield


def wait_until_waiting() -> None:
    """Returns when somebody waits for a lock."""
    deadline = time.monotonic() + PATIENCE
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while not connection.scalar(WAITING):
            assert time.monotonic() < deadline, "nobody waits"
            time.sleep(0.01)


def trace() -> list[Any]:
    """What the requests above would change."""
    db.session.rollback()
    return [
        db.session.execute(select(Order.id, Order.status, Order.title, Order.updated_at).order_by(Order.id)).all(),
        db.session.execute(select(Product.id, Product.price, Product.is_active).order_by(Product.id)).all(),
        db.session.scalars(select(OrderEvent.id).order_by(OrderEvent.id)).all(),
        db.session.execute(select(Offer.id, Offer.status).order_by(Offer.id)).all(),
        db.session.scalars(select(AuditEntry.id).where(AuditEntry.action.not_in(["change_role", "block"]))).all(),
    ]


CASES = [
    *((Role.MANAGER, name, "demoted") for name in DESK),
    *((Role.ADMIN, name, "demoted") for name in MODERATION),
    *((Role.MANAGER, name, "blocked") for name in ("cancel", "accept", "product")),
    *((Role.ADMIN, name, "blocked") for name in ("hide comment", "profile")),
]


@pytest.fixture(scope="module")
def one_app(fresh_database: Callable[[], str]) -> Iterator[Flask]:
    """The application on one database for all of these races: none of them minds what the others left."""
    with application_on(fresh_database()) as app:
        yield app


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "control"])
@pytest.mark.parametrize(("role", "name", "end"), CASES)
def test_the_policies_are_asked_about_who_somebody_is_now(
    one_app: Flask, monkeypatch: pytest.MonkeyPatch, role: Role, name: str, end: str, guarded: bool
) -> None:
    house = House(one_app)
    person = house.people.account(role)
    program, wanted = Program(one_app, person), (DESK | MODERATION)[name](house)
    before = trace()
    if not guarded:
        monkeypatch.setattr(queries, "read_again", lambda account: None)

    def ask() -> TestResponse:
        with one_app.app_context():
            return program.ask(wanted.method, wanted.path, wanted.body)

    with ThreadPoolExecutor(1) as pool:
        with held(wanted.row):
            answer: Future[TestResponse] = pool.submit(ask)
            wait_until_waiting()
            ENDS[end](person, house.admin)
            db.session.commit()
        status = answer.result(PATIENCE).status_code
    if guarded:
        assert status in (403, 404)
        assert trace() == before
    else:
        assert status < 300, "without the race the test shows nothing"
        assert trace() != before


def test_a_page_asks_the_same(one_app: Flask) -> None:
    house = House(one_app)
    person = house.people.manager()
    browser, wanted = Browser.of(one_app).sign_in(person), house.taken("/complete")
    before = trace()

    def send() -> TestResponse:
        with one_app.app_context():
            return browser.send(wanted.path)

    with ThreadPoolExecutor(1) as pool:
        with held(wanted.row):
            answer = pool.submit(send)
            wait_until_waiting()
            ENDS["demoted"](person, house.admin)
            db.session.commit()
        assert answer.result(PATIENCE).status_code in (403, 404)
    assert trace() == before
