"""What admins do in the browser: change a group of people at once, and be asked before something is lost."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from marketplace.accounts.models import Account
from marketplace.accounts.states import Role
from marketplace.catalog.models import Category
from marketplace.core.db import db
from tests.browser.windows import Windows
from tests.people import People


def test_an_admin_changes_the_role_of_a_group_at_once(windows: Windows, people: People) -> None:
    group = [people.customer(name=f"Bulk {number}") for number in range(3)]
    chosen, spared = group[:2], group[2]
    signed_in = windows.open(chosen[0].id)
    admin = windows.open(people.admin().id)
    admin.goto("/admin/accounts/?search=Bulk")
    for account in chosen:
        admin.get_by_role("row").filter(has_text=account.email).get_by_role("checkbox").check()
    admin.get_by_role("button", name="Change role…").click()
    expect(admin.get_by_role("heading", level=1)).to_have_text("Change the role of 2 people")
    for account in chosen:
        expect(admin.get_by_role("main")).to_contain_text(account.email)
    admin.get_by_label("Role").select_option(label="Manager")
    admin.get_by_role("button", name="Change the role").click()
    expect(admin.get_by_role("status").first).to_contain_text("The role of 2 people is set.")
    admin.get_by_label("Search").fill("Bulk")
    admin.get_by_role("button", name="Apply").click()
    for account in chosen:
        expect(admin.get_by_role("row").filter(has_text=account.email)).to_contain_text("Manager")
    expect(admin.get_by_role("row").filter(has_text=spared.email)).to_contain_text("Customer")
    db.session.expire_all()
    assert [db.session.get_one(Account, account.id).role for account in group] == [
        Role.MANAGER,
        Role.MANAGER,
        Role.CUSTOMER,
    ]
    signed_in.goto("/profile")
    expect(signed_in).to_have_url(re.compile("/login"))


def test_all_rows_of_a_page_are_chosen_with_one_checkbox(windows: Windows, people: People) -> None:
    for number in range(2):
        people.customer(name=f"Everybody {number}")
    admin = windows.open(people.admin().id)
    admin.goto("/admin/accounts/?search=Everybody")
    admin.get_by_role("checkbox", name="Choose all on this page").check()
    for checkbox in admin.get_by_role("checkbox", name=re.compile("^Choose .*@")).all():
        expect(checkbox).to_be_checked()


def test_deleting_asks_first(windows: Windows, people: People) -> None:
    category = people.category("soon-gone")
    category_id = category.id
    admin = windows.open(people.admin().id)
    admin.goto("/admin/categories/?search=soon-gone")

    admin.get_by_role("link", name="Delete…").click()
    expect(admin.get_by_role("main")).to_contain_text("This cannot be undone.")
    admin.get_by_role("link", name="Go back").click()
    db.session.expire_all()
    assert db.session.get(Category, category_id) is not None

    admin.goto("/admin/categories/?search=soon-gone")
    admin.get_by_role("link", name="Delete…").click()
    admin.get_by_role("button", name="Delete").click()
    expect(admin.get_by_role("status").first).to_contain_text("is deleted")
    db.session.expire_all()
    assert db.session.get(Category, category_id) is None


def test_blocking_asks_for_a_reason_first(windows: Windows, people: People) -> None:
    person = people.customer()
    admin = windows.open(people.admin().id)
    admin.goto(f"/admin/accounts/details/?id={person.id}")
    admin.get_by_role("link", name="Block…").click()
    windows.expect(422, "/admin/accounts/block/")
    admin.get_by_role("button", name="Block").click()
    expect(admin.get_by_role("main").get_by_role("alert")).to_be_visible()
    db.session.expire_all()
    assert db.session.get_one(Account, person.id).active
    admin.get_by_label("Reason").fill("Sends the same text to everybody.")
    admin.get_by_role("button", name="Block").click()
    expect(admin.get_by_role("status").first).to_contain_text("is blocked")
    db.session.expire_all()
    assert not db.session.get_one(Account, person.id).active
