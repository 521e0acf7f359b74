"""Counting again: what every counter should say, and the sums that the home page shows."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import func, select, text

from marketplace.accounts.models import Account
from marketplace.accounts.states import Role
from marketplace.core.db import db
from marketplace.orders.models import OPEN, CategoryCounters, PerformerCounters


class Difference(NamedTuple):
    """A counter that does not equal its recount."""

    table: str
    row_id: int
    counter: str
    kept: int
    counted: int


class LiveNumbers(NamedTuple):
    """What the house can show of itself."""

    open_orders: int
    performers: int
    completed_orders: int
    average_rating: Decimal | None


RECOUNTS: dict[str, dict[str, str]] = {
    "customer_counters": {
        "posted": "SELECT customer_id AS owner, count(*) AS n FROM orders GROUP BY 1",
        "completed": "SELECT customer_id AS owner, count(*) AS n FROM orders WHERE status = 'completed' GROUP BY 1",
        "cancelled": "SELECT customer_id AS owner, count(*) AS n FROM orders WHERE status = 'cancelled' GROUP BY 1",
    },
    "performer_counters": {
        "taken": "SELECT performer_id AS owner, count(*) AS n FROM order_events"
        " WHERE to_status = 'in_progress' GROUP BY 1",
        "completed": "SELECT performer_id AS owner, count(*) AS n FROM orders WHERE status = 'completed' GROUP BY 1",
        "withdrawn": "SELECT performer_id AS owner, count(*) AS n FROM order_events"
        " WHERE from_status = 'in_progress' AND to_status = 'new' AND actor_id = performer_id GROUP BY 1",
        "rating_sum": "SELECT performer_id AS owner, sum(rating) AS n FROM reviews WHERE hidden_at IS NULL GROUP BY 1",
        "rating_count": "SELECT performer_id AS owner, count(*) AS n FROM reviews WHERE hidden_at IS NULL GROUP BY 1",
    },
    "orders": {
        "lines_total": "SELECT order_id AS owner, sum(sum) AS n FROM order_lines GROUP BY 1",
        "lines_count": "SELECT order_id AS owner, count(*) AS n FROM order_lines GROUP BY 1",
    },
    "category_counters": {
        "open_orders": f"SELECT category_id AS owner, count(*) AS n FROM orders WHERE {OPEN} GROUP BY 1",
    },
}
"""For each table and counter: SQL that counts it again from the rows, as (owner, n)."""

OWNERS = {
    "customer_counters": ("account_id", "accounts"),
    "performer_counters": ("account_id", "accounts"),
    "orders": ("id", "orders"),
    "category_counters": ("category_id", "categories"),
}
"""For each table: its key and the table that it has one row for each row of."""


def missing_rows(table: str) -> int:
    """How many owners lack their row of counters."""
    key, owners = OWNERS[table]
    return (
        db.session.scalar(
            text(f"SELECT count(*) FROM {owners} o WHERE NOT EXISTS (SELECT 1 FROM {table} c WHERE c.{key} = o.id)")
        )
        or 0
    )


def differences() -> Iterator[Difference]:
    """Every counter that does not equal its recount; a missing row counts as kept -1."""
    for table, counters in RECOUNTS.items():
        key, owners = OWNERS[table]
        for counter, recount in counters.items():
            rows = db.session.execute(
                text(
                    f"SELECT o.id, coalesce(c.{counter}, -1), coalesce(r.n, 0) FROM {owners} o"
                    f" LEFT JOIN {table} c ON c.{key} = o.id LEFT JOIN ({recount}) r ON r.owner = o.id"
                    f" WHERE c.{counter} IS DISTINCT FROM coalesce(r.n, 0) ORDER BY o.id"
                )
            )
            for row_id, kept, counted in rows:
                yield Difference(table, row_id, counter, kept, int(counted))


def live_numbers() -> LiveNumbers:
    """Open orders, performers, completed orders and the average of all ratings, from the counters."""
    open_orders = db.session.scalar(select(func.coalesce(func.sum(CategoryCounters.open_orders), 0))) or 0
    people = db.session.scalar(select(func.count()).where(Account.role == Role.PERFORMER, Account.active)) or 0
    completed, rating_sum, rating_count = db.session.execute(
        select(
            func.coalesce(func.sum(PerformerCounters.completed), 0),
            func.coalesce(func.sum(PerformerCounters.rating_sum), 0),
            func.coalesce(func.sum(PerformerCounters.rating_count), 0),
        )
    ).one()
    average = Decimal(int(rating_sum)) / int(rating_count) if rating_count else None
    return LiveNumbers(int(open_orders), people, int(completed), average)
