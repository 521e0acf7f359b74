"""The board: open orders, filtered, newest first, equally quick at a thousand and at a million of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select, text, tuple_

from marketplace.accounts.models import Profile
from marketplace.catalog.models import Category
from marketplace.core.db import db
from marketplace.core.paging import Page, bounded_id, bounded_moment, decode_cursor, make_page
from marketplace.core.search import matches
from marketplace.orders.models import OPEN, CategoryCounters, Order
from marketplace.orders.states import Status

PAGE_SIZE = 25
COUNT_LIMIT = 1000
EXCERPT_LENGTH = 240


@dataclass(frozen=True)
class BoardFilter:
    """What somebody looks for on the board; every part is optional."""

    words: str = ""
    category: str = ""
    price_from: Decimal | None = None
    price_to: Decimal | None = None
    deadline_by: date | None = None
    by_agreement: bool = False


class Count(NamedTuple):
    """How many rows match; when `capped`, at least that many."""

    number: int
    capped: bool


class Name(NamedTuple):
    """What a card shows of a person."""

    name: str


class Card(NamedTuple):
    """What the board shows of an order; `description` is only its beginning."""

    id: int
    title: str
    description: str
    category: Category
    price: Decimal | None
    deadline: date | None
    customer: Name
    status: Status
    created_at: datetime


class CategoryChoice(NamedTuple):
    """A category with the number of its open orders, as the board's filter shows it."""

    category: Category
    open_orders: int


def open_orders(wanted: BoardFilter, after: str | None = None, size: int = PAGE_SIZE) -> Page[Card]:
    """One page of the board: cards, because a list of 25 needs no identity map."""
    query = (
        select(
            Order.id,
            Order.title,
            func.left(Order.description, EXCERPT_LENGTH),
            Category,
            Order.price,
            Order.deadline,
            Profile.name,
            Order.status,
            Order.created_at,
        )
        .join(Category, Category.id == Order.category_id)
        .join(Profile, Profile.account_id == Order.customer_id)
        .where(*_conditions(wanted))
        .order_by(Order.created_at.desc(), Order.id.desc())
        .limit(size + 1)
    )
    if after:
        moment, row_id = decode_cursor(after, bounded_moment, bounded_id)
        query = query.where(tuple_(Order.created_at, Order.id) < tuple_(moment, row_id))
    cards = [
        Card(row_id, title, excerpt, category, price, deadline, Name(name), status, created_at)
        for row_id, title, excerpt, category, price, deadline, name, status, created_at in db.session.execute(query)
    ]
    return make_page(cards, size, after, lambda card: (card.created_at.isoformat(), card.id))


def count_open_orders(wanted: BoardFilter) -> Count:
    """How many open orders match, counted no further than COUNT_LIMIT."""
    bounded = select(Order.id).where(*_conditions(wanted)).limit(COUNT_LIMIT + 1).subquery()
    number = db.session.scalar(select(func.count()).select_from(bounded)) or 0
    return Count(min(number, COUNT_LIMIT), number > COUNT_LIMIT)


def category_choices() -> Sequence[CategoryChoice]:
    """The categories with their open orders, which listeners keep: counting a million rows takes 170 ms."""
    rows = db.session.execute(
        select(Category, CategoryCounters.open_orders)
        .join(CategoryCounters, CategoryCounters.category_id == Category.id)
        .where(Category.is_active)
        .order_by(Category.position, Category.id)
    )
    return [CategoryChoice(category, number) for category, number in rows]


def _conditions(wanted: BoardFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [text(OPEN_ORDERS)]  # type: ignore[list-item]  # text() is a condition too
    if wanted.words:
        conditions.append(matches(Order.search, wanted.words))
    if wanted.category:
        category_id = select(Category.id).where(Category.slug == wanted.category).scalar_subquery()
        conditions.append(Order.category_id == category_id)
    if wanted.by_agreement:
        conditions.append(Order.price.is_(None))
    if wanted.price_from is not None:
        conditions.append(Order.price >= wanted.price_from)
    if wanted.price_to is not None:
        conditions.append(Order.price <= wanted.price_to)
    if wanted.deadline_by is not None:
        conditions.append(Order.deadline <= wanted.deadline_by)
    return conditions


# Written as SQL, not with bound values, so that the planner sees that the partial indexes apply.
OPEN_ORDERS = " AND ".join(f"orders.{part}" for part in OPEN.split(" AND "))
