"""Filters of the order list that the caller keeps, the same ones as on its page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlencode

from marketplace.api.orders.listing import wanted_orders
from marketplace.api.protocol.operations import operation
from marketplace.api.schemas.filters import Filter, FilterAsked, FilterIn, FilterList, FilterOut
from marketplace.core.errors import N_, Invalid
from marketplace.core.text import one_line
from marketplace.orders import services
from marketplace.orders.models import QUERY_LENGTH, SavedFilter
from marketplace.orders.queries.board import Categories, category_choices
from marketplace.orders.queries.order_list import saved_filters
from marketplace.orders.queries.order_list_asking import SortedBy
from marketplace.orders.states import MoneyState, Status
from marketplace.web.fields import parse_amount
from marketplace.web.language import select_locale
from marketplace.web.programs import API
from marketplace.web.viewer import account

WORDS = ("q", "customer", "performer", "manager")
AMOUNTS = ("total_from", "total_to")
DAYS = ("created_from", "created_to")


@operation("GET", "/me/filters", tag="me", answer=FilterList)
def list_filters() -> FilterList:
    """List kept filters.

    What the caller keeps of the list of orders, here or on its page, by name.
    """
    return FilterList(items=[shown_filter(kept) for kept in saved_filters(account())], next_cursor=None)


@operation("POST", "/me/filters", tag="me", body=FilterIn, answer=FilterOut, status=201)
def post_filter(body: FilterIn) -> FilterOut:
    """Keep a filter.

    Under a name: one of the same name is replaced and keeps its id. `filter` holds the parameters of `GET /orders`, and
    is refused where that would refuse them. At most thirty; one more is a 409. The page of the list shows it too.
    """
    by = account()
    with _about_the_filter():
        wanted_orders(body.filter, Categories(category_choices()), by)
    query = query_of(body.filter)
    if len(query) > QUERY_LENGTH:
        raise Invalid(N_("This filter is too long to be kept."), field="filter")
    return shown_filter(services.save_filter(body.name, query=query, by=by))


@operation("DELETE", "/me/filters/<id:filter_id>", tag="me", errors=(404,))
def delete_filter(filter_id: int) -> None:
    """Forget a kept filter.

    One that somebody else keeps is a 404.
    """
    services.delete_filter(filter_id, by=account())


def query_of(wanted: Filter) -> str:
    """The filter as the address of the list has it."""
    given: dict[str, Any] = {"number": wanted.number} | {name: one_line(getattr(wanted, name)) for name in WORDS}
    given |= {name: list(dict.fromkeys(getattr(wanted, name))) for name in ("status", "money")}
    given |= {name: getattr(wanted, name) for name in ("category", *AMOUNTS, *DAYS)}
    if wanted.sort is not SortedBy.NEWEST:
        given["sort"] = wanted.sort.value
    return urlencode({name: value for name, value in given.items() if value}, doseq=True)


def shown_filter(kept: SavedFilter) -> FilterOut:
    """The filter as its owner sees it; what the page keeps as it was typed is read as the page reads it."""
    asked = asked_in(kept.query)
    again = query_of(Filter.model_construct(**dict(asked)))
    return FilterOut(
        id=kept.id,
        name=kept.name,
        filter=asked,
        created_at=kept.created_at,
        links={
            # One alone can only be forgotten.
            "self": f"{API}/me/filters",
            "orders": f"{API}/orders" + (f"?{again}" if again else ""),
            "page": "/orders" + (f"?{kept.query}" if kept.query else ""),
        },
    )


def asked_in(query: str) -> FilterAsked:
    """What the query string of the list's address asks for; what cannot be read asks for nothing."""
    given = parse_qs(query)
    first = {name: one_line(values[0]) for name, values in given.items()}
    asked: dict[str, Any] = {name: first.get(name, "") for name in WORDS}
    asked |= {name: _amount(first.get(name, "")) for name in AMOUNTS}
    asked |= {name: _day(first.get(name, "")) for name in DAYS}
    return FilterAsked(
        number=first.get("number"),
        status=[Status(value) for value in given.get("status", ()) if value in set(Status)],
        money=[MoneyState(value) for value in given.get("money", ()) if value in set(MoneyState)],
        category=first.get("category"),
        sort=SortedBy(first["sort"]) if first.get("sort") in set(SortedBy) else SortedBy.NEWEST,
        **asked,
    )


def _amount(text: str) -> Decimal | None:
    try:
        return parse_amount(text, comma_groups=select_locale() != "ru")
    except ValueError:
        return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@contextmanager
def _about_the_filter() -> Iterator[None]:
    try:
        yield
    except Invalid as error:
        error.field = f"filter.{error.field}" if error.field else "filter"
        raise
