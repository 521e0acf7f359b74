"""The board: what is on it, for whom, in which order, and how it is filtered."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup

from marketplace.core.db import db
from marketplace.orders import services
from tests.client import Browser
from tests.people import LIMIT, People


def titles(page: BeautifulSoup) -> list[str]:
    return [link.get_text(strip=True) for link in page.select(".order-card-title a")]


def next_page(page: BeautifulSoup) -> str | None:
    link = page.select_one("a[rel=next]")
    return str(link["href"]) if link else None


def test_a_new_order_is_on_the_board_at_once_and_gone_when_taken(people: People, client: Browser) -> None:
    order = people.order(title="Paint the fence")
    assert titles(client.page("/board")) == ["Paint the fence"]
    services.take_order(order.id, limit=LIMIT, by=people.performer())
    db.session.commit()
    assert titles(client.page("/board")) == []


def test_only_performers_see_the_way_to_take_and_it_asks_with_price_and_deadline(
    people: People, client: Browser
) -> None:
    order = people.order(price=Decimal("1499.90"), deadline=date(2030, 1, 31))
    take = f".order-card a[href='/orders/{order.id}/take']"
    assert not client.page("/board").select(take)
    for other in (people.customer(), people.manager(), people.observer(), people.admin()):
        assert not client.sign_in(other).page("/board").select(take)
    performer = client.sign_in(people.performer())
    assert performer.page("/board").select(take)
    words = performer.page(f"/orders/{order.id}/take").get_text()
    assert "₽1,499.90" in words
    assert "Jan 31, 2030" in words


def test_hidden_orders_are_not_on_the_board(people: People, client: Browser) -> None:
    order = people.order()
    services.hide_order(order.id, by=people.admin())
    db.session.commit()
    assert titles(client.page("/board")) == []


def test_an_empty_board_says_what_to_do(people: People, client: Browser) -> None:
    assert "The board is empty just now" in client.page("/board").get_text()
    customer = client.sign_in(people.customer())
    assert customer.page("/board").select_one(".empty a[href='/orders/new']")


@pytest.fixture
def assorted(people: People) -> People:
    customer = people.customer()
    go, python = people.category("go").id, people.category("python").id
    people.order(customer, title="Cheap parser", category_id=python, price=Decimal("100"), deadline=date(2030, 1, 1))
    people.order(customer, title="Dear server", category_id=go, price=Decimal("9000.50"), deadline=date(2031, 1, 1))
    people.order(customer, title="Написать парсеры", description="Три лёгких сайта", category_id=python, price=None)
    people.order(customer, title="Logo", description="Somebody who paints logos", category_id=go, deadline=None)
    return people


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Logo", "Написать парсеры", "Dear server", "Cheap parser"]),
        ("q=parsers", ["Cheap parser"]),
        ("q=парсер", ["Написать парсеры"]),
        ("q=сайтов", ["Написать парсеры"]),
        ("q=лёгкий", ["Написать парсеры"]),
        ("q=легкий", ["Написать парсеры"]),
        ("q=painting", ["Logo"]),
        ("q=nothing", []),
        ("category=go", ["Logo", "Dear server"]),
        ("category=go&q=logo", ["Logo"]),
        ("price_from=1000", ["Logo", "Dear server"]),
        ("price_from=100&price_to=100", ["Cheap parser"]),
        ("price_to=9%20000,50", ["Logo", "Dear server", "Cheap parser"]),
        ("by_agreement=y", ["Написать парсеры"]),
        ("deadline_by=2030-06-01", ["Написать парсеры", "Cheap parser"]),
    ],
)
def test_filters(assorted: People, client: Browser, query: str, found: list[str]) -> None:
    assert titles(client.page(f"/board?{query}")) == found


def test_filters_stay_in_the_form_and_in_the_address_of_the_next_page(people: People, client: Browser) -> None:
    customer = people.customer()
    for number in range(26):
        people.order(customer, title=f"Parser {number}")
    page = client.page("/board?q=parser&price_from=10")
    assert page.select_one("input[name=q]")["value"] == "parser"  # type: ignore[index]
    following = next_page(page)
    assert following is not None
    assert {"q", "price_from", "cursor"} <= set(parse_qs(urlsplit(following).query))


def test_pages_neither_skip_nor_repeat_when_orders_are_added_and_taken(people: People, client: Browser) -> None:
    customer, performer = people.customer(), people.performer()
    orders = [people.order(customer, title=f"Order {number}") for number in range(60)]
    page = client.page("/board")
    seen = titles(page)
    people.order(customer, title="Came later")
    services.take_order(orders[50].id, limit=LIMIT, by=performer)
    db.session.commit()
    while address := next_page(page):
        page = client.page(address)
        seen += titles(page)
    assert seen == [f"Order {number}" for number in range(59, -1, -1)]


def test_categories_show_how_many_orders_are_open(people: People, client: Browser) -> None:
    people.order()
    people.order(category_id=people.category("go").id)
    people.taken()
    options = [option.get_text(strip=True) for option in client.page("/board").select("select[name=category] option")]
    assert options == ["All categories", "Python (1)", "Go (1)"]


@pytest.mark.parametrize(
    "query",
    ["price_from=abc", "price_from=NaN", "price_to=-1", "price_from=2&price_to=1", "category=nothing", "cursor=%FF",
     "deadline_by=tomorrow", "deadline_by=0000-00-00", "cursor=W10", "q=" + "x" * 101],
)  # fmt: skip
def test_a_filter_that_makes_no_sense_is_a_422_that_keeps_what_was_typed(client: Browser, query: str) -> None:
    response = client.get(f"/board?{query}")
    assert response.status_code in (400, 422)
    assert "alert" in response.text or "damaged" in response.text


def test_total_is_counted_with_the_filter(people: People, client: Browser) -> None:
    people.order(title="One parser")
    people.order(title="Something else")
    assert "1 order" in client.page("/board?q=parser").select_one(".total").get_text()  # type: ignore[union-attr]


def test_a_category_that_takes_no_new_orders_still_shows_those_it_has(people: People, client: Browser) -> None:
    order = people.order(title="Paint the fence")
    people.category("empty").is_active = False
    order.category.is_active = False
    db.session.commit()
    link = client.page(f"/orders/{order.id}").select_one("a[href^='/board?category=']")
    assert link is not None
    page = client.page(str(link["href"]))
    assert titles(page) == ["Paint the fence"]
    assert page.select_one("option[value=python][selected]") is not None
    assert page.select_one("option[value=empty]") is None
    assert titles(client.page("/board?category=empty")) == []
