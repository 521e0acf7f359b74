"""The order list in a browser: states changed in their rows with and without scripts, cards, filters that are kept."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from marketplace.core.db import db
from marketplace.orders import services
from marketplace.orders.models import Order
from marketplace.orders.states import MoneyState, Status
from tests.browser.windows import Windows
from tests.people import People


def row(page: Page, order: Order) -> Locator:
    return page.locator(f"#order-row-{order.id}")


def choice(page: Page, order: Order, what: str) -> Locator:
    """The choice of the next state that scripts put in the place of the folded form."""
    return row(page, order).locator(f"[data-island={what}] select")


def stands(order: Order) -> tuple[Status, MoneyState]:
    db.session.expire_all()
    return order.status, order.money_state


def test_a_manager_changes_the_status_in_the_row_and_is_asked_for_a_reason(windows: Windows, people: People) -> None:
    order = people.order()
    page = windows.open(people.manager().id)
    page.goto(f"/orders?number={order.number}")
    choice(page, order, "status").select_option("Cancelled")
    reason = row(page, order).get_by_label("Reason: the other side will read it")
    expect(reason).to_be_focused()
    row(page, order).get_by_role("button", name="Save").click()
    assert stands(order)[0] is Status.NEW
    reason.fill("No longer needed")
    row(page, order).get_by_role("button", name="Save").click()
    expect(row(page, order).locator(".status").first).to_have_text("Cancelled")
    expect(page.locator("[data-order-news]")).to_have_text(f"{order.number}: Saved.")
    expect(row(page, order).locator("select:visible")).to_have_count(0)
    expect(row(page, order).locator(".row-number")).to_have_text("1")
    assert stands(order)[0] is Status.CANCELLED


def test_going_back_changes_nothing(windows: Windows, people: People) -> None:
    order = people.taken()
    page = windows.open(people.manager().id)
    page.goto(f"/orders?number={order.number}")
    control = choice(page, order, "status")
    expect(control).to_have_accessible_name(f"Status, {order.number}")
    control.select_option("Completed")
    expect(row(page, order)).to_contain_text("This cannot be undone")
    row(page, order).get_by_role("button", name="Go back").click()
    expect(control).to_have_value("")
    expect(control).to_be_focused()
    assert stands(order)[0] is Status.IN_PROGRESS


def test_the_money_is_noted_at_once_and_the_focus_stays(windows: Windows, people: People) -> None:
    order = people.taken()
    page = windows.open(people.manager().id)
    page.goto(f"/orders?number={order.number}")
    choice(page, order, "money_state").select_option("Paid")
    expect(row(page, order).locator(".status").last).to_have_text("Paid")
    expect(choice(page, order, "money_state")).to_be_focused()
    assert stands(order)[1] is MoneyState.PAID


def test_who_comes_second_reads_why_and_sees_what_is_true(windows: Windows, people: People) -> None:
    order = people.order()
    page = windows.open(people.manager().id)
    page.goto(f"/orders?number={order.number}")
    windows.expect(409, f"/api/v1/orders/{order.id}/request-quote")
    choice(page, order, "status").select_option("Waiting for offers")
    services.cancel_order(order.id, reason="Sooner", by=order.customer)
    db.session.commit()
    row(page, order).get_by_role("button", name="Save").click()
    expect(row(page, order).get_by_role("alert")).to_have_text("The order has been cancelled.")
    expect(row(page, order).locator(".status").first).to_have_text("Cancelled")


@pytest.mark.parametrize("narrow", [True, False], ids=["narrow", "wide"])
def test_without_scripts_a_folded_form_does_the_same(windows: Windows, people: People, narrow: bool) -> None:
    order = people.order()
    page = windows.open(people.manager().id, scripts=False, narrow=narrow)
    windows.expect(422, f"/orders/{order.id}/status")
    page.goto(f"/orders?number={order.number}")
    row(page, order).locator("summary").first.click()
    row(page, order).get_by_label(f"Status, {order.number}").select_option("Cancelled")
    row(page, order).get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Give a reason")
    expect(page.get_by_label("New status")).to_have_value("cancelled")
    page.get_by_label("Reason").fill("No longer needed")
    page.get_by_role("button", name="Save").click()
    expect(page).to_have_url(re.compile(rf"/orders\?number={order.number}$"))
    expect(page.get_by_role("main")).to_contain_text(f"Order {order.number}: Cancelled.")


def test_a_filter_is_kept_and_opened_again(windows: Windows, people: People) -> None:
    order = people.order()
    page = windows.open(order.customer.id)
    page.goto("/orders")
    page.get_by_label("Completed").check()
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("main")).to_contain_text("Nothing matches")
    page.get_by_text("Keep this filter").click()
    page.get_by_label("Name of the filter").fill("Done")
    page.get_by_role("button", name="Keep", exact=True).click()
    page.get_by_role("link", name="Show all orders").click()
    expect(row(page, order)).to_be_visible()
    page.get_by_role("navigation", name="Kept filters").get_by_role("link", name="Done").click()
    expect(page.get_by_label("Completed")).to_be_checked()


def test_a_telephone_shows_cards_and_nothing_beside_the_screen(windows: Windows, people: People) -> None:
    customer = people.customer()
    for number in range(3):
        people.order(customer, title=f"A rather long title of an order that nobody would read to its end, {number}")
    page = windows.open(people.manager().id, narrow=True)
    page.goto(f"/orders?customer={customer.id}")
    expect(page.locator("[data-live-row]")).to_have_count(3)
    assert page.evaluate("document.documentElement.scrollWidth") == 360
