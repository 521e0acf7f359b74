"""The pages of offers: who may come to which, what they show to whom, and how their lists turn."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask

from marketplace.core import clock
from marketplace.core.db import db
from marketplace.orders import services
from marketplace.orders.states import OfferStatus, Status
from tests.client import Browser
from tests.orders.offers import accept, everything, send, wanted
from tests.people import People

FINE = {"price": "900", "days": "3"}


def links(browser: Browser, path: str) -> set[str]:
    """Where the buttons of the page lead to."""
    return {str(link["href"]) for link in browser.page(path).select("#content .actions a[href^='/o']")}


def test_each_person_sees_the_buttons_that_would_work(people: People, client: Browser) -> None:
    order, performer = people.quoting(), people.performer()
    offer = send(order, performer)
    at, new = f"/offers/{offer.id}", f"/orders/{order.id}/offers/new"
    decide, there = {f"{at}/accept", f"{at}/decline"}, f"/orders/{order.id}"
    assert links(client.sign_in(order.customer), at) == decide | {there}
    assert links(client.sign_in(performer), at) == {new, f"{at}/withdraw", there}
    assert links(client.sign_in(people.manager()), at) == decide | {f"{new}?performer={performer.id}", there}
    assert links(client.sign_in(people.observer()), at) == {there}
    compare = f"/orders/{order.id}/offers"
    assert links(client.sign_in(order.customer), compare) >= decide
    observer = client.sign_in(people.observer()).page(compare)
    assert "₽900" in observer.get_text()
    assert observer.select(f"a[href^='{at}/']") == []


def test_an_expired_offer_is_told_as_such_and_has_no_button_to_accept_it(people: People, client: Browser) -> None:
    order, performer = people.quoting(), people.performer()
    with clock.fixed(clock.now() - timedelta(days=2)):
        offer = send(order, performer, expires_at=clock.now() + timedelta(days=1))
    buyer = client.sign_in(order.customer)
    assert "Expired" in buyer.page(f"/orders/{order.id}/offers").get_text()
    assert "The offer has expired." in buyer.page(f"/offers/{offer.id}").get_text()
    assert f"/offers/{offer.id}/accept" not in links(buyer, f"/offers/{offer.id}")
    assert buyer.get(f"/offers/{offer.id}/accept").status_code == 409
    refused = buyer.send(f"/offers/{offer.id}/accept")
    assert refused.status_code == 409
    assert "expired" in refused.text
    assert offer.status is OfferStatus.SENT
    mine = client.sign_in(performer)
    assert order.title in mine.page("/performer/offers?state=expired").get_text()
    assert order.title not in mine.page("/performer/offers").get_text()


ANSWERS = """
                     customer other performer rival manager observer admin
