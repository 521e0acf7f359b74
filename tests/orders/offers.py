"""Offers for tests, and everything that a refused act on one must leave as it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, text

from marketplace.accounts.models import Account
from marketplace.core.db import db
from marketplace.core.errors import DomainError
from marketplace.orders import services
from marketplace.orders.models import Offer, Order, OrderEvent
from marketplace.orders.queries import orders as queries
from marketplace.orders.services import LineInput, OfferInput
from marketplace.orders.states import EventKind
from tests.people import LIMIT


def wanted(price: str | None = "900", days: int = 3, **values: Any) -> OfferInput:
    """What somebody offers."""
    return OfferInput(price=None if price is None else Decimal(price), days=days, **values)


def line(name: str = "Parser", quantity: int = 1, unit_price: str = "100") -> LineInput:
    """A line of an offer, or of an order."""
    return LineInput(quantity=quantity, name=name, unit_price=Decimal(unit_price))


def send(order: Order, by: Account, price: str | None = "900", **values: Any) -> Offer:
    """An offer of `by`, committed."""
    offer = services.send_offer(order.id, wanted(price, **values), by=by)
    db.session.commit()
    return offer


def accept(offer: Offer, by: Account | None = None) -> Offer:
    """Its customer, or `by`, says yes; committed."""
    services.accept_offer(offer.id, limit=LIMIT, by=by or offer.order.customer)
    db.session.commit()
    return offer


def contents(order: Order) -> list[tuple[str, int, Decimal]]:
    """The lines of the order."""
    return [(row.name, row.quantity, row.unit_price) for row in queries.lines(order)]


def news(order: Order) -> list[tuple[str, int | None, int | None, int | None, str]]:
    """What the history tells of offers: what, who, whose, which, why."""
    rows = db.session.scalars(
        select(OrderEvent)
        .where(OrderEvent.order_id == order.id, OrderEvent.kind == EventKind.OFFER)
        .order_by(OrderEvent.id)
    )
    return [(row.detail, row.actor_id, row.performer_id, row.subject_id, row.note) for row in rows]


def everything() -> list[Any]:
    """All rows that an act on an offer could touch, as they are in the database."""
    db.session.flush()
    return [
        [tuple(row) for row in db.session.execute(text(f"SELECT * FROM {table} ORDER BY 1"))]
        for table in ("orders", "order_lines", "offers", "offer_lines", "order_events", "performer_counters")
    ]


@contextmanager
def refused(error: type[DomainError], match: str | None = None, field: str | None = None) -> Iterator[None]:
    """The block is refused with `error`, and nothing in the database is another than before."""
    before = everything()
    with pytest.raises(error, match=match) as caught:
        yield
    # A subclass would pass for its parent.
    assert type(caught.value) is error
    assert field is None or getattr(caught.value, "field", None) == field
    db.session.rollback()
    assert everything() == before
