"""Both ways into the database end with the same rows, right counters and people who can sign in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask_security import verify_password
from sqlalchemy import select, text

from marketplace.accounts.models import Account
from marketplace.accounts.queries import find_account_by_email
from marketplace.accounts.states import Role
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.orders.queries.counters import OWNERS, differences, missing_rows
from marketplace.orders.states import Status
from seed.demo import DEMO_ACCOUNTS, DEMO_PASSWORD, DemoRefused, load_demo
from tests.people import People
from tests.seed.conftest import COMPARED, MANY, NOON, PEOPLE, application

STORED = {
    "people": "SELECT email, role, locale, created_at, name, phone, messenger, site, about, headline, usual_price,"
    " price_unit, links FROM accounts JOIN profiles ON account_id = id",
    "specialties": "SELECT email, slug FROM specialties JOIN accounts a ON a.id = account_id"
    " JOIN categories c ON c.id = category_id",
    "products": "SELECT name, unit, price, priced_at, count(digest) FROM products"
    " LEFT JOIN product_pictures ON product_id = products.id GROUP BY products.id",
    "orders": "SELECT o.id, number, title, description, slug, pricing, price, lines_total, lines_count, total,"
    " deadline, customer.email, performer.email, manager.email, status, money_state, o.created_at, taken_at,"
    " completed_at, cancelled_at, paid_at, ready_at, delivered_at FROM orders o JOIN categories c ON c.id = category_id"
    " JOIN accounts customer ON customer.id = customer_id LEFT JOIN accounts performer ON performer.id = performer_id"
    " LEFT JOIN accounts manager ON manager.id = manager_id",
    # The one order that the admin hid yesterday was updated then.
    "updates": "SELECT id, updated_at FROM orders WHERE hidden_at IS NULL AND status <> 'new'",
    "lines": "SELECT order_id, position, name, unit, quantity, unit_price, sum, product_id IS NULL FROM order_lines",
    "offers": "SELECT order_id, performer.email, author.email, version, status, price, days, message, expires_at,"
    " o.created_at, decided_at, reason, replaced_price FROM offers o JOIN accounts author ON author.id = o.author_id"
    " JOIN accounts performer ON performer.id = performer_id",
    "offered lines": "SELECT order_id, performer_id, version, position, name, unit, quantity, unit_price"
    " FROM offer_lines JOIN offers o ON o.id = offer_id",
    "talk": "SELECT o.id, t.created_at, email, text, c.created_at FROM comments c JOIN threads t ON t.id = thread_id"
    " JOIN orders o ON o.thread_id = t.id JOIN accounts a ON a.id = c.author_id",
    # What the admin did yesterday is no part of the stories, and neither are the named customer's files.
    "events": "SELECT e.order_id, row_number() OVER (PARTITION BY e.order_id ORDER BY e.id), kind, at, actor.email,"
    " performer.email, manager.email, from_status, to_status, detail, version, text, note FROM order_events e"
    " LEFT JOIN accounts actor ON actor.id = actor_id LEFT JOIN accounts performer ON performer.id = e.performer_id"
    " LEFT JOIN accounts manager ON manager.id = manager_id"
    " LEFT JOIN offers o ON o.id = subject_id AND kind = 'offer'"
    " LEFT JOIN comments c ON c.id = subject_id AND kind = 'comment' WHERE kind NOT IN ('moderated', 'file')",
    "reviews": "SELECT order_id, customer.email, performer.email, rating, text, r.created_at, answer, answered_at"
    " FROM reviews r JOIN accounts customer ON customer.id = customer_id"
    " JOIN accounts performer ON performer.id = performer_id",
}
"""What both ways must write alike; ids that come from a sequence are left out, and told by what they stand for."""


def rows(table: str) -> list[tuple[Any, ...]]:
    """What is stored, in an order that does not depend on ids given out."""
    found = [tuple(row) for row in db.session.execute(text(STORED[table]))]
    return sorted(found, key=repr)


def test_counters_are_clean(demo: Flask) -> None:
    assert [missing_rows(table) for table in OWNERS] == [0] * len(OWNERS)
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
    for path in COMPARED:
        with application(databases[path]):
            stored.append(rows(table))
    assert stored[0] == stored[1]
    assert stored[0]


def test_the_same_seed_gives_the_same_rows_with_the_same_ids(fresh_database: Callable[[], str]) -> None:
    numbered = "SELECT id, order_id, kind, at, actor_id, subject_id FROM order_events ORDER BY id"
    histories = []
    for _ in range(2):
        with application(fresh_database()), clock.fixed(NOON):
            load_demo(60, 30, rates=MANY)
            histories.append(db.session.execute(text(numbered)).all())
    assert histories[0] == histories[1]


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
