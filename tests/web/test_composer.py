"""The page on which orders are written: for whom it is, the rows of its list, and what a refusal leaves as it was."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import Engine, event, func, select

from marketplace.accounts.services import block_account
from marketplace.accounts.states import Role
from marketplace.catalog import services as catalog
from marketplace.core.db import db
from marketplace.orders.models import MAX_LINES, Order, OrderEvent, OrderLine
from marketplace.orders.queries import orders as queries
from marketplace.orders.services import LineInput
from marketplace.orders.states import Pricing, Status
from tests.catalog.shelf import keeper, picture, product
from tests.client import Browser
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
    data = page.select_one("#composer-data")
    assert data is not None
    told: dict[str, Any] = json.loads(data.get_text())
    return told


# Who may


@pytest.mark.parametrize(("role", "code"), [
    (Role.CUSTOMER, 200), (Role.MANAGER, 200), (Role.ADMIN, 200), (Role.PERFORMER, 403), (Role.OBSERVER, 403),
])  # fmt: skip
def test_customers_and_the_desk_write_orders(people: People, client: Browser, role: Role, code: int) -> None:
    page = client.sign_in(people.account(role)).get("/orders/new")
    assert page.status_code == code
    assert ('name="customer"' in page.text) is (role in (Role.MANAGER, Role.ADMIN))
    if code == 403:
        assert "Only customers and managers write orders." in page.text
        assert client.send("/orders/new", **form(people, price="5")).status_code == 403
        assert counts()[0] == 0


def test_the_old_address_leads_to_the_new_one(people: People, client: Browser) -> None:
    assert client.get("/orders/new").location.startswith("/login")
    client.sign_in(people.customer())
    answer = client.get("/customer/orders/new")
    assert (answer.status_code, answer.location) == (302, "/orders/new")
    assert client.send("/customer/orders/new", **form(people, price="5")).status_code == 405


def test_the_desk_writes_an_order_down_for_a_customer_and_looks_after_it(people: People, client: Browser) -> None:
    manager, customer = people.manager(), people.customer(email="olga@example.com")
    client.sign_in(manager)
    answer = client.send("/orders/new", **form(people, price="500", customer=" Olga@Example.com "))
    assert answer.status_code == 302
    order = written()
    assert (order.customer_id, order.author_id, order.manager_id) == (customer.id, manager.id, manager.id)


@pytest.mark.parametrize("whom", ["", "nobody@example.com", "performer", "blocked", "no address", "x" * 300])
def test_the_desk_names_an_active_customer(people: People, client: Browser, whom: str) -> None:
    blocked = people.customer(email="blocked@example.com")
    block_account(blocked.id, reason="spam", by=people.admin())
    performer = people.performer(email="performer@example.com")
    client.sign_in(people.manager())
    email = {"performer": performer.email, "blocked": blocked.email}.get(whom, whom)
    answer = client.send("/orders/new", **form(people, price="500", customer=email))
    assert answer.status_code == 422
    assert 'id="customer-error"' in answer.text
    assert counts()[0] == 0


def test_a_customer_names_nobody_else(people: People, client: Browser) -> None:
    customer, other = people.customer(), people.customer()
    client.sign_in(customer).send("/orders/new", **form(people, price="500", customer=other.email))
    assert written().customer_id == customer.id


def test_customers_are_looked_up_by_the_desk_alone(people: People, client: Browser) -> None:
    anna = people.customer(name="Anna Brown", email="a.brown@example.com")
    people.performer(name="Anna Worker", email="a.worker@example.com")
    gone = people.customer(name="Anna Gone", email="a.gone@example.com")
    block_account(gone.id, reason="spam", by=people.admin())
    db.session.commit()
    path = "/orders/customers.json"
    for words in ("a.b", "A.BROWN@example.com", "anna", "bro", " Anna  Brown "):
        found = client.sign_in(people.manager()).get(path, query_string={"q": words}).json
        assert found == {"items": [{"email": anna.email, "name": "Anna Brown"}]}, words
    for words in ("", "%", "_", "nna", "\\", "x" * 3000):
        assert client.get(path, query_string={"q": words}).json == {"items": []}, words
    for stranger in (people.customer(), people.performer(), people.observer()):
        assert client.sign_in(stranger).get(path, query_string={"q": "anna"}).status_code == 403


# The price


def test_the_sum_of_the_list_is_the_price(people: People, client: Browser) -> None:
    cable = product(people, name="Cable", price=Decimal("12.50"))
    client.sign_in(people.customer())
    rows = row(0, product_id=cable.id, quantity="4") | row(1, name="Laying", quantity="2", unit_price="1 000,50")
    assert client.send("/orders/new", **form(people, **rows)).status_code == 302
    order = written()
    assert told(order) == [("Cable", 4, Decimal("12.50")), ("Laying", 2, Decimal("1000.50"))]
    assert (order.price, order.total, order.pricing) == (None, Decimal("2051"), Pricing.FIXED)


def test_a_price_of_everything_outweighs_the_list_and_the_page_says_so(people: People, client: Browser) -> None:
    client.sign_in(people.customer())
    fields = form(people, price="900", **row(0, name="Laying", quantity="1", unit_price="1000"))
    page = client.page(client.send("/orders/new", **fields).location).select_one("#order-lines")
    assert page is not None
    assert "₽1,000" in page.get_text()
    assert "Price of everything" in page.get_text() and "₽900" in page.get_text()


@pytest.mark.parametrize(("values", "code"), [
    ({"pricing": "quote"}, 302), ({"pricing": "quote", "price": "10"}, 302),
    ({"pricing": "quote", "price": "NaN"}, 422), ({"pricing": "junk", "price": "10"}, 422),
    ({"pricing": "fixed"}, 422), ({"pricing": "fixed", "by_agreement": "y"}, 302),
    ({"by_agreement": "y", "lines-0-name": "Laying", "lines-0-unit_price": "5"}, 422),
])  # fmt: skip
def test_how_the_price_comes_about(people: People, client: Browser, values: dict[str, str], code: int) -> None:
    answer = client.sign_in(people.customer()).send("/orders/new", **form(people, **values))
    assert answer.status_code == code
    assert counts()[0] == (code == 302)
    if code == 302:
        assert written().pricing == values["pricing"]


def test_whoever_waits_for_offers_is_not_asked_again_how_the_price_comes_about(people: People, client: Browser) -> None:
    order = people.quoting()
    client.sign_in(order.customer)
    assert 'name="pricing"' not in client.get(f"/orders/{order.id}/edit").text
    assert client.send(f"/orders/{order.id}/edit", **form(people, pricing="fixed", title="Other")).status_code == 302
    assert (order.pricing, order.status, order.title) == (Pricing.QUOTE, Status.QUOTING, "Other")


# The rows


def test_an_address_names_products_to_begin_with(people: People, client: Browser) -> None:
    cable, hidden = product(people, name="Cable", pictures=[picture()]), product(people, name="Hidden")
    catalog.hide_product(hidden.id, by=keeper(people))
    db.session.commit()
    client.sign_in(people.customer())
    query = f"product={cable.id}&product={hidden.id}&product={cable.id}&product=²&product=x&product={10**17}&product=-1"
    page = client.page(f"/orders/new?{query}")
    (told,) = island(page)["rows"]
    assert (told["name"], told["quantity"], told["price"]) == ("Cable", "1", "12.50")
    assert told["thumb"] == f"/media/pictures/{picture().digest}/thumb"
    assert page.select_one(f".line-row img[src='{told['thumb']}']") is not None
    assert [one["value"] for one in page.select("[name$=product_id]")] == [str(cable.id), ""]


def test_buttons_inside_the_list_change_only_the_page(people: People, client: Browser) -> None:
    for number in range(3):
        product(people, name=f"Cable {number}")
    client.sign_in(people.customer())
    typed = {"title": "", "description": "Half a tho", **row(0, name="Laying", quantity="²", unit_price="x")}
    before = counts()

    answer = client.send("/orders/new", **typed, find="1", words="cable")
    page = BeautifulSoup(answer.text, "html.parser")
    assert answer.status_code == 200
    assert "invalid-feedback" not in answer.text
    picks = [str(one["value"]) for one in page.select("[name=pick]")]
    assert len(picks) == 3
    assert page.select_one("#lines-0-quantity")["value"] == "²"  # type: ignore[index]
    assert "Half a tho" in answer.text

    answer = client.send("/orders/new", **typed, add="1", pick=[*picks[:2], "²", "999999"])
    page = BeautifulSoup(answer.text, "html.parser")
    assert [one["product_id"] for one in island(page)["rows"]] == [None, int(picks[0]), int(picks[1])]

    answer = client.send("/orders/new", **typed, **row(1, name="Gone", remove="y"), more="1")
    page = BeautifulSoup(answer.text, "html.parser")
    assert [one["value"] for one in page.select("[name$=-name]")] == ["Laying", "", "", ""]
    assert counts() == before


def test_nothing_found_is_said(people: People, client: Browser) -> None:
    client.sign_in(people.customer())
    assert "Nothing found." in client.send("/orders/new", find="1", words="zzz").text


def test_empty_and_removed_rows_ask_for_nothing(people: People, client: Browser) -> None:
    client.sign_in(people.customer())
    rows = (
        row(0, name="", quantity="1", unit_price="") | row(1, quantity="junk") | row(7, name="Laying", unit_price="5")
    )
    rows |= row(8, name="Unwanted", quantity="²", remove="y")
    assert client.send("/orders/new", **form(people, **rows)).status_code == 302
    assert told(written()) == [("Laying", 1, Decimal("5"))]


BAD_ROWS: dict[str, tuple[dict[str, str], str]] = {
    "quantity 0": ({"quantity": "0"}, "quantity"),
    "quantity -1": ({"quantity": "-1"}, "quantity"),
    "quantity 1e9": ({"quantity": "1e9"}, "quantity"),
    "quantity 1000000000": ({"quantity": "1000000000"}, "quantity"),
    "quantity 1.5": ({"quantity": "1.5"}, "quantity"),
    "quantity ²": ({"quantity": "²"}, "quantity"),
    "quantity ٣": ({"quantity": "٣"}, "quantity"),
    "quantity empty": ({"quantity": ""}, "quantity"),
    "price NaN": ({"unit_price": "NaN"}, "unit_price"),
    "price inf": ({"unit_price": "inf"}, "unit_price"),
    "price -5": ({"unit_price": "-5"}, "unit_price"),
    "price 1.999": ({"unit_price": "1.999"}, "unit_price"),
    "price empty": ({"unit_price": ""}, "unit_price"),
    "name empty": ({"name": ""}, "name"),
    "name that nobody sees": ({"name": "\u2800"}, "name"),
    "name too long": ({"name": "x" * 201}, "name"),
    "somebody else's line": ({"id": "{foreign}"}, "id"),
    "a line that never was": ({"id": "999999"}, "id"),
    "line ²": ({"id": "²"}, "id"),
    "line 2**70": ({"id": str(2**70)}, "id"),
    "a hidden product": ({"product_id": "{hidden}"}, "product_id"),
    "a product that never was": ({"product_id": "999999"}, "product_id"),
    "product ²": ({"product_id": "²"}, "product_id"),
}


@pytest.mark.parametrize("case", BAD_ROWS)
@pytest.mark.parametrize("act", ["new", "edit"])
def test_a_row_that_cannot_be_says_so_where_it_is_and_nothing_is_lost_or_done(
    people: People, client: Browser, act: str, case: str
) -> None:
    customer = people.customer()
    order = people.order(customer, lines=[LineInput(3, name="Kept", unit_price=Decimal("7"))])
    foreign = queries.lines(people.order(lines=[LineInput(1, name="Not yours", unit_price=Decimal("9"))]))[0]
    hidden = product(people, name="Hidden")
    catalog.hide_product(hidden.id, by=keeper(people))
    db.session.commit()
    values, field = BAD_ROWS[case]
    values = {name: value.format(foreign=foreign.id, hidden=hidden.id) for name, value in values.items()}
    bad = {"name": "Laying", "quantity": "2", "unit_price": "15"} | values
    fields = form(people, title="Typed title", price="77", **row(0, name="Fine", unit_price="3"), **row(1, **bad))
    before = counts()
    address = "/orders/new" if act == "new" else f"/orders/{order.id}/edit"
    answer = client.sign_in(customer).send(address, **fields)
    assert answer.status_code == 422
    shown = BeautifulSoup(answer.text, "html.parser")
    assert shown.select_one(f"#lines-1-{field}-error") is not None
    assert shown.select_one("#lines-0-name-error, #lines-0-quantity-error") is None
    assert shown.select_one("#title")["value"] == "Typed title"  # type: ignore[index]
    assert shown.select_one(f"[name=lines-1-{field}]")["value"] == values[field].strip()  # type: ignore[index]
    assert island(shown)["rows"][1]["errors"][field]
    assert "Not yours" not in answer.text
    assert counts() == before
    assert (order.title, told(order)) == ("Fix the report", [("Kept", 3, Decimal("7"))])


@pytest.mark.parametrize("number", [MAX_LINES + 1, 3 * MAX_LINES])
def test_too_many_rows_come_back(people: People, client: Browser, number: int) -> None:
    rows: dict[str, str] = {}
    for place in range(number):
        rows |= row(place, name=f"Line {place}.", quantity="1", unit_price="1")
    answer = client.sign_in(people.customer()).send("/orders/new", **form(people, **rows))
    assert answer.status_code == 422
    assert 'id="lines-error"' in answer.text
    assert f"Line {min(number, 2 * MAX_LINES) - 1}." in answer.text
    assert counts()[0] == 0


def test_two_hundred_long_rows_are_an_order(people: People, client: Browser) -> None:
    rows: dict[str, str] = {}
    for place in range(MAX_LINES):
        rows |= row(place, id="", product_id="", name="Щ" * 200, quantity="1000000", unit_price="1.05")
    fields = form(people, **rows) | {"title": "Щ" * 120, "description": "Щ" * 10_000}
    assert client.sign_in(people.customer()).send("/orders/new", **fields).status_code == 302
    assert written().lines_count == MAX_LINES


def test_a_sum_that_no_order_has_is_refused_with_the_rows_in_place(people: People, client: Browser) -> None:
    rows = row(0, name="Gold", quantity="1000", unit_price="1000000.01")
    answer = client.sign_in(people.customer()).send("/orders/new", **form(people, **rows))
    assert answer.status_code == 422
    assert "The sum of the order is too large." in answer.text
    assert 'value="Gold"' in answer.text
    assert counts()[0] == 0


ODD = ("lines-²-name", "lines-٣-name", "lines--name", "lines", "lines-99999999999999999-name", "lines-0", "lines-0-")


@pytest.mark.parametrize("key", ODD)
def test_odd_names_of_rows_are_no_rows(people: People, client: Browser, key: str) -> None:
    answer = client.sign_in(people.customer()).send("/orders/new", **form(people, price="5", **{key: "x"}))
    assert answer.status_code == 302
    assert told(written()) == []


def test_the_edited_list_keeps_what_was_there_at_its_old_price(people: People, client: Browser) -> None:
    cable = product(people, name="Cable", price=Decimal("10"))
    customer = people.customer()
    lines = [LineInput(2, product_id=cable.id), LineInput(1, name="Laying", unit_price=Decimal("50"))]
    order = people.order(customer, price=None, lines=[*lines, LineInput(1, name="Drilling", unit_price=Decimal("70"))])
    catalog.edit_product(
        cable.id, name="Cable", description="", price=Decimal("99"), unit="", category_id=None, by=keeper(people)
    )
    db.session.commit()
    client.sign_in(customer)
    page = client.page(f"/orders/{order.id}/edit")
    kept, laying, drilling = island(page)["rows"]
    assert (kept["price"], kept["words"], laying["typed_name"], laying["typed_price"]) == (
        "10.00",
        False,
        "Laying",
        "50",
    )
    fields = form(people)
    fields |= row(0, id=drilling["id"], name="Drilling", quantity="1", unit_price="70")
    fields |= row(1, id=kept["id"], quantity="5", name="Forged", unit_price="0.01")
    # Other words are another line: nobody may tell a customer that an old one had changed its price.
    fields |= row(2, id=laying["id"], name="Laying", quantity="1", unit_price="60")
    assert client.send(f"/orders/{order.id}/edit", **fields).status_code == 302
    assert told(order) == [("Drilling", 1, Decimal("70")), ("Cable", 5, Decimal("10")), ("Laying", 1, Decimal("60"))]
    assert order.total == Decimal("180")


def test_the_page_of_an_order_shows_its_lines_with_photos(people: People, client: Browser) -> None:
    cable = product(people, name="Cable", unit="m", pictures=[picture()])
    order = people.order(price=None, lines=[LineInput(4, product_id=cable.id)])
    part = client.page(f"/orders/{order.id}").select_one("#order-lines[data-live-part]")
    assert part is not None
    assert part.select_one(f"img[src='/media/pictures/{picture().digest}/thumb']") is not None
    assert part.select_one(f"a[href='/products/{cable.id}']") is not None
    assert "4 m" in part.get_text() and "₽50" in part.get_text()
    catalog.hide_product(cable.id, by=keeper(people))
    db.session.commit()
    part = client.page(f"/orders/{order.id}").select_one("#order-lines")
    assert part is not None
    assert part.select_one("a") is None and "Cable" in part.get_text()


def test_names_and_words_are_shown_as_text(people: People, client: Browser) -> None:
    nasty = "</script><script>alert(1)</script>"
    order = people.order(lines=[LineInput(1, name=nasty, unit_price=Decimal("1"))])
    assert nasty not in client.get(f"/orders/{order.id}").text
    page = client.sign_in(order.customer).get(f"/orders/{order.id}/edit").text
    assert nasty not in page
    assert island(BeautifulSoup(page, "html.parser"))["rows"][0]["typed_name"] == nasty


def test_long_lists_ask_the_database_no_more_than_short_ones(people: People, client: Browser) -> None:
    products = [product(people, name=f"Cable {number}", pictures=[picture()]) for number in range(12)]
    customer = people.customer()
    asked: dict[str, list[int]] = {"show": [], "edit": [], "refused": []}
    client.sign_in(customer)
    for number in (1, 12):
        order = people.order(customer, price=None, lines=[LineInput(1, product_id=one.id) for one in products[:number]])
        rows: dict[str, Any] = {}
        for place, one in enumerate(products[:number]):
            rows |= row(place, product_id=one.id, quantity="0")
        with counted() as statements:
            assert len(client.page(f"/orders/{order.id}").select("#order-lines img")) == number
        asked["show"].append(len(statements))
        with counted() as statements:
            assert len(client.page(f"/orders/{order.id}/edit").select(".line-row img")) == number
        asked["edit"].append(len(statements))
        with counted() as statements:
            assert client.send("/orders/new", **form(people, **rows)).status_code == 422
        asked["refused"].append(len(statements))
    assert all(short == long for short, long in asked.values()), asked


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
