"""Signing in: who gets in, who learns what, and where it leads."""

from __future__ import annotations

import pytest
from flask import Flask

from marketplace.accounts import services
from marketplace.web import passwords
from marketplace.web.auth import forms
from marketplace.web.limits import submitted_account
from tests.client import Browser
from tests.people import PASSWORD, People

GENERIC = "The email or the password is not right."


def sign_in(browser: Browser, email: str, password: str = PASSWORD, **more: str) -> tuple[int, str | None]:
    response = browser.send("/login", email=email, password=password, **more)
    return response.status_code, response.location


def is_signed_in(browser: Browser) -> bool:
    return browser.get("/profile").status_code == 200


def test_the_right_password_signs_in_whatever_the_case_of_the_address(client: Browser, people: People) -> None:
    account = people.customer(email="anna@example.com")
    assert sign_in(client, "  ANNA@Example.COM ") == (302, "/")
    assert is_signed_in(client)
    assert account.email in client.get("/profile").text


def test_the_unknown_the_blocked_and_the_mistaken_get_one_and_the_same_answer(app: Flask, people: People) -> None:
    known, blocked = people.customer(), people.customer()
    services.block_account(blocked.id, reason="spam", by=people.admin())
    tries = [
        (known.email, "not-the-password"),
        (blocked.email, PASSWORD),
        (blocked.email, "not-the-password"),
        ("nobody@example.com", PASSWORD),
    ]
    for email, password in tries:
        browser = Browser.of(app)
        page = browser.post("/login", data={"email": email, "password": password, "csrf_token": browser.csrf_token()})
        assert page.status_code == 422
        assert page.text.count(GENERIC) == 1
        assert email in page.text and password not in page.text
        assert not is_signed_in(browser)


def test_what_was_left_out_is_named(client: Browser) -> None:
    page = client.send("/login", email="", password="")
    assert page.status_code == 422
    assert "Enter your email." in page.text and "Enter the password." in page.text and GENERIC not in page.text


@pytest.mark.parametrize("locale", ["ru", "en"])
def test_an_endless_password_is_refused_before_it_is_hashed(
    client: Browser, people: People, monkeypatch: pytest.MonkeyPatch, locale: str
) -> None:
    account = people.customer()
    monkeypatch.setattr(type(account), "verify_and_update_password", lambda *_: pytest.fail("it was hashed"))
    client.set_cookie("locale", locale)
    page = client.send("/login", email=account.email, password="x" * 100_000)
    assert page.status_code == 422
    assert str(passwords.MAX_PASSWORD) in page.text


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"email": "a\x00@example.com", "password": "x"}, 400),
        ({"email": "a@example.com", "password": "a\x00b"}, 400),
        ({"email": "x" * 10_000 + "@example.com", "password": "x"}, 422),
        ({"email": "no address", "password": "x"}, 422),
        ({"email": "a@example.com", "password": "x" * 1_200_000}, 413),
        ({}, 422),
    ],
)
def test_hostile_input_is_refused_politely(client: Browser, fields: dict[str, str], status: int) -> None:
    assert client.send("/login", **fields).status_code == status


def test_a_form_without_its_token_signs_nobody_in(client: Browser, people: People) -> None:
    account = people.customer()
    assert client.post("/login", data={"email": account.email, "password": PASSWORD}).status_code == 400
    assert not is_signed_in(client)


@pytest.mark.parametrize("target", ["/board?q=x", "/orders/5", "/profile", "/performers?q=%D0%B4%D0%B8%D0%B7"])
def test_next_leads_back_to_where_somebody_came_from(client: Browser, people: People, target: str) -> None:
    page = client.page(f"/login?next={target.replace('&', '%26')}")
    carried = page.select_one("input[name=next]")
    assert carried is not None
    status, location = sign_in(client, people.customer().email, next=target)
    assert (status, location) == (302, target)


