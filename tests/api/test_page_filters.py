"""The address of a page tells how to ask for its list: the same names, and what the page's form sends."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from flask import Flask

from marketplace.accounts.models import Account
from marketplace.admin.accounts import AccountView
from marketplace.admin.trails import AuditView
from marketplace.api.protocol.operations import OPERATIONS
from marketplace.api.schemas.values import Paged
from marketplace.web.board.forms import BoardFilterForm
from marketplace.web.catalog.forms import ProductFilterForm
from marketplace.web.orders.list_forms import OrderListForm
from marketplace.web.people.forms import DirectoryForm
from tests.api.program import Program
from tests.client import Browser
from tests.people import People

Make = Callable[[Account | None], Program]


def of_form(form: type) -> Callable[[], set[str]]:
    """The names of a form's fields."""
    return lambda: {field.short_name for field in form(formdata=None)}


def of_admin(view: type) -> Callable[[], set[str]]:
    """The names of an admin list's parameters."""
    return lambda: {"search", "page", "sort", "desc", *(flt.slug for flt in view.column_filters)}  # type: ignore[attr-defined]  # of Flask-Admin


ALL = {"limit": "a page is as long as it is"}
ADMIN = {"search": "q", "page": "cursor", "sort": "", "desc": ""}
"""Lists of the admin pages are Flask-Admin's, with its names; the order of the API's is always the same."""

LISTS: dict[str, tuple[Callable[[], set[str]], dict[str, str], dict[str, str]]] = {
    "list_board": (of_form(BoardFilterForm), {}, {}),
    "list_orders": (of_form(OrderListForm), {}, {}),
    "list_products": (of_form(ProductFilterForm), {}, {}),
    "list_performers": (of_form(DirectoryForm), {}, {}),
    "list_offers": (lambda: {"state", "cursor"}, {}, {}),
    "list_order_offers": (
        lambda: {"sort", "cursor"},
        {},
        {"state": "the page shows what became of the others below the live ones"},
    ),
    "list_reviews": (lambda: {"cursor"}, {}, {}),
    "list_comments": (lambda: {"talk"}, {"talk": "the page of an order holds several lists"}, {"cursor": "talk"}),
    "list_users": (
        of_admin(AccountView),
        {**ADMIN, "state": "`active` is the field of an account", "since": "nobody asked", "until": "nobody asked"},
        {"q": "search", "cursor": "page", "active": "state"},
    ),
    "list_audit": (of_admin(AuditView), ADMIN, {"cursor": "page", "subject": "found by search"}),
}
"""By the name of the operation: what the page of the list takes, what of that the API does not, and the reverse."""

WITHOUT_FILTERS = {"list_attachments", "list_categories", "list_lines", "list_loads", "list_order_events"}
"""Lists that are asked for as a whole, or have no page of their own."""


def named() -> Iterable[str]:
    """Operations that list something page by page."""
    return {made.name for made in OPERATIONS.values() if made.query is not None and issubclass(made.query, Paged)}


def test_every_list_is_compared_or_has_no_filters() -> None:
    assert set(LISTS) | WITHOUT_FILTERS == set(named())
    for name in WITHOUT_FILTERS:
        query = OPERATIONS[name].query
        assert query is not None and set(query.model_fields) == {"limit", "cursor"}, name


@pytest.mark.parametrize("name", LISTS)
def test_a_list_takes_what_its_page_takes(app: Flask, name: str) -> None:
    page, of_page_only, of_program_only = LISTS[name]
    query = OPERATIONS[name].query
    assert query is not None
    with app.test_request_context():
        sent = page()
    taken = set(query.model_fields)
    assert sent - taken == set(of_page_only)
    assert taken - sent == {*ALL, *of_program_only}


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/board", "q=&category=&price_from=&price_to=&deadline_by=&by_agreement=y&cursor="),
        ("/products", "q=&category=&price_from=0&price_to=&with_pictures=y&hidden=y"),
        ("/performers", "q=&category=&rating=&sort=rating"),
        ("/orders", "number=&q=&customer=&status=new&category=&total_from=&created_from=&sort="),
        ("/orders", "status=new&status=quoted&cursor="),
    ],
)
def test_what_a_browser_sends_is_taken(app: Flask, people: People, program: Make, path: str, sent: str) -> None:
    people.order()
    manager = people.manager()
    assert Browser.of(app).sign_in(manager).get(f"{path}?{sent}").status_code == 200
    assert "items" in program(manager).get(f"{path}?{sent}")


def test_a_checkbox_asks_for_what_it_says(people: People, program: Make) -> None:
    fixed, free = people.order(), people.order(price=None)
    asker = program(None)
    assert [one["id"] for one in asker.get("/board?by_agreement=y")["items"]] == [free.id]
    assert {one["id"] for one in asker.get("/board?by_agreement=")["items"]} == {fixed.id, free.id}
    assert list(asker.get("/board?by_agreement=yes", 422)["errors"]) == ["by_agreement"]


@pytest.mark.parametrize("name", ["total_from", "total_to"])
def test_a_sum_of_nothing_is_refused_wherever_it_is_asked_for(
    app: Flask, people: People, program: Make, name: str
) -> None:
    manager = people.manager()
    assert Browser.of(app).sign_in(manager).get(f"/orders?{name}=0").status_code == 422
    asker = program(manager)
    assert list(asker.get(f"/orders?{name}=0", 422)["errors"]) == [name]
    kept = asker.post("/me/filters", {"name": "None", "filter": {name: "0"}}, 422)
    assert list(kept["errors"]) == [f"filter.{name}"]


@pytest.mark.parametrize("name", ["price_from", "price_to"])
def test_the_board_takes_no_price_of_nothing_either(app: Flask, program: Make, name: str) -> None:
    assert Browser.of(app).get(f"/board?{name}=0").status_code == 422
    assert list(program(None).get(f"/board?{name}=0", 422)["errors"]) == [name]


def test_what_is_not_a_list_takes_nothing_empty(people: People, program: Make) -> None:
    asker = program(people.customer())
    assert list(asker.get("/events?after=", 422)["errors"]) == ["after"]
    assert list(asker.get("/board?nothing=", 422)["errors"]) == ["nothing"]
    assert list(asker.get("/orders?status=", 422)["errors"]) == ["status.0"]
