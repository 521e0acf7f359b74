"""However the order list is filtered and sorted, PostgreSQL does not read the table of orders through."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event, func, select, text

from marketplace.accounts.models import Account
from marketplace.accounts.queries import find_account_by_email
from marketplace.core.db import db
from marketplace.orders.models import Order
from marketplace.orders.queries import order_list_ways
from marketplace.orders.queries.order_list import OrderFilter, listed_orders
from marketplace.orders.queries.order_list_conditions import Sort
from marketplace.orders.states import MoneyState, Status
from seed.demo import load_demo
from tests.races.conftest import application_on

ORDERS, PEOPLE = 20_001, 400
"""More than 20 000 are copied in, not acted out."""

READ_THROUGH = "Seq Scan on orders"


@pytest.fixture(scope="module")
def filters(fresh_database: Callable[[], str]) -> Iterator[dict[str, OrderFilter]]:
    """Every filter by itself, on a table that is large enough for plans to differ."""
    with application_on(fresh_database()):
        load_demo(orders=ORDERS, people=PEOPLE)
        latest = db.session.scalar(select(func.max(Order.created_at)))
        assert latest is not None
        number = str(db.session.scalar(select(Order.number).order_by(Order.id.desc()).offset(500).limit(1)))

        def busiest(column: Any) -> Any:
            counted = select(column).where(column.is_not(None)).group_by(column)
            return db.session.scalar(counted.order_by(func.count().desc()).limit(1))

        yield {
            "nothing": OrderFilter(),
            "one status": OrderFilter(statuses=(Status.COMPLETED,)),
            "two statuses": OrderFilter(statuses=(Status.NEW, Status.IN_PROGRESS)),
            "money": OrderFilter(money_states=(MoneyState.UNPAID,)),
            "number": OrderFilter(number=number),
            "beginning of a number": OrderFilter(number=number[:8]),
            "year": OrderFilter(number=number[:5]),
            "digits": OrderFilter(number="12345"),
            "customer": OrderFilter(customers=(busiest(Order.customer_id),)),
            "performer": OrderFilter(performers=(busiest(Order.performer_id),)),
            "manager": OrderFilter(managers=(busiest(Order.manager_id),)),
            "unassigned": OrderFilter(unassigned=True),
            "category": OrderFilter(category_id=busiest(Order.category_id)),
            "sum from": OrderFilter(total_from=Decimal(100_000)),
            "sum, wide": OrderFilter(total_from=Decimal(5000), total_to=Decimal(60_000)),
            "sum, narrow": OrderFilter(total_from=Decimal(5000), total_to=Decimal(5001)),
            "day": OrderFilter(created_from=latest - timedelta(days=3), created_before=latest - timedelta(days=2)),
            "year of days": OrderFilter(created_from=latest - timedelta(days=400)),
            "rare word": OrderFilter(words="дирижабль"),
            "common word": OrderFilter(words="нужно"),
        }


@contextmanager
def sent() -> Iterator[list[tuple[str, Any]]]:
    """Collects what is asked of the table of orders meanwhile."""
    statements: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        if "orders" in statement and statement.startswith(("SELECT", "WITH")):
            statements.append((statement, values))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def plans(wanted: OrderFilter, by: Account) -> list[str]:
    """The plans of all that two pages of the list ask."""
    order_list_ways._many.clear()
    with sent() as statements:
        page = listed_orders(wanted, by=by)
        if page.next_cursor:
            listed_orders(wanted, by=by, after=page.next_cursor)
    connection = db.session.connection()
    return [
        "\n".join(line for (line,) in connection.exec_driver_sql(f"EXPLAIN {statement}", values))
        for statement, values in statements
    ]


def read_through(filters: dict[str, OrderFilter], by: Account) -> list[str]:
    """Which filters, in which order, have a plan that reads the table through."""
    return [
        f"{name}, {sort}{' from the greatest' if descending else ''}\n{plan}"
        for name, wanted in filters.items()
        for sort, descending in itertools.product(Sort, (True, False))
        for plan in plans(replace(wanted, sort=sort, descending=descending), by)
        if READ_THROUGH in plan
    ]


def account(who: str) -> Account:
    found = find_account_by_email(f"{who}@example.com")
    assert found is not None
    return found


def test_no_filter_reads_the_table_through(filters: dict[str, OrderFilter]) -> None:
    for who in ("manager", "customer", "performer"):
        assert read_through(filters, account(who)) == [], who


def test_no_pair_with_a_status_reads_the_table_through(filters: dict[str, OrderFilter]) -> None:
    for status in (Status.COMPLETED, Status.IN_PROGRESS):
        pairs = {name: replace(wanted, statuses=(status,)) for name, wanted in filters.items()}
        assert read_through(pairs, account("manager")) == [], status


def test_a_question_without_an_index_would_be_found(filters: dict[str, OrderFilter]) -> None:
    connection = db.session.connection()
    plan = connection.execute(text("EXPLAIN SELECT id FROM orders WHERE description LIKE '%x%'")).scalars().all()
    assert READ_THROUGH in "\n".join(plan)
