"""P02 for offers: whatever many people do with the same orders and offers at once, no history is impossible."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from random import Random

from flask import Flask
from sqlalchemy import select, text

from marketplace.core.db import db
from marketplace.orders import services
from marketplace.orders.models import Offer
from marketplace.orders.queries import offers as queries
from marketplace.orders.queries.counters import differences
from marketplace.orders.services import LineInput, OfferInput
from marketplace.orders.states import Status
from tests.orders.histories import illegal_steps, wrong_people
from tests.races.crowd import size
from tests.races.market import Market

CLIENTS = 16
ACTS = {"ask": 4, "offer": 8, "accept": 5, "decline": 1, "take_back": 2, "expire": 1} | {
    "withdraw": 3,
    "complete": 2,
    "cancel": 1,
    "reassign": 1,
    "restock": 4,
}

IMPOSSIBLE = {
    "two live versions of one performer": """
        SELECT order_id FROM offers WHERE status = 'sent' GROUP BY order_id, performer_id HAVING count(*) > 1""",
    "a live offer for an order that is not quoted": """
        SELECT o.id FROM orders o JOIN offers f ON order_id = o.id AND f.status = 'sent' WHERE o.status <> 'quoted'""",
    "quoted without a live offer": """
        SELECT id FROM orders o WHERE status = 'quoted'
        AND NOT EXISTS (SELECT 1 FROM offers f WHERE f.order_id = o.id AND f.status = 'sent')""",
    "an accepted offer of somebody who has not the order, or for another price": """
        SELECT o.id FROM orders o JOIN offers f ON f.order_id = o.id AND f.status = 'accepted'
        WHERE (o.performer_id, o.price) IS DISTINCT FROM (f.performer_id, f.price)""",
    "the lines of another offer": """
        SELECT f.order_id FROM offers f WHERE f.status = 'accepted' AND
        (SELECT array_agg((name, quantity, unit_price) ORDER BY position)
         FROM order_lines l WHERE l.order_id = f.order_id)
        IS DISTINCT FROM
        (SELECT array_agg((name, quantity, unit_price) ORDER BY position)
         FROM offer_lines l WHERE l.offer_id = f.id AND position > 0)""",
    "a price or lines left behind by an offer": """
        SELECT id FROM orders WHERE status IN ('new', 'quoting', 'quoted')
        AND (price IS NOT NULL AND price <> 150000 OR lines_count > 0)""",
}
"""SQL that finds what no order of the market can be: its customers name no lines, and at first 1500 or no price."""


class OfferMarket(Market):
    """Where everything goes by offers."""

    def ask(self, stall: int, random: Random) -> None:
        """The customer wants offers."""
        services.request_quote(self.stalls[stall], by=self._order(stall).customer)

    def offer(self, stall: int, random: Random) -> None:
        """Somebody sends one, or a new version, of one line."""
        price = Decimal(random.randint(1, 10_000))
        lines = [LineInput(quantity=1, name=f"Work for {price}", unit_price=price)]
        by = self._person(self.performers, random)
        services.send_offer(self.stalls[stall], OfferInput(days=1, lines=lines), by=by)

    def accept(self, stall: int, random: Random) -> None:
        """The customer, or an admin for them, says yes to one of the last."""
        by = self._person(self.admins, random) if random.random() < 0.3 else self._order(stall).customer
        services.accept_offer(self._one(stall, random).id, limit=10, by=by)

    def decline(self, stall: int, random: Random) -> None:
        """The customer says no."""
        services.decline_offer(self._one(stall, random).id, reason="Dear", by=self._order(stall).customer)

    def take_back(self, stall: int, random: Random) -> None:
        """A performer changes their mind."""
        offer = self._one(stall, random)
        services.withdraw_offer(offer.id, by=offer.performer)

    def expire(self, stall: int, random: Random) -> None:
        """The clock's work, of which there is none; it must not get in the way."""
        services.expire_offers()

    def _one(self, stall: int, random: Random) -> Offer:
        last = select(Offer).where(Offer.order_id == self.stalls[stall]).order_by(Offer.id.desc()).limit(3)
        rows = db.session.scalars(last).all()
        return random.choice(rows) if rows else queries.get_offer(1)


def test_random_acts_of_many_on_the_same_offers_leave_nothing_impossible(
    race_app: Flask, figure: Callable[[str], None]
) -> None:
    market = OfferMarket(race_app, stalls=8, customers=3, performers=6)
    tally = market.open(CLIENTS, size(10, 40), ACTS, at_least=size(0, 5000))
    found = {words: list(db.session.scalars(text(query))) for words, query in IMPOSSIBLE.items()}
    assert found == {words: [] for words in IMPOSSIBLE}
    assert illegal_steps() == []
    assert wrong_people() == []
    assert list(differences()) == []
    # Every kind of act must really have happened, or the zeros would say nothing about it.
    assert set(tally.done) == set(ACTS)
    assert Status.COMPLETED in set(db.session.scalars(text("SELECT DISTINCT status FROM orders")))
    figure(f"P02 offers: nothing impossible in the histories of {tally}, {CLIENTS} clients")
