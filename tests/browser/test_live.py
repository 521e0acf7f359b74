"""Two people look at the same order in two browsers: what one does the other sees, wherever they are in the site."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from decimal import Decimal

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from marketplace.accounts import services as accounts
from marketplace.core.db import db
from marketplace.orders import services
from marketplace.orders.services import OfferInput
from tests.browser.windows import Windows
from tests.people import LIMIT, People
from tests.races.site import Site

PROMISED_SECONDS = 1

NO_LINE = "window.WebSocket = class { constructor() { setTimeout(() => this.onclose({ code: 1006 })); } };"

# A line that goes dead without a word, and a clock that jumps, as those of a machine that sleeps do.
SLEEPER = """
const Real = window.WebSocket, realNow = Date.now, dead = new Set(), lines = [];
let jump = 0;
Date.now = () => realNow() + jump;
window.WebSocket = class extends Real {
  constructor(...words) { super(...words); lines.push(this); }
  set onmessage(hear) { super.onmessage = (event) => dead.has(this) || hear(event); }
  set onclose(hear) { super.onclose = (event) => dead.has(this) || hear(event); }
  send(text) { if (!dead.has(this)) super.send(text); }
};
window.fallAsleep = () => lines.forEach((line) => dead.add(line));
window.wakeUp = () => { jump += 60000; };
"""


@pytest.fixture
def elsewhere(browser: Browser, app: Flask, site: Site) -> Iterator[Windows]:
    """Windows of the same site under its other name."""
    windows = Windows(browser, app, f"http://localhost:{site.port}")
    try:
        yield windows
    finally:
        windows.close()
    assert windows.watch.complaints() == []


def open_live(page: Page, path: str) -> Page:
    """Opens the page and waits until its line is ready."""
    with page.expect_websocket() as opened:
        page.goto(path)
    opened.value.wait_for_event("framereceived")
    return page


def test_what_one_does_the_other_sees_within_a_second_and_the_other_way_round(
    windows: Windows, elsewhere: Windows, people: People
) -> None:
    customer, performer = people.customer(), people.performer()
    order = people.order(customer)
    here = open_live(windows.open(customer.id), f"/orders/{order.id}")
    there = open_live(elsewhere.open(performer.id), f"/orders/{order.id}")
    there.get_by_role("link", name="Take the order").click()
    button = there.get_by_role("main").get_by_role("button", name="Take the order")
    expect(here.locator("#order-lead .status").first).to_have_text("New")
    button.click()
    there.wait_for_url(f"**/orders/{order.id}")
    done = time.monotonic()
    expect(here.locator("#order-lead .status").first).to_have_text("In progress", timeout=PROMISED_SECONDS * 1000)
    assert time.monotonic() - done < PROMISED_SECONDS
    expect(here.locator("#order-past")).to_contain_text("Taken")
    expect(here.locator("#live")).to_contain_text(f"Order {order.number}: In progress")
    here.get_by_role("link", name="Cancel the order").click()
    here.get_by_label("Reason").fill("Not needed")
    open_again = there.locator("#order-lead .status").first
    expect(open_again).to_have_text("In progress")
    here.get_by_role("main").get_by_role("button", name="Cancel the order").click()
    expect(open_again).to_have_text("Cancelled", timeout=PROMISED_SECONDS * 2000)


def test_a_row_of_the_list_follows_what_somebody_does_in_their_list(
    windows: Windows, elsewhere: Windows, people: People
) -> None:
    customer, performer = people.customer(), people.performer()
    order = people.taken(performer, customer)
    here = open_live(windows.open(customer.id), "/orders")
    there = open_live(elsewhere.open(performer.id), "/orders")
    rows = [page.locator(f'[data-order-id="{order.id}"]') for page in (here, there)]
    for row in rows:
        expect(row.locator(".status").first).to_have_text("In progress")
    there.locator(f'[data-order-id="{order.id}"] [data-island="status"] select').select_option("completed")
    rows[1].get_by_role("button", name="Save").click()
    for row in rows:
        expect(row.locator(".status").first).to_have_text("Completed", timeout=PROMISED_SECONDS * 2000)
    expect(here.locator("#live")).to_contain_text(f"{order.number}: Completed")


def test_a_card_of_the_board_greys_out_and_new_orders_are_counted(windows: Windows, people: People) -> None:
    customer, performer = people.customer(), people.performer()
    taken, kept = people.order(customer, title="Will be taken"), people.order(customer, title="Stays")
    page = open_live(windows.open(performer.id), "/board")
    services.take_order(taken.id, limit=LIMIT, by=people.performer())
    db.session.commit()
    card = page.locator(f'[data-live-card="{taken.id}"]')
    expect(card).to_contain_text("No longer on the board")
    expect(page.locator(f'[data-live-card="{kept.id}"]')).not_to_contain_text("No longer on the board")
    button = page.locator("[data-live-new]")
    expect(button).to_be_hidden()
    # What was there when the page was made is not new, although the line may tell of it.
    page.wait_for_timeout(1200)
    for number in range(2):
        people.order(customer, title=f"Quite new {number}")
    expect(button).to_have_text("New orders: 2")
    button.click()
    expect(page.get_by_role("main")).to_contain_text("Quite new 1")
    expect(page.get_by_role("main")).not_to_contain_text("Will be taken")


def test_what_the_filters_left_out_is_not_counted_as_new(windows: Windows, people: People) -> None:
    people.order(title="Just posted")
    page = open_live(windows.open(people.performer().id), "/board?q=somethingelse")
    page.wait_for_timeout(1500)
    expect(page.locator("[data-live-new]")).to_be_hidden()


def test_what_somebody_types_is_left_alone(windows: Windows, people: People) -> None:
    customer, performer = people.customer(), people.performer()
    order = people.taken(performer, customer)
    page = open_live(windows.open(customer.id), f"/orders/{order.id}")
    comment = page.locator("main form textarea").first
    comment.fill("Half a thought")
    services.complete_order(order.id, by=performer)
    db.session.commit()
    expect(page.locator("#order-lead .status").first).to_have_text("Completed")
    expect(comment).to_have_value("Half a thought")
    expect(comment).to_be_focused()


def test_the_cabinet_counts_along(windows: Windows, people: People) -> None:
    customer = people.customer()
    order = people.order(customer)
    page = open_live(windows.open(customer.id), "/customer")
    services.cancel_order(order.id, reason="", by=customer)
    db.session.commit()
    expect(page.locator("#cabinet .numbers")).to_contain_text(re.compile(r"cancelled\s*1"))


def test_whoever_loses_sight_of_an_order_is_told_so(windows: Windows, people: People) -> None:
    customer, performer = people.customer(), people.performer()
    order = people.quoting(customer)
    page = open_live(windows.open(performer.id), f"/orders/{order.id}")
    winner = people.performer()
    offer = services.send_offer(order.id, OfferInput(price=Decimal(900), days=3), by=winner)
    db.session.commit()
    expect(page.locator("#order-lead .status").first).to_have_text("Quoted")
    windows.expect(404, f"/orders/{order.id}")
    services.accept_offer(offer.id, limit=LIMIT, by=customer)
    db.session.commit()
    expect(page.locator('[data-live-notice="gone"]')).to_be_visible()


def test_without_a_line_the_page_asks(windows: Windows, people: People) -> None:
    customer, performer = people.customer(), people.performer()
    order = people.order(customer)
    page = windows.open(customer.id)
    page.add_init_script(NO_LINE)
    with page.expect_response("**/live/news?*"):
        page.goto(f"/orders/{order.id}")
    services.take_order(order.id, limit=LIMIT, by=performer)
    db.session.commit()
    # It asks at once when it is looked at again, and otherwise every twenty seconds.
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("#order-lead .status").first).to_have_text("In progress")


def test_a_page_that_slept_is_right_again_within_five_seconds(windows: Windows, people: People) -> None:
    customer, performer = people.customer(), people.performer()
    order = people.order(customer)
    page = windows.open(customer.id)
    page.add_init_script(SLEEPER)
    open_live(page, f"/orders/{order.id}")
    page.evaluate("fallAsleep()")
    services.take_order(order.id, limit=LIMIT, by=performer)
    db.session.commit()
    page.wait_for_timeout(1500)
    expect(page.locator("#order-lead .status").first).to_have_text("New")
    page.evaluate("wakeUp()")
    expect(page.locator("#order-lead .status").first).to_have_text("In progress", timeout=5000)


def test_whoever_is_signed_out_elsewhere_is_told_so(windows: Windows, people: People) -> None:
    account = people.customer()
    page = open_live(windows.open(account.id), "/board")
    windows.expect(401, "/live/ticket")
    accounts.end_sessions(account)
    db.session.commit()
    expect(page.locator('[data-live-notice="signed-out"]')).to_be_visible(timeout=10_000)
