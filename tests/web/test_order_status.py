"""States changed in the list: the very acts of the order's page, with their refusals, by form and by the script."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from marketplace.accounts.models import Account
from marketplace.core.db import db
from marketplace.orders import services
from marketplace.orders.models import NOTE_LENGTH, Order, OrderEvent
from marketplace.orders.states import MoneyState, Status
from marketplace.web.actions import possible_targets
from tests.client import Browser
from tests.people import LIMIT, People

STATES: list[tuple[str, str]] = [
    *(("status", status.value) for status in (Status.QUOTING, Status.COMPLETED, Status.CANCELLED)),
    *(("money_state", state.value) for state in MoneyState),
]


ACTS = {"quoting": "request-quote", "completed": "complete", "cancelled": "cancel"}


def by_form(client: Browser, order: Order, **fields: Any) -> TestResponse:
    """As browsers without scripts send it."""
    return client.send(f"/orders/{order.id}/status", **fields)


def by_script(client: Browser, order: Order, field: str, value: str) -> TestResponse:
    """As the list's script sends it: to the API, by a token of the same session."""
    issued = client.send("/sessions/token").json
    token = issued["access_token"] if issued else "-"
    body = {"state": value} if field == "money_state" else {"reason": "Because"} if value == "cancelled" else None
    act = "money" if field == "money_state" else ACTS[value]
    headers = {"Authorization": f"Bearer {token}"}
    return client.post(f"/api/v1/orders/{order.id}/{act}", json=body, headers=headers)


def stand(order: Order) -> tuple[Any, ...]:
    """All that a change of state could touch."""
    db.session.refresh(order)
    events = db.session.scalar(select(func.count()).where(OrderEvent.order_id == order.id))
    return order.status, order.money_state, order.updated_at, events


def orders_in_all_states(people: People, customer: Account, performer: Account) -> list[Order]:
    manager = people.manager()
    quoting, quoted = people.order(customer), people.order(customer)
    for order in (quoting, quoted):
        services.request_quote(order.id, by=customer)
    services.send_offer(quoted.id, services.OfferInput(days=1, price=quoted.price), by=performer)
    cancelled, paid = people.order(customer), people.completed(performer, customer)
    services.cancel_order(cancelled.id, reason="No longer needed", by=customer)
    services.set_money(paid.id, state=MoneyState.PAID, by=manager)
    db.session.commit()
    return [people.order(customer), quoting, quoted, people.taken(performer, customer), paid, cancelled]


@pytest.mark.parametrize("scripted", [False, True])
def test_what_is_offered_is_done_and_everything_else_is_refused(
    people: People, client: Browser, scripted: bool
) -> None:
    customer, performer = people.customer(), people.performer()
    everybody = [customer, performer, people.customer(), people.performer(), people.manager(), people.observer()]
    done = refused = 0
    for user in everybody:
        client.sign_in(user)
        for order in orders_in_all_states(people, customer, performer):
            for field, value in STATES:
                db.session.refresh(order)
                targets = possible_targets(order, user)
                offered = value in (targets.statuses if field == "status" else targets.money_states)
                before = stand(order)
                if scripted:
                    answer = by_script(client, order, field, value)
                else:
                    answer = by_form(client, order, **{field: value, "reason": "Because"})
                if not offered:
                    assert answer.status_code in (403, 404, 409), (user.role, before, value)
                    assert stand(order) == before
                    refused += 1
                    continue
                db.session.refresh(order)
                assert answer.status_code == (200 if scripted else 302), (user.role, before, value, answer.text)
                assert getattr(order, field) == value and order.updated_at > before[2]
                if scripted:
                    assert answer.json and (answer.json["id"], answer.json["status"]) == (order.id, order.status)
                done += 1
                break
    assert done == 10 and refused > 100


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"status": ""},
        {"status": "completed", "money_state": "paid"},
        {"status": "new"},
        {"status": "in_progress"},
        {"status": "quoted"},
        {"status": "x" * 5000},
        {"status": "²"},
        {"money_state": "free"},
        {"status": "cancelled"},
        {"status": "cancelled", "reason": "  \t\n "},
        {"status": "cancelled", "reason": "x" * (NOTE_LENGTH + 1)},
    ],
)
def test_what_is_no_state_is_refused_and_nothing_changes(
    people: People, client: Browser, fields: dict[str, str]
) -> None:
    order = people.taken()
    before = stand(order)
    client.sign_in(people.manager())
    page = by_form(client, order, **fields)
    assert page.status_code == 422 and page.mimetype == "text/html"
    if "reason" in fields:
        typed = BeautifulSoup(page.text, "html.parser").select_one("textarea[name=reason]")
        assert typed is not None and typed.get_text().strip() == fields["reason"].strip()
    assert stand(order) == before


def test_a_null_character_is_refused(people: People, client: Browser) -> None:
    order = people.taken()
    before = stand(order)
    client.sign_in(people.manager())
    assert by_form(client, order, status="cancelled", reason="a\x00b").status_code == 400
    assert stand(order) == before


