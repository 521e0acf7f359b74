"""Language and theme: chosen with two clicks, kept, and the theme of the system where nothing was chosen."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.windows import Windows

DARK, LIGHT = "rgb(18, 22, 21)", "rgb(246, 245, 241)"


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_chosen_language_stays(scripts: bool, windows: Windows) -> None:
    page = windows.open(scripts=scripts)
    page.goto("/board?q=logo")
    choose(page, "Русский")
    expect(page.locator("html")).to_have_attribute("lang", "ru")
    assert page.url.endswith("/board?q=logo")
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Board")
    page.goto("/performers")
    expect(page.locator("html")).to_have_attribute("lang", "ru")
    choose(page, "English")
    expect(page.locator("html")).to_have_attribute("lang", "en")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_chosen_theme_stays_whatever_the_system_says(scripts: bool, windows: Windows) -> None:
    page = windows.open(scripts=scripts, color_scheme="light")
    page.goto("/")
    expect_ground(page, LIGHT)
    choose(page, "Dark")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.goto("/board")
    expect_ground(page, DARK)
    choose(page, "Light")
    page.emulate_media(color_scheme="dark")
    page.goto("/board")
    expect_ground(page, LIGHT)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_where_nothing_was_chosen_the_theme_follows_the_system_at_once(scripts: bool, windows: Windows) -> None:
    page = windows.open(scripts=scripts, color_scheme="dark")
    page.goto("/")
    expect_ground(page, DARK)
    page.emulate_media(color_scheme="light")
    expect_ground(page, LIGHT)
    if scripts:
        expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")


def expect_ground(page: Page, colour: str) -> None:
    """Whether the page is light or dark, which is what people see of a theme."""
    expect(page.locator("body")).to_have_css("background-color", colour)


def choose(page: Page, label: str) -> None:
    """Opens the menu and clicks the choice, which is then marked as chosen."""
    menu(page).locator("summary").click()
    menu(page).get_by_role("button", name=label).click()
    menu(page).locator("summary").click()
    expect(menu(page).get_by_role("button", name=label)).to_have_attribute("aria-pressed", "true")
    menu(page).locator("summary").click()


def menu(page: Page) -> Locator:
    """The menu of language and theme, in whichever language the page is."""
    return page.locator("details.menu").first
