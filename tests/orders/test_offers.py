"""Sending offers: who may, for what, and what stays behind of each version."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.accounts.models import Account
from marketplace.accounts.services import block_account, change_roles
from marketplace.accounts.states import Role
from marketplace.catalog.models import Product
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.errors import DomainError, NotAllowed
from marketplace.core.money import MAX_AMOUNT
from marketplace.orders import services
from marketplace.orders.errors import (
    DaysOutOfRange,
    ExpiresInThePast,
    FixedPrice,
    ForbiddenWrite,
    IllegalOfferStep,
    IllegalStep,
    LineIncomplete,
    MessageTooLong,
    NoSuchLine,
    NoSuchOrder,
    NotAPerformer,
    NothingChanged,
    OrderHidden,
    PriceNotGiven,
    QuantityOutOfRange,
    TermsChangedBeforeOffer,
    TooManyLines,
    TooManyVersions,
    TotalTooLarge,
)
from marketplace.orders.models import MAX_DAYS, MAX_LINES, MESSAGE_LENGTH, OrderEvent
from marketplace.orders.policies import may_see_offer
from marketplace.orders.queries import offers as queries
from marketplace.orders.queries import orders
from marketplace.orders.queries.counters import differences
from marketplace.orders.services import LineInput, offering
from marketplace.orders.states import OfferStatus, Pricing, Status
from tests.orders.histories import illegal_steps
from tests.orders.offers import line, news, refused, send, wanted
from tests.people import People

TOMORROW = timedelta(days=1)


def test_the_first_offer_makes_the_order_quoted_and_leaves_one_line_of_history(people: People) -> None:
    performer, order = people.performer(), people.quoting()
    until = clock.now() + TOMORROW
    offer = send(order, performer, "900.50", days=5, message="  I know this.\r\n ", expires_at=until)
    assert order.status is Status.QUOTED
    assert (offer.price, offer.days, offer.message, offer.expires_at) == (Decimal("900.50"), 5, "I know this.", until)
    assert (offer.version, offer.status, offer.performer_id, offer.author_id) == (
        1, OfferStatus.SENT, performer.id, performer.id,
    )  # fmt: skip
    assert offer.is_live
    assert news(order) == [("sent", performer.id, performer.id, offer.id, "")]
    assert (order.price, order.performer_id) == (None, None)
    assert illegal_steps() == []
    assert list(differences()) == []


def test_an_order_that_is_still_new_waits_for_offers_first_and_has_one_in_the_same_moment(people: People) -> None:
    performer = people.performer()
    order = people.order(pricing=Pricing.QUOTE)
    assert order.status is Status.NEW
    send(order, performer)
    steps = db.session.execute(
        select(OrderEvent.from_status, OrderEvent.to_status, OrderEvent.actor_id)
        .where(OrderEvent.order_id == order.id, OrderEvent.to_status.is_not(None))
        .order_by(OrderEvent.id)
    ).all()
    assert [tuple(step) for step in steps] == [
        (None, Status.NEW, order.customer_id),
        (Status.NEW, Status.QUOTING, performer.id),
        (Status.QUOTING, Status.QUOTED, performer.id),
    ]
    assert illegal_steps() == []
    assert list(differences()) == []


def test_with_lines_the_price_is_their_sum_whatever_else_was_named(people: People) -> None:
    order = people.quoting()
    offer = send(order, people.performer(), "1", lines=[line("Parser", 3, "10.10"), line("Tests", 1, "0")])
    assert offer.price == Decimal("30.30")
    assert [(row.position, row.name, row.quantity, row.unit_price, row.sum) for row in offer.lines] == [
        (1, "Parser", 3, Decimal("10.10"), Decimal("30.30")),
        (2, "Tests", 1, Decimal("0"), Decimal("0")),
    ]


def test_a_line_called_like_one_of_the_order_is_about_the_same_product_at_the_offered_price(people: People) -> None:
    product = Product(name="Server", price=Decimal("5000"), unit="pcs", category=people.category())
    db.session.add(product)
    db.session.commit()
    order = people.quoting(lines=[LineInput(quantity=2, product_id=product.id)])
    performer = people.performer()
    first = send(order, performer, None, lines=[line("Server", 2, "4500"), line("Cable", 1, "10")])
    assert [(row.product_id, row.unit, row.unit_price) for row in first.lines] == [
        (product.id, "pcs", Decimal("4500")),
        (None, "", Decimal("10")),
    ]
    again = send(order, performer, None, lines=[line("Server", 2, "4400")])
    assert again.lines[0].product_id == product.id


def test_a_new_version_takes_the_place_of_the_live_one_and_the_order_stays_quoted(people: People) -> None:
    performer, order = people.performer(), people.quoting()
    first, rival = send(order, performer), send(order, people.performer(), "850")
    second = send(order, performer, "800", days=2)
    assert (first.status, second.status, rival.status) == (OfferStatus.SUPERSEDED, OfferStatus.SENT, OfferStatus.SENT)
    assert first.decided_at is not None
    assert (second.version, first.price, first.days) == (2, Decimal("900"), 3)
    assert [row.version for row in queries.versions(order.id, performer.id)] == [2, 1]
    assert [entry[0] for entry in news(order)] == ["sent", "sent", "sent"]
    assert order.status is Status.QUOTED
    steps = select(OrderEvent).where(OrderEvent.order_id == order.id, OrderEvent.to_status == Status.QUOTED)
    assert len(db.session.scalars(steps).all()) == 1


def test_after_a_withdrawn_offer_the_next_one_counts_on(people: People) -> None:
    performer, order = people.performer(), people.quoting()
    first = send(order, performer)
    services.withdraw_offer(first.id, by=performer)
    db.session.commit()
    assert order.status is Status.QUOTING
    assert send(order, performer).version == 2
    assert (first.status, order.status) == (OfferStatus.WITHDRAWN, Status.QUOTED)


def test_the_desk_sends_an_offer_for_a_performer_it_names(people: People) -> None:
    manager, performer, order = people.manager(), people.performer(), people.quoting()
    offer = services.send_offer(order.id, wanted(), by=manager, performer=performer)
    db.session.commit()
    assert (offer.performer_id, offer.author_id) == (performer.id, manager.id)
    assert news(order) == [("sent", manager.id, performer.id, offer.id, "")]
    own = send(order, performer, "700")
    assert (own.version, own.author_id, offer.status) == (2, performer.id, OfferStatus.SUPERSEDED)


def test_the_desk_offers_for_active_performers_only(people: People) -> None:
    manager, order, blocked = people.manager(), people.quoting(), people.performer()
    block_account(blocked.id, reason="Spam", by=people.admin())
    db.session.commit()
    for nobody in (None, blocked, people.customer(), order.customer, people.observer(), people.admin(), manager):
        with refused(NotAPerformer):
            services.send_offer(order.id, wanted(), by=manager, performer=nobody)


def test_nobody_else_sends_offers(people: People) -> None:
    order = people.quoting()
    performer = people.performer()
    for actor in (order.customer, people.customer(), people.observer()):
        with refused(NotAllowed):
            services.send_offer(order.id, wanted(), by=actor)
        with refused(NotAllowed):
            services.send_offer(order.id, wanted(), by=actor, performer=performer)
    rival = people.performer()
    with refused(NotAllowed):
        services.send_offer(order.id, wanted(), by=rival, performer=performer)


def test_nobody_makes_an_offer_to_themselves_even_after_a_change_of_role(people: People) -> None:
    admin, manager, order = people.admin(), people.manager(), people.quoting()
    owner = order.customer
    change_roles([owner.id], role=Role.PERFORMER, by=admin)
    db.session.commit()
    with refused(NotAllowed, "your own order"):
        services.send_offer(order.id, wanted(), by=owner)
    with refused(NotAPerformer):
        services.send_offer(order.id, wanted(), by=manager, performer=owner)


def test_a_performer_who_was_blocked_meanwhile_sends_nothing(people: People) -> None:
    performer, order = people.performer(), people.quoting()
    block_account(performer.id, reason="Spam", by=people.admin())
    db.session.commit()
    with refused(NotAllowed):
        services.send_offer(order.id, wanted(), by=performer)


@pytest.mark.parametrize(
    ("state", "error"),
    [
        ("order", FixedPrice),
        ("taken", NoSuchOrder),
        ("completed", NoSuchOrder),
        ("cancelled", NoSuchOrder),
    ],
)
def test_offers_are_for_orders_by_quote_that_nobody_has(people: People, state: str, error: type[DomainError]) -> None:
    order, performer, manager = getattr(people, state)(), people.performer(), people.manager()
    with refused(error):
        services.send_offer(order.id, wanted(), by=performer)
    if state != "order":
        with refused(IllegalStep):
            services.send_offer(order.id, wanted(), by=manager, performer=performer)


def test_a_hidden_order_takes_no_offer_from_anybody(people: People) -> None:
    order, performer, manager = people.quoting(), people.performer(), people.manager()
    services.hide_order(order.id, by=people.admin())
    db.session.commit()
    with refused(NoSuchOrder):
        services.send_offer(order.id, wanted(), by=performer)
    with refused(OrderHidden):
        services.send_offer(order.id, wanted(), by=manager, performer=performer)


@pytest.mark.parametrize(
    ("values", "error", "field"),
    [
        ({"price": None}, PriceNotGiven, "price"),
        ({"price": "0"}, PriceNotGiven, "price"),
        ({"price": "-1"}, PriceNotGiven, "price"),
        ({"price": str(MAX_AMOUNT + 1)}, PriceNotGiven, "price"),
        ({"lines": [line(unit_price="0")]}, PriceNotGiven, "lines"),
        ({"days": 0}, DaysOutOfRange, "days"),
        ({"days": -1}, DaysOutOfRange, "days"),
        ({"days": MAX_DAYS + 1}, DaysOutOfRange, "days"),
        ({"message": "x" * (MESSAGE_LENGTH + 1)}, MessageTooLong, "message"),
        ({"lines": [line(quantity=0)]}, QuantityOutOfRange, "lines.0.quantity"),
        ({"lines": [line(quantity=-1)]}, QuantityOutOfRange, "lines.0.quantity"),
        ({"lines": [line(quantity=10**9)]}, QuantityOutOfRange, "lines.0.quantity"),
        ({"lines": [line(name=" ")]}, LineIncomplete, "lines.0.name"),
        ({"lines": [LineInput(quantity=1, name="Parser")]}, LineIncomplete, "lines.0.unit_price"),
        ({"lines": [line(unit_price="-1")]}, LineIncomplete, "lines.0.unit_price"),
        ({"lines": [line()] * (MAX_LINES + 1)}, TooManyLines, "lines"),
        ({"lines": [line(quantity=2, unit_price=str(MAX_AMOUNT))]}, TotalTooLarge, "lines"),
    ],
)
def test_what_cannot_be_offered_is_refused_and_names_its_field(
    people: People, values: dict[str, Any], error: type[DomainError], field: str
) -> None:
    order, performer = people.quoting(), people.performer()
    with refused(error, field=field):
        services.send_offer(order.id, wanted(**values), by=performer)


def test_an_offer_that_has_expired_before_it_is_sent_is_refused(people: People) -> None:
    order, performer = people.quoting(), people.performer()
    for past in (clock.now(), clock.now() - TOMORROW):
        with refused(ExpiresInThePast):
            services.send_offer(order.id, wanted(expires_at=past), by=performer)


def test_a_line_of_another_order_is_no_line_of_an_offer(people: People) -> None:
    other = people.quoting(lines=[line()])
    (foreign,) = orders.lines(other)
    order, performer = people.quoting(), people.performer()
    with refused(NoSuchLine, field="lines.0.id"):
        services.send_offer(order.id, wanted(lines=[LineInput(quantity=1, id=foreign.id)]), by=performer)


def test_whoever_read_other_terms_is_told_to_read_again(people: People) -> None:
    order, performer = people.quoting(), people.performer()
    seen = order.terms
    fields: dict[str, Any] = {"title": "Another title", "description": "", "category_id": order.category_id}
    services.edit_order(order.id, **fields, price=None, deadline=None, by=order.customer)
    db.session.commit()
    with refused(TermsChangedBeforeOffer):
        services.send_offer(order.id, wanted(), by=performer, terms=seen)
    services.send_offer(order.id, wanted(), by=performer, terms=order.terms)
    db.session.commit()
    assert order.status is Status.QUOTED


def test_the_same_offer_twice_is_a_slip_of_the_hand(people: People) -> None:
    order, performer = people.quoting(), people.performer()
    values: dict[str, Any] = {"message": "Hello", "lines": [line()], "expires_at": clock.now() + TOMORROW}
    first = send(order, performer, None, **values)
    with refused(NothingChanged):
        services.send_offer(order.id, wanted(None, **values), by=performer)
    services.withdraw_offer(first.id, by=performer)
    db.session.commit()
    assert send(order, performer, None, **values).version == 2


def test_an_offer_is_rewritten_so_often_and_not_more(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offering, "MAX_VERSIONS", 3)
    order, performer = people.quoting(), people.performer()
    for price in ("1", "2", "3"):
        send(order, performer, price)
    with refused(TooManyVersions):
        services.send_offer(order.id, wanted("4"), by=performer)
    send(order, people.performer(), "4")


@pytest.mark.parametrize("name", ["price", "days", "message", "version", "expires_at", "author_id", "performer_id"])
def test_a_version_says_for_ever_what_it_said(people: People, name: str) -> None:
    order, performer = people.quoting(), people.performer()
    offer = send(order, performer, message="First", expires_at=clock.now() + TOMORROW)
    other: dict[str, Any] = {
        "price": Decimal("1"),
        "days": 9,
        "message": "Second",
        "version": 7,
        "expires_at": clock.now() + 2 * TOMORROW,
        "author_id": order.customer_id,
        "performer_id": people.performer().id,
    }
    setattr(offer, name, other[name])
    with pytest.raises(ForbiddenWrite):
        db.session.flush()
    db.session.rollback()


@pytest.mark.parametrize("before", list(OfferStatus))
@pytest.mark.parametrize("after", list(OfferStatus))
def test_the_table_of_steps_holds_for_every_writer(people: People, before: OfferStatus, after: OfferStatus) -> None:
    offer = send(people.quoting(), people.performer())
    if before is not OfferStatus.SENT:
        offer.decide(before, by=None)
        db.session.commit()
    allowed = after is before or before is OfferStatus.SENT
    allowed = allowed or (before, after) == (OfferStatus.ACCEPTED, OfferStatus.WITHDRAWN)
    if allowed:
        offer.status = after
    else:
        with pytest.raises(IllegalOfferStep):
            offer.status = after


def anybody(people: People) -> list[Account]:
    """One of each kind who has nothing to do with it."""
    return [people.customer(), people.performer(), people.manager(), people.observer(), people.admin()]


def test_an_offer_is_seen_by_its_two_sides_and_by_staff(people: People) -> None:
    order, performer = people.quoting(), people.performer()
    offer = send(order, performer)
    seen = [may_see_offer(user, offer) for user in (None, *anybody(people))]
    assert seen == [False, False, False, True, True, True]
    assert may_see_offer(order.customer, offer)
    assert may_see_offer(performer, offer)
