"""Offers by program: sent, compared, decided on, by the rules and with the silence of their pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.accounts.models import Account
from marketplace.accounts.services import block_account
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.money import MAX_AMOUNT
from marketplace.orders import services
from marketplace.orders.models import MAX_DAYS, MAX_LINES, MESSAGE_LENGTH, NOTE_LENGTH, Offer, Order
from marketplace.orders.services import LineInput
from marketplace.orders.services.offering import LATEST_VALIDITY
from marketplace.orders.states import OfferStatus, Status
from marketplace.web.programs import API
from tests.api.program import Program, told
from tests.catalog.shelf import product
from tests.orders.offers import accept, contents, everything, line, send
from tests.people import LIMIT, People

Make = Callable[[Account | None], Program]
FINE: dict[str, Any] = {"price": "900", "days": 3, "message": "I have done this before."}
ROW = {"name": "Parser", "quantity": 2, "unit_price": "450.50"}


def address(order: Order) -> str:
    return f"/orders/{order.id}/offers"


def named(page: dict[str, Any]) -> list[int]:
    assert page["next_cursor"] is None
    return [item["id"] for item in page["items"]]


def test_a_whole_deal_by_offers(people: People, program: Make) -> None:
    cable = product(people, name="Cable")
    order = people.quoting(title="Move the shop", lines=[LineInput(1, product_id=cable.id)])
    customer, worker, rival = program(order.customer), program(people.performer()), program(people.performer())
    lost = rival.post(address(order), {"price": "850", "days": 9}, 201)
    answer = worker.ask("POST", address(order), FINE)
    first = told(answer, 201)
    assert answer.headers["Location"] == first["links"]["self"] == f"{API}/offers/{first['id']}"
    assert first["order"] == {"id": order.id, "number": order.number, "title": "Move the shop"}
    assert (first["price"], first["days"], first["message"]) == ("900.00", 3, FINE["message"])
    assert (first["version"], first["status"], first["author"]["id"]) == (1, "sent", first["performer"]["id"])
    assert (first["actions"], first["reason"], first["decided_at"], first["expires_at"]) == (
        ["withdraw"],
        "",
        None,
        None,
    )

    body = {"days": 4, "lines": [{**ROW, "name": "Cable"}, {"name": "Laying", "unit_price": "0"}]}
    again = worker.post(address(order), {**body, "valid_until": "2099-01-01T00:00:00+03:00"}, 422)
    assert list(again["errors"]) == ["valid_until"]
    until = (clock.now() + timedelta(days=9)).astimezone(UTC).replace(microsecond=0)
    second = worker.post(address(order), {**body, "valid_until": until.isoformat()}, 201)
    assert (second["version"], second["price"], datetime.fromisoformat(second["expires_at"])) == (2, "901.00", until)
    assert [(row["position"], row["product"], row["name"], row["sum"]) for row in second["lines"]] == [
        (1, {"id": cable.id, "name": "Cable"}, "Cable", "901.00"),
        (2, None, "Laying", "0.00"),
    ]
    assert [(row["id"], row["version"], row["status"]) for row in second["versions"]] == [
        (second["id"], 2, "sent"),
        (first["id"], 1, "superseded"),
    ]

    assert named(customer.get(address(order))) == [lost["id"], second["id"]]
    assert named(customer.get(f"{address(order)}?sort=days")) == [second["id"], lost["id"]]
    assert customer.get(f"/offers/{second['id']}")["actions"] == ["accept", "decline"]
    won = customer.post(f"/offers/{second['id']}/accept")
    assert (won["status"], won["actions"], won["links"]["order"]) == ("accepted", [], f"{API}/orders/{order.id}")
    assert won["decided_at"] is not None
    assert won == customer.get(f"/offers/{second['id']}")
    shown = customer.get(f"/orders/{order.id}")
    assert (shown["status"], shown["price"], shown["performer"]["id"]) == (
        "in_progress", "901.00", second["performer"]["id"],
    )  # fmt: skip
    assert contents(order) == [("Cable", 2, Decimal("450.50")), ("Laying", 1, Decimal(0))]
    # The order itself is not the other one's to see any more.
    gone = rival.get(f"/offers/{lost['id']}")
    assert (gone["status"], "order" in gone["links"]) == ("declined", False)
    assert named(rival.get("/offers?state=declined")) == [lost["id"]]
    rival.get(address(order), 404)


def test_the_customer_says_no_and_the_performer_takes_back(people: People, program: Make) -> None:
    order = people.quoting()
    customer, worker = program(order.customer), program(people.performer())
    offer = worker.post(address(order), FINE, 201)
    declined = customer.post(f"/offers/{offer['id']}/decline", {"reason": " Too dear.\r\n"})
    assert (declined["status"], declined["reason"], declined["actions"]) == ("declined", "Too dear.", [])
    assert worker.get(f"/offers/{offer['id']}")["reason"] == "Too dear."
    other = worker.post(address(order), {**FINE, "price": "800"}, 201)
    withdrawn = worker.post(f"/offers/{other['id']}/withdraw")
    assert (withdrawn["status"], withdrawn["reason"]) == ("withdrawn", "")
    assert program(None).get(f"/orders/{order.id}")["status"] == "quoting"
    customer.post(f"/offers/{other['id']}/accept", status=409)


def test_the_desk_sends_and_decides_for_others(people: People, program: Make) -> None:
    order, performer = people.quoting(), people.performer()
    sender = people.manager()
    manager, other = program(sender), program(people.manager())
    offer = manager.post(address(order), {**FINE, "performer_id": performer.id}, 201)
    assert (offer["performer"]["id"], offer["author"]["id"]) == (performer.id, sender.id)
    # Somebody else has to find it good.
    assert offer["actions"] == ["decline", "withdraw"]
    manager.post(f"/offers/{offer['id']}/accept", status=403)
    assert program(performer).get(f"/offers/{offer['id']}")["actions"] == ["withdraw"]
    assert other.get(f"/offers/{offer['id']}")["actions"] == ["accept", "decline"]
    assert other.post(f"/offers/{offer['id']}/accept")["status"] == "accepted"


def test_the_desk_names_an_active_performer_and_nobody_else_names_another(people: People, program: Make) -> None:
    order, customer, rival = people.quoting(), people.customer(), people.performer()
    manager, admin = people.manager(), people.admin()
    blocked, performer = people.performer(), people.performer()
    block_account(blocked.id, reason="Spam", by=admin)
    db.session.commit()
    desk, worker = program(manager), program(performer)
    before = everything()
    for performer_id in (None, manager.id, customer.id, order.customer_id, blocked.id, 2**62):
        problem = desk.post(address(order), {**FINE, "performer_id": performer_id}, 422)
        assert list(problem["errors"]) == ["performer_id"]
    for performer_id in (rival.id, customer.id, 2**62):
        worker.post(address(order), {**FINE, "performer_id": performer_id}, 403)
    desk.post(f"/orders/{10**17}/offers", {**FINE, "performer_id": 2**62}, 404)
    assert everything() == before
    worker.post(address(order), {**FINE, "performer_id": performer.id}, 201)


def test_who_sees_which_offers(people: People, program: Make) -> None:
    performer, rival, stranger = people.performer(), people.performer(), people.customer()
    order = people.quoting()
    own, others = send(order, performer), send(order, rival, "800")
    for reader in (order.customer, people.manager(), people.observer(), people.admin()):
        assert named(program(reader).get(address(order))) == [others.id, own.id]
        assert program(reader).get(f"/offers/{own.id}")["id"] == own.id
    assert program(people.observer()).get(f"/offers/{own.id}")["actions"] == []
    assert named(program(performer).get(address(order))) == [own.id]
    program(performer).get(f"/offers/{own.id}")
    assert named(program(people.performer()).get(address(order))) == []
    program(stranger).get(address(order), 403)
    for nobody in (stranger, rival):
        program(nobody).get(f"/offers/{own.id}", 404)
    for path in (address(order), f"/offers/{own.id}", "/offers"):
        program(None).get(path, 401)
    for other in (stranger, people.manager(), people.observer()):
        program(other).get("/offers", 403)
    accept(own)
    for nobody in (stranger, rival, people.performer()):
        program(nobody).get(address(order), 404)
    assert named(program(performer).get(address(order))) == [own.id]


@pytest.mark.parametrize("act", ["accept", "decline", "withdraw"])
def test_who_may_not_decide_changes_nothing(people: People, program: Make, act: str) -> None:
    performer = people.performer()
    order = people.quoted(performer)
    offer = db.session.scalars(select(Offer).where(Offer.order_id == order.id)).one()
    asked = [
        (None, 401),
        (people.customer(), 404),
        (people.performer(), 404),
        (people.observer(), 403),
        (order.customer if act == "withdraw" else performer, 403),
    ]
    programs = [(program(who), status) for who, status in asked]
    before = everything()
    for asker, status in programs:
        asker.post(f"/offers/{offer.id}/{act}", status=status)
        asker.post(f"/offers/{10**17}/{act}", status=401 if status == 401 else 404)
    assert everything() == before


@pytest.mark.parametrize("act", ["accept", "decline", "withdraw"])
def test_what_was_decided_on_stays_so(people: People, program: Make, act: str) -> None:
    performer, order = people.performer(), people.quoting()
    old, offer = send(order, performer), send(order, performer, "800")
    customer, worker = program(order.customer), program(performer)
    accept(offer)
    before = everything()
    for one in (old, offer):
        (worker if act == "withdraw" else customer).post(f"/offers/{one.id}/{act}", status=409)
    assert everything() == before


def test_a_performer_with_too_much_to_do_gets_no_more(people: People, program: Make) -> None:
    performer, order = people.performer(), people.quoting()
    offer = send(order, performer)
    for _number in range(LIMIT):
        people.taken(performer)
    customer = program(order.customer)
    before = everything()
    assert customer.post(f"/offers/{offer.id}/accept", status=409)["type"] == "urn:podryad:problem:performer-busy"
    assert everything() == before


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "no price": ({"price": None}, "price"),
    "free": ({"price": "0"}, "price"),
    "less than nothing": ({"price": "-5"}, "price"),
    "a number": ({"price": 900}, "price"),
    "NaN": ({"price": "NaN"}, "price"),
    "1e3": ({"price": "1e3"}, "price"),
    "half a kopeck": ({"price": "1.001"}, "price"),
    "too dear": ({"price": str(MAX_AMOUNT + 1)}, "price"),
    "no days": ({"days": 0}, "days"),
    "days without a number": ({"days": None}, "days"),
    "days as text": ({"days": "3"}, "days"),
    "half a day": ({"days": 1.5}, "days"),
    "2**70 days": ({"days": 2**70}, "days"),
    "too many days": ({"days": MAX_DAYS + 1}, "days"),
    "a book": ({"message": "x" * (MESSAGE_LENGTH + 1)}, "message"),
    "NUL": ({"message": "\x00"}, "message"),
    "over": ({"valid_until": "2020-01-01T00:00:00Z"}, "valid_until"),
    "now": ({"valid_until": timedelta(0)}, "valid_until"),
    "too far": ({"valid_until": LATEST_VALIDITY + timedelta(hours=1)}, "valid_until"),
    "the end of time": ({"valid_until": "9999-12-31T23:59:59-12:00"}, "valid_until"),
    "its beginning": ({"valid_until": "0001-01-01T00:00:00+12:00"}, "valid_until"),
    "a day": ({"valid_until": "2031-01-01"}, "valid_until"),
    "a moment nowhere": ({"valid_until": "2031-01-01T00:00:00"}, "valid_until"),
    "seconds since 1970": ({"valid_until": 1924000000}, "valid_until"),
    "the same as text": ({"valid_until": "1924000000"}, "valid_until"),
    "no day at all": ({"valid_until": "2031-02-30T00:00:00Z"}, "valid_until"),
    "a line without a price": ({"lines": [{"name": "x"}]}, "lines.0.unit_price"),
    "a line without a name": ({"lines": [{"unit_price": "1"}]}, "lines.0.name"),
    "a line that is a product": ({"lines": [{"product_id": 1, "unit_price": "1"}]}, "lines.0.name"),
    "none of it": ({"lines": [{**ROW, "quantity": 0}]}, "lines.0.quantity"),
    "lines for nothing": ({"price": None, "lines": [{**ROW, "unit_price": "0"}]}, "lines"),
    "lines too dear": ({"price": None, "lines": [{**ROW, "unit_price": str(MAX_AMOUNT)}]}, "lines"),
    "too many lines": ({"lines": [ROW] * (MAX_LINES + 1)}, "lines"),
    "two prices": ({"lines": [ROW]}, "price"),
    "an unknown field": ({"status": "accepted"}, "status"),
    "no performer": ({"performer_id": 0}, "performer_id"),
    "long terms": ({"terms": "x" * 65}, "terms"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_offered_is_refused_by_its_field(people: People, program: Make, case: str) -> None:
    values, field = BAD[case]
    order = people.quoting()
    if isinstance(away := values.get("valid_until"), timedelta):
        values = {"valid_until": (clock.now() + away).isoformat()}
    worker = program(people.performer())
    before = everything()
    problem = worker.post(address(order), {**FINE, **values}, 422)
    assert field in problem["errors"]
    assert everything() == before


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("06-15T12:00:01Z", "06-15T12:00:01Z"),
        ("06-16t00:00:00.1234567+03:00", "06-15T21:00:00.123456Z"),
        ("12-31T23:59:60z", "12-31T23:59:59Z"),
        ("06-15T12:00:00-00:00", "06-15T12:00:00Z"),
    ],
)
def test_a_moment_is_one_of_rfc_3339(people: People, program: Make, text: str, moment: str) -> None:
    year = clock.now().year + 1
    sent = {**FINE, "valid_until": f"{year}-{text}"}
    shown = program(people.performer()).post(address(people.quoting()), sent, 201)
    assert shown["expires_at"] == f"{year}-{moment}"


@pytest.mark.parametrize("text", ["06-15T12:00:61Z", "06-15T12:00:99Z", "06-15T12:60:00Z", "06-15T24:00:00Z"])
def test_no_minute_has_more_than_its_seconds(people: People, program: Make, text: str) -> None:
    worker, path = program(people.performer()), address(people.quoting())
    before = everything()
    problem = worker.post(path, {**FINE, "valid_until": f"{clock.now().year + 1}-{text}"}, 422)
    assert list(problem["errors"]) == ["valid_until"]
    assert everything() == before


def test_lines_may_come_with_their_sum(people: People, program: Make) -> None:
    sent = program(people.performer()).post(address(people.quoting()), {**FINE, "price": "901", "lines": [ROW]}, 201)
    assert sent["price"] == "901.00"


def test_an_offer_is_for_the_order_as_it_was_read(people: People, program: Make) -> None:
    order = people.quoting()
    worker = program(people.performer())
    terms = worker.get(f"/orders/{order.id}")["terms"]
    services.add_line(order.id, line(), by=order.customer)
    db.session.commit()
    before = everything()
    problem = worker.post(address(order), {**FINE, "terms": terms}, 409)
    assert problem["type"] == "urn:podryad:problem:terms-changed-before-offer"
    assert everything() == before
    worker.post(address(order), {**FINE, "terms": worker.get(f"/orders/{order.id}")["terms"]}, 201)


def test_a_second_press_of_the_button_and_a_repeated_request(people: People, program: Make) -> None:
    order, worker = people.quoting(), program(people.performer())
    key = {"Idempotency-Key": "a1"}
    first = worker.post(address(order), FINE, 201, headers=key)
    before = everything()
    assert worker.post(address(order), FINE, 201, headers=key) == first
    assert worker.post(address(order), FINE, 409)["type"] == "urn:podryad:problem:nothing-changed"
    assert everything() == before


def test_orders_that_take_no_offers_say_why(people: People, program: Make) -> None:
    asked = [(people.order(), 409), (people.taken(), 404), (people.cancelled(), 404)]
    own = people.quoting()
    worker, customer, observer = program(people.performer()), program(own.customer), program(people.observer())
    before = everything()
    for order, status in asked:
        worker.post(address(order), FINE, status)
    for asker in (customer, observer):
        asker.post(address(own), FINE, 403)
    program(None).post(address(own), FINE, 401)
    assert everything() == before


def test_past_its_time_an_offer_has_expired(people: People, program: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    order, performer = people.quoting(), people.performer()
    offer = send(order, performer, expires_at=clock.now() + timedelta(days=1))
    later = clock.now() + timedelta(days=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    customer = program(order.customer)
    shown = customer.get(f"/offers/{offer.id}")
    assert (shown["status"], shown["actions"], shown["versions"][0]["status"]) == ("expired", ["decline"], "expired")
    assert named(customer.get(f"{address(order)}?state=sent")) == []
    assert named(customer.get(f"{address(order)}?state=expired")) == [offer.id]
    assert named(program(performer).get("/offers?state=expired")) == [offer.id]
    before = everything()
    assert customer.post(f"/offers/{offer.id}/accept", status=409)["detail"] == "The offer has expired."
    assert everything() == before


def test_a_word_has_a_length(people: People, program: Make) -> None:
    offer = send(people.quoting(), people.performer())
    customer, worker = program(offer.order.customer), program(offer.performer)
    before = everything()
    for asker, act in ((customer, "decline"), (worker, "withdraw")):
        for body in ({"reason": "x" * (NOTE_LENGTH + 1)}, {"reason": None}, {"reason": 1}, {"why": "x"}):
            asker.post(f"/offers/{offer.id}/{act}", body, 422)
    customer.post(f"/offers/{offer.id}/accept", {"reason": "x"}, 400)
    assert everything() == before


def test_what_the_order_had_before_is_told_to_nobody(people: People, program: Make) -> None:
    performer = people.performer()
    order = people.quoting(price=Decimal("7654321.09"), lines=[line("Secret")])
    offer = send(order, performer, None, lines=[line("Open")])
    accept(offer)
    shown = program(performer).ask("GET", f"/offers/{offer.id}").text
    assert "Secret" not in shown
    assert "7654321" not in shown


def test_an_offer_that_has_not_changed_is_not_sent_again(people: People, program: Make) -> None:
    order, performer = people.quoting(), people.performer()
    offer = send(order, performer)
    customer = program(order.customer)
    seen = customer.ask("GET", f"/offers/{offer.id}").headers["ETag"]
    assert customer.ask("GET", f"/offers/{offer.id}", headers={"If-None-Match": seen}).status_code == 304
    answer = customer.ask("POST", f"/offers/{offer.id}/decline")
    assert told(answer, 200)["status"] == OfferStatus.DECLINED
    again = customer.ask("GET", f"/offers/{offer.id}", headers={"If-None-Match": seen})
    assert (again.status_code, again.headers["ETag"]) == (200, answer.headers["ETag"])
    assert db.session.get_one(Order, order.id).status is Status.QUOTING