EVIL = [
    *("//evil.example", "///evil.example", "////evil.example", "https://evil.example", "http:evil.example"),
    *(
        "/\\evil.example",
        "\\\\evil.example",
        "/\\/evil.example",
        "\\/evil.example",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
    ),
    *(
        "data:text/html,x",
        "/\t/evil.example",
        "/\n//evil.example",
        " //evil.example",
        "\x01//evil.example",
        "evil.example",
    ),
    *(
        "https://localhost@evil.example",
        "https://localhost.evil.example/",
        "//localhost@evil.example",
        "///\\evil.example",
    ),
    *("/\r\nSet-Cookie: a=b", "https:///evil.example", "//evil.example/%2f..", "@evil.example", "/%09/evil.example"),
]


@pytest.mark.parametrize("target", EVIL)
@pytest.mark.parametrize("place", ["form", "address", "both"])
def test_next_never_leads_to_another_site(client: Browser, people: People, target: str, place: str) -> None:
    account = people.customer()
    fields = {"email": account.email, "password": PASSWORD, "csrf_token": client.csrf_token()}
    if place != "address":
        fields["next"] = target
    response = client.post("/login", query_string={} if place == "form" else {"next": target}, data=fields)
    assert response.status_code == 302
    # An encoded tab is a tab for nobody.
    assert response.location == (target if target.startswith("/%09") else "/")


def test_a_page_that_asks_to_sign_in_is_reached_afterwards(client: Browser, people: People) -> None:
    response = client.get("/profile")
    assert (response.status_code, response.location) == (302, "/login?next=/profile")
    assert sign_in(client, people.performer().email, next="/profile") == (302, "/profile")


def test_whoever_is_signed_in_has_nothing_to_do_on_the_pages_of_guests(client: Browser, people: People) -> None:
    client.sign_in(people.customer())
    for path in ("/login", "/login?next=//evil.example", "/register", "/login?next=/login"):
        response = client.get(path)
        assert (response.status_code, response.location) == (302, "/")


def test_the_form_forgets_the_guests_token(client: Browser, people: People) -> None:
    with_guest = client.csrf_token()
    sign_in(client, people.customer().email)
    assert client.post("/logout", data={"csrf_token": with_guest}).status_code == 400
    assert is_signed_in(client)


def test_there_is_no_remember_me_and_no_sign_in_by_json(client: Browser, people: People) -> None:
    account = people.customer()
    assert forms.SignInForm.remember is None
    response = client.post("/login", json={"email": account.email, "password": PASSWORD})
    assert response.status_code == 415
    client.send("/login", email=account.email, password=PASSWORD, remember="y")
    assert client.get_cookie("remember_token") is None


def test_the_words_are_ours_in_both_languages(client: Browser) -> None:
    for locale in ("ru", "en"):
        client.set_cookie("locale", locale)
        for path in ("/login", "/register"):
            page = client.page(path)
            assert page.select_one("form.panel h2") is None
            assert "Login" not in page.get_text() and "Email Address" not in page.get_text()


@pytest.mark.parametrize(
    "spelled",
    ["ANNA@Example.COM", "  anna@example.com", "an\x01na@example.com", "anna@ｅxamplｅ.com", "an\u200bna@example.com"],
)
def test_another_spelling_of_an_address_is_not_another_account_to_guess_at(
    client: Browser, people: People, spelled: str
) -> None:
    people.customer(email="anna@example.com")
    assert sign_in(client, spelled) == (302, "/")
    keys = set()
    for email in ("anna@example.com", spelled):
        with client.application.test_request_context(method="POST", data={"email": email}):
            keys.add(submitted_account())
    assert len(keys) == 1


@pytest.mark.parametrize("email", ["", "x", "é" * 300, "a@[::1", "@"])
def test_what_is_no_address_has_a_key_too(client: Browser, email: str) -> None:
    with client.application.test_request_context(method="POST", data={"email": email}):
        assert len(submitted_account()) == 64
