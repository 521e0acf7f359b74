"""The page on which orders are written: for whom it is, and how the price comes about."""

from __future__ import annotations

from decimal import Decimal

import pytest

from marketplace.accounts.services import block_account
from marketplace.accounts.states import Role
from marketplace.core.db import db
from marketplace.orders.states import Pricing, Status
from tests.catalog.shelf import product
from tests.client import Browser
from tests.people import People
from tests.web.composing import counts, form, row, told, written


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
