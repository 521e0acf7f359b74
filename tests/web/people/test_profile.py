"""One's own profile: everybody has one, performers say more, and nothing is lost when something is refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import event

from marketplace.accounts import services as accounts
from marketplace.accounts.errors import NoSuchTimeZone
from marketplace.accounts.models import Account
from marketplace.accounts.states import PriceUnit, Role
from marketplace.catalog.queries import specialties
from marketplace.catalog.services import set_specialties
from marketplace.core.db import db
from marketplace.core.errors import NotAllowed
from tests.client import Browser
from tests.people import People

FIELDS: dict[str, Any] = {
    "name": "Anna",
    "about": "Ten years.\r\n\r\nOf reports.",
    "phone": "+7 912 000-11-22",
    "messenger": "Telegram @anna",
    "site": "anna.example",
    "locale": "en",
    "time_zone": "Asia/Yekaterinburg",
}
WORK: dict[str, Any] = {
    "headline": "Reports that add up",
    "usual_price": "1 499,90",
    "price_unit": "hour",
    "links": "https://works.example/1\r\nworks.example/2\r\n",
}


@pytest.fixture
def anna(people: People) -> Account:
    return people.performer(name="Anna")


def value(page: Any, name: str) -> str:
    field = page.select_one(f"[name={name}]")
    if field.name == "textarea":
        return str(field.get_text()).replace("\r", "").removeprefix("\n")
    if field.name == "select":
        chosen = field.select_one("option[selected]")
        return str(chosen["value"]) if chosen else ""
    return str(field.get("value", ""))


def test_a_performer_fills_everything_in(client: Browser, people: People, anna: Account) -> None:
    python, design = people.category("python"), people.category("design")
    client.sign_in(anna)
    response = client.send("/profile", **FIELDS, **WORK, categories=[python.id, design.id])
    assert (response.status_code, response.location) == (302, "/profile")
    profile = anna.profile
    assert (profile.name, profile.about) == ("Anna", "Ten years.\n\nOf reports.")
    assert (profile.phone, profile.messenger, profile.site) == (
        FIELDS["phone"],
        FIELDS["messenger"],
        "https://anna.example",
    )
    assert (profile.headline, profile.usual_price, profile.price_unit) == (
        WORK["headline"],
        Decimal("1499.90"),
        PriceUnit.HOUR,
    )
    assert profile.links == ["https://works.example/1", "https://works.example/2"]
    assert (anna.locale, anna.time_zone) == ("en", "Asia/Yekaterinburg")
    assert {category.slug for category in specialties([anna.id])[anna.id]} == {"python", "design"}

    page = client.page("/profile")
    assert "Your profile is saved." in page.get_text()
    assert value(page, "usual_price") == "1499.90"
    assert value(page, "price_unit") == "hour"
    assert value(page, "time_zone") == "Asia/Yekaterinburg"
    assert value(page, "links") == "https://works.example/1\nhttps://works.example/2"
    assert len(page.select("[name=categories][checked]")) == 2
    link = page.select_one(f'main a[href="/performers/{anna.id}"]')
    assert link is not None


def test_what_was_saved_can_be_taken_back(client: Browser, people: People, anna: Account) -> None:
    client.sign_in(anna)
    client.send("/profile", **FIELDS, **WORK, categories=[people.category().id])
    empty = dict.fromkeys((*FIELDS, *WORK), "") | {"name": "Anna", "price_unit": "order"}
    assert client.send("/profile", **empty).status_code == 302
    profile = anna.profile
    assert (profile.about, profile.phone, profile.messenger, profile.site, profile.headline) == ("", "", "", "", "")
    assert (profile.usual_price, profile.links, profile.price_unit) == (None, [], PriceUnit.ORDER)
    assert (anna.locale, anna.time_zone) == (None, None)
    assert specialties([anna.id])[anna.id] == []


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.PERFORMER])
def test_the_others_have_a_profile_without_work(client: Browser, people: People, role: Role) -> None:
    account = people.account(role)
    client.sign_in(account)
    page = client.page("/profile")
    assert page.select_one("[name=headline]") is None and page.select_one("[name=categories]") is None
    assert page.select_one('main a[href^="/performers/"]') is None
    response = client.send(
        "/profile", **FIELDS, **WORK, categories=[people.category().id], role="admin", email="x@example.com"
    )
    assert response.status_code == 302
    assert (account.profile.name, account.profile.headline, account.profile.links) == ("Anna", "", [])
    assert specialties([account.id])[account.id] == []
    assert account.role is role and account.email != "x@example.com"


def test_guests_are_sent_to_sign_in(client: Browser) -> None:
    assert client.get("/profile").location == "/login?next=/profile"
    assert client.send("/profile", **FIELDS).status_code == 401


REFUSED = [
    ("name", ""),
    ("name", "\u200b"),
    ("name", "x" * 101),
    ("about", "x" * 5001),
    ("phone", "call me"),
    ("messenger", "x" * 201),
    ("site", "javascript:alert(1)"),
    ("site", "https://example.com/" + "x" * 190),
    ("locale", "de"),
    ("time_zone", "Mars/Olympus"),
    ("time_zone", "../../etc/passwd"),
    ("headline", "x" * 141),
    ("usual_price", "NaN"),
    ("usual_price", "-5"),
    ("usual_price", "0"),
    ("usual_price", "1.999"),
    ("usual_price", "9" * 40),
    ("price_unit", "day"),
    ("links", "ftp://example.com"),
    ("links", "\n".join(f"https://{number}.example" for number in range(11))),
    ("categories", "999999"),
    ("categories", str(2**70)),
    ("categories", "x"),
]


@pytest.mark.parametrize(("name", "text"), REFUSED)
def test_a_refusal_stands_beside_its_field_and_everything_typed_is_kept(
    client: Browser, people: People, anna: Account, name: str, text: str
) -> None:
    category = people.category()
    client.sign_in(anna)
    sent = {**FIELDS, **WORK, "categories": str(category.id), name: text}
    response = client.send("/profile", **sent)
    assert response.status_code == 422
    html = BeautifulSoup(response.text, "html.parser")
    assert [error["id"] for error in html.select(".invalid-feedback")] == [f"{name}-error"]
    for kept in ("phone", "messenger", "site", "headline", "usual_price", "links"):
        # HTML forms send line ends as CRLF and show them as LF.
        assert value(html, kept) == sent[kept].replace("\r", ""), kept
    assert (anna.profile.name, anna.profile.headline, anna.locale) == ("Anna", "", None)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({**FIELDS, "name": "a\x00b"}, 400),
        ({**FIELDS, "about": "x" * 1_200_000}, 413),
        ({**FIELDS, "name": "x" * 300_000}, 422),
    ],
)
def test_hostile_input_is_refused_politely(client: Browser, anna: Account, fields: dict[str, str], status: int) -> None:
    client.sign_in(anna)
    assert client.send("/profile", **fields).status_code == status
    assert client.post("/profile", data=FIELDS).status_code == 400, "no token"
    assert client.post("/profile", json=FIELDS).status_code == 415
    assert anna.profile.phone == ""


def test_a_name_is_shown_and_never_run(client: Browser, anna: Account) -> None:
    client.sign_in(anna)
    name = '"><script>alert(1)</script>'
    client.send("/profile", **{**FIELDS, "name": name}, price_unit="hour")
    assert anna.profile.name == name
    for path in ("/profile", f"/performers/{anna.id}", "/performers"):
        assert "<script>alert" not in client.get(path).text


def test_the_chosen_language_takes_hold_at_once_and_stays_in_this_browser(client: Browser, anna: Account) -> None:
    client.sign_in(anna)
    assert client.page("/profile").html["lang"] == "en"  # type: ignore[index]  # a page has an html element
    client.send("/profile", **{**FIELDS, "locale": "ru"}, price_unit="hour")
    assert client.page("/profile").html["lang"] == "ru"  # type: ignore[index]
    client.send("/profile", **{**FIELDS, "locale": ""}, price_unit="hour")
    assert client.page("/profile").html["lang"] == "en"  # type: ignore[index]


def test_the_language_of_the_account_follows_to_another_browser(app: Flask, anna: Account) -> None:
    accounts.update_preferences(anna, locale="ru", time_zone=None, by=anna)
    db.session.commit()
    assert Browser.of(app).sign_in(anna).page("/profile").html["lang"] == "ru"  # type: ignore[index]


def test_times_are_shown_in_the_chosen_zone(client: Browser, anna: Account) -> None:
    client.sign_in(anna)
    shown = {}
    for zone in ("Pacific/Auckland", "Pacific/Honolulu"):
        accounts.update_preferences(anna, locale=None, time_zone=zone, by=anna)
        db.session.commit()
        shown[zone] = client.page("/sessions").select_one("time")["title"]  # type: ignore[index]
    assert len(set(shown.values())) == 2


def test_only_the_owner_and_admins_change_a_profile(people: People, anna: Account) -> None:
    for other in (people.customer(), people.performer(), people.manager(), people.observer()):
        with pytest.raises(NotAllowed):
            accounts.update_profile(anna, by=other, name="X")
        with pytest.raises(NotAllowed):
            accounts.update_preferences(anna, locale="ru", time_zone=None, by=other)
        with pytest.raises(NotAllowed):
            set_specialties(anna, [], by=other)
    accounts.update_profile(anna, by=people.admin(), name="Anna Maria")
    assert anna.profile.name == "Anna Maria"


def test_a_zone_that_is_not_there_is_refused_by_the_service(anna: Account) -> None:
    for zone in ("Mars/Olympus", "../x", ""):
        with pytest.raises(NoSuchTimeZone):
            accounts.update_preferences(anna, locale=None, time_zone=zone, by=anna)


def test_the_directory_asks_a_fixed_number_of_questions(app: Flask, people: People) -> None:
    def count(number: int) -> int:
        for _ in range(number):
            set_specialties(people.performer(), [people.category().id], by=people.admin())
        db.session.commit()
        statements: list[str] = []
        listener = lambda *args: statements.append(args[2])  # noqa: E731  # removed again below
        event.listen(db.engine, "before_cursor_execute", listener)
        Browser.of(app).page("/performers")
        event.remove(db.engine, "before_cursor_execute", listener)
        return len(statements)

    assert count(1) == count(5)
