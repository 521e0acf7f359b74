"""One offer wins an order when its customer accepts several at once, here on the page and there by program."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import select

from marketplace.core.db import db
from marketplace.orders.models import Offer, Order
from marketplace.orders.queries.counters import differences
from marketplace.orders.states import OfferStatus, Status
from tests.orders.offers import send
from tests.people import People
from tests.races.conftest import application_on
from tests.races.crowd import PATIENCE, size
from tests.races.site import Answer, Program, Visitor, running
from tests.races.test_offers import faults

HEAD_START = 0.03
"""Seconds; the pages have it in one round of three, the programs in another, or one side might win them all."""

WINDOWS = 4
"""Pages, and as many programs; every second one of each accepts the other offer."""


def test_pages_and_programs_that_accept_at_once_have_one_winner_together(
    fresh_database: Callable[[], str], tmp_path: Path, figure: Callable[[str], None]
) -> None:
    rounds, url = size(10, 60), fresh_database()
    by_page = by_program = 0
    with application_on(url) as app, running(url, tmp_path / "site.log") as site:
        people = People(app)
        customer, performers = people.customer(), (people.performer(), people.performer())
        visitors = [Visitor.sign_in(app, customer) for _ in range(WINDOWS)]
        programs = [Program.sign_in(app, customer) for _ in range(WINDOWS)]
        orders = [people.quoting(customer) for _ in range(rounds)]
        stalls = [(order.id, [send(order, by).id for by in performers]) for order in orders]
        db.session.rollback()
        for place, (order_id, offers) in enumerate(stalls):
            gate, late = threading.Barrier(2 * WINDOWS), place % 3

            def accept(
                number: int, offers: list[int] = offers, gate: threading.Barrier = gate, late: int = late
            ) -> Answer:
                offer_id, connection = offers[number // 2 % 2], site.connect()
                gate.wait(PATIENCE)
                if number % 2 == late:
                    time.sleep(HEAD_START)
                if number % 2:
                    return site.ask(connection, f"/offers/{offer_id}/accept", programs[number // 2])
                return site.post(connection, f"/offers/{offer_id}/accept", visitors[number // 2])

            with ThreadPoolExecutor(2 * WINDOWS) as pool:
                answers = list(pool.map(accept, range(2 * WINDOWS)))
            pages, asked = answers[::2], answers[1::2]
            winners = [answer.status for answer in answers if answer.status in (200, 302)]
            assert len(winners) == 1, [answer.status for answer in answers]
            assert {answer.status for answer in pages} <= {302, 409}
            assert {answer.status for answer in asked} <= {200, 409}
            assert faults(order_id) == []
            won = db.session.scalars(
                select(Offer).where(Offer.order_id == order_id, Offer.status == OfferStatus.ACCEPTED)
            ).one()
            order = db.session.get_one(Order, order_id)
            assert (order.status, order.performer_id) == (Status.IN_PROGRESS, won.performer_id)
            told = [json.loads(answer.text) for answer in asked if answer.status == 200]
            assert [offer["id"] for offer in told] in ([], [won.id])
            by_page += winners == [302]
            by_program += winners == [200]
            db.session.rollback()
        assert list(differences()) == []
    # Both sides must have been quicker at times, or nothing would have been tried.
    assert by_page
    assert by_program
    figure(
        f"Offers, {WINDOWS} pages and {WINDOWS} programs at once: one winner in {rounds} of {rounds} rounds,"
        f" {by_page} times a page, {by_program} times a program"
    )
