"""SQL of the board, built once per combination of filters, because building it takes longer than answering it.

The statements read columns, not objects. A filter's value goes in under the filter's name in CONDITIONS.
"""

from __future__ import annotations

from functools import cache
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, Table, Text, bindparam, func, select, text, tuple_

from marketplace.accounts.models import Profile
from marketplace.catalog.models import Category
from marketplace.core.search import matches
from marketplace.orders.models import OPEN, CategoryCounters, Order

COUNT_LIMIT = 1000
EXCERPT_LENGTH = 240

ORDERS = cast(Table, Order.__table__).c
PROFILES = cast(Table, Profile.__table__).c
CATEGORIES = cast(Table, Category.__table__).c
COUNTERS = cast(Table, CategoryCounters.__table__).c

# Written as SQL, not with bound values, so that the planner sees that the partial indexes apply.
OPEN_ORDERS = text(" AND ".join(f"orders.{part}" for part in OPEN.split(" AND ")))

CONDITIONS: dict[str, ColumnElement[bool]] = {
    "words": matches(ORDERS.search, bindparam("words", type_=Text)),
    "category": ORDERS.category_id == bindparam("category"),
    "by_agreement": ORDERS.total.is_(None),
    "price_from": ORDERS.total >= bindparam("price_from"),
    "price_to": ORDERS.total <= bindparam("price_to"),
    "deadline_by": ORDERS.deadline <= bindparam("deadline_by"),
    "before": tuple_(ORDERS.created_at, ORDERS.id) < tuple_(bindparam("before"), bindparam("before_id")),
}
"""What each filter asks of an order; `before` and `before_id` are the last row of the page before."""

NEWEST_FIRST = (ORDERS.created_at.desc(), ORDERS.id.desc())

CHOICES = (
    select(
        CATEGORIES.id,
        CATEGORIES.slug,
        CATEGORIES.name_ru,
        CATEGORIES.name_en,
        CATEGORIES.is_active,
        COUNTERS.open_orders,
    )
    .where(COUNTERS.category_id == CATEGORIES.id)
    .order_by(CATEGORIES.position, CATEGORIES.id)
)
"""All categories, with the numbers that listeners keep: counting a million rows takes 170 ms."""


CATEGORY_BY_SLUG = select(CATEGORIES.id).where(CATEGORIES.slug == bindparam("slug"))
"""The id of one category."""


@cache
def newest(filters: tuple[str, ...], *, named: bool = False) -> Select[Any]:
    """The `size` newest cards, for filters that one index serves in this order: none, or the category.

    With `named` each card ends with the rest of its category; so it does in the statements below.
    """
    return _cards(named).where(OPEN_ORDERS, *_conditions(filters)).order_by(*NEWEST_FIRST).limit(bindparam("size"))


@cache
def newest_of_many(filters: tuple[str, ...], *, named: bool = False) -> Select[Any]:
    """The `size` newest cards, for filters that more than COUNT_LIMIT orders meet.

    The ids come first: an index holds all that they ask for, and only `size` rows are then read from the table.
    """
    ids = (
        select(ORDERS.id).where(OPEN_ORDERS, *_conditions(filters)).order_by(*NEWEST_FIRST).limit(bindparam("size"))
    ).cte()
    return _cards(named).where(ORDERS.id == ids.c.id).order_by(*NEWEST_FIRST)


@cache
def newest_of_few(filters: tuple[str, ...], *, named: bool = False) -> Select[Any]:
    """The `size` newest cards, for filters that no more than COUNT_LIMIT orders meet: all of these are sorted.

    With the limit in sight the planner would walk the orders from the newest one on, past all those that do not match.
    """
    found = (
        select(ORDERS.id, ORDERS.created_at)
        .where(OPEN_ORDERS, *_conditions(filters))
        .cte()
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    ids = select(found.c.id).order_by(found.c.created_at.desc(), found.c.id.desc()).limit(bindparam("size")).cte()
    return _cards(named).where(ORDERS.id == ids.c.id).order_by(*NEWEST_FIRST)


@cache
def bounded_count(filters: tuple[str, ...]) -> Select[int]:
    """How many orders meet the filters, counted no further than `at_most`."""
    found = select(ORDERS.id).where(OPEN_ORDERS, *_conditions(filters)).limit(bindparam("at_most")).subquery()
    return select(func.count()).select_from(found)


def _cards(named: bool) -> Select[Any]:
    # A subquery takes PostgreSQL less time to plan than a join.
    customer = select(PROFILES.name).where(PROFILES.account_id == ORDERS.customer_id).scalar_subquery()
    columns = (
        ORDERS.id,
        ORDERS.number,
        ORDERS.title,
        func.left(ORDERS.description, EXCERPT_LENGTH),
        ORDERS.category_id,
        ORDERS.price,
        ORDERS.total,
        ORDERS.deadline,
        ORDERS.customer_id,
        customer,
        ORDERS.status,
        ORDERS.pricing,
        ORDERS.created_at,
        ORDERS.updated_at,
    )
    if not named:
        return select(*columns)
    category = (CATEGORIES.slug, CATEGORIES.name_ru, CATEGORIES.name_en, CATEGORIES.is_active)
    return select(*columns, *category).where(CATEGORIES.id == ORDERS.category_id)


def _conditions(filters: tuple[str, ...]) -> list[ColumnElement[bool]]:
    return [CONDITIONS[name] for name in filters]
