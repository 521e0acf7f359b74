"""Exactly one offer wins an order, whatever else happens to both in that moment, on the accepted terms."""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from enum import Enum, auto
from functools import partial
from itertools import cycle
from typing import Any, NamedTuple

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from marketplace.accounts.models import Account
from marketplace.core.db import db
from marketplace.core.errors import Conflict
from marketplace.orders import services
from marketplace.orders.errors import NoSuchOrder, PerformerBusy
from marketplace.orders.models import Offer, Order, OrderEvent
from marketplace.orders.queries import offers as queries
from marketplace.orders.queries import orders
from marketplace.orders.queries.counters import differences
from marketplace.orders.services import LineInput, OfferInput
from marketplace.orders.states import EventKind, OfferStatus, Status
from tests.orders.histories import illegal_steps, wrong_people
from tests.people import People
from tests.races.crowd import Crowd, size

NO_LIMIT = 10_000
HEAD_START = 0.03
"""Seconds; the longest that the quicker acts wait, or the same one would win every round."""

CLEAR_LEAD = 10 * HEAD_START
"""Seconds; long enough for one side to be done before the other begins, however busy the machine is."""

CONTROLS = 8
"""Rounds without a guard."""

Act = Callable[[Account], Any]
Rivals = Callable[["Stall"], list[tuple[int, Act]]]


class Lead(Enum):
    """Who acts first in a round; the rounds take turns, so that each side wins some of them on any machine."""

    NOBODY = auto()
    YESES = auto()
    RIVALS = auto()


class Stall(NamedTuple):
    """One round: an order of `customer` and two offers for it, whose lines say whose they are."""

    order: int
    customer: int
    performers: tuple[int, int]
    offers: tuple[int, int]
    lead: Lead


def priced(price: int) -> OfferInput:
    """An offer of one line that costs `price`."""
    return OfferInput(days=price, lines=[LineInput(quantity=1, name=f"Work for {price}", unit_price=Decimal(price))])


def stall(people: People, lead: Lead = Lead.NOBODY) -> Stall:
    """A new round."""
    order, performers = people.quoting(), (people.performer(), people.performer())
    offers = [services.send_offer(order.id, priced(number), by=by) for number, by in enumerate(performers, start=5)]
    db.session.commit()
    return Stall(order.id, order.customer_id, (performers[0].id, performers[1].id), (offers[0].id, offers[1].id), lead)


def accept(round_: Stall, offer_id: int) -> Act:
    """The act of saying yes to it; where nobody leads, every other time after a moment."""

    def say_yes(by: Account) -> int:
        moments = {Lead.NOBODY: random.choice((0, 2 * HEAD_START)), Lead.YESES: 0, Lead.RIVALS: CLEAR_LEAD}
        time.sleep(moments[round_.lead])
        return services.accept_offer(offer_id, limit=NO_LIMIT, by=by).id

    return say_yes


def late(round_: Stall, act: Act) -> Act:
    """The act against a yes; where nobody leads, after a moment."""

    def wait_and_act(by: Account) -> Any:
        moments = {Lead.NOBODY: random.uniform(0, HEAD_START), Lead.YESES: CLEAR_LEAD, Lead.RIVALS: 0}
        time.sleep(moments[round_.lead])
        return act(by)

    return wait_and_act


def two_yeses(round_: Stall) -> list[tuple[int, Act]]:
    """The customer, in eight windows, accepts both offers."""
    return [(round_.customer, accept(round_, offer)) for offer in round_.offers * 4]


def yes_and_withdrawal(round_: Stall) -> list[tuple[int, Act]]:
    """The customer accepts what its performer withdraws."""
    offer, performer = round_.offers[0], round_.performers[0]
    return [
        (round_.customer, accept(round_, offer)),
        (performer, late(round_, lambda by: services.withdraw_offer(offer, by=by))),
    ]


def yes_and_cancel(round_: Stall) -> list[tuple[int, Act]]:
    """The customer accepts an offer here and cancels the order there, which is possible before and after."""
    return [
        (round_.customer, accept(round_, round_.offers[0])),
        (round_.customer, late(round_, lambda by: services.cancel_order(round_.order, reason="Plans changed", by=by))),
    ]


