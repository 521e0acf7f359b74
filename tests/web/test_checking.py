"""Forms that are checked while they are filled in: the same class as at the post, and nothing happens."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask, got_request_exception
from sqlalchemy import text
from werkzeug.test import TestResponse

from marketplace.accounts.models import Account
from marketplace.app import create_app
from marketplace.core.db import db
from marketplace.orders.services import LineInput
from tests.catalog.shelf import keeper, product
from tests.client import Browser
from tests.conftest import settings_for
from tests.people import PASSWORD, People

CHECK = {"X-Check-Form": "1", "Accept": "application/json"}


@dataclass
class Scene:
    """A form: where it is, who fills it in, and posts of it with mistakes and without."""

    address: str
    who: Account | None
    good: Mapping[str, Any]
    bad: Sequence[Mapping[str, Any]]


def order_fields(people: People) -> dict[str, Any]:
    return {"title": "Cabling", "description": "Two rooms", "category_id": people.category().id, "price": "500"}


def writing(people: People) -> Scene:
    good = order_fields(people)
    return Scene("/orders/new", people.customer(), good, [
        good | {"title": ""}, good | {"title": "x" * 121, "price": "NaN"}, good | {"category_id": "²"},
        good | {"by_agreement": "y"}, good | {"price": ""}, good | {"deadline": "2001-01-01"}, {},
        good | {"lines-0-name": "Laying", "lines-0-quantity": "²", "lines-1-product_id": "999999"},
        good | {"lines-0-name": "Gold", "lines-0-quantity": "1000000", "lines-0-unit_price": "1000000"},
    ])  # fmt: skip


def writing_down(people: People) -> Scene:
    good = order_fields(people) | {"customer": people.customer().email}
    return Scene(
        "/orders/new", people.manager(), good, [good | {"customer": "x"}, good | {"customer": people.performer().email}]
    )


def editing(people: People) -> Scene:
    order = people.order(lines=[LineInput(1, name="Laying", unit_price=people.order().total)])
    good = order_fields(people)
    bad = [good | {"title": "..."}, good | {"lines-0-id": "999999"}, good | {"lines-0-name": "Laying"}]
    return Scene(f"/orders/{order.id}/edit", order.customer, good, bad)


def withdrawing(people: People) -> Scene:
    order = people.taken()
    return Scene(f"/orders/{order.id}/withdraw", order.performer, {"reason": "Ill"}, [{"reason": " "}, {}])


def cancelling(people: People) -> Scene:
    order = people.order()
    return Scene(f"/orders/{order.id}/cancel", order.customer, {"reason": "Moved"}, [{"reason": "x" * 1001}])


def rating(people: People) -> Scene:
    order = people.completed()
    return Scene(f"/orders/{order.id}/rate", order.customer, {"rating": "9", "text": "Fine"}, [
        {"rating": "11", "text": "Fine"}, {"rating": "²"}, {"text": "x" * 3001},
    ])  # fmt: skip


def answering(people: People) -> Scene:
    order = people.rated(3)
    return Scene(f"/orders/{order.id}/answer", order.performer, {"answer": "Sorry"}, [{"answer": ""}])


def assigning(people: People) -> Scene:
    order, manager = people.order(), people.manager()
    return Scene(f"/orders/{order.id}/assign", manager, {"manager": str(manager.id)}, [{"manager": "999999"}])


def paying(people: People) -> Scene:
    order = people.taken()
    return Scene(f"/orders/{order.id}/money", people.manager(), {"state": "paid"}, [{"state": "delivered"}, {}])


def own_profile(people: People) -> Scene:
    good = {"name": "Anna", "price_unit": "hour"}
    return Scene("/profile", people.performer(), good, [
        good | {"name": "..."}, good | {"phone": "call me"}, good | {"links": "javascript:1"}, good | {"site": "x"},
        good | {"usual_price": "NaN", "locale": "xx"},
    ])  # fmt: skip


def registering(people: People) -> Scene:
    taken = people.customer().email
    good = {"role": "customer", "name": "Olga", "email": "olga@example.com", "password": PASSWORD}
    return Scene("/register", None, good, [
        good | {"name": ""}, good | {"email": taken}, good | {"email": "x"}, good | {"password": "short"},
        good | {"role": "admin"}, {},
    ])  # fmt: skip


def making_a_category(people: People) -> Scene:
    good = {"slug": "new", "name_ru": "Новая", "name_en": "New", "position": "1", "is_active": "y"}
    return Scene("/admin/categories/new/", people.admin(), good, [good | {"slug": "Not so"}, {}])


def writing_a_product(people: People) -> Scene:
    good = {"name": "Cable", "price": "5", "category_id": "0"}
    return Scene("/products/new", people.manager(), good, [{"name": "", "price": "NaN"}, {}])


def editing_a_product(people: People) -> Scene:
    cable, good = product(people), {"name": "Gold cable", "price": "5", "category_id": "0"}
    return Scene(f"/products/{cable.id}/edit", keeper(people), good, [good | {"price": "-5"}, good | {"name": " "}])


def offering(people: People) -> Scene:
    order = people.quoting()
    good = {"way": "total", "price": "900", "days": "3"}
    bad = [good | {"days": "²"}, good | {"price": "-1"}, good | {"way": "lines"}, good | {"valid_until": "2001-01-01"}]
    return Scene(f"/orders/{order.id}/offers/new", people.performer(), good, bad)


SCENES: list[Callable[[People], Scene]] = [
    writing, writing_down, editing, withdrawing, cancelling, rating, answering, assigning, paying, own_profile,
    registering, making_a_category, writing_a_product, editing_a_product, offering,
]  # fmt: skip


def scene_by_name(make: Any) -> str:
    return str(make.__name__)


def check(browser: Browser, address: str, fields: Mapping[str, Any]) -> TestResponse:
    return browser.post(address, data={**fields, "csrf_token": browser.csrf_token()}, headers=CHECK)


def rows() -> dict[str, str]:
    """Everything in the database, table by table, except where somebody is signed in."""
    tables = db.session.scalars(
        text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'account_sessions'")
    )
    return {
        name: str(
            db.session.scalar(
                text(f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {name} t")
            )
        )
        for name in tables
    }


def errors_on(page: str) -> dict[str, list[str]]:
    """The errors that a page shows beside its fields."""
    shown = BeautifulSoup(page, "html.parser").select("main form .invalid-feedback")
    return {str(one["id"]).removesuffix("-error"): list(one.stripped_strings) for one in shown}


def signed_in(client: Browser, who: Account | None) -> Browser:
    return client if who is None else client.sign_in(who)


@pytest.mark.parametrize("make", SCENES, ids=scene_by_name)
def test_a_check_finds_what_the_post_finds_and_changes_nothing(
    people: People, client: Browser, make: Callable[[People], Scene]
) -> None:
    scene = make(people)
    browser = signed_in(client, scene.who)
    browser.get(scene.address)
    before = rows()
    for fields in scene.bad:
        checked = check(browser, scene.address, fields)
        assert (checked.status_code, checked.mimetype) == (200, "application/json")
        posted = browser.send(scene.address, **fields)
        assert posted.status_code == 422
        assert checked.json is not None
        assert checked.json["errors"] == errors_on(posted.text), fields
        assert checked.json["errors"], fields
    fine = check(browser, scene.address, scene.good)
    assert (fine.status_code, fine.json) == (200, {"errors": {}})
    assert rows() == before


@pytest.mark.parametrize("make", SCENES, ids=scene_by_name)
def test_what_a_check_finds_fine_is_done_when_it_is_sent(
    people: People, client: Browser, make: Callable[[People], Scene]
) -> None:
    scene = make(people)
    browser = signed_in(client, scene.who)
    before = rows()
    assert browser.send(scene.address, **scene.good).status_code == 302
    assert rows() != before


@pytest.mark.parametrize("make", SCENES, ids=scene_by_name)
def test_a_check_without_the_token_is_refused_like_the_post(
    people: People, client: Browser, make: Callable[[People], Scene]
) -> None:
    scene = make(people)
    browser = signed_in(client, scene.who)
    before = rows()
    for fields in (scene.good, scene.bad[0]):
        answer = browser.post(scene.address, data=fields, headers=CHECK)
        assert answer.status_code == 400
        assert "errors" not in (answer.get_json(silent=True) or {})
    assert rows() == before


@pytest.mark.parametrize(
    "make", [scene for scene in SCENES if scene not in (registering, writing_down)], ids=scene_by_name
)
def test_a_check_by_whoever_may_not_is_refused_like_the_post(
    people: People, app: Flask, make: Callable[[People], Scene]
) -> None:
    scene = make(people)
    everybody = [None, people.customer(), people.performer(), people.observer(), people.manager()]
    before = rows()
    refused = 0
    for who in everybody:
        browser = signed_in(Browser.of(app), who)
        posted = browser.send(scene.address, **scene.bad[0])
        checked = check(browser, scene.address, scene.bad[0])
        if posted.status_code == 422:
            assert checked.status_code == 200
        else:
            refused += 1
            assert checked.status_code == posted.status_code
    assert refused
    assert rows() == before


@pytest.mark.parametrize("act", ["take", "complete", "request-quote"])
def test_acts_without_a_field_are_checked_for_those_who_may_and_not_done(people: People, app: Flask, act: str) -> None:
    order = people.taken() if act == "complete" else people.order()
    doers = {"take": people.performer(), "complete": order.performer, "request-quote": order.customer}
    doer = doers[act]
    assert doer is not None
    before = rows()
    allowed = check(Browser.of(app).sign_in(doer), f"/orders/{order.id}/{act}", {})
    assert allowed.json == {"errors": {}}
    for stranger in (people.customer(), people.observer()):
        answer = check(Browser.of(app).sign_in(stranger), f"/orders/{order.id}/{act}", {})
        assert answer.status_code in (403, 404)
    assert check(Browser.of(app).sign_in(people.performer()), "/orders/999999/take", {}).status_code == 404
    assert {name: one for name, one in rows().items() if name.startswith("order")} == {
        name: one for name, one in before.items() if name.startswith("order")
    }


@pytest.mark.parametrize(("address", "fields"), [
    ("/login", {"email": "anna@example.com", "password": "wrong"}), ("/verify", {"password": "wrong"}),
    ("/password", {"password": "wrong", "new_password": "x", "new_password_confirm": "x"}),
])  # fmt: skip
def test_passwords_are_never_checked_beforehand(
    people: People, client: Browser, address: str, fields: dict[str, str]
) -> None:
    anna = people.customer(email="anna@example.com")
    browser = client if address == "/login" else client.sign_in(anna)
    answer = check(browser, address, fields)
    assert answer.status_code == 422
    assert answer.mimetype == "text/html"
    assert "data-check" not in browser.get(address).text


def test_a_file_is_no_part_of_a_check(people: People, client: Browser) -> None:
    client.sign_in(people.customer())
    answer = client.post(
        "/orders/new", data={"csrf_token": client.csrf_token(), "title": (BytesIO(b"x"), "x.txt")},
        headers=CHECK,
    )  # fmt: skip
    assert answer.status_code == 415


def test_checks_are_no_failures_of_ours(people: People, client: Browser, app: Flask) -> None:
    heard: list[BaseException] = []

    def hear(sender: Flask, exception: BaseException, **rest: Any) -> None:
        heard.append(exception)

    got_request_exception.connect(hear, app)
    check(client.sign_in(people.customer()), "/orders/new", {})
    assert heard == []


def test_checks_of_the_registration_have_a_limit_of_their_own(fresh_database: Callable[[], str]) -> None:
    app = create_app(settings_for(fresh_database(), RATELIMIT_ENABLED="1"))
    app.test_client_class = Browser
    with app.app_context():
        browser = Browser.of(app)
        wrong = {"role": "customer", "name": "", "email": "olga@example.com", "password": PASSWORD}
        checks = [check(browser, "/register", wrong).status_code for _ in range(25)]
        assert checks == [200] * 20 + [429] * 5
        posts = [browser.send("/register", **wrong).status_code for _ in range(12)]
        assert posts == [422] * 10 + [429] * 2, "checks neither use up the attempts to register nor lift their limit"
        # A header opens no other door.
        signs = [check(browser, "/login", {"email": "a@example.com", "password": "x"}).status_code for _ in range(12)]
        assert signs == [422] * 10 + [429] * 2
        db.engine.dispose()
