"""A manager runs a deal on a telephone: written down for a customer, three offers, paid, ready for delivery."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from marketplace.core.db import db
from marketplace.orders.models import Order
from marketplace.orders.states import MoneyState, Status
from tests.browser.windows import NARROW, Windows
from tests.people import People

OFFERS = ((1500, 10), (1200, 20), (1900, 3))


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_manager_runs_a_deal_from_new_to_ready_for_delivery(language: str, windows: Windows, people: People) -> None:
    category = people.category("design")
    customer, manager = people.customer(), people.manager()
    performers = [people.performer() for _ in OFFERS]

    desk = windows.open(manager.id, narrow=True, language=language)
    look(desk, "/orders/new")
    desk.fill("[name=customer]", customer.email)
    desk.fill("[name=title]", f"Signs for a shop ({language})")
    desk.fill("[name=description]", "Four signs, weatherproof.")
    desk.select_option("[name=category_id]", str(category.id))
    desk.check("[name=pricing][value=quote]")
    send(desk)
    expect(desk).to_have_url(re.compile(r"/orders/\d+$"))
    order_url = desk.url

    for performer, (price, days) in zip(performers, OFFERS, strict=True):
        page = windows.open(performer.id, narrow=True, language=language)
        look(page, f"{order_url}/offers/new")
        page.fill("[name=price]", str(price))
        page.fill("[name=days]", str(days))
        send(page)
        fits(page)

    buyer = windows.open(customer.id, narrow=True, language=language)
    look(buyer, order_url)
    look(buyer, f"{order_url}/offers")
    accepting = buyer.locator("main a[href$='/accept']")
    expect(accepting).to_have_count(len(OFFERS))
    with buyer.expect_navigation():
        accepting.first.click()
    fits(buyer)
    send(buyer)
    look(buyer, order_url)
    expect(buyer.locator("main")).to_contain_text(performers[1].name)
    expect(buyer.locator(".status-in_progress").first).to_be_visible()

    for state in (MoneyState.PAID, MoneyState.READY_FOR_DELIVERY):
        look(desk, order_url)
        desk.locator(f"main button[name=state][value={state.value}]").click()
        expect(desk.locator(f".money-{state.value.replace('_', '-')}").first).to_be_visible()
    fits(desk)

    db.session.expire_all()
    order = db.session.get_one(Order, int(order_url.rsplit("/", 1)[1]))
    assert (order.status, order.money_state) == (Status.IN_PROGRESS, MoneyState.READY_FOR_DELIVERY)
    assert (order.performer_id, order.total, order.author_id) == (performers[1].id, Decimal(OFFERS[1][0]), manager.id)


def look(page: Page, url: str) -> None:
    """Opens a page, which must not be wider than the telephone."""
    page.goto(url)
    fits(page)


def fits(page: Page) -> None:
    """Nothing sticks out at the side."""
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], page.url


def send(page: Page) -> None:
    """Presses the main button of the form."""
    with page.expect_navigation():
        page.locator("main form button.btn-primary[type=submit]").last.click()
