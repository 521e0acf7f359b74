"""Every page as every role: nothing complains, nothing scrolls sideways on a phone, nobody is kept out."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import Page

from marketplace.accounts.states import Role
from tests.browser import axe
from tests.browser.cast import Cast
from tests.browser.tour import Stop, Visitors, endpoints, pages, tour
from tests.browser.windows import NARROW, WIDE, Windows

EVERYBODY = [None, *Role]
SIDEWAYS = """
() => {
  const width = document.documentElement.clientWidth;
  const over = document.scrollingElement.scrollWidth - width;
  if (over <= 0) return [];
  const hides = (element) => getComputedStyle(element).overflowX !== "visible";
  const scrolls = (element) => element && (hides(element) || scrolls(element.parentElement));
  const wide = [...document.body.querySelectorAll("*")]
    .filter((element) => element.getBoundingClientRect().right > width + 1 && !scrolls(element.parentElement));
  return [`${over} px too wide: ${wide.slice(0, 5).map((element) => element.outerHTML.slice(0, 100)).join(" ")}`];
}
"""

PLANT = """
() => {
  const main = document.querySelector("main .container");
  main.append(document.createElement("button"));
  const pale = main.appendChild(document.createElement("p"));
  pale.textContent = "wide".repeat(100);
  pale.style.color = "#888";
  pale.style.whiteSpace = "nowrap";
  pale.style.overflowWrap = "normal";
  pale.style.background = "#777";
}
"""


def name_of(role: Visitors) -> str:
    return role.value if role else "guest"


@pytest.mark.parametrize("role", EVERYBODY, ids=name_of)
def test_a_page_serves_everybody_on_a_phone_and_on_a_desk_light_and_dark(
    role: Visitors, cast: Cast, windows: Windows
) -> None:
    """On a phone in English and dark, on a desk in Russian and light; narrow in both languages."""
    account_id = cast.accounts[role] if role else None
    phone = windows.open(account_id, narrow=True, language="en", color_scheme="dark")
    desk = windows.open(account_id, language="ru", color_scheme="light")
    axe.bring(phone)
    axe.bring(desk)
    faults = []
    for stop in tour(role, cast):
        if stop.status != 200:
            windows.expect(stop.status, stop.path.partition("?")[0])
        visit(phone, stop)
        faults += [f"{stop}, 360 px, en: {fault}" for fault in phone.evaluate(SIDEWAYS)]
        axe.start(phone)
        visit(desk, stop)
        axe.start(desk, axe.COLOURS)
        faults += [f"{stop}, dark: {fault}" for fault in axe.collect(phone)]
        faults += [f"{stop}, light: {fault}" for fault in axe.collect(desk)]
        desk.set_viewport_size(NARROW)  # type: ignore[arg-type]  # a dict is a ViewportSize
        faults += [f"{stop}, 360 px, ru: {fault}" for fault in desk.evaluate(SIDEWAYS)]
        desk.set_viewport_size(WIDE)  # type: ignore[arg-type]
    assert not faults, "\n".join(faults)
    assert windows.watch.requests > len(tour(role, cast))


def test_the_tours_leave_no_page_out(app: Flask, cast: Cast) -> None:
    assert pages(app) - endpoints(app, cast) == set()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_checker_finds_what_is_planted(theme: str, windows: Windows) -> None:
    """The control: a page with a pale text and a button without a name."""
    page = windows.open(color_scheme=theme)
    axe.bring(page)
    page.goto("/board")
    assert axe.violations(page) == []
    page.evaluate(PLANT)
    assert {fault.partition(":")[0] for fault in axe.violations(page)} == {"button-name", "color-contrast"}
    assert {fault.partition(":")[0] for fault in axe.violations(page, axe.COLOURS)} == {"color-contrast"}
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]  # a dict is a ViewportSize
    assert page.evaluate(SIDEWAYS) != []


def visit(page: Page, stop: Stop) -> None:
    """Goes there, sends the main form when the stop says so, and waits until all is there."""
    answer = page.goto(stop.path)
    if stop.send:
        with page.expect_navigation() as sent:
            page.evaluate("form => { form.noValidate = true; form.requestSubmit(); }", page.query_selector("main form"))
        answer = sent.value
    assert answer is not None
    assert answer.status == stop.status, stop