def yes_and_new_version(round_: Stall) -> list[tuple[int, Act]]:
    """The customer accepts the version that its performer replaces by a dearer one."""
    return [
        (round_.customer, accept(round_, round_.offers[0])),
        (round_.performers[0], late(round_, lambda by: services.send_offer(round_.order, priced(70), by=by).id)),
    ]


def all_at_once(round_: Stall) -> list[tuple[int, Act]]:
    """Everybody does everything."""
    return [
        *two_yeses(round_),
        *yes_and_withdrawal(round_),
        *yes_and_new_version(round_),
        (round_.performers[1], late(round_, lambda by: services.withdraw_offer(round_.offers[1], by=by))),
        (round_.customer, late(round_, lambda by: services.decline_offer(round_.offers[1], reason="No", by=by))),
    ]


RIVALS = (two_yeses, yes_and_withdrawal, yes_and_cancel, yes_and_new_version, all_at_once)


def faults(order_id: int) -> list[str]:
    """What cannot be true of an order and its offers once everybody is done."""
    order = db.session.get_one(Order, order_id, populate_existing=True)
    offers = db.session.scalars(select(Offer).where(Offer.order_id == order_id)).all()
    by_status = {status: [offer for offer in offers if offer.status is status] for status in OfferStatus}
    accepted, live = by_status[OfferStatus.ACCEPTED], by_status[OfferStatus.SENT]
    found = []
    takings = db.session.scalar(
        select(func.count()).where(OrderEvent.order_id == order_id, OrderEvent.to_status == Status.IN_PROGRESS)
    )
    if order.status is Status.IN_PROGRESS or (order.status is Status.CANCELLED and order.performer_id is not None):
        lines = [(line.name, line.unit_price) for line in orders.lines(order)]
        if len(accepted) != 1 or takings != 1:
            found.append(f"{len(accepted)} offers accepted, taken {takings} times")
        elif (order.performer_id, order.price) != (accepted[0].performer_id, accepted[0].price):
            found.append("performer or price of another offer")
        elif lines != [(line.name, line.unit_price) for line in accepted[0].lines]:
            found.append("lines of another offer")
        if live:
            found.append("an offer is live although another one has won")
    else:
        if accepted or takings:
            found.append(f"accepted, but {order.status}")
        if (order.status is Status.QUOTED) != bool(live):
            found.append(f"{order.status} with {len(live)} live offers")
    if len({offer.performer_id for offer in live}) != len(live):
        found.append("two live versions of one performer")
    ends = select(OrderEvent.subject_id, func.count()).where(
        OrderEvent.order_id == order_id, OrderEvent.kind == EventKind.OFFER, OrderEvent.detail != OfferStatus.SENT.value
    )
    for offer_id, times in db.session.execute(ends.group_by(OrderEvent.subject_id)):
        if times > 1:
            found.append(f"offer {offer_id} ended {times} times")
    return found


def race(
    app: Flask,
    rivals: Rivals,
    rounds: int,
    tolerated: tuple[type[Exception], ...] = (),
    leads: Iterable[Lead] = Lead,
) -> tuple[int, int]:
    """Lets the rivals act at the same moment, round by round; returns how many went wrong and how many were won."""
    people = People(app)
    stalls = [stall(people, lead) for _, lead in zip(range(rounds), cycle(leads))]
    db.session.rollback()
    wrong = won = 0
    with Crowd(app, 16) as crowd:
        for round_ in stalls:
            pairs = rivals(round_)
            people_here = [who for who, _act in pairs]
            outcomes = crowd.at_once(people_here, dealt(pairs, tolerated), before=partial(load, round_))
            refused = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
            assert all(isinstance(outcome, (Conflict, NoSuchOrder, *tolerated)) for outcome in refused), refused
            db.session.rollback()
            wrong += bool(faults(round_.order))
            won += db.session.get_one(Order, round_.order).performer_id is not None
            db.session.rollback()
    return wrong, won


