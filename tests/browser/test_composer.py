"""Writing an order in a browser: products, sums, drafts, mistakes beside their fields, and no scripts at all."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import func, select

from marketplace.catalog.models import Product
from marketplace.core import pictures
from marketplace.core.db import db
from marketplace.orders.models import Order
from marketplace.orders.queries import orders as queries
from marketplace.orders.services import LineInput
from tests.browser import axe
from tests.browser.windows import NARROW, Windows
from tests.catalog.shelf import picture, product
from tests.people import People

SHOWN = "image => image.complete && image.naturalWidth > 0"


@pytest.fixture
def shelf(people: People, media: Path) -> list[Product]:
    """Three products, two of them with a photo."""
    for colour in ("red", "blue"):
        pictures.store(pictures.folder(str(media)), picture(colour))
    people.category()
    return [
        product(people, name="Twisted pair cable", price=Decimal("12.50"), unit="m", pictures=[picture("red")]),
        product(people, name="Wireless router", price=Decimal("4499.90"), pictures=[picture("blue")]),
        product(people, name="Patch panel", price=Decimal("100")),
    ]


def pick(page: Page, words: str, name: str) -> None:
    """Finds a product and chooses it with a click."""
    page.get_by_role("combobox", name="Find in the catalogue").fill(words)
    page.get_by_role("option", name=name).first.click()


def describe(page: Page, title: str) -> None:
    page.get_by_label("Title").fill(title)
    page.get_by_label("Description").fill("Two rooms, one evening.")


def rows(page: Page) -> Locator:
    return page.locator(".line-row")


def sum_of_list(page: Page) -> Locator:
    return page.locator(".line-total")


def photos(page: Page) -> list[bool]:
    """Of each photo on the order's page, whether it is really there."""
    images = page.locator("#order-lines img").all()
    for image in images:
        image.scroll_into_view_if_needed()
        expect(image).to_have_js_property("complete", True)
    return [bool(image.evaluate(SHOWN)) for image in images]


def kept(page: Page) -> list[str]:
    """The names of what the browser keeps."""
    names: list[str] = page.evaluate("Object.keys(localStorage)")
    return names


def wait_for_drafts(page: Page, number: int) -> None:
    """Until the browser keeps so many; it does so at a pause in the typing."""
    for _attempt in range(50):
        if len(kept(page)) == number:
            return
        page.wait_for_timeout(100)
    raise AssertionError(kept(page))


def newest(title: str) -> Order:
    db.session.rollback()
    return db.session.scalars(select(Order).where(Order.title == title)).one()


def told(order: Order) -> list[tuple[str, int, Decimal]]:
    return [(line.name, line.quantity, line.unit_price) for line in queries.lines(order)]


def test_an_order_is_composed_survives_a_reload_and_is_shown_with_photos(
    windows: Windows, people: People, shelf: list[Product]
) -> None:
    page = windows.open(people.customer().id)
    page.goto("/orders/new")
    describe(page, "Cable two rooms")
    pick(page, "twist", "Twisted pair cable")
    pick(page, "router", "Wireless router")
    expect(rows(page).first.locator("img")).to_have_js_property("naturalWidth", 40)
    expect(rows(page).nth(1)).to_contain_text("₽4,499.90")
    page.locator("#lines-0-quantity").fill("30")
    expect(sum_of_list(page)).to_contain_text("₽4,874.90")
    page.get_by_role("button", name="Add a line in your own words").click()
    page.locator("#lines-2-name").fill("Laying")
    page.locator("#lines-2-unit_price").fill("1 000,10")
    expect(sum_of_list(page)).to_contain_text("₽5,875")
    page.get_by_role("button", name="Move up: Laying").click()
    page.get_by_role("button", name="Move up: Laying").click()
    expect(page.locator("#lines-0-name")).to_have_value("Laying")

    page.reload()
    expect(rows(page)).to_have_count(0)
    page.get_by_role("button", name="Go on with the draft").click()
    expect(page.get_by_label("Title")).to_have_value("Cable two rooms")
    expect(rows(page)).to_have_count(3)
    expect(sum_of_list(page)).to_contain_text("₽5,875")
    assert "csrf" not in page.evaluate("JSON.stringify(localStorage)")

    page.get_by_role("button", name="Post the order").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cable two rooms")
    assert told(newest("Cable two rooms")) == [
        ("Laying", 1, Decimal("1000.10")),
        ("Twisted pair cable", 30, Decimal("12.50")),
        ("Wireless router", 1, Decimal("4499.90")),
    ]
    expect(page.locator("#order-lines tfoot")).to_contain_text("₽5,875")
    assert photos(page) == [True, True]
    assert kept(page) == []
    page.goto("/orders/new")
    expect(page.locator(".draft-offer")).to_have_count(0)


