"""`flask admins add`: the first admin, and what it refuses."""

from __future__ import annotations

import pytest
from flask import Flask

from marketplace.accounts.queries import find_account_by_email
from marketplace.accounts.states import Role
from tests.client import Browser
from tests.people import People


def add(app: Flask, email: str, password: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["admins", "add", email, "--password", password])
    return result.exit_code, result.output


def test_the_first_admin_can_sign_in_and_administer(app: Flask, client: Browser) -> None:
    code, words = add(app, "Root@Example.com", "a-long-enough-word")
    assert code == 0, words
    made = find_account_by_email("root@example.com")
    assert made is not None
    assert made.role is Role.ADMIN
    client.get("/login")
    assert client.send("/login", email="root@example.com", password="a-long-enough-word").status_code == 302
    assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize(("email", "password"), [("nonsense", "a-long-enough-word"), ("root@example.com", "short")])
def test_what_cannot_be_is_refused_in_one_line(app: Flask, email: str, password: str) -> None:
    code, words = add(app, email, password)
    assert code == 1
    assert words.startswith("Error: ")
    assert "Traceback" not in words
    assert find_account_by_email(email) is None


def test_a_taken_address_is_refused(app: Flask, people: People) -> None:
    taken = people.customer()
    code, words = add(app, taken.email, "a-long-enough-word")
    assert (code, taken.role) == (1, Role.CUSTOMER)
    assert "already exists" in words