def dealt(pairs: Sequence[tuple[int, Act]], tolerated: tuple[type[Exception], ...]) -> Act:
    """Everybody's own act; somebody who has several windows does another one in each."""
    waiting: dict[int, list[Act]] = defaultdict(list)
    for who, act in pairs:
        waiting[who].append(act)

    def act_of(by: Account) -> Any:
        try:
            done = waiting[by.id].pop()(by)
            db.session.commit()
        except tolerated as error:
            db.session.rollback()
            return error
        return done

    return act_of


def load(round_: Stall) -> Any:
    """What the page of the order has loaded before anybody presses a button."""
    return orders.get_order(round_.order), [queries.get_offer(offer) for offer in round_.offers]


@pytest.mark.parametrize("rivals", RIVALS)
def test_one_offer_wins_or_none_and_the_order_is_what_it_says(
    race_app: Flask, rivals: Rivals, figure: Callable[[str], None]
) -> None:
    rounds = size(25, 200)
    wrong, won = race(race_app, rivals, rounds)
    assert wrong == 0
    # Both sides must have won at times, or nothing would have been tried.
    assert won == rounds if rivals is two_yeses else 0 < won < rounds
    assert list(differences()) == []
    assert illegal_steps() == []
    assert wrong_people() == []
    figure(f"Offers, {rivals.__name__}: {wrong} of {rounds} rounds wrong, an offer won in {won}")


def without_lock(order_id: int) -> Any:
    """The live offers as they are, without waiting for anybody."""
    return db.session.scalars(
        select(Offer).where(Offer.order_id == order_id, Offer.status == OfferStatus.SENT).order_by(Offer.id)
    ).all()


@pytest.mark.parametrize("rivals", [yes_and_withdrawal, all_at_once])
def test_the_race_is_real_without_the_locks(
    race_app: Flask, monkeypatch: pytest.MonkeyPatch, rivals: Rivals, figure: Callable[[str], None]
) -> None:
    monkeypatch.setattr(orders, "locked", orders.get_order)
    monkeypatch.setattr(queries, "locked_offer", queries.get_offer)
    monkeypatch.setattr(queries, "locked_live", without_lock)
    # The indexes of the table stop some of what the locks would; they are not what is tried here.
    wrong, _won = race(race_app, rivals, CONTROLS, tolerated=(DBAPIError,), leads=[Lead.NOBODY])
    assert wrong > 0
    figure(f"Offers, control {rivals.__name__} without the locks: {wrong} of {CONTROLS} rounds wrong")


def test_behind_the_locks_an_index_lets_one_offer_only_be_accepted(
    race_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = People(race_app)
    round_ = stall(people)
    for offer_id in round_.offers:
        db.session.get_one(Offer, offer_id).decide(OfferStatus.ACCEPTED, by=None)
    with pytest.raises(IntegrityError, match="uq_offers_accepted"):
        db.session.commit()
    db.session.rollback()


def test_nobody_gets_over_the_limit_by_two_yeses_at_once(race_app: Flask, figure: Callable[[str], None]) -> None:
    people, rounds, limit, at_once = People(race_app), 15, 2, 6
    performer = people.performer()
    over = 0
    with Crowd(race_app, at_once) as crowd:
        for _ in range(rounds):
            offers = []
            for _number in range(at_once):
                offers.append(services.send_offer(people.quoting().id, priced(5), by=performer))
            db.session.commit()
            pairs = [(offer.order.customer_id, partial(accept_within, offer.id, limit)) for offer in offers]
            performer_id = performer.id
            db.session.rollback()
            outcomes = crowd.at_once([who for who, _act in pairs], dealt(pairs, ()))
            assert all(isinstance(outcome, int | PerformerBusy) for outcome in outcomes), outcomes
            performer = db.session.get_one(Account, performer_id)
            held = orders.in_progress_count(performer)
            over += held > limit
            assert held == limit
            for order in db.session.scalars(select(Order).where(Order.status == Status.IN_PROGRESS)).all():
                services.withdraw_order(order.id, reason="Next round", by=performer)
            db.session.commit()
    assert over == 0
    assert list(differences()) == []
    figure(f"Offers, limit: {over} of {rounds} rounds over the limit of {limit}, {at_once} yeses at once in each")


def accept_within(offer_id: int, limit: int, by: Account) -> int:
    """Says yes to it, if the performer has not too much to do."""
    return services.accept_offer(offer_id, limit=limit, by=by).id
