"""What admins do with people."""

from __future__ import annotations

from sqlalchemy import select

from marketplace.accounts.models import Account
from marketplace.accounts.queries import find_account_by_email
from marketplace.accounts.states import Role
from marketplace.core.db import db
from tests.admin.conftest import House, last_line, trail
from tests.client import Browser
from tests.people import People

NEW = {"email": "New@Example.com", "name": "New Person", "role": "observer", "password": "йод-и-соль-на-всю-зиму"}


def test_an_admin_creates_a_person_of_any_role_who_can_sign_in(house: House, desk: Browser) -> None:
    assert desk.send("/admin/accounts/new/", **NEW).status_code == 302
    made = find_account_by_email("new@example.com")
    assert made is not None and made.role is Role.OBSERVER and made.name == "New Person"
    # The letter й has two spellings in Unicode; signing in compares one of them.
    visitor = Browser.of(desk.application)
    visitor.send("/login", email=NEW["email"], password=NEW["password"])
    assert visitor.get("/sessions").status_code == 200
    assert last_line() == (
        house.admin.id,
        "create",
        "Account",
        str(made.id),
        {},
        {"email": "new@example.com", "role": "observer", "name": "New Person"},
    )


def test_a_wrong_form_says_so_and_creates_nobody(house: House, desk: Browser) -> None:
    for wrong in (
        {"email": "no address"},
        {"email": house.customer.email.upper()},
        {"password": "short"},
        {"name": " "},
        {"name": "x" * 101},
        {"role": "emperor"},
        {"password": "x" * 5000},
    ):
        answer = desk.send("/admin/accounts/new/", **{**NEW, **wrong})
        assert answer.status_code == 422, wrong
        assert "invalid-feedback" in answer.text, wrong
    assert find_account_by_email("new@example.com") is None
    assert trail() == []


def is_blocked(account: Account) -> bool:
    return account.blocked_at is not None


def test_blocking_takes_a_reason_and_signs_the_person_out(house: House, desk: Browser) -> None:
    address = f"/admin/accounts/block/?id={house.customer.id}"
    visitor = Browser.of(desk.application).sign_in(house.customer)
    assert visitor.get("/customer").status_code != 302
    assert desk.send(address, reason="  ").status_code == 422
    assert not is_blocked(house.customer)
    assert desk.send(address, reason="Spam").status_code == 302
    assert is_blocked(house.customer)
    assert last_line()[1:] == (
        "block",
        "Account",
        str(house.customer.id),
        {"active": True},
        {"active": False, "reason": "Spam"},
    )
    assert visitor.get("/customer").status_code == 302
    assert desk.send(f"/admin/accounts/unblock/?id={house.customer.id}").status_code == 302
    assert not is_blocked(house.customer)
    assert last_line()[1] == "unblock"


def test_the_role_of_a_group_changes_at_once(house: House, desk: Browser) -> None:
    group = [house.customer.id, house.performer.id, house.other.id]
    answer = desk.post(
        "/admin/accounts/action/", data={"action": "change_role", "rowid": group, "csrf_token": desk.csrf_token()}
    )
    assert answer.status_code == 302
    page = desk.page(answer.location)
    assert all(email in page.text for email in (house.customer.email, house.performer.email, house.other.email))
    assert [option["value"] for option in page.select("select[name=role] option")] == [role.value for role in Role]
    assert desk.send(answer.location, role="manager").status_code == 302
    assert {row.role for row in (house.customer, house.performer, house.other)} == {Role.MANAGER}
    lines = trail()
    assert [line.action for line in lines] == ["change_role"] * 3
    assert {line.subject_id: (line.before, line.after) for line in lines}[str(house.customer.id)] == (
        {"role": "customer"},
        {"role": "manager"},
    )


def test_choosing_nobody_asks_to_choose(house: House, desk: Browser) -> None:
    answer = desk.send("/admin/accounts/action/", action="change_role", url="/admin/accounts/?role=admin")
    assert (answer.status_code, answer.location) == (302, "/admin/accounts/?role=admin")
    assert "Choose at least one person first." in desk.get(answer.location).text


