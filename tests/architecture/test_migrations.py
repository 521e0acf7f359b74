"""P29: what the migrations make equals the models, and every one of them goes down and up with data in the tables.

With PROMISES=full there are 10 000 orders in them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import Connection, create_engine, text

from config import ROOT
from marketplace.accounts.models import Account
from marketplace.core.db import db
from marketplace.orders.models import Order
from marketplace.orders.queries.counters import OWNERS, differences, missing_rows
from marketplace.orders.queries.orders import lines as order_lines
from marketplace.orders.services import LineInput
from tests.architecture import inhabited
from tests.architecture.inhabited import DEALS, ORDERS
from tests.client import Browser
from tests.conftest import address_of, run_sql
from tests.people import People
from tests.races.conftest import application_on

FOLDER = str(ROOT / "migrations")
BEFORE_DEALS = "c3a4b6d7e803"
DEALS_REVISION = "d4b5c7e8f904"
BEFORE_DIGESTS = "f6d7e9a0b106"

SCHEMA = {
    "columns": """
        SELECT table_name || '.' || column_name, data_type, character_maximum_length, is_nullable, column_default,
               is_identity, identity_generation, generation_expression
        FROM information_schema.columns WHERE table_schema = 'public'
    """,
    "constraints": """
        SELECT conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    """,
    "indexes": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "tables": "SELECT relname, relkind, relpersistence FROM pg_class WHERE relnamespace = 'public'::regnamespace",
}


def schema(connection: Connection) -> dict[str, set[Any]]:
    """All that the catalogues of PostgreSQL say of our tables, alembic's own left out."""
    return {
        what: {tuple(row) for row in connection.execute(text(query)) if "alembic" not in row[0]}
        for what, query in SCHEMA.items()
    }


def revisions() -> list[str]:
    """The revisions, newest first."""
    return [script.revision for script in ScriptDirectory(FOLDER).walk_revisions()]


def test_there_is_one_line_of_revisions() -> None:
    assert len(ScriptDirectory(FOLDER).get_heads()) == 1


def test_alembic_finds_no_difference_between_models_and_migrations(shared_app: Flask) -> None:
    with shared_app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, db.metadata) == []


def test_the_models_alone_make_the_very_same_schema(shared_app: Flask, postgres: str) -> None:
    # Alembic does not compare CHECK constraints, orders of columns in an index or unlogged tables; this does.
    run_sql(postgres, "CREATE DATABASE podryad_from_models")
    engine = create_engine(address_of(postgres, "podryad_from_models"))
    try:
        db.metadata.create_all(engine)
        with engine.connect() as connection:
            from_models = schema(connection)
    finally:
        engine.dispose()
        run_sql(postgres, "DROP DATABASE podryad_from_models WITH (FORCE)")
    with shared_app.app_context(), db.engine.connect() as connection:
        from_migrations = schema(connection)
    for what in SCHEMA:
        assert from_migrations[what] == from_models[what], what


@pytest.fixture
def lived_in(fresh_database: Callable[[], str]) -> Iterator[Flask]:
    """The application on a database with orders in every state, deals among them."""
    with application_on(fresh_database()) as app:
        inhabited.fill()
        db.session.remove()
        yield app


def count(table: str) -> int:
    """How many rows a table has."""
    return int(inhabited.one(f"SELECT count(*) FROM {table}"))


def test_every_revision_goes_down_and_up_with_data_in_the_tables(
    lived_in: Flask, figure: Callable[[str], None]
) -> None:
    with db.engine.connect() as connection:
        before = schema(connection)
    people = count("accounts")
    assert count("orders") == ORDERS
    for what, query in DEALS.items():
        assert inhabited.one(query), what
    for revision, older in zip(revisions(), [*revisions()[1:], "base"], strict=True):
        flask_migrate.downgrade(FOLDER, older)
        flask_migrate.upgrade(FOLDER, revision)
        # Down again, so that the next older one meets what the newer one left.
        flask_migrate.downgrade(FOLDER, older)
    flask_migrate.upgrade(FOLDER)
    with db.engine.connect() as connection:
        assert schema(connection) == before
    figure(f"P29: 0 failures of {len(revisions())} revisions up and down on {ORDERS} orders and {people} people")