def test_an_order_is_composed_without_scripts(windows: Windows, people: People, shelf: list[Product]) -> None:
    page = windows.open(people.customer().id, scripts=False)
    page.goto(f"/orders/new?product={shelf[1].id}")
    describe(page, "No scripts at all")
    page.get_by_label("Find in the catalogue").fill("twist")
    page.get_by_role("button", name="Find", exact=True).click()
    page.get_by_role("checkbox", name="Twisted pair cable").first.check()
    page.get_by_role("button", name="Add the chosen").click()
    expect(rows(page).locator("img")).to_have_count(2)
    page.get_by_role("button", name="More rows").click()
    page.locator("#lines-2-quantity").fill("4")
    page.get_by_label("What it is, line 4").fill("Laying")
    windows.expect(422, "/orders/new")
    # What Enter presses is the button that sends, not one of those inside the list.
    page.get_by_label("Title").press("Enter")
    expect(page.locator("#lines-3-unit_price-error")).to_have_text("Say what one costs; 0 when nothing.")
    page.locator("#lines-3-unit_price").fill("500")
    page.get_by_role("button", name="Post the order").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("No scripts at all")
    assert told(newest("No scripts at all")) == [
        ("Wireless router", 1, Decimal("4499.90")),
        ("Twisted pair cable", 4, Decimal("12.50")),
        ("Laying", 1, Decimal("500")),
    ]
    expect(page.locator("#order-lines img")).to_have_count(2)


def test_everything_is_picked_and_ordered_by_keys_alone(windows: Windows, people: People, shelf: list[Product]) -> None:
    page = windows.open(people.customer().id)
    page.goto("/orders/new")
    describe(page, "By keys")
    box = page.get_by_role("combobox", name="Find in the catalogue")
    box.focus()
    page.keyboard.type("twist")
    # Every test brings such a cable of its own.
    cables = page.get_by_role("option", name="Twisted pair cable")
    expect(cables.first).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(cables.first).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", re.compile("found-"))
    page.keyboard.press("Enter")
    expect(rows(page)).to_have_count(1)
    expect(box).to_be_focused()
    expect(page.locator("[data-composer] > [role=status]")).to_have_text("Added: Twisted pair cable")
    page.keyboard.type("rout")
    expect(page.get_by_role("option", name="Wireless router").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option", name="Wireless router").first).to_be_visible()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(rows(page)).to_have_count(2)

    page.get_by_role("button", name="Move down: Twisted pair cable").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Move up: Twisted pair cable")).to_be_focused()
    page.get_by_role("button", name="Remove: Wireless router").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Remove: Twisted pair cable")).to_be_focused()
    expect(rows(page)).to_have_count(1)
    page.get_by_label("Title").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("By keys")


def test_a_mistake_is_said_beside_its_field_and_gone_when_mended(
    windows: Windows, people: People, shelf: list[Product]
) -> None:
    page = windows.open(people.customer().id)
    page.goto("/orders/new")
    before = db.session.scalar(select(func.count()).select_from(Order))
    title = page.get_by_label("Title")
    title.focus()
    page.get_by_label("Description").focus()
    expect(page.locator("#title-error")).to_have_text("Say in a few words what has to be done.")
    expect(title).to_have_attribute("aria-invalid", "true")
    expect(title).to_have_attribute("aria-describedby", "title-help title-error")
    expect(page.locator("form > [role=status]")).to_have_text("Title: Say in a few words what has to be done.")
    # Nobody has been at the others yet.
    expect(page.locator(".invalid-feedback")).to_have_count(1)
    title.fill("Cable one room")
    expect(page.locator("#title-error")).to_have_count(0)
    expect(title).not_to_have_attribute("aria-invalid", "true")

    pick(page, "patch", "Patch panel")
    page.locator("#lines-0-quantity").fill("0")
    page.locator("#lines-0-quantity").blur()
    expect(page.locator("#lines-0-quantity-error")).to_contain_text("The quantity is a whole number")
    page.get_by_role("button", name="One more: Patch panel").click()
    expect(page.locator("#lines-0-quantity-error")).to_have_count(0)
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Order)) == before


