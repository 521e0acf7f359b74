"""Cursors on pages: an address leads on in its own list, and is refused in words by every other one."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from marketplace.catalog.queries import products
from marketplace.core.paging import Page
from marketplace.orders import services
from marketplace.orders.models import Order
from marketplace.orders.queries import board, offers, orders, performers
from marketplace.orders.queries.order_list import OrderFilter, listed_orders
from marketplace.orders.queries.order_list_conditions import Sort
from marketplace.orders.states import OfferStatus, Status
from marketplace.threads.queries import comments_page
from tests.catalog.shelf import product
from tests.client import Browser
from tests.orders.offers import line, send
from tests.people import People
from tests.web.talking import comment_on


@dataclass(frozen=True)
class Shown:
    """A list on a page: its first page as the query gives it, who looks, and where its cursor goes."""

    first: Page[Any]
    browser: Browser
    address: str

    def status(self, cursor: str) -> int:
        """How the page answers to a cursor."""
        return self.browser.get(self.address.format(cursor)).status_code


@pytest.fixture
def lists(people: People, client: Browser, monkeypatch: pytest.MonkeyPatch) -> list[Shown]:
    """Every list with pages that people look at, each with a second page."""
    monkeypatch.setattr(orders, "PAGE_SIZE", 1)
    monkeypatch.setattr(offers, "PAGE_SIZE", 1)
    monkeypatch.setattr(offers, "SIDE_BY_SIDE", 1)
    customer, performer, other, manager = people.customer(), people.performer(), people.performer(), people.manager()
    talked = []
    for number in range(2):
        order = people.quoting(customer, lines=[line("Pipes")], deadline=date(2030, 1, 1 + number))
        for one, price in ((performer, "900"), (other, "800")):
            send(order, one, price)
            services.withdraw_offer(send(people.quoting(customer), one).id, reason="", by=one)
            services.withdraw_order(people.taken(one, customer).id, reason="No", by=one)
            people.rated(9, one, customer)
        for _ in range(2):
            comment_on(order, customer)
        people.order(customer)
        product(people)
        talked.append(order)
    silent = people.order(customer)
    staff, owner, worker, guest = (Browser.of(people.app) for _ in range(4))
    for browser, account in ((staff, manager), (owner, customer), (worker, performer)):
        browser.sign_in(account)
    found = [
        Shown(board.open_orders(board.BoardFilter(), size=1), guest, "/board?cursor={}"),
        Shown(board.open_orders(board.BoardFilter(words="report"), size=1), guest, "/board?q=report&cursor={}"),
        Shown(products.products_page(products.ProductFilter(), size=1), guest, "/products?cursor={}"),
        Shown(products.products_page(products.ProductFilter(words="tie"), size=1), guest, "/products?q=tie&cursor={}"),
        Shown(listed_orders(OrderFilter(), by=manager, size=1), staff, "/orders?cursor={}"),
        Shown(listed_orders(OrderFilter(), by=customer, size=1), owner, "/orders?cursor={}"),
        Shown(
            listed_orders(OrderFilter(descending=False), by=manager, size=1), staff, "/orders?sort=created&cursor={}"
        ),
        Shown(listed_orders(OrderFilter(sort=Sort.TOTAL), by=manager, size=1), staff, "/orders?sort=-total&cursor={}"),
        Shown(orders.own_orders(Order.customer_id, customer, Status.NEW), owner, "/customer?show=new&cursor={}"),
        Shown(
            orders.own_orders(Order.customer_id, customer, Status.COMPLETED),
            owner,
            "/customer?show=completed&cursor={}",
        ),
        Shown(
            orders.own_orders(Order.performer_id, performer, Status.COMPLETED),
            worker,
            "/performer?show=completed&cursor={}",
        ),
        Shown(orders.given_back(performer), worker, "/performer?show=withdrawn&cursor={}"),
        Shown(offers.own_offers(performer, OfferStatus.SENT), worker, "/performer/offers?state=sent&cursor={}"),
        Shown(
            offers.own_offers(performer, OfferStatus.WITHDRAWN), worker, "/performer/offers?state=withdrawn&cursor={}"
        ),
    ]
    for sort in performers.Sort:
        wanted = performers.PerformerFilter(sort=sort)
        found.append(Shown(performers.performers(wanted, size=1), guest, f"/performers?sort={sort}&cursor={{}}"))
    for one in (performer, other):
        found.append(Shown(performers.visible_reviews(one.id, size=1), guest, f"/performers/{one.id}?cursor={{}}"))
    for order in talked:
        found.append(Shown(comments_page(order.thread_id, size=1), owner, f"/orders/{order.id}?talk={{}}"))
        for by in offers.OfferSort:
            address = f"/orders/{order.id}/offers?sort={by}&cursor={{}}"
            found.append(Shown(offers.side_by_side(order, by), owner, address))
    found.append(Shown(Page([], None, is_first=True), owner, f"/orders/{silent.id}?talk={{}}"))
    return found


def test_a_page_refuses_the_cursors_of_every_other_list(lists: list[Shown], figure: Callable[[str], None]) -> None:
    accepted = []
    cursors = [one.first.next_cursor for one in lists]
    assert cursors.count(None) == 1, "only where nothing is said there is no second page"
    for (place, one), (other, cursor) in itertools.product(enumerate(lists), enumerate(cursors)):
        if cursor is not None:
            status = one.status(cursor)
            if status != (200 if place == other else 422):
                accepted.append((one.address, lists[other].address, status))
    assert accepted == []
    figure(f"cursors of pages: 0 of {len(lists) ** 2 - 2 * len(lists) + 1} of other lists accepted")


def test_the_refusal_says_where_to_begin(lists: list[Shown]) -> None:
    answer = lists[0].browser.get(lists[0].address.format(lists[2].first.next_cursor))
    assert answer.status_code == 422
    assert "Start from the first page." in answer.text
