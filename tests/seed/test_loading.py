"""Both ways into the database end with the same rows, right counters and people who can sign in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask_security import verify_password
from sqlalchemy import select, text

from marketplace.accounts.models import Account
from marketplace.accounts.queries import find_account_by_email
from marketplace.accounts.states import Role
from marketplace.app import create_app
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.orders.queries.counters import OWNERS, differences, missing_rows
from marketplace.orders.states import Status
from seed.demo import DEMO_ACCOUNTS, DEMO_PASSWORD, DemoRefused, load_demo
from tests.conftest import settings_for
from tests.people import People

NOON = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
ORDERS, PEOPLE = 150, 24
PATHS = {"played": ORDERS, "copied": 0}
"""How many orders the services may act out, by the way it makes the demo take."""

STORED = {
    "people": "SELECT email, role, locale, created_at, name, phone, messenger, site, about, headline, usual_price,"
    " price_unit, links FROM accounts JOIN profiles ON account_id = id",
    "specialties": "SELECT email, slug FROM specialties JOIN accounts a ON a.id = account_id"
    " JOIN categories c ON c.id = category_id",
    "orders": "SELECT o.id, number, title, description, slug, price, deadline, customer.email, performer.email, status,"
    " o.created_at, taken_at, completed_at, cancelled_at FROM orders o JOIN categories c ON c.id = category_id"
    " JOIN accounts customer ON customer.id = customer_id LEFT JOIN accounts performer ON performer.id = performer_id",
    # The one order that the admin hid yesterday was updated then.
    "updates": "SELECT id, updated_at FROM orders WHERE hidden_at IS NULL AND status <> 'new'",
    "events": "SELECT order_id, at, actor.email, performer.email, from_status, to_status, note FROM order_events"
    " JOIN accounts actor ON actor.id = actor_id LEFT JOIN accounts performer ON performer.id = performer_id",
    "reviews": "SELECT order_id, customer.email, performer.email, rating, text, r.created_at, answer, answered_at"
    " FROM reviews r JOIN accounts customer ON customer.id = customer_id"
    " JOIN accounts performer ON performer.id = performer_id",
}


@contextmanager
def application(url: str, **environ: str) -> Iterator[Flask]:
    """An application of its own, with its context pushed."""
    app = create_app(settings_for(url, **environ))
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


def rows(table: str) -> list[tuple[Any, ...]]:
    """What is stored, in an order that does not depend on ids given out."""
    found = [tuple(row) for row in db.session.execute(text(STORED[table]))]
    return sorted(found, key=repr)


@pytest.fixture(scope="module")
def databases(fresh_database: Callable[[], str]) -> dict[str, str]:
    """One database per path, each with the demo as of NOON."""
    urls = {}
    for path, most_played in PATHS.items():
        urls[path] = fresh_database()
        with application(urls[path]), clock.fixed(NOON):
            done = load_demo(ORDERS, PEOPLE, most_played=most_played)
            assert (done.orders, done.people) == (ORDERS, PEOPLE)
    return urls


@pytest.fixture(params=PATHS)
def demo(request: pytest.FixtureRequest, databases: dict[str, str]) -> Iterator[Flask]:
    """The application on the demo, once for each path."""
    with application(databases[request.param]) as app:
        yield app


def test_counters_are_clean(demo: Flask) -> None:
    assert [missing_rows(table) for table in OWNERS] == [0, 0, 0]
    assert list(differences()) == []
    assert demo.test_cli_runner().invoke(args=["counters", "check"]).exit_code == 0


def test_there_is_one_account_per_role_and_the_password_fits_all(demo: Flask) -> None:
    for email, role in zip(DEMO_ACCOUNTS, Role, strict=True):
        account = find_account_by_email(email)
        assert account is not None and account.role is role and account.active
        assert email == f"{role}@example.com"
    hashes = set(db.session.scalars(select(Account.password)))
    assert len(hashes) == 1
    assert verify_password(DEMO_PASSWORD, hashes.pop())


def test_numbered_accounts_follow(demo: Flask) -> None:
    for email, role in (("customer1@example.com", Role.CUSTOMER), ("performer1@example.com", Role.PERFORMER)):
        account = find_account_by_email(email)
        assert account is not None and account.role is role


def test_uniquifiers_are_not_shared(demo: Flask) -> None:
    found = db.session.scalars(select(Account.fs_uniquifier)).all()
    assert len(set(found)) == len(found) == PEOPLE


def test_the_next_order_follows_the_last_one(demo: Flask) -> None:
    customer = find_account_by_email("customer@example.com")
    performer = find_account_by_email("performer@example.com")
    assert customer is not None and performer is not None
    category_id = db.session.scalar(select(Order.category_id).limit(1))
    assert category_id is not None
    order = orders.post_order(
        title="One more", description="", category_id=category_id, price=None, deadline=None, by=customer
    )
    orders.take_order(order.id, limit=100, by=performer)
    assert order.status is Status.IN_PROGRESS
    db.session.rollback()


def test_a_second_load_is_refused_and_changes_nothing(demo: Flask) -> None:
    before = rows("people")
    result = demo.test_cli_runner().invoke(args=["demo", "--orders", "10", "--people", "10"])
    assert result.exit_code == 1
    assert result.output == "Error: The database already holds people: demo data goes into an empty one only.\n"
    assert rows("people") == before


@pytest.mark.parametrize("table", STORED)
def test_copying_writes_what_the_services_would_have_written(databases: dict[str, str], table: str) -> None:
    stored = []
    for path in PATHS:
        with application(databases[path]):
            stored.append(rows(table))
    assert stored[0] == stored[1]
    assert stored[0]


def test_the_command_fills_an_empty_database(fresh_database: Callable[[], str]) -> None:
    with application(fresh_database()) as app:
        result = app.test_cli_runner().invoke(args=["demo", "--orders", "20", "--people", "10", "--seed", "3"])
        assert result.exit_code == 0, result.output
        assert "10 people and 20 orders in " in result.output
        assert "customer@example.com" in result.output
        assert len(rows("people")) == 10


def test_an_empty_demo_has_people_and_no_orders(fresh_database: Callable[[], str]) -> None:
    with application(fresh_database()):
        load_demo(0, 10)
        assert len(rows("people")) == 10
        assert rows("orders") == []


def test_a_small_limit_in_the_settings_is_kept(fresh_database: Callable[[], str]) -> None:
    with application(fresh_database(), MAX_ORDERS_IN_PROGRESS="1"):
        load_demo(80, 12)
        assert list(differences()) == []


def test_production_gets_no_demo_data(fresh_database: Callable[[], str]) -> None:
    url = fresh_database()
    with application(
        url, APP_ENV="production", SECRET_KEY="kept-secret-for-the-length-of-one-test-only", TRUSTED_HOSTS="example.com"
    ) as app:
        result = app.test_cli_runner().invoke(args=["demo"])
        assert result.exit_code == 1
        assert "never loaded in production" in result.output and len(result.output.splitlines()) == 1
        assert rows("people") == []


def test_a_database_with_one_person_is_left_alone(people: People) -> None:
    people.customer()
    with pytest.raises(DemoRefused, match="already holds people"):
        load_demo(10, 10)
