"""Signing out, here and on other devices, leaves nothing to read."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.windows import Windows
from tests.people import PASSWORD, People

PHONE = "+7 912 000-11-22"


def test_after_signing_out_the_back_button_shows_nothing_private(windows: Windows, people: People) -> None:
    account = people.customer(name="Zoya", phone=PHONE)
    page = windows.open()
    page.goto("/login")
    page.get_by_label("Email").fill(account.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("banner")).to_contain_text("Zoya")
    page.goto("/profile")
    expect(page.get_by_label("Phone")).to_have_value(PHONE)
    page.locator("summary").filter(has_text="Zoya").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("status").first).to_contain_text("You are signed out.")
    expect(page.get_by_role("banner")).not_to_contain_text("Zoya")
    for _ in range(2):
        page.go_back()
        assert is_guest(page)
    page.goto("/profile")
    expect(page).to_have_url(re.compile("/login"))


def test_a_list_of_devices_ends_the_session_of_another(windows: Windows, people: People) -> None:
    account_id = people.customer().id
    here, there = windows.open(account_id), windows.open(account_id)
    there.goto("/customer")
    here.goto("/sessions")
    here.get_by_role("main").get_by_role("button", name=re.compile("^Sign out: ")).click()
    expect(here.get_by_role("status").first).to_contain_text("That device is signed out.")
    there.reload()
    assert is_guest(there)
    here.goto("/customer")
    assert not is_guest(here)


def test_all_other_devices_are_signed_out_after_a_question(windows: Windows, people: People) -> None:
    account_id = people.customer().id
    here, *others = (windows.open(account_id) for _ in range(3))
    here.goto("/sessions")
    here.get_by_role("button", name="Sign out all other devices").click()
    question = here.get_by_role("dialog")
    expect(question).to_contain_text("Sign out all other devices?")
    question.get_by_role("button", name="Go back").click()
    others[0].goto("/customer")
    assert not is_guest(others[0])
    here.get_by_role("button", name="Sign out all other devices").click()
    here.get_by_role("dialog").get_by_role("button", name="Sign out all other devices").click()
    expect(here.get_by_role("status").first).to_contain_text("All other devices are signed out.")
    for page in others:
        page.goto("/customer")
        assert is_guest(page)


def is_guest(page: Page) -> bool:
    """Whether the page is one for people who have not signed in."""
    page.wait_for_load_state()
    return page.get_by_role("banner").get_by_role("link", name="Sign in").is_visible()
