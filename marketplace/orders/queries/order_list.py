"""The order list: who sees which orders on it, filtered, sorted and in pages, however many there are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Row, select

from marketplace.accounts.models import Account
from marketplace.accounts.queries import people_called
from marketplace.core.db import db
from marketplace.core.money import from_minor, to_minor
from marketplace.core.paging import (
    Asked,
    Page,
    bounded_id,
    bounded_moment,
    bounded_number,
    decode_cursor,
    encode_cursor,
)
from marketplace.orders.errors import NoSuchOrder
from marketplace.orders.models import Order, SavedFilter
from marketplace.orders.queries import order_list_statements as sql
from marketplace.orders.queries.board import Count
from marketplace.orders.queries.board_statements import COUNT_LIMIT
from marketplace.orders.queries.order_list_conditions import KEYS, Part, Shape, Sort
from marketplace.orders.queries.order_list_ways import Found, Way, conditions_in, find
from marketplace.orders.states import MoneyState, Status

PAGE_SIZE = 25
MOST_PEOPLE = 50
EXPORTED_AT_ONCE = 1000
NUMBER = re.compile(r"[0-9]{1,18}|[0-9]{4}-[0-9]{0,18}")
"""What can be looked for as a number: its digits, with or without the year; or the beginning of it with the year."""

YEAR = re.compile(r"20[0-9]{2}|21[0-9]{2}")


@dataclass(frozen=True)
class OrderFilter:
    """What somebody looks for on the list; every part is optional. Of people, None is anybody and () nobody.

    `called` are the words that people were looked for by, under the names of the fields that hold who was found.
    """

    number: str = ""
    customers: tuple[int, ...] | None = None
    performers: tuple[int, ...] | None = None
    managers: tuple[int, ...] | None = None
    unassigned: bool = False
    category_id: int | None = None
    statuses: tuple[Status, ...] = ()
    money_states: tuple[MoneyState, ...] = ()
    total_from: Decimal | None = None
    total_to: Decimal | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None
    words: str = ""
    sort: Sort = Sort.CREATED
    descending: bool = True
    called: tuple[tuple[str, str], ...] = ()


class ListedOrder(NamedTuple):
    """One row: the order, of which only the columns of the list are loaded, and what its people are called."""

    order: Order
    customer: str
    manager: str | None
    performer: str | None


@dataclass(frozen=True)
class ListPage(Page[ListedOrder]):
    """One page of the list; `first_number` is that of its first row among all that match."""

    count: Count
    first_number: int


def listed_orders(wanted: OrderFilter, *, by: Account, after: str | None = None, size: int = PAGE_SIZE) -> ListPage:
    """One page of what `by` may see of what is wanted."""
    values = _values(wanted, by)
    asked = _asked(wanted, by)
    before, last, part = _last_row(asked, wanted.sort, after)
    if values is None:
        return ListPage([], None, after is None, Count(0, False), before + 1)
    found = find(values, wanted.sort)
    rows: Sequence[Row[Any]] = ()
    if found.number:
        values = found.values or values
        shape = Shape(conditions_in(values), wanted.sort, wanted.descending, part)
        rows = _rows(found, shape, {**values, **last, "size": size + 1})
    items = [ListedOrder._make(row) for row in rows[:size]]
    following = None
    if len(rows) > size:
        order = items[-1].order
        following = encode_cursor(asked, before + size, _told_key(order, wanted.sort), order.id)
    count = Count(min(found.number, COUNT_LIMIT), found.number > COUNT_LIMIT)
    return ListPage(items, following, after is None, count, before + 1)


def _rows(found: Found, shape: Shape, values: dict[str, Any]) -> Sequence[Row[Any]]:
    """At most `size` rows, by the way that was found."""
    if found.way is Way.SORT:
        return db.session.execute(sql.sorted_out(shape), values).all()
    if found.way is Way.ASK:
        return db.session.execute(sql.newest_with_words(shape), values).all()
    shape = shape._replace(filters=conditions_in(values, walked=True, driver=found.driver))
    values |= found.pairs
    if shape.sort is Sort.CREATED:
        return db.session.execute(sql.walked(shape, found.driver, Part.ALL), values).all()
    rows: list[Row[Any]] = []
    if shape.after is not Part.WITHOUT_KEY:
        rows += db.session.execute(sql.walked(shape, found.driver, Part.WITH_KEY), values).all()
    if len(rows) < values["size"]:
        values["size"] -= len(rows)
        rows += db.session.execute(sql.walked(shape, found.driver, Part.WITHOUT_KEY), values).all()
    return rows


def listed_order(order_id: int, *, by: Account) -> ListedOrder:
    """The row of one order; raises NoSuchOrder when it is not on the list of `by`."""
    row = db.session.execute(sql.one_row("" if by.is_staff else "visible"), {"id": order_id, "me": by.id}).first()
    if row is None:
        raise NoSuchOrder
    return ListedOrder._make(row)


def people_on_list(words: str, column: str, *, by: Account) -> tuple[int, ...] | None:
    """Who is meant by `words` as the "customer", "performer" or "manager" of an order; None when more than MOST_PEOPLE.

    People who are not staff find only those of the orders on their list, so that nobody learns who else there is; and
    nobody by an address that they are not told: not those of managers, nor those of customers who have yet to decide.
    """
    found = people_called(words)
    if not by.is_staff:
        is_address = "@" in words
        if is_address and column == "manager":
            return ()
        found = sql.of_listed_orders(found, column, is_secret=is_address)
    ids: Sequence[Any] = db.session.scalars(found.limit(MOST_PEOPLE + 1), {"me": by.id}).all()
    return tuple(ids) if len(ids) <= MOST_PEOPLE else None


def saved_filters(account: Account) -> Sequence[SavedFilter]:
    """The filters that the person keeps, by name."""
    return db.session.scalars(
        select(SavedFilter).where(SavedFilter.account_id == account.id).order_by(SavedFilter.name, SavedFilter.id)
    ).all()


def count_listed(wanted: OrderFilter, *, by: Account, limit: int) -> int:
    """How many orders match, counted no further than one more than `limit`."""
    values = _values(wanted, by)
    if values is None:
        return 0
    filters = conditions_in(values)
    return db.session.scalar(sql.sorted_out_count(filters), {**values, "size": limit + 1}) or 0


def every_listed(wanted: OrderFilter, *, by: Account) -> Iterator[Row[Any]]:
    """All rows that match, read from the database while they are used: columns, in the order that is wanted."""
    values = _values(wanted, by)
    if values is None:
        return
    shape = Shape(conditions_in(values), wanted.sort, wanted.descending)
    yield from db.session.execute(sql.everything(shape), values, execution_options={"yield_per": EXPORTED_AT_ONCE})


def _asked(wanted: OrderFilter, by: Account) -> Asked:
    """Which list it is: that of people who are called so goes on when others come to be called so too."""
    alike: dict[str, Any] = {
        "statuses": tuple(sorted(set(wanted.statuses))),
        "money_states": tuple(sorted(set(wanted.money_states))),
        **{name: None for name, _words in wanted.called},
    }
    return ("orders", None if by.is_staff else by.id, replace(wanted, **alike))


def _last_row(asked: Asked, sort: Sort, after: str | None) -> tuple[int, dict[str, Any], Part | None]:
    """How many rows came before, the last of them, and which part it was of."""
    if not after:
        return 0, {}, None
    before, key, row_id = decode_cursor(after, asked, _bounded_place, READERS[sort], bounded_id)
    assert isinstance(before, int)
    if sort is Sort.CREATED:
        return before, {"after_key": key, "after_id": row_id}, Part.ALL
    if key is None:
        return before, {"after_id": row_id}, Part.WITHOUT_KEY
    return before, {"after_key": key, "after_id": row_id}, Part.WITH_KEY


def _bounded_place(text: str) -> int:
    place = bounded_number(text)
    if not 0 < place < 10**12:
        raise ValueError
    return place


def _read_total(text: str) -> Decimal | None:
    return from_minor(bounded_number(text)) if text else None


def _read_day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


READERS: dict[Sort, Callable[[str], object]] = {
    Sort.CREATED: bounded_moment,
    Sort.TOTAL: _read_total,
    Sort.DEADLINE: _read_day,
}
"""How the key of a page's last row is read from its address."""


