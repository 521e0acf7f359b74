"""The catalogue in a browser: a manager writes a product down, a customer looks through its pictures and orders it."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import FilePayload, Page, expect
from sqlalchemy import select

from marketplace.catalog.models import Product
from marketplace.core.db import db
from tests.browser.windows import Windows
from tests.catalog.shelf import drawing
from tests.people import People


def file(name: str, colour: str) -> FilePayload:
    return {"name": name, "mimeType": "image/png", "buffer": drawing(colour, "PNG", (900, 600))}


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_product_is_written_down_pictured_and_looked_through(scripts: bool, app: Flask, windows: Windows) -> None:
    people = People(app)
    manager, customer = people.manager().id, people.customer().id
    desk = windows.open(manager, scripts=scripts)
    desk.goto("/products/new")
    name = f"Soldering iron {'with' if scripts else 'without'} scripts"
    desk.get_by_label("Product name").fill(name)
    desk.get_by_label("Price").fill("1,499.90")
    desk.locator("#pictures").set_input_files([file("a.png", "red"), file("b.png", "blue")])
    desk.get_by_role("button", name="Add the product").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text(name)
    address = desk.url
    desk.get_by_role("link", name="Edit").click()
    desk.get_by_label("Add pictures").set_input_files([file("c.png", "green")])
    desk.get_by_role("button", name="Upload").click()
    expect(desk.locator(".picture-rows li")).to_have_count(3)
    last = desk.locator(".picture-rows img").nth(2).get_attribute("src")
    desk.get_by_role("button", name="Move picture 3 up").click()
    expect(desk.locator(".picture-rows img").nth(1)).to_have_attribute("src", last or "")

    page = windows.open(customer, scripts=scripts, narrow=True)
    page.goto("/products?q=soldering&with_pictures=y")
    with page.expect_navigation():
        page.get_by_role("link", name=name).click()
    assert page.url == address and fits(page)
    shown = page.locator(".gallery-full img")
    expect(shown.nth(0)).to_be_visible()
    expect(shown.nth(1)).to_be_hidden()
    page.get_by_role("radio", name="Picture 1").focus()
    page.keyboard.press("ArrowRight")
    expect(shown.nth(1)).to_be_visible()
    expect(shown.nth(0)).to_be_hidden()
    product = db.session.scalars(select(Product).where(Product.name == name)).one()
    expect(page.get_by_role("link", name="Order this")).to_have_attribute("href", f"/orders/new?product={product.id}")
