"""Sessions: a cookie is worth nothing once its device was signed out, wherever the cookie was copied to."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from marketplace.accounts import queries, services
from marketplace.accounts.errors import NoSuchSession
from marketplace.accounts.models import Account
from marketplace.accounts.states import IDLE_LIMIT, Role
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.web.auth.browsers import device_name
from tests.client import Browser
from tests.people import PASSWORD, People

NEW_PASSWORD = "another-long-word"


@pytest.fixture
def account(people: People) -> Account:
    return people.customer()


def device(app: Flask, account: Account, agent: str = "test") -> Browser:
    """A browser that signed in by the form."""
    browser = Browser.of(app)
    response = browser.post(
        "/login",
        data={"email": account.email, "password": PASSWORD, "csrf_token": browser.csrf_token()},
        headers={"User-Agent": agent},
    )
    assert response.status_code == 302
    return browser


def copy_of(browser: Browser) -> Browser:
    """Another browser into which somebody put the captured cookie."""
    thief = Browser.of(browser.application)
    cookie = browser.get_cookie("session")
    assert cookie is not None
    thief.set_cookie("session", cookie.value)
    return thief


def is_signed_in(browser: Browser) -> bool:
    return browser.get("/profile").status_code == 200


def test_signing_out_kills_this_cookie_and_no_other(app: Flask, account: Account) -> None:
    here, there = device(app, account), device(app, account)
    thief = copy_of(here)
    assert is_signed_in(thief), "until then the copy is as good as the cookie"
    response = here.send("/logout")
    assert (response.status_code, response.location) == (302, "/")
    assert "You are signed out." in here.get("/").text
    assert not is_signed_in(here)
    assert not is_signed_in(thief)
    assert is_signed_in(there)


def test_signing_out_is_a_post_with_a_token(app: Flask, account: Account) -> None:
    here = device(app, account)
    assert here.get("/logout").status_code == 405
    assert here.post("/logout").status_code == 400
    assert is_signed_in(here)


def test_the_page_lists_the_devices_and_ends_any_of_them(app: Flask, account: Account) -> None:
    here = device(app, account, "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0")
    there = device(app, account, "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0) Version/17.0 Mobile Safari/604.1")
    page = here.page("/sessions")
    rows = [row.get_text(" ", strip=True) for row in page.select("tbody tr")]
    assert len(rows) == 2
    assert any("Firefox · Linux" in row and "This device" in row for row in rows)
    assert any("Safari · iPhone" in row and "Sign out" in row for row in rows)

    actions = [form["action"] for form in page.select("tbody form")]
    assert len(actions) == 1, "this device is signed out by the menu"
    assert here.send(str(actions[0])).location == "/sessions"
    assert is_signed_in(here)
    assert not is_signed_in(there)
    assert len(here.page("/sessions").select("tbody tr")) == 1


def test_all_other_devices_are_ended_at_once(app: Flask, account: Account) -> None:
    here, there, elsewhere = (device(app, account) for _ in range(3))
    assert here.send("/sessions/end-others").status_code == 302
    assert [is_signed_in(browser) for browser in (here, there, elsewhere)] == [True, False, False]


def test_nobody_ends_the_session_of_somebody_else(app: Flask, account: Account, people: People) -> None:
    there, stranger = device(app, account), Browser.of(app).sign_in(people.customer())
    foreign = queries.live_sessions(account)[0].id
    for session_id in (foreign, foreign + 1000, 2**63 - 1, 2**70):
        assert stranger.send(f"/sessions/{session_id}/end").status_code == 404
    assert is_signed_in(there)
    with pytest.raises(NoSuchSession):
        services.end_session(foreign, by=people.customer())


def test_changing_the_password_ends_all_other_devices(app: Flask, account: Account) -> None:
    here, there = device(app, account), device(app, account)
    thief = copy_of(here)
    response = here.send("/password", password=PASSWORD, new_password=NEW_PASSWORD, new_password_confirm=NEW_PASSWORD)
    assert (response.status_code, response.location) == (302, "/sessions")
    assert "The password is changed." in here.get("/sessions").text
    assert is_signed_in(here)
    assert not is_signed_in(there)
    assert not is_signed_in(thief), "the cookie from before the change is dead here too"
    assert len(queries.live_sessions(account)) == 1
    again = Browser.of(app)
    assert again.send("/login", email=account.email, password=PASSWORD).status_code == 422
    assert again.send("/login", email=account.email, password=NEW_PASSWORD).status_code == 302


@pytest.mark.parametrize(
    "fields",
    [
        {"password": "wrong-word", "new_password": NEW_PASSWORD, "new_password_confirm": NEW_PASSWORD},
        {"password": PASSWORD, "new_password": NEW_PASSWORD, "new_password_confirm": NEW_PASSWORD + "x"},
        {"password": PASSWORD, "new_password": PASSWORD, "new_password_confirm": PASSWORD},
        {"password": PASSWORD, "new_password": "short", "new_password_confirm": "short"},
        {"password": PASSWORD, "new_password": "password", "new_password_confirm": "password"},
        {"password": PASSWORD, "new_password": "x" * 1001, "new_password_confirm": "x" * 1001},
        {"password": "x" * 100_000, "new_password": NEW_PASSWORD, "new_password_confirm": NEW_PASSWORD},
        {"password": "", "new_password": "", "new_password_confirm": ""},
        {},
    ],
)
def test_a_refused_change_of_password_changes_nothing(app: Flask, account: Account, fields: dict[str, str]) -> None:
    here, there = device(app, account), device(app, account)
    page = here.send("/password", **fields)
    assert page.status_code == 422
    assert "is-invalid" in page.text and 'role="alert"' in page.text
    assert not any(value and f'value="{value}"' in page.text for value in fields.values())
    assert is_signed_in(here) and is_signed_in(there)
    assert Browser.of(app).send("/login", email=account.email, password=PASSWORD).status_code == 302


def test_a_blocked_person_is_signed_out_everywhere_and_can_do_nothing(
    app: Flask, account: Account, people: People
) -> None:
    here, there = device(app, account), device(app, account)
    services.block_account(account.id, reason="spam", by=people.admin())
    db.session.commit()
    for browser in (here, there):
        assert not is_signed_in(browser)
        assert browser.get("/customer").status_code == 302
        assert browser.send("/profile", name="Still here").status_code == 401
    assert queries.live_sessions(account) == []
    assert account.profile.name != "Still here"
    services.unblock_account(account.id, by=people.admin())
    db.session.commit()
    assert not is_signed_in(here), "an unblocked person signs in anew"
    assert is_signed_in(device(app, account))


def test_another_role_ends_every_session(app: Flask, account: Account, people: People) -> None:
    here = device(app, account)
    services.change_roles([account.id], role=Role.PERFORMER, by=people.admin())
    db.session.commit()
    assert not is_signed_in(here)


def test_a_device_that_was_not_seen_for_long_is_signed_out(app: Flask, account: Account) -> None:
    here = device(app, account)
    session = queries.live_sessions(account)[0]
    session.seen_at = clock.now() - IDLE_LIMIT - timedelta(seconds=1)
    db.session.commit()
    assert queries.live_sessions(account) == []
    assert not is_signed_in(here)


def test_a_visit_is_noted_but_not_at_every_request(app: Flask, account: Account) -> None:
    here = device(app, account)
    session = queries.live_sessions(account)[0]
    first = session.seen_at
    here.get("/profile")
    assert session.seen_at == first
    session.seen_at = first - timedelta(minutes=10)
    db.session.commit()
    here.get("/profile")
    assert session.seen_at > first - timedelta(minutes=10)


def test_a_made_up_token_is_nobody(app: Flask, account: Account) -> None:
    for token in ("", "x", 7, None, ["a"]):
        browser = Browser.of(app)
        with browser.session_transaction() as session:
            session["_user_id"] = account.fs_uniquifier
            session["_fresh"] = True
            session["device"] = token
        assert not is_signed_in(browser)


def test_the_token_of_one_person_does_not_open_the_account_of_another(
    app: Flask, account: Account, people: People
) -> None:
    other = people.admin()
    started = services.start_session(account, user_agent="", address="")
    db.session.commit()
    browser = Browser.of(app)
    with browser.session_transaction() as session:
        session["_user_id"] = other.fs_uniquifier
        session["device"] = started.token
    assert not is_signed_in(browser)


def test_a_browser_that_lies_at_length_signs_in_all_the_same(app: Flask, account: Account) -> None:
    here = device(app, account, "Ünïcode " + "x" * 5000)
    assert is_signed_in(here)
    assert "Unknown device" in here.page("/sessions").get_text()


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/130.0 Safari/537.36 Edg/130.0", "Edge · Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/128.0 YaBrowser/24.10 Safari/537.36", "Yandex Browser · Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/17.6 Safari/605.1.15", "Safari · macOS"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/130.0 Mobile Safari/537.36", "Chrome · Android"),
        ("curl/8.5.0", "curl"),
        ("", ""),
    ],
)
def test_a_device_is_named_as_people_know_it(agent: str, name: str) -> None:
    assert device_name(agent) == name


def test_the_password_is_asked_again_where_it_matters(app: Flask, account: Account) -> None:
    here = device(app, account)
    assert here.page("/verify").select_one("input[type=password]") is not None
    assert here.send("/verify", password="wrong-word").status_code == 422
    response = here.send("/verify", password=PASSWORD, next="//evil.example")
    assert (response.status_code, response.location) == (302, "/")
