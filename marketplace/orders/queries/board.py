"""The board: open orders, filtered, newest first, equally quick at a thousand and at a million of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Row, Select

from marketplace.catalog.errors import NoSuchCategory
from marketplace.catalog.models import category_name
from marketplace.core.db import db
from marketplace.core.paging import Asked, Page, bounded_id, bounded_moment, decode_cursor, make_page
from marketplace.orders.queries import board_statements as sql
from marketplace.orders.queries.board_statements import COUNT_LIMIT
from marketplace.orders.states import Pricing, Status

PAGE_SIZE = 25
NOWHERE = 0
"""The id of no category."""


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


class CardPerson(NamedTuple):
    """What a card shows of a person."""

    id: int
    name: str


class CardCategory(NamedTuple):
    """What the board shows of a category."""

    id: int
    slug: str
    name_ru: str
    name_en: str
    is_active: bool

    def name_in(self, locale: str) -> str:
        """The name in `locale`, as `Category.name_in` says it."""
        return category_name(self.name_ru, self.name_en, locale)


class Card(NamedTuple):
    """What the board shows of an order; `description` is only its beginning."""

    id: int
    number: str
    title: str
    description: str
    category: CardCategory
    price: Decimal | None
    total: Decimal | None
    deadline: date | None
    customer: CardPerson
    status: Status
    pricing: Pricing
    created_at: datetime
    updated_at: datetime


class CategoryChoice(NamedTuple):
    """A category with the number of its open orders, as the board's filter shows it."""

    category: CardCategory
    open_orders: int


class Categories(dict[int, CardCategory]):
    """Categories by their ids.

    Orders are read after the categories: one that has come in between, and an order in it, is read when it is asked
    for.
    """

    def __init__(self, choices: Iterable[CategoryChoice]) -> None:
        super().__init__((choice.category.id, choice.category) for choice in choices)

    def __missing__(self, category_id: int) -> CardCategory:
        known = Categories(category_choices())
        if category_id not in known:
            raise KeyError(category_id)
        self.update(known)
        return known[category_id]


@dataclass(frozen=True)
class BoardPage(Page[Card]):
    """One page of the board, and how many orders there are on all pages."""

    count: Count


def category_choices() -> Sequence[CategoryChoice]:
    """All categories, in their own order, with their open orders."""
    rows = db.session.execute(sql.CHOICES).all()
    return [CategoryChoice(CardCategory(*category), number) for *category, number in rows]


def open_orders(
    wanted: BoardFilter, after: str | None = None, size: int = PAGE_SIZE, *, choices: Sequence[CategoryChoice] = ()
) -> BoardPage:
    """One page of the board. `choices` are the category_choices(); who has them already saves a query."""
    choices = choices or category_choices()
    slugs = {choice.category.slug: choice.category.id for choice in choices}
    values = _values(wanted, slugs.get(wanted.category, NOWHERE))
    statement: Callable[..., Select[Any]] = sql.newest
    if values.keys() <= {"category"}:
        count = _count_by_counters(values, choices)
    else:
        count = _count(values)
        statement = _statement_for(count)
    categories = Categories(choices)
    filters = _place(wanted, values, after)
    rows = _rows(statement(filters), values, size) if count.number else ()
    page = _page([_card(row, categories[row[CATEGORY]]) for row in rows], wanted, after, size)
    return BoardPage(page.items, page.next_cursor, page.is_first, count)


def cards(wanted: BoardFilter, after: str | None = None, size: int = PAGE_SIZE) -> Page[Card]:
    """The same page for who asks neither for categories nor for counts: mostly by a single query.

    Raises NoSuchCategory for a category that there is not.
    """
    category_id = NOWHERE
    if wanted.category:
        category_id = db.session.scalar(sql.CATEGORY_BY_SLUG, {"slug": wanted.category}) or NOWHERE
        if category_id == NOWHERE:
            raise NoSuchCategory(field="category")
    values = _values(wanted, category_id)
    statement = sql.newest if values.keys() <= {"category"} else _statement_for(_count(values))
    rows = _rows(statement(_place(wanted, values, after), named=True), values, size)
    made = [_card(row[:OWN], CardCategory(row[CATEGORY], *row[OWN:])) for row in rows]
    return _page(made, wanted, after, size)


CATEGORY, OWN = 4, 14
"""The place of the category's id in a row, and how many columns are the order's own."""


def _statement_for(count: Count) -> Callable[..., Select[Any]]:
    return sql.newest_of_many if count.capped else sql.newest_of_few


def _place(wanted: BoardFilter, values: dict[str, Any], after: str | None) -> tuple[str, ...]:
    """The names of all conditions, with what comes after the page before put into `values`."""
    filters = tuple(values)
    if not after:
        return filters
    values["before"], values["before_id"] = decode_cursor(after, _asked(wanted), bounded_moment, bounded_id)
    return (*filters, "before")


def _rows(statement: Select[Any], values: dict[str, Any], size: int) -> Sequence[Row[Any]]:
    """One row more than a page holds."""
    return db.session.execute(statement, {**values, "size": size + 1}).all()


def _page(found: Sequence[Card], wanted: BoardFilter, after: str | None, size: int) -> Page[Card]:
    return make_page(found, size, after, _asked(wanted), lambda card: (card.created_at.isoformat(), card.id))


def _asked(wanted: BoardFilter) -> Asked:
    return ("board", wanted)


def _card(row: Sequence[Any], category: CardCategory) -> Card:
    row_id, number, title, excerpt, _category_id, price, total, deadline, customer_id, customer, *rest = row
    person = CardPerson(customer_id, customer)
    return Card(row_id, number, title, excerpt, category, price, total, deadline, person, *rest)


def _values(wanted: BoardFilter, category_id: int) -> dict[str, Any]:
    """What is looked for, under the names of the conditions that it is put into."""
    values: dict[str, Any] = {}
    if wanted.words:
        values["words"] = wanted.words
    if wanted.category:
        values["category"] = category_id
    if wanted.by_agreement:
        values["by_agreement"] = True
    if wanted.price_from is not None:
        values["price_from"] = wanted.price_from
    if wanted.price_to is not None:
        values["price_to"] = wanted.price_to
    if wanted.deadline_by is not None:
        values["deadline_by"] = wanted.deadline_by
    return values


def _count_by_counters(values: dict[str, Any], choices: Iterable[CategoryChoice]) -> Count:
    category_id = values.get("category")
    counted = (number for category, number in choices if category_id in (None, category.id))
    return Count(sum(counted), False)


def _count(values: dict[str, Any]) -> Count:
    """Counted no further than COUNT_LIMIT, and for the next while not at all where there were more."""
    key = (db.engine, *values.items())
    now = time.monotonic()
    if _many_until.get(key, now) > now:
        return Count(COUNT_LIMIT, True)
    number = db.session.scalar(sql.bounded_count(tuple(values)), {**values, "at_most": COUNT_LIMIT + 1}) or 0
    if number <= COUNT_LIMIT:
        return Count(number, False)
    if len(_many_until) >= MANY_REMEMBERED:
        _many_until.clear()
    _many_until[key] = now + MANY_SECONDS
    return Count(COUNT_LIMIT, True)


# Finding the first thousand of a word that is in every second order takes 20 ms at a million orders.
MANY_SECONDS = 60.0
MANY_REMEMBERED = 1000
_many_until: dict[tuple[Any, ...], float] = {}