def test_what_is_refused_comes_back_with_the_first_mistake_in_focus(
    windows: Windows, people: People, shelf: list[Product]
) -> None:
    page = windows.open(people.customer().id)
    windows.expect(422, "/orders/new")
    page.goto(f"/orders/new?product={shelf[0].id}")
    describe(page, "Refused first")
    page.locator("#lines-0-quantity").fill("²")
    page.get_by_role("button", name="Post the order").click()
    expect(page.locator("#lines-0-quantity-error")).to_have_text("Enter a whole number.")
    expect(page.locator("#lines-0-quantity")).to_be_focused()
    expect(page.locator("#lines-0-quantity")).to_have_value("²")
    # Another tab, a crash, a lost connection: the draft is still there.
    assert len(kept(page)) == 1
    page.goto("/board")
    page.goto("/orders/new")
    page.get_by_role("button", name="Go on with the draft").click()
    expect(page.locator("#lines-0-quantity")).to_have_value("²")
    page.reload()
    page.get_by_role("button", name="Discard it").click()
    assert kept(page) == []


def test_a_draft_is_for_one_account_and_one_order(windows: Windows, people: People, shelf: list[Product]) -> None:
    customer = people.customer()
    order = people.order(customer, lines=[LineInput(1, product_id=shelf[0].id)])
    page = windows.open(customer.id)
    page.goto("/orders/new")
    page.get_by_label("Title").fill("Mine alone")
    wait_for_drafts(page, 1)
    page.goto(f"/orders/{order.id}/edit")
    expect(rows(page)).to_have_count(1)
    expect(page.locator(".draft-offer")).to_have_count(0)
    page.locator("#lines-0-quantity").fill("7")
    wait_for_drafts(page, 2)
    assert sorted(kept(page)) == sorted([f"draft:{customer.id}:new", f"draft:{customer.id}:{order.id}"])


def test_a_check_that_fails_holds_nobody_up(windows: Windows, people: People, shelf: list[Product]) -> None:
    page = windows.open(people.customer().id)
    page.goto("/orders/new")
    failed: list[str] = []

    def refuse(route: object) -> None:
        failed.append("check")
        route.fulfill(status=429, body="")  # type: ignore[attr-defined]  # a route of playwright

    page.route(
        "**/orders/new",
        lambda route: refuse(route) if "x-check-form" in route.request.headers else route.continue_(),
    )
    windows.expect(429, "/orders/new")
    describe(page, "Over the limit")
    page.get_by_label("Price", exact=True).fill("500")
    page.wait_for_timeout(1000)
    assert failed == ["check"], "after a refusal the page asks no more for a while"
    page.get_by_role("button", name="Post the order").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Over the limit")


def test_the_desk_finds_a_customer_by_name(windows: Windows, people: People, shelf: list[Product]) -> None:
    olga = people.customer(name="Olga Composer", email="olga.composer@example.com")
    page = windows.open(people.manager().id)
    page.goto("/orders/new")
    page.get_by_label("Customer").press_sequentially("olga co")
    expect(page.locator("#customers option[value='olga.composer@example.com']")).to_have_count(1)
    page.get_by_label("Customer").fill(olga.email)
    describe(page, "For Olga")
    page.get_by_role("radio", name=re.compile("By quote")).check()
    expect(page.get_by_label("By agreement")).to_be_hidden()
    page.get_by_role("button", name="Post the order").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("For Olga")
    assert newest("For Olga").customer_id == olga.id


@pytest.mark.parametrize(("language", "scheme"), [("en", "dark"), ("ru", "light")])
def test_the_list_keeps_nobody_out_and_fits_a_phone(
    windows: Windows, people: People, shelf: list[Product], language: str, scheme: str
) -> None:
    order = people.order(
        lines=[LineInput(1, product_id=shelf[0].id), LineInput(2, name="W" * 60, unit_price=Decimal(5))]
    )
    page = windows.open(order.customer_id, narrow=True, language=language, color_scheme=scheme)
    axe.bring(page)
    page.goto(f"/orders/{order.id}")
    assert axe.violations(page) == []
    page.goto(f"/orders/{order.id}/edit")
    page.locator("#lines-1-quantity").fill("0")
    page.locator("#lines-0-quantity").fill("0")
    page.locator("#title").focus()
    expect(page.locator("#lines-1-quantity-error")).to_be_visible()
    page.locator("#picker").click()
    expect(page.locator("#found-0")).to_be_visible()
    assert axe.violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