/orders/{o}/offers     200     403    403      403   200     200      200
/orders/{o}/offers/new 403     403    200      200   200     403      200
/offers/{f}            200     404    200      404   200     200      200
/offers/{f}/accept     200     404    403      404   200     403      200
/offers/{f}/decline    200     404    403      404   200     403      200
/offers/{f}/withdraw   403     404    200      404   403     403      403
/performer/offers      403     403    200      200   403     403      403
"""


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_who_may_come_to_which_page(people: People, client: Browser, method: str) -> None:
    order, performer = people.quoting(), people.performer()
    offer = send(order, performer)
    who = {
        "customer": order.customer, "other": people.customer(), "performer": performer, "rival": people.performer(),
        "manager": people.manager(), "observer": people.observer(), "admin": people.admin(),
    }  # fmt: skip
    _blank, head, *rows = ANSWERS.splitlines()
    for row in rows:
        path, *codes = row.split()
        path = path.format(o=order.id, f=offer.id)
        if method == "POST" and path.endswith("offers"):
            continue
        for name, code in zip(head.split(), codes, strict=True):
            browser = client.sign_in(who[name])
            if method == "GET":
                assert browser.get(path).status_code == int(code), (path, name)
            elif code != "200":
                before = everything()
                answer = browser.send(path, **FINE, reason="No")
                assert answer.status_code == (405 if path == f"/offers/{offer.id}" else int(code)), (path, name)
                assert everything() == before


def test_strangers_are_sent_to_sign_in_and_what_is_not_there_is_not_there(people: People, client: Browser) -> None:
    offer = send(people.quoting(), people.performer())
    for path in (f"/offers/{offer.id}", f"/orders/{offer.order_id}/offers", "/performer/offers"):
        assert client.get(path).status_code == 302
    for act in ("accept", "decline", "withdraw"):
        assert client.send(f"/offers/{offer.id}/{act}").status_code == 401
    assert offer.status is OfferStatus.SENT
    browser = client.sign_in(people.manager())
    for path in ("/offers/999999", "/offers/999999/accept", "/orders/999999/offers", "/offers/0", f"/offers/{10**30}"):
        assert browser.get(path).status_code == 404


def test_declining_and_withdrawing_take_a_word_along(people: People, app: Flask) -> None:
    order, performer = people.quoting(), people.performer()
    first = send(order, performer)
    buyer, worker = Browser.of(app).sign_in(order.customer), Browser.of(app).sign_in(performer)
    long = buyer.send(f"/offers/{first.id}/decline", reason="x" * 1001)
    assert long.status_code == 422
    assert first.status is OfferStatus.SENT
    assert buyer.send(f"/offers/{first.id}/decline", reason="Too dear").location == f"/orders/{order.id}/offers"
    assert "Too dear" in worker.page(f"/offers/{first.id}").get_text()
    assert "Too dear" in worker.page(f"/orders/{order.id}").get_text()
    second = send(order, performer, "800")
    assert worker.send(f"/offers/{second.id}/withdraw", reason="Ill").location == f"/offers/{second.id}"
    assert (second.status, second.reason) == (OfferStatus.WITHDRAWN, "Ill")
    assert worker.send(f"/offers/{second.id}/withdraw").status_code == 409


def test_other_performers_learn_nothing_of_an_offer(people: People, client: Browser) -> None:
    order, performer = people.quoting(), people.performer()
    send(order, performer, "777777", message="A secret plan")
    for browser in (client, client.sign_in(people.performer()), client.sign_in(people.customer())):
        text = browser.page(f"/orders/{order.id}").get_text()
        assert "777" not in text
        assert "secret" not in text
        assert performer.name not in text


def test_what_was_accepted_stands_on_the_orders_page(people: People, client: Browser) -> None:
    order = people.quoting()
    offer = accept(send(order, people.performer(), "4321"))
    page = client.sign_in(order.customer).page(f"/orders/{order.id}")
    assert page.select_one(f"#order-offers a[href='/offers/{offer.id}']") is not None
    assert order.price == Decimal(4321)


def test_lists_of_offers_turn_their_pages(people: People, client: Browser) -> None:
    order, manager = people.quoting(), people.manager()
    performers = [people.performer() for _ in range(13)]
    for number, performer in enumerate(performers):
        services.send_offer(order.id, wanted(str(100 + number // 3), days=number + 1), by=manager, performer=performer)
    db.session.commit()
    browser = client.sign_in(order.customer)
    for sort in ("price", "days", "rating", "newest"):
        path: str | None = f"/orders/{order.id}/offers?sort={sort}"
        seen: list[str] = []
        while path:
            page = browser.page(path)
            seen += [str(link["href"]) for link in page.select(".offer-card a[href$=accept]")]
            further = page.select_one("a[rel=next]")
            path = str(further["href"]) if further else None
        assert len(seen) == len(set(seen)) == 13
    assert browser.get(f"/orders/{order.id}/offers?sort=luck").status_code == 422
    assert browser.get(f"/orders/{order.id}/offers?cursor=x").status_code == 422
    assert client.sign_in(performers[0]).get("/performer/offers?state=superseded").status_code == 422
    assert client.sign_in(performers[0]).get("/performer/offers?cursor=x").status_code == 422


def test_the_command_notes_what_has_expired(people: People, app: Flask) -> None:
    order = people.quoting()
    with clock.fixed(clock.now() - timedelta(days=2)):
        offer = send(order, people.performer(), expires_at=clock.now() + timedelta(days=1))
    result = app.test_cli_runner().invoke(args=["offers", "expire"])
    assert result.exit_code == 0, result.output
    assert "1 offers expired." in result.output
    db.session.expire_all()
    assert (offer.status, order.status) == (OfferStatus.EXPIRED, Status.QUOTING)
    assert "0 offers expired." in app.test_cli_runner().invoke(args=["offers", "expire"]).output
