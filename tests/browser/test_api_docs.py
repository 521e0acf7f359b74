"""Trying and reading the API in a browser: a token really travels and is not kept, and both pages fit the site."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, Request, expect

from marketplace.accounts.models import Account
from marketplace.accounts.services.tokens import sign_in_program
from marketplace.core.db import db
from tests.browser import axe
from tests.browser.test_keyboard import tab_to
from tests.browser.test_pages import SIDEWAYS
from tests.browser.windows import NARROW, Windows
from tests.people import PASSWORD, People

THEIRS = {
    "label-content-name-mismatch": "Swagger UI calls a button that reads Authorize “Apply credentials”",
    "nested-interactive": "Swagger UI puts a link into the button that unfolds an operation; both are reached by keys",
    "scrollable-region-focusable": "long answers scroll in a box of Swagger UI's; browsers let keys into such a box",
    "select-name": "Swagger UI labels its choices of examples, servers and values with text beside them",
}
"""What axe finds in the vendored parts that no style sheet mends."""

LOOKS = [("light", False), ("dark", True)]


def name_of(look: str | bool) -> str:
    return look if isinstance(look, str) else ("phone" if look else "desk")


def faults(page: Page) -> list[str]:
    """What hinders people on this page, without THEIRS, and what sticks out of it."""
    found = [fault for fault in axe.violations(page) if fault.partition(":")[0] not in THEIRS]
    return found + list(page.evaluate(SIDEWAYS))


def token_of(app: Flask, account: Account) -> str:
    tokens = sign_in_program(account, user_agent="test", address="127.0.0.1", secret=app.config["SECRET_KEY"])
    db.session.commit()
    return tokens.access_token


def operation(page: Page, method: str, path: str) -> Locator:
    """One operation of Swagger UI, unfolded and ready to be sent."""
    block = page.locator(f".opblock-{method}").filter(has=page.locator(f"[data-path='{path}']"))
    if not block.get_by_role("button", name="Execute").is_visible():
        block.locator(".opblock-summary-control").click()
        block.get_by_role("button", name="Try it out").click()
    return block


def send(block: Locator) -> tuple[int, Any]:
    """Executes an operation; the status and the body, as the page shows them."""
    block.get_by_role("button", name="Execute").click()
    shown = block.locator(".live-responses-table tbody .response")
    expect(shown).to_be_visible()
    expect(block.locator(".loading-container")).to_have_count(0)
    status = shown.locator(".response-col_status").first.inner_text()
    return int(status.split()[0]), json.loads(shown.locator(".highlight-code code").first.inner_text())


def authorize(page: Page, token: str) -> None:
    page.get_by_role("button", name="Authorize").first.click()
    dialog = page.locator(".dialog-ux")
    dialog.get_by_role("textbox").fill(token)
    dialog.get_by_role("button", name="Apply credentials").click()
    expect(dialog.get_by_role("button", name="Remove authorization")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_what_is_tried_carries_the_token_and_never_a_cookie(windows: Windows, app: Flask, people: People) -> None:
    owner = people.customer()
    order = people.completed(customer=owner, title="Only for those who take part")
    path = f"/api/v1/orders/{order.id}"
    # Signed in as the customer in the pages: the API does not know it.
    page = windows.open(owner.id)
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request))
    windows.expect(404, path)
    page.goto("/swagger")
    block = operation(page, "get", "/api/v1/orders/{order_id}")
    block.get_by_placeholder("order_id").fill(str(order.id))
    assert send(block)[0] == 404

    token = token_of(app, owner)
    authorize(page, token)
    status, shown = send(block)
    assert (status, shown["title"]) == (200, "Only for those who take part")
    tried = [request.all_headers() for request in sent if request.url.endswith(path)]
    assert [headers.get("authorization") for headers in tried] == [None, f"Bearer {token}"]
    assert [headers.get("cookie") for headers in tried] == [None, None]

    kept = page.evaluate("JSON.stringify([localStorage, sessionStorage, document.cookie])")
    assert token not in kept
    # The address has led to the operation since it was unfolded.
    page.goto("/swagger")
    block = operation(page, "get", "/api/v1/orders/{order_id}")
    block.get_by_placeholder("order_id").fill(str(order.id))
    assert send(block)[0] == 404


def test_somebody_signs_in_by_trying_and_goes_on_with_the_token(windows: Windows, people: People) -> None:
    account = people.customer(name="Vera Kind")
    page = windows.open()
    page.goto("/swagger")
    login = operation(page, "post", "/api/v1/auth/login")
    login.locator("textarea.body-param__text").fill(json.dumps({"email": account.email, "password": PASSWORD}))
    status, tokens = send(login)
    assert status == 200
    authorize(page, tokens["access_token"])
    status, shown = send(operation(page, "get", "/api/v1/me"))
    assert (status, shown["name"]) == (200, "Vera Kind")


@pytest.mark.parametrize(("scheme", "narrow"), LOOKS, ids=name_of)
def test_the_page_to_try_serves_everybody(scheme: str, narrow: bool, windows: Windows, people: People) -> None:
    order = people.order()
    language = "ru" if narrow else "en"
    page = windows.open(narrow=narrow, language=language, color_scheme=scheme)
    axe.bring(page)
    page.goto("/swagger")
    expect(page.locator(".opblock").first).to_be_visible()
    assert faults(page) == []
    block = operation(page, "get", "/api/v1/orders/{order_id}")
    block.get_by_placeholder("order_id").fill(str(order.id))
    assert send(block)[0] == 200
    assert faults(page) == []
    page.get_by_role("button", name="Authorize").first.click()
    assert faults(page) == []


@pytest.mark.parametrize(("scheme", "narrow"), LOOKS, ids=name_of)
def test_the_page_to_read_serves_everybody(scheme: str, narrow: bool, windows: Windows) -> None:
    language = "ru" if narrow else "en"
    page = windows.open(narrow=narrow, language=language, color_scheme=scheme)
    axe.bring(page)
    page.goto("/redoc")
    reader = page.locator("#reader")
    expect(reader.get_by_role("heading", level=1)).to_contain_text("Podryad")
    assert faults(page) == []
    if narrow:
        reader.locator("button:has([data-component-name='icons/MenuIcon/MenuIcon'])").click()
    reader.locator("li").filter(has_text="orders").first.click()
    reader.locator("a[href*='get_order']").first.click()
    expect(reader.get_by_text("/api/v1/orders/{order_id}").first).to_be_visible()
    assert faults(page) == []
    # It would remember things in a cookie, which then would travel with every request.
    assert [one["name"] for one in page.context.cookies() if one["name"].startswith("redoc")] == []


def test_the_page_to_read_finds_an_operation_by_a_word(windows: Windows) -> None:
    page = windows.open()
    page.goto("/redoc")
    page.get_by_test_id("search-trigger").click()
    page.keyboard.type("withdraw")
    expect(page.get_by_text("Withdraw").first).to_be_visible()


@pytest.mark.parametrize("path", ["/swagger", "/redoc"])
def test_it_follows_the_theme_that_somebody_chooses(path: str, windows: Windows) -> None:
    page = windows.open(color_scheme="light")
    heading = page.locator("#reader :is(h1, h2)").first
    page.goto(path)
    expect(heading).to_have_css("color", "rgb(26, 32, 29)")
    page.emulate_media(color_scheme="dark")
    expect(heading).to_have_css("color", "rgb(231, 235, 232)")
    page.emulate_media(color_scheme="light")
    expect(heading).to_have_css("color", "rgb(26, 32, 29)")
    page.locator("summary[aria-label='Language and theme']").click()
    page.get_by_role("button", name="Dark", exact=True).click()
    expect(heading).to_have_css("color", "rgb(231, 235, 232)")


def test_everything_is_reached_and_tried_by_keys(windows: Windows, people: People) -> None:
    order = people.order(title="By keys alone")
    page = windows.open()
    for path in ("/swagger", "/redoc"):
        page.goto(path)
        expect(page.locator("#reader :is(h1, h2)").first).to_be_visible()
        page.evaluate("document.activeElement.blur()")
        tab_to(page, text="Skip to the content")
        page.keyboard.press("Enter")
        expect(page.locator("#content")).to_be_focused()
        tab_to(page, text="Swagger UI")
    page.keyboard.press("Enter")
    expect(page.locator(".opblock").first).to_be_visible()
    control = page.locator("[data-path='/api/v1/orders/{order_id}']").first.locator("xpath=ancestor::button")
    control.focus()
    page.keyboard.press("Enter")
    tab_to(page, text="Try it out")
    page.keyboard.press("Enter")
    page.get_by_placeholder("order_id").focus()
    page.keyboard.type(str(order.id))
    tab_to(page, text="Execute")
    page.keyboard.press("Enter")
    expect(page.locator(".live-responses-table")).to_contain_text("By keys alone")


def test_without_scripts_the_pages_lead_to_the_file(windows: Windows) -> None:
    page = windows.open(scripts=False)
    for path in ("/swagger", "/redoc"):
        page.goto(path)
        expect(page.locator("noscript, .notice").get_by_role("link", name="openapi.json")).to_be_visible()
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]  # a dict is a ViewportSize
    expect(page.get_by_role("link", name="Download openapi.json")).to_be_visible()
