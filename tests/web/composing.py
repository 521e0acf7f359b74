"""What tests of the composer send, and what they see afterwards."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from bs4 import BeautifulSoup
from sqlalchemy import Engine, event, func, select

from marketplace.core.db import db
from marketplace.orders.models import Order, OrderEvent, OrderLine
from marketplace.orders.queries import orders as queries
from tests.people import People


def form(people: People, **values: Any) -> dict[str, Any]:
    fields = {"title": "Cabling", "description": "Two rooms", "category_id": people.category().id}
    return fields | values


def row(place: int, **values: Any) -> dict[str, Any]:
    """One row of the list, as the form sends it."""
    return {f"lines-{place}-{name}": value for name, value in values.items()}


def written() -> Order:
    """The newest order."""
    return db.session.scalars(select(Order).order_by(Order.id.desc()).limit(1)).one()


def told(order: Order) -> list[tuple[str, int, Decimal]]:
    return [(line.name, line.quantity, line.unit_price) for line in queries.lines(order)]


def counts() -> tuple[int | None, ...]:
    return tuple(db.session.scalar(select(func.count()).select_from(model)) for model in (Order, OrderLine, OrderEvent))


def island(page: BeautifulSoup) -> dict[str, Any]:
    """What the page tells its script."""
    place = page.select_one("[data-composer]")
    assert place is not None
    told: dict[str, Any] = json.loads(str(place["data-told"]))
    return told


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that are sent to the database."""
    statements: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", note)
