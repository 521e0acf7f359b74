"""One's own account by program: what it shows, and what its owner changes."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from marketplace.accounts import services as accounts
from marketplace.accounts.models import Account
from marketplace.accounts.states import PriceUnit, Role
from marketplace.catalog.queries import specialties
from marketplace.catalog.services import set_specialties
from marketplace.core.db import db
from tests.api.counting import selects
from tests.api.program import Program, told
from tests.client import Browser
from tests.people import People

Make = Callable[[Account | None], Program]

FIELDS: dict[str, Any] = {
    "name": " Anna\n Kern ",
    "contacts": {"phone": "+7  912 000-11-22", "messenger": " Telegram @anna ", "site": "anna.example"},
    "about": "Ten years.\r\n\r\nOf reports. ",
    "locale": "en",
    "time_zone": "Asia/Yekaterinburg",
}
WORK: dict[str, Any] = {
    "headline": "Reports that add up",
    "usual_price": "1499.9",
    "price_unit": "order",
    "portfolio": ["https://works.example/1", "works.example/2", "https://works.example/1"],
}


@pytest.fixture
def anna(people: People) -> Account:
    return people.performer(name="Anna")


@pytest.fixture
def hers(program: Make, anna: Account) -> Program:
    return program(anna)


def test_a_performer_reads_all_of_it(people: People, hers: Program, anna: Account) -> None:
    people.rated(9, performer=anna)
    people.rated(8, performer=anna)
    people.taken(anna)
    shown = hers.get("/me")
    assert shown.pop("created_at").endswith("Z")
    assert shown == {
        "id": anna.id,
        "email": anna.email,
        "role": "performer",
        "name": "Anna",
        "contacts": {"phone": "", "messenger": "", "site": ""},
        "about": "",
        "headline": "",
        "usual_price": None,
        "price_unit": "hour",
        "portfolio": [],
        "categories": [],
        "as_customer": None,
        "as_performer": {"taken": 3, "completed": 2, "withdrawn": 0, "rating": 8.5, "reviews": 2},
        "locale": None,
        "time_zone": None,
        "links": {
            "self": "/api/v1/me",
            "public": f"/api/v1/performers/{anna.id}",
            "page": f"/performers/{anna.id}",
        },
    }


def test_a_customer_reads_their_own_numbers(people: People, program: Make) -> None:
    customer = people.customer()
    people.order(customer)
    people.completed(customer=customer)
    people.cancelled(customer)
    shown = program(customer).get("/me")
    assert shown["as_customer"] == {"posted": 3, "completed": 1, "cancelled": 1}
    assert (shown["as_performer"], shown["links"]) == (None, {"self": "/api/v1/me"})


@pytest.mark.parametrize("role", [Role.MANAGER, Role.OBSERVER, Role.ADMIN])
def test_who_runs_the_house_has_an_account_too(people: People, program: Make, role: Role) -> None:
    shown = program(people.account(role)).get("/me")
    assert (shown["role"], shown["as_customer"], shown["as_performer"]) == (role.value, None, None)


def test_nobody_has_none(nobody: Program) -> None:
    nobody.get("/me", 401)
    nobody.patch("/me", {"name": "X"}, 401)


def test_a_performer_changes_all_of_it(people: People, hers: Program, anna: Account) -> None:
    python, design = people.category("python"), people.category("design")
    answer = hers.ask("PATCH", "/me", FIELDS | WORK | {"category_ids": [design.id, python.id, design.id]})
    shown = told(answer, 200)
    assert shown == hers.get("/me")
    assert answer.headers["ETag"] == hers.ask("GET", "/me").headers["ETag"]
    assert (shown["name"], shown["about"]) == ("Anna Kern", "Ten years.\n\nOf reports.")
    assert shown["contacts"] == {
        "phone": "+7 912 000-11-22",
        "messenger": "Telegram @anna",
        "site": "https://anna.example",
    }
    assert (shown["headline"], shown["usual_price"], shown["price_unit"]) == (WORK["headline"], "1499.90", "order")
    assert shown["portfolio"] == ["https://works.example/1", "https://works.example/2"]
    assert {category["slug"] for category in shown["categories"]} == {"python", "design"}
    assert (shown["locale"], shown["time_zone"]) == ("en", "Asia/Yekaterinburg")
    profile = anna.profile
    assert (profile.usual_price, profile.price_unit, profile.links) == (
        Decimal("1499.90"),
        PriceUnit.ORDER,
        ["https://works.example/1", "https://works.example/2"],
    )


def test_what_was_saved_can_be_taken_back(people: People, hers: Program) -> None:
    before = hers.get("/me")
    hers.patch("/me", FIELDS | WORK | {"category_ids": [people.category().id]})
    empty: dict[str, Any] = {
        "name": "Anna",
        "contacts": {"phone": "", "messenger": "", "site": ""},
        "about": "",
        "locale": None,
        "time_zone": None,
        "headline": "",
        "usual_price": None,
        "price_unit": "hour",
        "portfolio": [],
        "category_ids": [],
    }
    assert hers.patch("/me", empty) == before


@pytest.mark.parametrize(
    "part", [*({name: value} for name, value in (FIELDS | WORK).items()), {"contacts": {"phone": "12345"}}], ids=list
)
def test_only_what_is_sent_changes(hers: Program, people: People, anna: Account, part: dict[str, Any]) -> None:
    set_specialties(anna, [people.category().id], by=anna)
    stored = {"phone": "1 23 45", "messenger": "Signal", "site": "https://a.example", "about": "Me.", "headline": "H"}
    accounts.update_profile(anna, by=anna, usual_price=Decimal(5), links=["https://b.example"], **stored)
    accounts.update_preferences(anna, locale="ru", time_zone="Europe/Moscow", by=anna)
    db.session.commit()
    before = hers.get("/me")
    answer = hers.ask("PATCH", "/me", part)
    after = told(answer, 200)
    changed = {name for name in after if after[name] != before[name]}
    # What a category is called is said in the language of the account.
    assert changed == {*part, *(("categories",) if "locale" in part else ())}
    assert after == hers.get("/me")
    assert hers.ask("GET", "/me").headers["ETag"] == answer.headers["ETag"]
    if part == {"contacts": {"phone": "12345"}}:
        assert after["contacts"] == {"phone": "12345", "messenger": "Signal", "site": "https://a.example"}


@pytest.mark.parametrize("body", [{}, {"contacts": {}}, None])
def test_a_change_of_nothing_is_none(hers: Program, body: dict[str, Any] | None) -> None:
    before = hers.get("/me")
    assert told(hers.ask("PATCH", "/me", body), 200) == before


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"name": ""}, "name"),
    ({"name": "\u200b"}, "name"),
    ({"name": "\u3164"}, "name"),
    ({"name": "!!!"}, "name"),
    ({"name": "x" * 101}, "name"),
    ({"name": None}, "name"),
    ({"name": "a\x00b"}, "name"),
    ({"about": "x" * 5001}, "about"),
    ({"contacts": {"phone": "call me"}}, "contacts.phone"),
    ({"contacts": {"phone": "1234"}}, "contacts.phone"),
    ({"contacts": {"phone": "1" * 201}}, "contacts.phone"),
    ({"contacts": {"messenger": "x" * 201}}, "contacts.messenger"),
    ({"contacts": {"site": "javascript:alert(1)"}}, "contacts.site"),
    ({"contacts": {"site": "ftp://example.com"}}, "contacts.site"),
    ({"contacts": {"site": "https://user@example.com"}}, "contacts.site"),
    ({"contacts": {"site": "example.com/" + "x" * 185}}, "contacts.site"),
    ({"contacts": {"mail": "x"}}, "contacts.mail"),
    ({"contacts": None}, "contacts"),
    ({"locale": "de"}, "locale"),
    ({"locale": ""}, "locale"),
    ({"time_zone": "Mars/Olympus"}, "time_zone"),
    ({"time_zone": "../../etc/passwd"}, "time_zone"),
    ({"time_zone": ""}, "time_zone"),
    ({"time_zone": "UTC"}, "time_zone"),
    ({"headline": "x" * 141}, "headline"),
    ({"usual_price": "NaN"}, "usual_price"),
    ({"usual_price": "-5"}, "usual_price"),
    ({"usual_price": "0"}, "usual_price"),
    ({"usual_price": "1.999"}, "usual_price"),
    ({"usual_price": "9" * 40}, "usual_price"),
    ({"usual_price": "1000000000.01"}, "usual_price"),
    ({"usual_price": 1500}, "usual_price"),
    ({"price_unit": "day"}, "price_unit"),
    ({"portfolio": ["ftp://example.com"]}, "portfolio.0"),
    ({"portfolio": ["https://a.example", ""]}, "portfolio.1"),
    ({"portfolio": ["https://a.example/" + "x" * 300]}, "portfolio.0"),
    ({"portfolio": [f"https://{number}.example" for number in range(11)]}, "portfolio"),
    ({"portfolio": "https://a.example"}, "portfolio"),
    ({"category_ids": [999_999]}, "category_ids"),
    ({"category_ids": [2**70]}, "category_ids.0"),
    ({"category_ids": [0]}, "category_ids.0"),
    ({"category_ids": ["x"]}, "category_ids.0"),
    ({"category_ids": list(range(1, 102))}, "category_ids"),
    ({"email": "other@example.com"}, "email"),
    ({"role": "admin"}, "role"),
    ({"password": "another-long-word"}, "password"),
    ({"active": True}, "active"),
    ({"id": 1}, "id"),
]


@pytest.mark.parametrize(("change", "culprit"), REFUSED)
def test_a_refusal_names_the_field_and_changes_nothing(hers: Program, change: dict[str, Any], culprit: str) -> None:
    before = hers.get("/me")
    problem = hers.patch("/me", {"about": "Somebody new.", **change}, 422)
    assert list(problem["errors"]) == [culprit]
    assert hers.get("/me") == before


def test_a_category_that_takes_no_orders_is_refused_and_nothing_changes(people: People, hers: Program) -> None:
    closed = people.category("closed")
    closed.is_active = False
    db.session.commit()
    before = hers.get("/me")
    hers.patch("/me", {"about": "Somebody new.", "category_ids": [people.category().id, closed.id]}, 422)
    assert hers.get("/me") == before


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.PERFORMER])
@pytest.mark.parametrize("part", [*({name: value} for name, value in WORK.items()), {"category_ids": []}], ids=list)
def test_the_others_do_not_speak_of_work(people: People, program: Make, role: Role, part: dict[str, Any]) -> None:
    one = program(people.account(role))
    before = one.get("/me")
    problem = one.patch("/me", FIELDS | part, 422)
    assert list(problem["errors"]) == list(part)
    assert one.get("/me") == before
    assert one.patch("/me", FIELDS)["name"] == "Anna Kern"


def test_a_change_is_made_to_what_its_sender_has_seen_or_not_at_all(hers: Program, anna: Account) -> None:
    seen = hers.ask("GET", "/me").headers["ETag"]
    Browser.of(hers.browser.application).sign_in(anna).send("/profile", name="Anna", about="By page", price_unit="hour")
    hers.patch("/me", {"about": "By program"}, 412, headers={"If-Match": seen})
    assert hers.get("/me")["about"] == "By page"
    present = hers.ask("GET", "/me").headers["ETag"]
    assert hers.patch("/me", {"about": "By program"}, headers={"If-Match": present})["about"] == "By program"
    assert hers.patch("/me", {"about": "Anyhow"}, headers={"If-Match": "*"})["about"] == "Anyhow"
    hers.patch("/me", {"about": "No"}, 412, headers={"If-Match": "nonsense"})


def test_what_has_not_changed_is_not_sent_again(hers: Program) -> None:
    seen = hers.ask("GET", "/me").headers["ETag"]
    assert hers.ask("GET", "/me", headers={"If-None-Match": seen}).status_code == 304
    hers.patch("/me", {"about": "New."})
    assert hers.ask("GET", "/me", headers={"If-None-Match": seen}).status_code == 200


def test_what_the_api_takes_the_page_takes_back(hers: Program, anna: Account, people: People) -> None:
    hers.patch("/me", FIELDS | WORK | {"category_ids": [people.category().id]})
    before = hers.get("/me")
    browser = Browser.of(hers.browser.application).sign_in(anna)
    form = browser.page("/profile").select_one("main form")
    assert form is not None
    fields: dict[str, Any] = {
        str(field["name"]): field.get("value", "") for field in form.select("input[name]:not([type=checkbox])")
    }
    fields |= {str(field["name"]): field.get_text().removeprefix("\n") for field in form.select("textarea[name]")}
    fields |= {
        str(option.parent["name"]): option["value"] for option in form.select("option[selected]") if option.parent
    }
    fields["categories"] = [box["value"] for box in form.select("input[name=categories][checked]")]
    del fields["csrf_token"]
    assert browser.send("/profile", **fields).status_code == 302
    assert hers.get("/me") == before
    assert len(specialties([anna.id])[anna.id]) == 1


def test_the_number_of_questions_is_small_and_fixed(people: People, program: Make) -> None:
    def asked(categories: int) -> int:
        anna = people.performer()
        set_specialties(anna, [people.category(f"c{number}").id for number in range(categories)], by=anna)
        db.session.commit()
        hers = program(anna)
        with selects() as sent:
            hers.get("/me")
        return len(sent)

    assert asked(0) == asked(5) <= 4