def test_a_downgrade_keeps_of_deals_what_the_older_schema_can_hold(lived_in: Flask) -> None:
    costs = inhabited.table("SELECT id, total FROM orders")
    statuses = inhabited.table("SELECT id, status FROM orders")
    steps = inhabited.one("SELECT count(*) FROM order_events WHERE to_status NOT IN ('quoting', 'quoted')")
    flask_migrate.downgrade(FOLDER, BEFORE_DEALS)
    assert inhabited.table("SELECT id, price FROM orders") == costs
    waiting = ("quoting", "quoted")
    assert inhabited.table("SELECT id, status FROM orders") == {
        order_id: "new" if status in waiting else status for order_id, status in statuses.items()
    }
    # What is left of the history still leads step by step from the first line to the last.
    assert count("order_events") == steps
    told = inhabited.table(
        "SELECT DISTINCT ON (order_id) order_id, to_status FROM order_events ORDER BY order_id, id DESC"
    )
    assert told == inhabited.table("SELECT id, status FROM orders")
    flask_migrate.upgrade(FOLDER, DEALS_REVISION)
    assert inhabited.table("SELECT id, total FROM orders") == costs
    assert inhabited.table("SELECT pricing, count(*) FROM orders GROUP BY 1") == {"fixed": ORDERS}
    assert count("offers") == count("order_lines") == 0


def test_a_downgrade_of_the_catalogue_takes_products_and_talk_and_leaves_the_orders(lived_in: Flask) -> None:
    statuses = inhabited.table(
        "SELECT status, count(*) FROM orders WHERE status NOT IN ('quoting', 'quoted') GROUP BY 1"
    )
    flask_migrate.downgrade(FOLDER, "b2e1d3f5a702")
    assert count("orders") == ORDERS
    left = inhabited.table("SELECT status, count(*) FROM orders GROUP BY 1")
    assert {status: left[status] for status in statuses if status != "new"} == {
        status: number for status, number in statuses.items() if status != "new"
    }
    flask_migrate.upgrade(FOLDER)
    assert (count("products"), count("comments"), count("offers")) == (0, 0, 0)
    assert list(differences()) == []


def test_terms_notice_a_change_of_lines_that_were_there_before_their_digest(
    fresh_database: Callable[[], str],
) -> None:
    with application_on(fresh_database()) as app:
        people = People(app)
        order = people.order(lines=[LineInput(2, name="Pipes", unit_price=Decimal(3))])
        order_id, digest, new = order.id, order.lines_digest, order.terms
        assert len(digest) == 64
        db.session.remove()
        flask_migrate.downgrade(FOLDER, BEFORE_DIGESTS)
        flask_migrate.upgrade(FOLDER)
        order = db.session.get_one(Order, order_id)
        old = order.terms
        assert (order.lines_digest, order.lines_count) == ("", 1)
        line = order_lines(order)[0]
        for name, price, terms in (("Hoses", 2, None), ("Pipes", 3, new)):
            line.name, line.unit_price, line.quantity = name, Decimal(price), 6 // price
            db.session.commit()
            assert (order.lines_count, order.lines_total) == (1, Decimal(6))
            assert order.terms not in (old, digest) and terms in (None, order.terms)


def test_people_who_were_there_before_orders_came_have_their_counters(fresh_database: Callable[[], str]) -> None:
    with application_on(fresh_database()) as app:
        people = People(app)
        people.completed()
        performer_id = people.performer().id
        db.session.remove()
        flask_migrate.downgrade(FOLDER, "a1f0c2d4e601")
        assert count("accounts") == 3
        flask_migrate.upgrade(FOLDER)
        assert {table: missing_rows(table) for table in OWNERS} == dict.fromkeys(OWNERS, 0)
        assert list(differences()) == []
        performer = db.session.get_one(Account, performer_id)
        assert Browser.of(app).sign_in(performer).get("/performer").status_code == 200