def test_somebody_elses_order_is_not_there_whatever_is_sent(people: People, client: Browser) -> None:
    order = people.taken()
    client.sign_in(people.customer())
    for fields in ({"status": "cancelled", "reason": "x"}, {"status": "nonsense"}, {}):
        assert by_form(client, order, **fields).status_code == 404
    assert client.get(f"/orders/{order.id}/status").status_code == 404


def test_the_script_gets_its_token_with_one_of_the_page_and_by_no_other_way(people: People, client: Browser) -> None:
    order = people.taken()
    before = stand(order)
    assert client.send("/sessions/token").status_code == 401
    client.sign_in(people.manager())
    assert client.post("/sessions/token").status_code == 400
    assert client.get("/sessions/token").status_code == 405
    assert client.post(f"/api/v1/orders/{order.id}/complete").status_code == 401
    assert stand(order) == before


def test_the_scripts_token_dies_with_the_session_of_the_page(people: People, client: Browser) -> None:
    order, manager = people.taken(), people.manager()
    issued = client.sign_in(manager).send("/sessions/token").json
    assert issued and issued["expires_in"] == 900
    headers = {"Authorization": f"Bearer {issued['access_token']}"}
    assert client.get(f"/api/v1/orders/{order.id}", headers=headers).status_code == 200
    assert client.send("/logout").status_code == 302
    assert client.post(f"/api/v1/orders/{order.id}/complete", headers=headers).status_code == 401
    db.session.refresh(order)
    assert order.status is Status.IN_PROGRESS


def test_refusals_are_pages_for_browsers_and_words_for_scripts(people: People, client: Browser) -> None:
    client.sign_in(people.manager())
    path = f"/orders/{people.order().id + 1000}/row"
    kinds = {
        "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8": "text/html",
        "*/*": "text/html",
        "": "text/html",
        "application/json": "application/json",
        "application/json, text/html;q=0.5": "application/json",
    }
    for accept, kind in kinds.items():
        answer = client.get(path, headers={"Accept": accept})
        assert (answer.status_code, answer.mimetype) == (404, kind), accept
    assert client.get("/nowhere", headers={"Accept": "application/json"}).json == {
        "error": "The page does not exist, or it is not open to you."
    }


def test_a_form_of_the_list_leads_back_to_it_with_its_filters(people: People, client: Browser) -> None:
    order = people.order()
    client.sign_in(people.manager())
    row = client.page("/orders?status=new&sort=total").select_one(f"#order-row-{order.id}")
    assert row is not None
    form = row.select_one("details[data-change=status] form")
    assert form is not None and form["action"] == f"/orders/{order.id}/status"
    assert [option["value"] for option in form.select("option")] == ["quoting", "cancelled"]
    token = client.csrf_token()
    for referrer, back in (
        ("http://localhost/orders?status=new&sort=total", "/orders?status=new&sort=total"),
        ("https://evil.example/orders?x=1", "/orders"),
        ("http://localhost/orders/filters", "/orders"),
        ("", "/orders"),
    ):
        one = people.order()
        answer = client.post(
            f"/orders/{one.id}/status",
            data={"status": "quoting", "csrf_token": token},
            headers={"Referer": referrer} if referrer else {},
        )
        assert (answer.status_code, answer.headers.get("Location")) == (302, back)
        assert f"Order {one.number}: Waiting for offers." in client.get("/orders").text


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_the_way_back_leads_to_no_other_site(people: People, client: Browser, target: str) -> None:
    client.sign_in(people.manager())
    answer = client.send(f"/orders/{people.order().id}/status", status="quoting", next=target)
    assert answer.headers["Location"] == "/orders"


def test_the_page_that_asks_offers_only_what_is_possible(people: People, client: Browser) -> None:
    order = people.taken()
    page = client.sign_in(people.manager()).page(f"/orders/{order.id}/status")
    assert [option["value"] for option in page.select("[name=status] option")] == ["", "completed", "cancelled"]
    assert [option["value"] for option in page.select("[name=money_state] option")] == ["", "paid"]
    assert order.performer is not None
    page = client.sign_in(order.performer).page(f"/orders/{order.id}/status")
    assert [option["value"] for option in page.select("[name=status] option")] == ["", "completed"]
    assert not page.select("[name=money_state]")
    assert client.sign_in(people.observer()).get(f"/orders/{order.id}/status").status_code == 403


def test_who_may_change_nothing_sees_no_controls(people: People, client: Browser) -> None:
    people.taken()
    assert not client.sign_in(people.observer()).page("/orders").select(".row-change")
    assert client.sign_in(people.manager()).page("/orders").select(".row-change")


def test_the_second_of_two_is_told_what_the_first_did(people: People, client: Browser) -> None:
    order = people.order()
    client.sign_in(people.manager())
    assert by_script(client, order, "status", "cancelled").status_code == 200
    answer = by_script(client, order, "status", "quoting")
    assert answer.json and (answer.status_code, answer.json["detail"]) == (409, "The order has been cancelled.")
    services.take_order(people.order().id, limit=LIMIT, by=people.performer())
