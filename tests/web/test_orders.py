"""The pages of one order: who sees what, and what happens when somebody acts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select, text

from marketplace.accounts.services import update_preferences
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.orders import services
from marketplace.orders.models import OrderEvent, Review
from marketplace.orders.states import Status
from tests.client import Browser
from tests.people import LIMIT, People


def buttons(browser: Browser, order_id: int) -> list[str]:
    page = browser.page(f"/orders/{order_id}")
    return [
        str(link["href"]).rsplit("/", 1)[-1] for link in page.select("#content .panel .actions a[href^='/orders/']")
    ]


def test_each_person_sees_the_buttons_that_would_work(people: People, app: object, client: Browser) -> None:
    customer, performer = people.customer(), people.performer()
    order = people.order(customer)
    assert buttons(client, order.id) == []
    assert buttons(client.sign_in(performer), order.id) == ["take"]
    assert buttons(client.sign_in(customer), order.id) == ["edit", "request-quote", "cancel"]
    assert buttons(client.sign_in(people.customer()), order.id) == []
    assert buttons(client.sign_in(people.observer()), order.id) == []
    assert buttons(client.sign_in(people.manager()), order.id) == ["edit", "request-quote", "assign", "cancel"]
    services.take_order(order.id, limit=LIMIT, by=performer)
    db.session.commit()
    assert buttons(client.sign_in(performer), order.id) == ["complete", "withdraw"]
    assert buttons(client.sign_in(customer), order.id) == ["cancel"]
    services.complete_order(order.id, by=performer)
    db.session.commit()
    assert buttons(client.sign_in(performer), order.id) == []
    assert buttons(client.sign_in(customer), order.id) == ["rate"]
    services.rate_order(order.id, rating=7, text="Fine", by=customer)
    db.session.commit()
    assert buttons(client.sign_in(performer), order.id) == ["answer"]
    assert buttons(client.sign_in(customer), order.id) == []


def test_refusals_are_explained_on_the_page(people: People, client: Browser) -> None:
    order = people.order()
    words = client.sign_in(people.customer()).page(f"/orders/{order.id}").get_text()
    assert "Only performers take orders." in words
    assert "Only its performer or a manager may complete this order." in words


def test_a_whole_deal_by_forms(people: People, app: object) -> None:
    customer, performer = people.customer(), people.performer(phone="+7 900 000-00-01")
    buyer, worker = Browser.of(people.app).sign_in(customer), Browser.of(people.app).sign_in(performer)
    python = people.category().id

    posted = buyer.send("/orders/new", title="Parser", description="Three sites", category_id=python, price="1 499,90")
    assert posted.status_code == 302
    address = posted.location
    assert "₽1,499.90" in Browser.of(people.app).page("/board").get_text()

    assert "1,499.90" in worker.page(f"{address}/take").get_text()
    assert worker.send(f"{address}/take").location == address
    assert "+7 900 000-00-01" in buyer.page(address).get_text()
    assert worker.send(f"{address}/complete").location == address
    assert buyer.send(f"{address}/rate", rating="9", text="Quick and clear").location == address
    assert worker.send(f"{address}/answer", answer="Gladly again").location == address
    page = buyer.page(address).get_text()
    assert "Quick and clear" in page
    assert "Gladly again" in page
    assert "9.0" in Browser.of(people.app).page(f"/performers/{performer.id}").get_text()


def test_the_loser_of_a_race_is_told_what_happened(people: People, client: Browser) -> None:
    order = people.order()
    late = client.sign_in(people.performer())
    services.take_order(order.id, limit=LIMIT, by=people.performer())
    db.session.commit()
    response = late.send(f"/orders/{order.id}/take")
    assert response.status_code == 409
    assert "already in progress" in response.text


@pytest.mark.parametrize(
    ("who", "act", "status"),
    [
        ("customer", "take", 403), ("other_customer", "take", 403), ("manager", "take", 403),
        ("performer", "complete", 403), ("performer", "withdraw", 403), ("performer", "cancel", 403),
        ("customer", "complete", 403), ("customer", "rate", 409), ("performer", "rate", 403),
        ("customer", "withdraw", 403),
    ],
)  # fmt: skip
def test_refused_acts_on_an_open_order_change_nothing(
    people: People, client: Browser, who: str, act: str, status: int
) -> None:
    owner = people.customer()
    order = people.order(owner)
    actor = {
        "customer": lambda: owner,
        "other_customer": people.customer,
        "performer": people.performer,
        "manager": people.manager,
    }[who]()
    response = client.sign_in(actor).send(f"/orders/{order.id}/{act}", reason="x", rating="5", text="x")
    assert response.status_code == status
    assert order.status is Status.NEW
    assert db.session.scalar(select(func.count()).select_from(OrderEvent)) == 1


def test_somebody_elses_private_order_does_not_exist(people: People, client: Browser) -> None:
    order = people.taken()
    for actor in (people.customer(), people.performer()):
        browser = client.sign_in(actor)
        assert browser.get(f"/orders/{order.id}").status_code == 404
        assert browser.send(f"/orders/{order.id}/cancel", reason="x").status_code == 404
    assert Browser.of(people.app).get(f"/orders/{order.id}").status_code == 404
    assert client.sign_in(people.observer()).get(f"/orders/{order.id}").status_code == 200


def test_history_and_reasons_are_not_for_strangers(people: People, client: Browser) -> None:
    performer = people.performer(name="Ivan Withdrawer")
    order = people.taken(performer)
    services.withdraw_order(order.id, reason="Fell ill", by=performer)
    db.session.commit()
    stranger = client.page(f"/orders/{order.id}").get_text()
    assert "Fell ill" not in stranger
    assert "Ivan Withdrawer" not in stranger
    owner = client.sign_in(order.customer).page(f"/orders/{order.id}").get_text()
    assert "Fell ill" in owner
    assert "Ivan Withdrawer" in owner


@pytest.mark.parametrize("act", ["withdraw", "cancel"])
def test_a_reason_must_be_given(people: People, client: Browser, act: str) -> None:
    performer, customer = people.performer(), people.customer()
    order = people.taken(performer, customer)
    browser = client.sign_in(performer if act == "withdraw" else customer)
    response = browser.send(f"/orders/{order.id}/{act}", reason="   ")
    assert response.status_code == 422
    assert "Give a reason" in response.text
    assert order.status is Status.IN_PROGRESS


@pytest.mark.parametrize("rating", ["0", "11", "5.5", "", "²", "NaN"])
def test_ratings_outside_one_to_ten_are_refused_and_the_text_is_kept(
    people: People, client: Browser, rating: str
) -> None:
    customer = people.customer()
    order = people.completed(customer=customer)
    response = client.sign_in(customer).send(f"/orders/{order.id}/rate", rating=rating, text="My long review")
    assert response.status_code == 422
    assert "My long review" in response.text
    assert db.session.scalar(select(func.count()).select_from(Review)) == 0


def test_an_order_is_rated_once_and_answered_once(people: People, client: Browser) -> None:
    customer, performer = people.customer(), people.performer()
    order = people.completed(performer, customer)
    buyer, worker = Browser.of(people.app).sign_in(customer), Browser.of(people.app).sign_in(performer)
    assert worker.send(f"/orders/{order.id}/answer", answer="x").status_code == 409
    assert buyer.send(f"/orders/{order.id}/rate", rating="3").status_code == 302
    again = buyer.send(f"/orders/{order.id}/rate", rating="10")
    assert again.status_code == 409
    assert "already rated" in again.text
    assert worker.send(f"/orders/{order.id}/answer", answer="Sorry").status_code == 302
    assert worker.send(f"/orders/{order.id}/answer", answer="Not sorry").status_code == 409
    assert db.session.scalars(select(Review.rating)).all() == [3]


def test_a_manager_edits_for_the_customer_and_nobody_edits_taken_work(people: People, client: Browser) -> None:
    order = people.order(title="Old")
    manager = client.sign_in(people.manager())
    fields = {"title": "New", "description": "More", "category_id": order.category_id, "by_agreement": "y"}
    assert manager.send(f"/orders/{order.id}/edit", **fields).status_code == 302
    assert (order.title, order.price) == ("New", None)
    services.take_order(order.id, limit=LIMIT, by=people.performer())
    db.session.commit()
    assert manager.send(f"/orders/{order.id}/edit", **fields | {"title": "Newer"}).status_code == 409
    assert order.title == "New"


@pytest.mark.parametrize(
    "fields",
    [
        {"title": ""}, {"title": "x" * 121}, {"price": "0"}, {"price": "-5"}, {"price": "NaN"}, {"price": "1.999"},
        {"price": "1e3"}, {"price": ""}, {"category_id": "999999"}, {"category_id": "²"}, {"deadline": "2001-01-01"},
        {"deadline": "9999-12-31"}, {"deadline": "soon"}, {"price": "10", "by_agreement": "y"}, {"description": " "},
    ],
)  # fmt: skip
def test_an_order_that_cannot_be_is_refused_with_everything_typed_still_there(
    people: People, client: Browser, fields: dict[str, str]
) -> None:
    good = {"title": "Good", "description": "Words that I typed", "category_id": people.category().id, "price": "10"}
    response = client.sign_in(people.customer()).send("/orders/new", **good | fields)
    assert response.status_code == 422
    if "description" not in fields:
        assert "Words that I typed" in response.text
    assert 'class="invalid-feedback"' in response.text


def test_the_millionth_order_has_a_whole_number(people: People) -> None:
    order = people.order()
    assert order.number == f"{order.created_at.year}-{order.id:06d}"
    db.session.execute(text("SELECT setval(pg_get_serial_sequence('orders', 'id'), 1234566)"))
    assert people.order().number.endswith("-1234567")


def test_nobody_takes_an_order_on_other_terms_than_the_page_showed(people: People, app: object) -> None:
    customer, performer = people.customer(), people.performer()
    order = people.order(customer, price=Decimal("1500"))
    buyer, worker = Browser.of(people.app).sign_in(customer), Browser.of(people.app).sign_in(performer)
    shown = str(worker.page(f"/orders/{order.id}/take").select_one("input[name=terms]")["value"])  # type: ignore[index]

    changed = {"title": order.title, "description": order.description, "category_id": order.category_id}
    changed |= {"price": "1", "deadline": (clock.today() + timedelta(days=30)).isoformat()}
    assert buyer.send(f"/orders/{order.id}/edit", **changed).status_code == 302
    refused = worker.send(f"/orders/{order.id}/take", terms=shown)
    assert refused.status_code == 409
    assert "changed" in refused.text
    assert order.status is Status.NEW

    shown = str(worker.page(f"/orders/{order.id}/take").select_one("input[name=terms]")["value"])  # type: ignore[index]
    assert worker.send(f"/orders/{order.id}/take", terms=shown).status_code == 302
    assert order.performer_id == performer.id


def test_an_order_that_only_came_back_to_the_board_is_still_on_the_terms_shown(people: People, client: Browser) -> None:
    order, other = people.order(), people.performer()
    client.sign_in(people.performer())
    shown = str(client.page(f"/orders/{order.id}/take").select_one("input[name=terms]")["value"])  # type: ignore[index]
    services.take_order(order.id, limit=LIMIT, by=other)
    services.withdraw_order(order.id, reason="No time", by=other)
    db.session.commit()
    assert client.send(f"/orders/{order.id}/take", terms=shown).status_code == 302


@pytest.mark.parametrize("terms", ["x", "é", "0" * 5000])
def test_mangled_terms_are_other_terms(people: People, client: Browser, terms: str) -> None:
    order = people.order()
    assert client.sign_in(people.performer()).send(f"/orders/{order.id}/take", terms=terms).status_code == 409


def test_an_order_stays_editable_when_its_category_takes_no_new_ones(people: People, client: Browser) -> None:
    customer = people.customer()
    order, other = people.order(customer), people.category("closed")
    order.category.is_active = other.is_active = False
    db.session.commit()
    client.sign_in(customer)
    page = client.page(f"/orders/{order.id}/edit")
    assert page.select_one(f"option[value='{order.category_id}'][selected]") is not None
    fields = {"title": "Other words", "description": "Still", "price": "100"}
    assert client.send(f"/orders/{order.id}/edit", **fields, category_id=order.category_id).status_code == 302
    assert order.title == "Other words"
    assert client.send(f"/orders/{order.id}/edit", **fields, category_id=other.id).status_code == 422


def test_today_is_a_deadline_where_the_person_is(people: People, client: Browser) -> None:
    customer = people.customer()
    fields = {"title": "Parser", "description": "Three", "price": "1", "category_id": people.category().id}
    # A quarter past one in Moscow, of the day after UTC's.
    with clock.fixed(datetime(2030, 1, 30, 22, 15, tzinfo=UTC)):
        client.sign_in(customer)
        assert client.send("/orders/new", **fields, deadline="2030-01-31").status_code == 302
        assert client.send("/orders/new", **fields, deadline="2030-01-30").status_code == 422
    update_preferences(customer, locale=None, time_zone="America/Los_Angeles", by=customer)
    db.session.commit()
    with clock.fixed(datetime(2030, 1, 31, 2, 0, tzinfo=UTC)):
        client.sign_in(customer)
        assert client.send("/orders/new", **fields, deadline="2030-01-30").status_code == 302


def test_an_address_leads_to_one_mailbox_and_nowhere_else(people: People, client: Browser) -> None:
    performer = people.performer(email="boss?cc=spy&body=hi%0a@example.com")
    order = people.taken(performer)
    link = client.sign_in(order.customer).page(f"/orders/{order.id}").select_one("a[href^='mailto:']")
    assert link is not None
    assert link["href"] == "mailto:boss%3Fcc%3Dspy%26body%3Dhi%250a@example.com"
    assert link.get_text() == performer.email


@pytest.mark.parametrize("title", ["\u200b", "\u3164", "\u2800\u2800", "\u200d", "...", "\u202e\u202d"])
def test_a_title_that_nobody_can_read_is_refused(people: People, client: Browser, title: str) -> None:
    client.sign_in(people.customer())
    fields = {"description": "Three", "price": "1", "category_id": people.category().id}
    answer = client.send("/orders/new", **fields, title=title)
    assert answer.status_code == 422
    assert "Say in a few words what has to be done." in answer.text
