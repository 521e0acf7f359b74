"""The whole deal between two people, each in a browser of their own, with scripts and without."""

from __future__ import annotations

import re
import time

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.browser.windows import Windows
from tests.people import PASSWORD, People

# Both windows hold the same clock, so their forms leave within a millisecond or two of each other.
AT_ONCE = """
(at) => {
  const form = document.querySelector("main form");
  setTimeout(() => form.requestSubmit(), at - Date.now());
}
"""
DELAY_MS = 300


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_two_people_register_and_go_through_a_whole_deal(scripts: bool, windows: Windows, people: People) -> None:
    people.category("design")
    title = f"Draw a logo, scripts {scripts}"
    customer, performer = windows.open(scripts=scripts), windows.open(scripts=scripts)

    register(customer, "customer", f"olga-{scripts}@example.com".lower(), "Olga")
    expect(customer).to_have_url(re.compile("/orders/new$"))
    customer.get_by_label("Title").fill(title)
    customer.get_by_label("Category").select_option(label="Design")
    customer.get_by_label("Description").fill("A small green door.")
    customer.get_by_label("Price", exact=True).fill("1499.90")
    customer.get_by_label("Deadline").fill("2030-06-05")
    customer.get_by_role("button", name="Post the order").click()
    expect(customer.get_by_role("heading", level=1)).to_have_text(title)
    order_url = customer.url

    register(performer, "performer", f"pavel-{scripts}@example.com".lower(), "Pavel")
    expect(performer).to_have_url(re.compile("/profile$"))
    performer.get_by_role("navigation", name="Main").get_by_role("link", name="Board").click()
    performer.get_by_role("main").get_by_role("link", name=title, exact=True).click()
    performer.get_by_role("link", name="Take the order").click()
    facts = performer.get_by_role("main").locator("dl.facts")
    expect(facts).to_contain_text("1,499.90")
    expect(facts).to_contain_text("Jun 5, 2030")
    performer.get_by_role("button", name="Take the order").click()
    expect(performer).to_have_url(order_url)
    expect(performer.get_by_role("main")).to_contain_text(f"olga-{scripts}@example.com".lower())

    performer.get_by_role("link", name="Mark as completed").click()
    performer.get_by_role("button", name="Mark as completed").click()
    expect(performer.get_by_role("main").locator(".status").first).to_have_text("Completed")

    customer.get_by_role("link", name="My orders").click()
    waiting = customer.get_by_role("region", name="Waiting for your rating")
    waiting.get_by_role("listitem").filter(has_text=title).get_by_role("link", name="Rate the work").click()
    customer.get_by_role("radio", name="9", exact=True).check()
    customer.get_by_label("Review").fill("Just what I wanted.")
    customer.get_by_role("button", name="Publish the review").click()
    expect(customer).to_have_url(order_url)

    customer.get_by_role("main").get_by_role("link", name="Pavel").first.click()
    expect(customer.locator(".numbers")).to_contain_text("9.0")
    expect(customer.get_by_role("main")).to_contain_text("Just what I wanted.")
    performer.get_by_role("link", name="My work").click()
    expect(performer.locator(".numbers")).to_contain_text("9.0")


def test_of_two_windows_that_take_at_once_one_wins_and_the_other_reads_why(
    windows: Windows, people: People, app: Flask
) -> None:
    order = people.order()
    path = f"/orders/{order.id}"
    pages = [windows.open(people.performer().id) for _ in range(2)]
    for page in pages:
        page.goto(f"{path}/take")
    windows.expect(409, f"{path}/take")
    at = time.time() * 1000 + DELAY_MS
    for page in pages:
        page.evaluate(AT_ONCE, at)
    for page in pages:
        expect(page.get_by_role("main")).to_contain_text(re.compile("In progress|too late"))
    won = [page for page in pages if page.url.endswith(path)]
    lost = [page for page in pages if page not in won]
    assert (len(won), len(lost)) == (1, 1)
    expect(lost[0].get_by_role("heading", level=1)).to_have_text("Somebody was quicker, or it is too late")
    expect(lost[0].get_by_role("main")).to_contain_text("409")
    expect(won[0].get_by_role("main").locator(".status").first).to_have_text("In progress")


def register(page: Page, role: str, email: str, name: str) -> None:
    """From the home page, as anybody would."""
    page.goto("/")
    page.get_by_role("banner").get_by_role("link", name="Register").click()
    page.get_by_role("radio", name=re.compile(f"I am a {role}")).check()
    page.get_by_label("Name").fill(name)
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Register").click()
    expect(page.get_by_role("main").get_by_role("status").first).to_contain_text(f"Welcome, {name}!")