def _told_key(order: Order, sort: Sort) -> str:
    key = getattr(order, KEYS[sort].key or "")
    if key is None:
        return ""
    return str(to_minor(key)) if isinstance(key, Decimal) else key.isoformat()


def _values(wanted: OrderFilter, by: Account) -> dict[str, Any] | None:
    """What is looked for, under the names of the conditions that it is put into; None when nothing can match."""
    values: dict[str, Any] = {}
    if not by.is_staff:
        # Whoever has only sent an offer does not learn who looks after the order, nor about the money.
        asks = wanted.unassigned or wanted.managers is not None or wanted.money_states
        values["own" if asks else "visible"] = True
        values["me"] = by.id
    if wanted.number:
        values |= _number(wanted.number)
    for name in ("customers", "performers", "managers"):
        people = getattr(wanted, name)
        if people is not None:
            if not people:
                return None
            values[name] = sorted(set(people))
    if wanted.unassigned:
        values["unassigned"] = True
    if wanted.category_id is not None:
        values["category"] = [wanted.category_id]
    if wanted.statuses:
        values["statuses"] = sorted({status.value for status in wanted.statuses})
    if wanted.money_states:
        values["money_states"] = sorted({state.value for state in wanted.money_states})
    for name in ("total_from", "total_to", "created_from", "created_before"):
        if (value := getattr(wanted, name)) is not None:
            values[name] = value
    if wanted.words:
        few = not {"me", "customers", "performers"}.isdisjoint(values)
        values["words_of_few" if few else "words"] = wanted.words
    return values


def _number(text: str) -> dict[str, Any]:
    """Digits alone are those after the year, with or without zeros; four of them may be a year as well."""
    year, dash, digits = text.partition("-")
    if not dash and not YEAR.fullmatch(text):
        return {"number_id": int(text)}
    if not 1 < int(year) < 9999:
        return {"number_like": f"{text}%"}
    # The year of a number is that of the moment, so an index knows it.
    first = datetime(int(year), 1, 1, tzinfo=UTC)
    values: dict[str, Any] = {"year_from": first, "year_before": first.replace(year=first.year + 1)}
    if not dash:
        return values | {"number_or_year": int(text)}
    return values | ({"year": True, "number_like": f"{text}%"} if digits else {"year": True})