def test_admins_neither_block_nor_demote_themselves(house: House, desk: Browser) -> None:
    for address, fields in (
        (f"/admin/accounts/block/?id={house.admin.id}", {"reason": "Tired"}),
        (f"/admin/accounts/roles/?id={house.admin.id}&id={house.customer.id}", {"role": "customer"}),
    ):
        answer = desk.send(address, **fields)
        assert answer.status_code == 409
        assert "You cannot do this to your own account." in answer.text
    assert house.admin.active and house.admin.role is Role.ADMIN
    assert house.customer.role is Role.CUSTOMER
    assert trail() == []


def test_nobody_can_be_deleted(house: House, desk: Browser) -> None:
    assert desk.send("/admin/accounts/delete/", id=house.customer.id).status_code == 404
    desk.send("/admin/accounts/action/", action="delete", rowid=house.customer.id)
    assert db.session.scalar(select(Account.id).where(Account.id == house.customer.id)) is not None


def test_a_profile_is_mended_with_what_changed_on_record(house: House, desk: Browser) -> None:
    address = f"/admin/profiles/edit/?id={house.performer.id}"
    form = desk.page(address).select_one("main form")
    assert form is not None
    fields = {
        "name": "Ирина",
        "usual_price": "1 499,90",
        "price_unit": "order",
        "links": "https://example.com/a\nexample.com/b",
    }
    assert desk.send(address, **fields).status_code == 302
    profile = house.performer.profile
    assert (profile.name, str(profile.usual_price)) == ("Ирина", "1499.90")
    actor, action, kind, subject, before, after = last_line()
    assert (actor, action, kind, subject) == (house.admin.id, "update", "Profile", str(house.performer.id))
    assert after == {
        "name": "Ирина",
        "usual_price": "1499.90",
        "price_unit": "order",
        "links": ["https://example.com/a", "https://example.com/b"],
    }
    assert before["price_unit"] == "hour" and before["links"] == []


def test_saving_an_unchanged_profile_leaves_no_line(house: House, desk: Browser) -> None:
    assert (
        desk.send(
            f"/admin/profiles/edit/?id={house.performer.id}", name=house.performer.name, price_unit="hour"
        ).status_code
        == 302
    )
    assert trail() == []


def test_a_profile_takes_no_nonsense(house: House, desk: Browser) -> None:
    name = house.performer.name
    for wrong in (
        {"name": ""},
        {"usual_price": "NaN"},
        {"usual_price": "sNaN"},
        {"usual_price": "1e400"},
        {"site": "javascript:alert(1)"},
        {"links": "javascript:alert(1)"},
        {"price_unit": "century"},
        {"about": "x" * 5001},
    ):
        answer = desk.send(
            f"/admin/profiles/edit/?id={house.performer.id}", **{"name": "Other", "price_unit": "hour", **wrong}
        )
        assert answer.status_code == 422, wrong
    assert house.performer.name == name


def test_signing_somebody_out_ends_their_sessions(house: House, desk: Browser) -> None:
    visitor = Browser.of(desk.application).sign_in(house.performer)
    assert desk.send(f"/admin/accounts/sign-out/?id={house.performer.id}").status_code == 302
    assert visitor.get("/sessions").status_code == 302
    assert last_line()[1:] == ("sign_out", "Account", str(house.performer.id), {"sessions": 1}, {"sessions": 0})


def test_the_list_searches_and_filters(house: House, people: People, desk: Browser) -> None:
    people.customer(name="Ёлкина Мария")

    def emails(query: str) -> list[str]:
        return [cell.get_text(strip=True) for cell in desk.page(f"/admin/accounts/?{query}").select("td.col-email")]

    assert len(emails("search=ёлкина")) == 1
    assert emails("role=admin") == [house.admin.email]
    assert emails("state=blocked") == []
    assert emails("since=2099-01-01") == []
    assert len(emails("until=2099-01-01")) == 5
    assert emails("search=100%25") == []
