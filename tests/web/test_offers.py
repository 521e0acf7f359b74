"""The pages of offers: who sees what, what the forms take, and what happens when somebody decides."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.accounts.models import Account
from marketplace.accounts.services import update_preferences
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.money import MAX_AMOUNT
from marketplace.orders import services
from marketplace.orders.models import MAX_DAYS, MESSAGE_LENGTH, Offer
from marketplace.orders.states import OfferStatus, Status
from tests.client import Browser
from tests.orders.offers import everything, line, send
from tests.people import People

FINE = {"price": "900", "days": "3", "message": "I have done this before."}
ROW = {"lines-0-name": "Parser", "lines-0-quantity": "2", "lines-0-unit_price": "450,50"}
NOON = datetime(2030, 6, 15, 12, tzinfo=UTC)


def offers_of(performer: Account) -> list[Offer]:
    """All versions of the performer, the oldest first."""
    return list(db.session.scalars(select(Offer).where(Offer.performer_id == performer.id).order_by(Offer.id)))


def test_a_whole_deal_by_offers(people: People, app: Flask) -> None:
    customer, performer, rival = people.customer(), people.performer(phone="+7 900 000-00-01"), people.performer()
    order = people.quoting(customer, title="Move the shop")
    buyer, worker = Browser.of(app).sign_in(customer), Browser.of(app).sign_in(performer)
    send(order, rival, "850", days=9)

    path = f"/orders/{order.id}"
    assert "Send an offer" in worker.page(f"{path}/offers/new").get_text()
    sent = worker.send(f"{path}/offers/new", **FINE)
    assert sent.status_code == 302
    assert "I have done this before." in worker.page(sent.location).get_text()
    again = worker.send(f"{path}/offers/new", **{**FINE, "price": "800"}).location
    page = worker.page(again).get_text(" ", strip=True)
    assert "version 2" in page
    assert "₽900 ₽800" in page

    overview = buyer.page(path).get_text(" ", strip=True)
    assert "2 offers" in overview
    assert "₽800 – ₽850" in overview
    compared = buyer.page(f"{path}/offers").get_text(" ", strip=True)
    assert compared.index("₽800") < compared.index("₽850")
    assert "+7 900" not in compared
    quickest = buyer.page(f"{path}/offers?sort=days").get_text(" ", strip=True)
    assert quickest.index("3 days") < quickest.index("9 days")
    assert "see each other" in buyer.page(f"{again}/accept").get_text()
    assert buyer.send(f"{again}/accept").location == path
    assert "+7 900 000-00-01" in buyer.page(path).get_text()
    assert (order.status, order.performer_id, order.price) == (Status.IN_PROGRESS, performer.id, Decimal(800))
    other = Browser.of(app).sign_in(rival)
    (lost,) = offers_of(rival)
    assert "Another offer was accepted." in other.page(f"/offers/{lost.id}").get_text()
    assert "Move the shop" in other.page("/performer/offers?state=declined").get_text()
    # The order itself is not theirs to see any more.
    assert other.page(f"/offers/{lost.id}").select("#content .actions a[href^='/orders']") == []


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"price": "NaN"}, "Enter an amount"),
        ({"price": "Infinity"}, "Enter an amount"),
        ({"price": ""}, "Name your price."),
        ({"price": "0"}, "more than zero"),
        ({"price": "-5"}, "cannot be negative"),
        ({"price": "1.001"}, "two digits"),
        ({"price": str(MAX_AMOUNT * 10)}, "too large"),
        ({"days": ""}, "how many days"),
        ({"days": "0"}, "whole number from 1"),
        ({"days": "-1"}, "whole number from 1"),
        ({"days": "1.5"}, "Enter a whole number."),
        ({"days": "²"}, "Enter a whole number."),
        ({"days": str(MAX_DAYS + 1)}, "whole number from 1"),
        ({"valid_until": "2020-01-01"}, "not over yet"),
        ({"valid_until": "2150-01-01"}, "too far away"),
        ({"valid_until": "2030-02-30"}, "Enter a day"),
        ({"message": "x" * (MESSAGE_LENGTH + 1)}, "characters"),
        ({"way": "lines"}, "at least one line"),
        ({"way": "by-magic"}, "valid choice"),
        ({"way": "lines", **ROW, "lines-0-quantity": "0"}, "quantity is a whole number"),
        ({"way": "lines", **ROW, "lines-0-quantity": "-1"}, "quantity is a whole number"),
        ({"way": "lines", **ROW, "lines-0-quantity": "1000000000"}, "quantity is a whole number"),
        ({"way": "lines", **ROW, "lines-0-quantity": "1.5"}, "Enter a whole number."),
        ({"way": "lines", **ROW, "lines-0-quantity": "²"}, "Enter a whole number."),
        ({"way": "lines", **ROW, "lines-0-quantity": ""}, "quantity is a whole number"),
        ({"way": "lines", **ROW, "lines-0-unit_price": "NaN"}, "Enter an amount"),
        ({"way": "lines", **ROW, "lines-0-unit_price": ""}, "what one costs"),
        ({"way": "lines", **ROW, "lines-0-unit_price": "0"}, "more than zero"),
        ({"way": "lines", **ROW, "lines-0-name": ""}, "Say what it is."),
        ({"way": "lines", **ROW, "lines-0-name": "x" * 500}, "characters"),
        ({"way": "lines", **ROW, "lines-0-id": "1"}, "does not belong to this order"),
        ({"way": "lines", **ROW, "lines-0-unit_price": str(MAX_AMOUNT)}, "too large"),
        ({"way": "lines", **{f"lines-{number}-name": "a" for number in range(201)}}, "at most 200 lines"),
    ],
)
def test_a_form_with_mistakes_comes_back_with_what_was_typed(
    people: People, client: Browser, values: dict[str, str], words: str
) -> None:
    order, performer = people.quoting(lines=[line()]), people.performer()
    people.quoting(lines=[line("Somebody else's")])
    browser = client.sign_in(performer)
    before = everything()
    answer = browser.send(f"/orders/{order.id}/offers/new", **{**FINE, **values})
    assert answer.status_code == 422
    assert words in answer.text
    assert everything() == before
    for name, value in values.items():
        if name not in ("way", "lines-0-id") and not name.endswith("9-name"):
            assert value in answer.text or not value


def test_the_form_is_checked_while_it_is_filled_in_and_nothing_is_sent(people: People, client: Browser) -> None:
    order = people.quoting()
    browser = client.sign_in(people.performer())
    fields = {**ROW, "way": "lines", "lines-0-quantity": "0", "days": "x", "csrf_token": browser.csrf_token()}
    answer = browser.post(f"/orders/{order.id}/offers/new", data=fields, headers={"X-Check-Form": "1"})
    assert answer.json is not None
    assert set(answer.json["errors"]) == {"lines-0-quantity", "days"}
    assert db.session.scalar(select(Offer.id)) is None


def test_a_book_for_a_message_is_refused_and_nothing_is_stored(people: People, client: Browser) -> None:
    order = people.quoting()
    browser = client.sign_in(people.performer())
    answer = browser.send(f"/orders/{order.id}/offers/new", **{**FINE, "message": "x" * 1024 * 1024})
    assert answer.status_code in (413, 422)
    assert db.session.scalar(select(Offer.id)) is None


def test_rows_with_strange_numbers_are_no_rows(people: People, client: Browser) -> None:
    order, performer = people.quoting(), people.performer()
    strange = {
        "lines-²-name": "x",
        "lines--1-name": "x",
        "lines-99999999999-name": "x",
        "lines-x-name": "x",
        "lines": "x",
    }
    assert client.sign_in(performer).send(f"/orders/{order.id}/offers/new", **FINE, **strange).status_code == 302
    (offer,) = offers_of(performer)
    assert (offer.price, offer.lines) == (Decimal(900), [])


def test_lines_make_the_price_and_what_is_not_asked_for_is_not_read(people: People, client: Browser) -> None:
    order, performer = people.quoting(), people.performer()
    browser = client.sign_in(performer)
    by_lines = {**FINE, **ROW, "price": "nonsense", "way": "lines", "lines-3-quantity": "1"}
    assert browser.send(f"/orders/{order.id}/offers/new", **by_lines).status_code == 302
    in_all = {**FINE, "way": "total", "lines-0-name": "Parser", "lines-0-quantity": "nonsense"}
    assert browser.send(f"/orders/{order.id}/offers/new", **in_all).status_code == 302
    # A program that says nothing of the way has said it by what it fills in.
    assert browser.send(f"/orders/{order.id}/offers/new", days="3", **ROW).status_code == 302
    assert [(offer.price, len(offer.lines)) for offer in offers_of(performer)] == [
        (Decimal("901"), 1),
        (Decimal("900"), 0),
        (Decimal("901"), 1),
    ]


def test_the_form_begins_with_the_order_and_then_with_the_last_version(people: People, client: Browser) -> None:
    order, performer = people.quoting(lines=[line("Parser", 2, "700"), line("Tests", 1, "50.50")]), people.performer()
    browser, path = client.sign_in(performer), f"/orders/{order.id}/offers/new"

    def filled() -> dict[str, str]:
        page = browser.page(path)
        named: dict[str, Any] = {str(field["name"]): field.get("value", "") for field in page.select("form [name]")}
        ways = page.select_one("[name=way][checked]")
        assert ways is not None
        area = page.select_one("textarea[name=message]")
        assert area is not None
        return {**named, "way": str(ways["value"]), "message": area.get_text(strip=True)}

    first = filled()
    assert (first["way"], first["lines-0-name"], first["lines-0-quantity"], first["lines-0-unit_price"]) == (
        "lines", "Parser", "2", "700",
    )  # fmt: skip
    assert first["lines-1-unit_price"] == "50.50"
    assert first["terms"] == order.terms
    assert first["valid_until"] > clock.today().isoformat()
    send(order, performer, None, days=7, message="Mine", lines=[line("Other", 3, "10")])
    second = filled()
    assert (second["way"], second["lines-0-name"], second["days"], second["message"], second["valid_until"]) == (
        "lines", "Other", "7", "Mine", "",
    )  # fmt: skip
    send(order, performer, "555.50")
    third = filled()
    assert (third["way"], third["price"], third["lines-0-name"]) == ("total", "555.50", "Parser")


def test_more_rows_keep_what_was_typed_and_send_nothing(people: People, client: Browser) -> None:
    order = people.quoting()
    browser = client.sign_in(people.performer())
    answer = browser.send(f"/orders/{order.id}/offers/new", **ROW, days="abc", way="lines", more="1")
    assert answer.status_code == 200
    assert all(
        text in answer.text for text in ("450,50", "Parser", "abc", 'name="lines-1-name"', 'name="lines-2-name"')
    )
    assert db.session.scalar(select(Offer.id)) is None


def test_a_day_ends_where_the_person_lives(people: People, client: Browser) -> None:
    order, performer = people.quoting(), people.performer()
    update_preferences(performer, locale=None, time_zone="Asia/Vladivostok", by=performer)
    db.session.commit()
    with clock.fixed(NOON):
        browser = client.sign_in(performer)
        path = f"/orders/{order.id}/offers/new"
        # It is the 15th at noon in UTC, and ten at night there.
        assert browser.send(path, **FINE, valid_until="2030-06-14").status_code == 422
        assert browser.send(path, **FINE, valid_until="2030-06-15").status_code == 302
        (offer,) = offers_of(performer)
        assert offer.expires_at == datetime(2030, 6, 15, 13, 59, 59, tzinfo=UTC)
        assert "Jun 15, 2030, 11:59" in browser.page(f"/offers/{offer.id}").get_text()


def test_terms_that_changed_meanwhile_come_back_with_everything_typed(people: People, client: Browser) -> None:
    order, performer = people.quoting(), people.performer()
    browser, seen = client.sign_in(performer), order.terms
    fields: dict[str, Any] = {
        "title": "Another title",
        "description": "",
        "category_id": order.category_id,
        "deadline": None,
    }
    services.edit_order(order.id, **fields, price=None, by=order.customer)
    db.session.commit()
    path = f"/orders/{order.id}/offers/new"
    answer = browser.send(path, **FINE, terms=seen)
    assert answer.status_code == 409
    assert all(text in answer.text for text in ("has changed the order", "I have done this before.", "Another title"))
    assert order.terms in answer.text
    assert browser.send(path, **FINE, terms=order.terms).status_code == 302
    twice = browser.send(path, **FINE, terms=order.terms)
    assert twice.status_code == 409
    assert "says the same" in twice.text
    assert len(offers_of(performer)) == 1


def test_the_desk_names_the_performer_it_sends_an_offer_for(people: People, client: Browser) -> None:
    order, performer, manager = people.quoting(), people.performer(), people.manager()
    browser, path = client.sign_in(manager), f"/orders/{order.id}/offers/new"
    for email in ("", "nobody@example.com", people.customer().email, manager.email):
        refused = browser.send(path, **FINE, performer=email)
        assert refused.status_code == 422
        assert "performer" in refused.text
    assert browser.send(path, **FINE, performer=performer.email.upper()).status_code == 302
    (offer,) = offers_of(performer)
    assert (offer.author_id, offer.performer_id) == (manager.id, performer.id)
    page = browser.page(f"{path}?performer={performer.id}")
    assert page.select_one(f"[name=performer][value='{performer.email}']") is not None
    assert page.select_one("[name=price][value='900']") is not None
    for strange in ("0", "x", "²", "9" * 40, "999999"):
        assert browser.get(f"{path}?performer={strange}").status_code == 200
    # Their own offer they cannot accept; somebody else at the desk can.
    assert browser.send(f"/offers/{offer.id}/accept").status_code == 403
    assert offer.status is OfferStatus.SENT
    assert client.sign_in(people.manager()).send(f"/offers/{offer.id}/accept").status_code == 302
