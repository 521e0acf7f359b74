"""Registration: two roles to choose from, and the first step that fits."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import func, select

from marketplace.accounts import queries, services
from marketplace.accounts.errors import EmailTaken
from marketplace.accounts.models import Account
from marketplace.accounts.states import REGISTRABLE, Role
from marketplace.core.db import db
from marketplace.core.errors import NotAllowed
from tests.client import Browser
from tests.people import People

FIELDS = {"role": "customer", "name": "Anna", "email": "anna@example.com", "password": "a-long-enough-word"}


def number_of_accounts() -> int:
    return db.session.scalar(select(func.count()).select_from(Account)) or 0


@pytest.mark.parametrize(("role", "first_step"), [("customer", "/orders/new"), ("performer", "/profile")])
def test_registering_signs_in_welcomes_and_leads_to_the_first_step(client: Browser, role: str, first_step: str) -> None:
    response = client.send("/register", **{**FIELDS, "role": role})
    assert (response.status_code, response.location) == (302, "/welcome")
    response = client.get("/welcome", follow_redirects=True)
    assert (response.status_code, response.request.path) == (200, first_step)
    assert "Welcome, Anna!" in response.text
    assert "Welcome" not in client.get(first_step).text, "once is enough"
    account = queries.find_account_by_email("anna@example.com")
    assert account is not None
    assert (account.role, account.name, account.active) == (Role(role), "Anna", True)
    assert account.password.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_registering_on_the_way_to_an_order_leads_back_to_it(client: Browser) -> None:
    assert client.send("/register", **FIELDS, next="/orders/5").location == "/orders/5"
    assert client.get("/profile").status_code == 200


def test_next_never_leads_to_another_site(app: Flask) -> None:
    for number, target in enumerate(
        ("//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)")
    ):
        browser = Browser.of(app)
        response = browser.send("/register", **{**FIELDS, "email": f"a{number}@example.com"}, next=target)
        assert (response.status_code, response.location) == (302, "/welcome")


@pytest.mark.parametrize(
    "role", [*(role.value for role in Role if role not in REGISTRABLE), "root", "", "Customer", "0"]
)
def test_no_other_role_can_be_had(client: Browser, role: str) -> None:
    before = number_of_accounts()
    page = client.send("/register", **{**FIELDS, "role": role})
    assert page.status_code == 422
    assert number_of_accounts() == before
    assert client.get("/profile").status_code == 302


def test_the_service_refuses_other_roles_too(people: People) -> None:
    for role in set(Role) - set(REGISTRABLE):
        with pytest.raises(NotAllowed):
            services.register_account(email="x@example.com", password_hash="x", role=role, name="X")


def test_fields_that_the_form_does_not_have_change_nothing(client: Browser) -> None:
    more = {"active": "0", "id": "1", "fs_uniquifier": "x", "is_staff": "1", "roles": "admin", "blocked_at": "now"}
    client.send("/register", **FIELDS, **more)
    account = queries.find_account_by_email(FIELDS["email"])
    assert account is not None
    assert (account.role, account.active, account.blocked_at) == (Role.CUSTOMER, True, None)
    assert account.fs_uniquifier != "x"


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"name": ""}, "name"),
    ({"name": " \t\r\n "}, "name"),
    ({"name": "\x01\x02"}, "name"),
    ({"name": "\u200b\u2060"}, "name"),
    ({"name": "!!!"}, "name"),
    ({"name": "x" * 101}, "name"),
    ({"name": "x" * 400_000}, "name"),
    ({"email": ""}, "email"),
    ({"email": "anna"}, "email"),
    ({"email": "anna@"}, "email"),
    ({"email": "a@b@example.com"}, "email"),
    ({"email": "x" * 300 + "@example.com"}, "email"),
    ({"email": "Anna <anna@example.com>"}, "email"),
    ({"password": ""}, "password"),
    ({"password": "1234567"}, "password"),
    ({"password": "12345678"}, "password"),
    ({"password": "PassWord"}, "password"),
    ({"password": "anna@example.com"}, "password"),
    ({"password": "x" * 257}, "password"),
    ({"password": "x" * 100_000}, "password"),
]


@pytest.mark.parametrize("locale", ["ru", "en"])
@pytest.mark.parametrize(("change", "culprit"), REFUSED)
def test_a_refusal_names_the_field_keeps_the_rest_and_creates_nothing(
    client: Browser, change: dict[str, str], culprit: str, locale: str
) -> None:
    before = number_of_accounts()
    client.set_cookie("locale", locale)
    response = client.send("/register", **{**FIELDS, **change})
    assert response.status_code == 422
    assert number_of_accounts() == before
    page = BeautifulSoup(response.text, "html.parser")
    assert [error["id"] for error in page.select(".invalid-feedback")] == [f"{culprit}-error"]
    control = page.select_one(f"#{culprit}")
    assert control is not None and control["aria-invalid"] == "true"
    assert f"{culprit}-error" in control["aria-describedby"]
    for name in {"name", "email"} - {culprit}:
        kept = page.select_one(f"#{name}")
        assert kept is not None and kept["value"] == FIELDS[name]
    assert FIELDS["password"] not in response.text, "a password is never sent back"


def test_an_address_is_taken_whatever_its_case(client: Browser, people: People) -> None:
    people.customer(email="anna@example.com")
    before = number_of_accounts()
    page = client.send("/register", **{**FIELDS, "email": "ANNA@example.com"})
    assert page.status_code == 422
    assert "already exists" in page.text
    assert number_of_accounts() == before


def test_of_two_that_register_at_once_the_second_is_refused(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    first = people.customer(email="anna@example.com")
    # What the second one saw before the first one was there.
    monkeypatch.setattr(queries, "find_account_by_email", lambda email: None)
    with pytest.raises(EmailTaken):
        services.register_account(email="anna@example.com", password_hash="x", role=Role.CUSTOMER, name="Anna")
    assert db.session.get(Account, first.id) is not None, "the transaction goes on"


def test_the_language_of_the_registration_is_kept(client: Browser) -> None:
    client.set_cookie("locale", "ru")
    client.send("/register", **FIELDS)
    account = queries.find_account_by_email(FIELDS["email"])
    assert account is not None and account.locale == "ru"


def test_names_in_every_script_are_welcome(app: Flask) -> None:
    for number, name in enumerate(("Анна-Мария О’Нил", "李小龙", "<b>Bobby</b> Tables", "ООО «Ромашка» № 1", "😀 Ann")):
        browser = Browser.of(app)
        response = browser.send("/register", **{**FIELDS, "name": name, "email": f"n{number}@example.com"})
        assert response.status_code == 302
        account = queries.find_account_by_email(f"n{number}@example.com")
        assert account is not None and account.name == name
        assert "<b>Bobby" not in browser.get("/profile").text
