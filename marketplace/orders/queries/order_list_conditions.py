"""What the order list can be asked, as SQL: its orders, its filters, and who sees which orders.

A filter's value goes in under the filter's name in CONDITIONS.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, NamedTuple, cast

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    ColumnElement,
    Table,
    Text,
    and_,
    any_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
)

from marketplace.core.search import matches
from marketplace.orders.models import OPEN, Offer, Order

ORDERS = cast(Table, Order.__table__).c
OFFERS = cast(Table, Offer.__table__).c


class Sort(StrEnum):
    """What the list is ordered by."""

    CREATED = "created"
    TOTAL = "total"
    DEADLINE = "deadline"


class Part(StrEnum):
    """Which orders a statement is about: those that have a sum or a deadline to sort by come before those without."""

    ALL = "all"
    WITH_KEY = "with_key"
    WITHOUT_KEY = "without_key"


class Shape(NamedTuple):
    """What a statement depends on; `after` says which part the last row of the page before was of, if there was one."""

    filters: tuple[str, ...]
    sort: Sort
    descending: bool
    after: Part | None = None


KEYS: dict[Sort, ColumnElement[Any]] = {
    Sort.CREATED: ORDERS.created_at,
    Sort.TOTAL: ORDERS.total,
    Sort.DEADLINE: ORDERS.deadline,
}


# Written as SQL, not with bound values, so that the planner sees that the partial indexes apply.
_OPEN = " AND ".join(f"orders.{part}" for part in OPEN.split(" AND "))
IS_OPEN: ColumnElement[bool] = literal_column(f"({_OPEN})", type_=Boolean())
IS_OFF_BOARD: ColumnElement[bool] = literal_column(f"({_OPEN}) IS NOT TRUE", type_=Boolean())

OWN = or_(
    ORDERS.customer_id == bindparam("me"),
    ORDERS.performer_id == bindparam("me"),
    # Almost everybody writes their orders themselves; the index holds only the others.
    and_(ORDERS.author_id == bindparam("me"), ORDERS.author_id != ORDERS.customer_id),
)
"""Orders whose customer, performer or author is `me`: policies.may_see_history, for people who are not staff."""

# An array: beside a subquery PostgreSQL would read the table through instead of joining the indexes.
_OFFERED = func.array(
    select(OFFERS.order_id).where(OFFERS.performer_id == bindparam("me")).scalar_subquery(), type_=ARRAY(BigInteger)
)
VISIBLE = or_(OWN, and_(ORDERS.id == any_(_OFFERED), IS_OPEN))
"""Own orders, and those on the board that `me` has sent an offer for: the list of people who are not staff."""

_WORDS = matches(ORDERS.search, bindparam("words", type_=Text))


def _among(column: ColumnElement[Any], name: str, kind: Any = BigInteger) -> ColumnElement[bool]:
    return column == any_(bindparam(name, type_=ARRAY(kind)))


CONDITIONS: dict[str, ColumnElement[bool]] = {
    "own": OWN,
    "visible": VISIBLE,
    "number_id": ORDERS.id == bindparam("number_id"),
    "number_like": ORDERS.number.like(bindparam("number_like", type_=Text)),
    "number_or_year": or_(
        ORDERS.id == bindparam("number_or_year"),
        and_(ORDERS.created_at >= bindparam("year_from"), ORDERS.created_at < bindparam("year_before")),
    ),
    "year": and_(ORDERS.created_at >= bindparam("year_from"), ORDERS.created_at < bindparam("year_before")),
    "customers": _among(ORDERS.customer_id, "customers"),
    "performers": _among(ORDERS.performer_id, "performers"),
    "managers": _among(ORDERS.manager_id, "managers"),
    "unassigned": ORDERS.manager_id.is_(None),
    "category": _among(ORDERS.category_id, "category"),
    "statuses": _among(ORDERS.status.cast(Text), "statuses", Text),
    "money_states": _among(ORDERS.money_state.cast(Text), "money_states", Text),
    "total_from": ORDERS.total >= bindparam("total_from"),
    "total_to": ORDERS.total <= bindparam("total_to"),
    "created_from": ORDERS.created_at >= bindparam("created_from"),
    "created_before": ORDERS.created_at < bindparam("created_before"),
    # Each of two indexes holds a part of the orders.
    "words": or_(and_(_WORDS, IS_OPEN), and_(_WORDS, IS_OFF_BOARD)),
    "words_of_few": matches(ORDERS.search, bindparam("words_of_few", type_=Text)),
}
"""What each filter asks of an order; `words_of_few` asks no index: somebody's orders are found by other means."""

DRIVERS: dict[str, ColumnElement[Any]] = {
    "customers": ORDERS.customer_id,
    "performers": ORDERS.performer_id,
    "managers": ORDERS.manager_id,
    "category": ORDERS.category_id,
}
"""Filters whose column leads an index of its own, in which orders stand by age within their states."""

WITHOUT_MONEY = frozenset({"customers", "performers"})
"""Drivers whose index does not tell the states of the money apart."""
