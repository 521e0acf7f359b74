"""A database that people have lived in: orders in every state, deals with all that belongs to them, and goods."""

from __future__ import annotations

import os
from typing import Any

from sqlalchemy import text

from marketplace.core.db import db
from seed.deals import COPIED
from seed.demo import load_demo

FULL = os.environ.get("PROMISES") == "full"
ORDERS, PEOPLE = (10_000, 400) if FULL else (200, 60)

DEALS = {
    "orders that wait for offers": "SELECT count(*) FROM orders WHERE status = 'quoting'",
    "orders with offers": "SELECT count(*) FROM orders WHERE status = 'quoted'",
    "orders that cost what their lines do": "SELECT count(*) FROM orders WHERE price IS NULL AND lines_total > 0",
    "paid orders": "SELECT count(*) FROM orders WHERE money_state <> 'unpaid'",
    "orders with managers": "SELECT count(*) FROM orders WHERE manager_id IS NOT NULL",
    "orders with talk": "SELECT count(*) FROM orders WHERE thread_id IS NOT NULL",
    "won offers": "SELECT count(*) FROM offers WHERE status = 'accepted'",
    "pictures": "SELECT count(*) FROM product_pictures",
    "comments": "SELECT count(*) FROM comments",
}
"""What a schema without deals has no place for; none of it may be missing from the test."""


def fill() -> None:
    """Copies ORDERS orders in, as many of them deals as in the largest demo; the caller's application holds on."""
    load_demo(ORDERS, PEOPLE, most_played=0, rates=COPIED)


def one(query: str) -> Any:
    """The only value of a query, asked on a connection of its own."""
    with db.engine.connect() as connection:
        return connection.execute(text(query)).scalar_one()


def table(query: str) -> dict[Any, Any]:
    """The rows of a query of two columns, the first one as the key."""
    with db.engine.connect() as connection:
        return {row[0]: row[1] for row in connection.execute(text(query))}
