"""Tickets: good once, for seconds, for the session they were made for; and the same news for pages without a line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

import pytest
from flask import Flask
from sqlalchemy import func, select

from marketplace.accounts import services
from marketplace.accounts.errors import NoSuchTicket
from marketplace.accounts.models import AccountSession, LiveTicket
from marketplace.accounts.states import Role
from marketplace.app import create_app
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.orders import services as orders
from tests.client import Browser
from tests.conftest import SETTINGS, settings_for
from tests.people import People

SECRET = "a secret"


def session_of(people: People) -> AccountSession:
    started = services.start_session(people.customer(), user_agent="test", address="127.0.0.1")
    db.session.commit()
    return started


def told(browser: Browser, query: str = "") -> dict[str, Any]:
    """What the page is answered."""
    answer = browser.get(f"/live/news?{query}")
    assert answer.status_code == 200
    return cast(dict[str, Any], answer.json)


def refused(ticket: str, secret: str = SECRET) -> bool:
    with pytest.raises(NoSuchTicket):
        services.redeem_ticket(ticket, secret=secret)
    return True


def test_a_ticket_says_whose_browser_it_is_and_only_once(people: People) -> None:
    session = session_of(people)
    ticket = services.issue_ticket(session, secret=SECRET)
    viewer = services.redeem_ticket(ticket, secret=SECRET)
    assert viewer == (session.id, session.account_id, Role.CUSTOMER)
    assert refused(ticket)


def test_a_ticket_that_was_changed_or_signed_by_another_is_refused_and_stays_good(people: People) -> None:
    ticket = services.issue_ticket(session_of(people), secret=SECRET)
    nonce, when, signature = ticket.split(".")
    another = services.issue_ticket(session_of(people), secret=SECRET).split(".")[0]
    for forged in (ticket[:-1], f"{another}.{when}.{signature}", nonce, f"{nonce}.{when}.", "", "я", "." * 1000):
        assert refused(forged)
    assert refused(ticket, secret="another secret")
    assert services.redeem_ticket(ticket, secret=SECRET)


def test_a_ticket_is_good_for_half_a_minute(people: People) -> None:
    ticket = services.issue_ticket(session_of(people), secret=SECRET)
    with clock.fixed(clock.now() + timedelta(seconds=services.TICKET_SECONDS)):
        assert refused(ticket)


def test_a_ticket_ends_with_its_session_and_with_its_person(people: People) -> None:
    session, admin = session_of(people), people.admin()
    ticket = services.issue_ticket(session, secret=SECRET)
    services.end_session_of_token(session.token)
    assert refused(ticket)
    session = session_of(people)
    ticket = services.issue_ticket(session, secret=SECRET)
    services.block_account(session.account_id, reason="Spam", by=admin)
    assert refused(ticket)


def test_old_tickets_are_cleared_away(people: People) -> None:
    session = session_of(people)
    with clock.fixed(clock.now() - timedelta(minutes=1)):
        for _ in range(3):
            services.issue_ticket(session, secret=SECRET)
    services.issue_ticket(session, secret=SECRET)
    assert db.session.scalar(select(func.count()).select_from(LiveTicket)) == 1


def test_a_browser_that_has_signed_in_gets_one_for_its_own_session(client: Browser, people: People) -> None:
    account = people.performer()
    client.sign_in(account)
    answer = client.send("/live/ticket")
    assert answer.status_code == 200
    assert answer.json is not None and answer.json["url"] == "/live"
    viewer = services.redeem_ticket(answer.json["ticket"], secret=SETTINGS["SECRET_KEY"])
    assert viewer.account_id == account.id
    with client.session_transaction() as cookie:
        session = db.session.get_one(AccountSession, viewer.session_id)
        assert session.token == cookie["device"]


def test_nobody_else_gets_one(client: Browser, people: People) -> None:
    assert client.send("/live/ticket").status_code == 401
    client.sign_in(people.performer())
    assert client.post("/live/ticket").status_code == 400
    assert client.get("/live/ticket").status_code == 405
    assert db.session.scalar(select(func.count()).select_from(LiveTicket)) == 0


def test_a_person_gets_only_so_many(fresh_database: Callable[[], str]) -> None:
    app = create_app(settings_for(fresh_database(), RATELIMIT_ENABLED="1"))
    app.test_client_class = Browser
    with app.app_context():
        people = People(app)
        one, other = Browser.of(app).sign_in(people.customer()), Browser.of(app).sign_in(people.customer())
        answers = [one.send("/live/ticket").status_code for _ in range(61)]
        assert answers == [200] * 60 + [429]
        assert other.send("/live/ticket").status_code == 200
        db.session.remove()
        db.engine.dispose()


def test_a_page_without_a_line_asks_for_the_same_news(app: Flask, client: Browser, people: People) -> None:
    owner = people.customer()
    client.sign_in(owner)
    start = told(client)
    order = people.order(owner)
    found = told(client, f"after={start['ready']}")
    assert {"order": order.id, "kind": "status", "board": "in"}.items() <= found["events"][-1].items()
    assert told(client, f"since={clock.now().timestamp():.3f}") == found
    stranger = Browser.of(app).sign_in(people.customer())
    orders.cancel_order(order.id, reason="", by=owner)
    db.session.commit()
    heard = told(stranger, f"after={found['ready']}")
    told_of_it = [(event["kind"], event["board"]) for event in heard["events"] if event["order"] == order.id]
    assert told_of_it == [("board", "off")]
    assert told(client, f"after={2**62}") == {"ready": heard["ready"], "reload": True}


@pytest.mark.parametrize(
    "query", ["after=-1", "after=x", "after=1.5", f"after={2**63}", "since=x", "since=1e300", "since=nan", "since=inf"]
)
def test_a_question_that_means_nothing_is_refused(client: Browser, people: People, query: str) -> None:
    client.sign_in(people.customer())
    assert client.get(f"/live/news?{query}").status_code == 422


def test_a_guest_is_asked_to_sign_in(client: Browser) -> None:
    assert client.get("/live/news").status_code == 302
