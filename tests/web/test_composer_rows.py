"""The rows of the form of an order: what they take, what they refuse, and what a refusal leaves as it was."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from bs4 import BeautifulSoup

from marketplace.catalog import services as catalog
from marketplace.core.db import db
from marketplace.orders.models import MAX_LINES
from marketplace.orders.queries import orders as queries
from marketplace.orders.services import LineInput
from tests.catalog.shelf import keeper, picture, product
from tests.client import Browser
from tests.people import People
from tests.web.composing import counted, counts, form, island, row, told, written


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
    # What consists of words may get others; it is the same line all the same.
    fields |= row(2, id=laying["id"], name="Laying", quantity="1", unit_price="60")
    assert client.send(f"/orders/{order.id}/edit", **fields).status_code == 302
    assert told(order) == [("Drilling", 1, Decimal("70")), ("Cable", 5, Decimal("10")), ("Laying", 1, Decimal("60"))]
    assert [line.id for line in queries.lines(order)] == [drilling["id"], kept["id"], laying["id"]]
    assert order.total == Decimal("180")


def test_a_line_that_comes_back_twice_is_said_where_it_is_and_nothing_is_done(people: People, client: Browser) -> None:
    customer = people.customer()
    order = people.order(customer, lines=[LineInput(1, name=name, unit_price=Decimal(7)) for name in ("One", "Two")])
    one, two = (line.id for line in queries.lines(order))
    fields = form(people, title="Typed title")
    fields |= row(0, id=one, name="One", quantity="2", unit_price="7") | row(1, id=two, quantity="1")
    fields |= row(2, id=one, name="Again", quantity="5", unit_price="9")
    before = counts()
    address = f"/orders/{order.id}/edit"
    answer = client.sign_in(customer).send(address, **fields)
    assert answer.status_code == 422
    shown = BeautifulSoup(answer.text, "html.parser")
    mistake = shown.select_one("#lines-2-id-error")
    assert mistake is not None and "twice" in mistake.get_text()
    assert shown.select_one("#lines-0-id-error, #lines-1-id-error") is None
    assert shown.select_one("[name=lines-2-name]")["value"] == "Again"  # type: ignore[index]
    assert shown.select_one("#title")["value"] == "Typed title"  # type: ignore[index]
    assert island(shown)["rows"][2]["errors"]["id"]
    assert counts() == before
    assert told(order) == [("One", 1, Decimal(7)), ("Two", 1, Decimal(7))]
    # One of the two is to go: then it is there once.
    assert client.send(address, **fields, **{"lines-2-remove": "y"}).status_code == 302
    assert told(order) == [("One", 2, Decimal(7)), ("Two", 1, Decimal(7))]


def test_a_product_that_goes_off_sale_at_the_last_moment_is_said_above_the_rows(
    people: People, client: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    cable = product(people, name="Cable")
    client.sign_in(people.customer())
    before = counts()
    # The rows have been checked when it is hidden.
    monkeypatch.setattr("marketplace.orders.services.lines.sold_products", lambda _ids: {})
    fields = form(people) | row(0, name="Laying", quantity="1", unit_price="7")
    answer = client.send("/orders/new", **fields, **row(1, product_id=cable.id, quantity="1"))
    assert answer.status_code == 422
    mistake = BeautifulSoup(answer.text, "html.parser").select_one("#lines-error")
    assert mistake is not None and "not in the catalogue" in mistake.get_text()
    assert counts() == before


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
