"""What becomes of offers: accepted, declined, withdrawn, expired, and what happens to the order then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from marketplace.accounts.models import Account
from marketplace.accounts.services import block_account, change_roles
from marketplace.accounts.states import Role
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.errors import NotAllowed
from marketplace.orders import services
from marketplace.orders.errors import (
    IllegalOfferStep,
    NoSuchOffer,
    OrderHidden,
    PerformerBusy,
    PerformerGone,
)
from marketplace.orders.models import Offer, OfferLine, Order, OrderEvent
from marketplace.orders.queries import offers as queries
from marketplace.orders.queries.counters import differences
from marketplace.orders.queries.performers import performer_counters
from marketplace.orders.states import OfferStatus, Pricing, Status
from tests.orders.histories import illegal_steps, wrong_people
from tests.orders.offers import accept, contents, line, news, refused, send
from tests.people import LIMIT, People

HOUR = timedelta(hours=1)


def holds() -> None:
    """Counters equal their recount and every history is legal."""
    assert list(differences()) == []
    assert illegal_steps() == []
    assert wrong_people() == []


def overdue(people: People, order: Order, performer: Account | None = None) -> Offer:
    """An offer that was sent two hours ago and stood for one."""
    with clock.fixed(clock.now() - 2 * HOUR):
        return send(order, performer or people.performer(), expires_at=clock.now() + HOUR)


def test_accepting_gives_the_order_to_the_performer_on_the_offered_terms(people: People) -> None:
    performer, rival = people.performer(), people.performer()
    order = people.quoting(price=Decimal("5000"), lines=[line("Parser", 2, "700")])
    other, offer = send(order, rival, "800"), send(order, performer, "950.50")
    accept(offer)
    assert (order.status, order.performer_id) == (Status.IN_PROGRESS, performer.id)
    assert (order.price, order.total, offer.replaced_price) == (Decimal("950.50"), Decimal("950.50"), Decimal("5000"))
    # An offer without lines of its own is for those of the order.
    assert contents(order) == [("Parser", 2, Decimal("700"))]
    assert (offer.status, other.status, other.reason) == (OfferStatus.ACCEPTED, OfferStatus.DECLINED, "")
    assert offer.decided_at is not None
    assert news(order)[-2:] == [
        ("declined", order.customer_id, rival.id, other.id, ""),
        ("accepted", order.customer_id, performer.id, offer.id, ""),
    ] or news(order)[-2:] == [
        ("accepted", order.customer_id, performer.id, offer.id, ""),
        ("declined", order.customer_id, rival.id, other.id, ""),
    ]
    taken = db.session.scalars(
        select(OrderEvent).where(OrderEvent.order_id == order.id, OrderEvent.to_status == Status.IN_PROGRESS)
    ).one()
    assert (taken.from_status, taken.actor_id, taken.performer_id) == (
        Status.QUOTED, order.customer_id, performer.id,
    )  # fmt: skip
    assert performer_counters(performer).taken == 1
    holds()


def test_the_lines_of_the_accepted_offer_become_those_of_the_order(people: People) -> None:
    order = people.quoting(lines=[line("Parser", 2, "700"), line("Tests", 1, "50")])
    offer = send(order, people.performer(), None, lines=[line("Parser", 2, "650"), line("Manual", 3, "10")])
    accept(offer)
    assert contents(order) == [("Parser", 2, Decimal("650")), ("Manual", 3, Decimal("10"))]
    assert (order.lines_count, order.lines_total) == (2, Decimal("1330"))
    assert (order.price, order.total) == (Decimal("1330"), Decimal("1330"))
    assert [row.name for row in offer.lines] == ["Parser", "Manual"]
    holds()


def test_the_desk_accepts_for_the_customer(people: People) -> None:
    for actor in (people.manager(), people.admin()):
        offer = send(people.quoting(), people.performer())
        accept(offer, by=actor)
        assert offer.order.performer_id == offer.performer_id
        assert news(offer.order)[-1][1] == actor.id


def test_nobody_accepts_what_they_offered_themselves(people: People) -> None:
    manager, performer, order = people.manager(), people.performer(), people.quoting()
    offer = services.send_offer(
        order.id, services.OfferInput(days=1, price=Decimal(5)), by=manager, performer=performer
    )
    db.session.commit()
    with refused(NotAllowed, "you made yourself"):
        services.accept_offer(offer.id, limit=LIMIT, by=manager)
    with refused(NotAllowed):
        services.accept_offer(offer.id, limit=LIMIT, by=performer)
    # Whoever has changed sides since is still who they were.
    change_roles([performer.id], role=Role.MANAGER, by=people.admin())
    db.session.commit()
    with refused(NotAllowed, "you made yourself"):
        services.accept_offer(offer.id, limit=LIMIT, by=performer)


def test_others_do_not_decide(people: People) -> None:
    performer = people.performer()
    offer = send(people.quoting(), performer)
    observer = people.observer()
    deciding: list[Callable[[Account], object]] = [
        lambda by: services.accept_offer(offer.id, limit=LIMIT, by=by),
        lambda by: services.decline_offer(offer.id, reason="No", by=by),
    ]
    for decide in deciding:
        for actor in (performer, observer):
            with refused(NotAllowed):
                decide(actor)
    strangers = [people.customer(), people.performer()]
    for decide in (*deciding, lambda by: services.withdraw_offer(offer.id, by=by)):
        for actor in strangers:
            with refused(NoSuchOffer):
                decide(actor)
    managers = [people.manager(), people.admin(), observer, offer.order.customer]
    for actor in managers:
        with refused(NotAllowed):
            services.withdraw_offer(offer.id, by=actor)


def test_an_offer_that_is_not_there_is_not_there(people: People) -> None:
    admin = people.admin()
    with refused(NoSuchOffer):
        services.accept_offer(10**15, limit=LIMIT, by=admin)


def test_a_performer_with_too_much_to_do_gets_no_more(people: People) -> None:
    performer = people.performer()
    people.taken(performer)
    people.taken(performer)
    offer = send(people.quoting(), performer)
    customer = offer.order.customer
    with refused(PerformerBusy, "2 orders"):
        services.accept_offer(offer.id, limit=2, by=customer)
    services.accept_offer(offer.id, limit=3, by=customer)


def test_a_performer_who_was_blocked_or_is_none_any_more_gets_nothing(people: People) -> None:
    admin = people.admin()
    offers = [send(people.quoting(), people.performer()) for _ in range(2)]
    block_account(offers[0].performer_id, reason="Spam", by=admin)
    change_roles([offers[1].performer_id], role=Role.OBSERVER, by=admin)
    db.session.commit()
    for offer in offers:
        customer = offer.order.customer
        with refused(PerformerGone):
            services.accept_offer(offer.id, limit=LIMIT, by=customer)
        services.decline_offer(offer.id, reason="Gone", by=customer)
        db.session.commit()
        assert offer.order.status is Status.QUOTING


def test_nothing_begins_on_a_hidden_order_but_offers_can_be_taken_back(people: People) -> None:
    performer = people.performer()
    offer = send(people.quoting(), performer)
    services.hide_order(offer.order_id, by=people.admin())
    db.session.commit()
    customer = offer.order.customer
    with refused(OrderHidden):
        services.accept_offer(offer.id, limit=LIMIT, by=customer)
    services.withdraw_offer(offer.id, by=performer)
    assert offer.status is OfferStatus.WITHDRAWN


@pytest.mark.parametrize("ended", [OfferStatus.SUPERSEDED, OfferStatus.WITHDRAWN, OfferStatus.DECLINED])
def test_an_offer_that_has_ended_stays_so(people: People, ended: OfferStatus) -> None:
    performer, order = people.performer(), people.quoting()
    offer = send(order, performer)
    send(order, people.performer(), "1")
    if ended is OfferStatus.SUPERSEDED:
        send(order, performer, "2")
    elif ended is OfferStatus.WITHDRAWN:
        services.withdraw_offer(offer.id, reason="Ill", by=performer)
    else:
        services.decline_offer(offer.id, reason="Dear", by=order.customer)
    db.session.commit()
    customer = order.customer
    with refused(IllegalOfferStep):
        services.accept_offer(offer.id, limit=LIMIT, by=customer)
    with refused(IllegalOfferStep):
        services.decline_offer(offer.id, reason="No", by=customer)
    with refused(IllegalOfferStep):
        services.withdraw_offer(offer.id, by=performer)


def test_the_second_yes_comes_too_late(people: People) -> None:
    order = people.quoting()
    first, second = send(order, people.performer()), send(order, people.performer(), "800")
    accept(first)
    customer = order.customer
    for offer in (first, second):
        with refused(IllegalOfferStep):
            services.accept_offer(offer.id, limit=LIMIT, by=customer)


def test_declining_tells_why_and_the_last_one_sends_the_order_back_to_waiting(people: People) -> None:
    performer, order = people.performer(), people.quoting()
    first, second = send(order, performer), send(order, people.performer())
    services.decline_offer(first.id, reason=" Too dear \r\n", by=order.customer)
    db.session.commit()
    assert (first.status, first.reason, order.status) == (OfferStatus.DECLINED, "Too dear", Status.QUOTED)
    assert news(order)[-1] == ("declined", order.customer_id, performer.id, first.id, "Too dear")
    manager = people.manager()
    services.decline_offer(second.id, reason="", by=manager)
    db.session.commit()
    assert (second.status, order.status) == (OfferStatus.DECLINED, Status.QUOTING)
    last = db.session.scalars(
        select(OrderEvent).where(OrderEvent.order_id == order.id, OrderEvent.to_status == Status.QUOTING)
    ).all()[-1]
    # The reason is between the two; the order's own line does not repeat it.
    assert (last.actor_id, last.note) == (manager.id, "")
    holds()


def test_who_sent_an_offer_for_somebody_may_withdraw_it_and_so_may_they(people: People) -> None:
    manager, performer = people.manager(), people.performer()
    for actor in (manager, performer):
        order = people.quoting()
        what = services.OfferInput(days=1, price=Decimal(5))
        offer = services.send_offer(order.id, what, by=manager, performer=performer)
        services.withdraw_offer(offer.id, reason="A slip", by=actor)
        db.session.commit()
        assert (offer.status, offer.reason, order.status) == (OfferStatus.WITHDRAWN, "A slip", Status.QUOTING)
        assert news(order)[-1] == ("withdrawn", actor.id, performer.id, offer.id, "A slip")


def test_cancelling_the_order_declines_what_was_offered(people: People) -> None:
    order = people.quoting()
    gone, live = overdue(people, order), send(order, people.performer())
    services.cancel_order(order.id, reason="Plans changed", by=order.customer)
    db.session.commit()
    assert (order.status, gone.status, live.status) == (
        Status.CANCELLED, OfferStatus.EXPIRED, OfferStatus.DECLINED,
    )  # fmt: skip
    assert news(order)[-1][:2] in (("declined", order.customer_id), ("expired", None))
    holds()


def test_giving_the_order_back_restores_what_it_was_before_the_offer(people: People) -> None:
    performer = people.performer()
    order = people.quoting(price=Decimal("5000"), lines=[line("Parser", 2, "700"), line("Tests", 1, "50")])
    before = contents(order)
    offer = accept(send(order, performer, None, lines=[line("Parser", 2, "650")]))
    services.withdraw_order(order.id, reason="No time", by=performer)
    db.session.commit()
    assert (order.status, order.performer_id, order.price) == (Status.NEW, None, Decimal("5000"))
    assert order.pricing.value == "quote"
    assert contents(order) == before
    assert (order.lines_count, order.lines_total) == (2, Decimal("1450"))
    assert (offer.status, offer.price, len(offer.lines)) == (OfferStatus.WITHDRAWN, Decimal("1300"), 1)
    assert news(order)[-1] == ("withdrawn", performer.id, performer.id, offer.id, "")
    assert performer_counters(performer).withdrawn == 1
    holds()
    # And round again, with the same people.
    again = accept(send(order, performer, "4000"))
    assert (again.version, order.price, contents(order)) == (2, Decimal("4000"), before)
    services.withdraw_order(order.id, reason="No time", by=performer)
    db.session.commit()
    assert (order.price, contents(order)) == (Decimal("5000"), before)
    holds()


def test_lines_that_came_with_an_offer_go_with_it(people: People) -> None:
    performer, order = people.performer(), people.quoting()
    accept(send(order, performer, None, lines=[line("Parser", 2, "650")]))
    services.withdraw_order(order.id, reason="No time", by=performer)
    db.session.commit()
    assert (order.price, order.total, contents(order)) == (None, None, [])


def test_an_order_that_was_simply_taken_keeps_its_price_when_given_back(people: People) -> None:
    performer = people.performer()
    order = people.quoting()
    accept(send(order, performer))
    services.withdraw_order(order.id, reason="No time", by=performer)
    fields: dict[str, Any] = {
        "title": "Now at my price",
        "description": "",
        "category_id": order.category_id,
        "deadline": None,
    }
    services.edit_order(order.id, **fields, price=Decimal("700"), pricing=Pricing.FIXED, by=order.customer)
    services.take_order(order.id, limit=LIMIT, by=performer)
    services.withdraw_order(order.id, reason="No time", by=performer)
    db.session.commit()
    assert order.price == Decimal("700")


def test_giving_the_order_to_somebody_else_withdraws_the_offer_and_keeps_the_agreed_price(people: People) -> None:
    first, second, admin = people.performer(), people.performer(), people.admin()
    order = people.quoting(lines=[line("Parser", 2, "700")])
    offer = accept(send(order, first, None, lines=[line("Parser", 2, "650")]))
    services.reassign_order(order.id, performer_id=second.id, reason="Ill", by=admin)
    db.session.commit()
    assert (order.status, order.performer_id, order.price) == (Status.IN_PROGRESS, second.id, Decimal("1300"))
    assert offer.status is OfferStatus.WITHDRAWN
    assert contents(order) == [("Parser", 2, Decimal("650"))]
    holds()
    # Should the second one give it back too, what the first one offered is not for the board.
    services.withdraw_order(order.id, reason="No time", by=second)
    db.session.commit()
    assert (order.price, contents(order)) == (None, [("Parser", 2, Decimal("700"))])
    holds()


def test_past_its_time_an_offer_cannot_be_accepted_and_is_told_as_expired(people: People) -> None:
    performer, order = people.performer(), people.quoting()
    offer = overdue(people, order, performer)
    assert (offer.status, offer.stands, offer.is_live) == (OfferStatus.SENT, OfferStatus.EXPIRED, False)
    customer = order.customer
    with refused(IllegalOfferStep, "expired"):
        services.accept_offer(offer.id, limit=LIMIT, by=customer)
    assert queries.summary(order).count == 0
    assert [row.id for row in queries.settled(order)] == [offer.id]
    assert queries.own_counts(performer)[OfferStatus.EXPIRED] == 1
    # A new version may come at any time.
    assert send(order, performer).is_live
    assert offer.stands is OfferStatus.SUPERSEDED


def test_what_is_past_its_time_can_still_be_put_away(people: People) -> None:
    order = people.quoting()
    offer = overdue(people, order)
    services.decline_offer(offer.id, reason="", by=order.customer)
    assert (offer.status, order.status) == (OfferStatus.DECLINED, Status.QUOTING)


def test_expiring_notes_what_the_clock_did_in_batches_and_once(people: People) -> None:
    orders = [people.quoting() for _ in range(3)]
    gone = [overdue(people, order) for order in orders for _ in range(2)]
    stays = send(orders[0], people.performer(), expires_at=clock.now() + HOUR)
    forever = send(orders[1], people.performer())
    assert (services.expire_offers(2), services.expire_offers(2), services.expire_offers(2)) == (4, 2, 0)
    db.session.commit()
    assert {offer.status for offer in gone} == {OfferStatus.EXPIRED}
    assert (stays.status, forever.status) == (OfferStatus.SENT, OfferStatus.SENT)
    assert [order.status for order in orders] == [Status.QUOTED, Status.QUOTED, Status.QUOTING]
    assert news(orders[2])[-1][:2] == ("expired", None)
    last = db.session.scalars(select(OrderEvent).order_by(OrderEvent.id.desc()).limit(1)).one()
    assert last.actor_id is None
    holds()


def test_the_offer_in_the_place_of_another_leaves_one_live_version_for_each_performer(people: People) -> None:
    order, performers = people.quoting(), [people.performer() for _ in range(3)]
    for price in ("3", "2", "1"):
        for performer in performers:
            send(order, performer, price)
    live = db.session.execute(
        select(Offer.performer_id, func.count()).where(Offer.status == OfferStatus.SENT).group_by(Offer.performer_id)
    ).all()
    assert sorted(tuple(row) for row in live) == [(performer.id, 1) for performer in performers]
    assert queries.summary(order) == queries.Summary(3, Decimal(1), Decimal(1), 3)
    assert db.session.scalar(select(func.count()).select_from(OfferLine)) == 0
