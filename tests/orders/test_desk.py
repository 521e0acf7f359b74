"""What the desk does with orders: who looks after them, where their money stands, when offers are wanted."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from sqlalchemy import select

from marketplace.accounts.models import Account
from marketplace.accounts.services import block_account
from marketplace.core.db import db
from marketplace.core.errors import DomainError, NotAllowed
from marketplace.orders import policies, services
from marketplace.orders.errors import (
    CannotManage,
    GoesByQuote,
    IllegalMoneyStep,
    IllegalStep,
    NoSuchOrder,
    NotACustomer,
)
from marketplace.orders.models import Offer, Order, OrderEvent
from marketplace.orders.states import MONEY_TRANSITIONS, EventKind, MoneyState, OfferStatus, Pricing, Status
from tests.people import LIMIT, People

PATH = [MoneyState.PAID, MoneyState.READY_FOR_DELIVERY, MoneyState.DELIVERED]
STAMPS = ("paid_at", "ready_at", "delivered_at")


def events(order: Order, kind: EventKind) -> list[OrderEvent]:
    query = select(OrderEvent).where(OrderEvent.order_id == order.id, OrderEvent.kind == kind)
    return list(db.session.scalars(query.order_by(OrderEvent.id)))


def stamps(order: Order) -> list[bool]:
    return [getattr(order, name) is not None for name in STAMPS]


def in_state(people: People, state: MoneyState, manager: Account) -> Order:
    order = people.taken()
    for step in PATH[: list(MoneyState).index(state)]:
        services.set_money(order.id, state=step, by=manager)
    db.session.commit()
    return order


def test_money_goes_from_unpaid_to_delivered_and_each_step_is_on_record(people: People) -> None:
    manager = people.manager()
    order = people.taken()
    for number, state in enumerate(PATH, start=1):
        services.set_money(order.id, state=state, by=manager)
        db.session.commit()
        assert order.money_state is state
        assert stamps(order) == [True] * number + [False] * (3 - number)
    told = [(event.detail, event.actor_id) for event in events(order, EventKind.MONEY)]
    assert told == [(state.value, manager.id) for state in PATH]


@pytest.mark.parametrize("before", list(MoneyState))
@pytest.mark.parametrize("after", list(MoneyState))
def test_the_table_of_money_holds_for_every_writer(people: People, before: MoneyState, after: MoneyState) -> None:
    order = in_state(people, before, people.manager())
    if after is before or after in MONEY_TRANSITIONS[before]:
        order.money_state = after
        db.session.flush()
        assert stamps(order) == [list(MoneyState).index(after) > place for place in range(3)]
    else:
        with pytest.raises(IllegalMoneyStep):
            order.money_state = after


def test_a_slip_of_the_hand_is_mended_and_both_steps_stay_on_record(people: People) -> None:
    admin = people.admin()
    order = in_state(people, MoneyState.READY_FOR_DELIVERY, admin)
    paid_at = order.paid_at
    services.set_money(order.id, state=MoneyState.PAID, by=admin)
    db.session.commit()
    assert (order.paid_at, order.ready_at) == (paid_at, None)
    assert [event.detail for event in events(order, EventKind.MONEY)] == ["paid", "ready_for_delivery", "paid"]


def refusals(people: People) -> list[tuple[str, Callable[[], object], type[DomainError]]]:
    manager, customer, performer = people.manager(), people.customer(), people.performer()
    fresh, taken = people.order(customer), people.taken(performer, customer)
    blocked = people.manager()
    block_account(blocked.id, reason="left", by=people.admin())
    quoting = people.quoting(customer)
    money, assign, ask = services.set_money, services.assign_manager, services.request_quote
    paid = MoneyState.PAID
    return [
        ("the customer notes no payment", lambda: money(taken.id, state=paid, by=customer), NotAllowed),
        ("nor the performer", lambda: money(taken.id, state=paid, by=performer), NotAllowed),
        ("nor an observer", lambda: money(taken.id, state=paid, by=people.observer()), NotAllowed),
        ("strangers know of nothing", lambda: money(taken.id, state=paid, by=people.customer()), NoSuchOrder),
        ("nothing is paid before it is a deal", lambda: money(fresh.id, state=paid, by=manager), IllegalStep),
        (
            "nothing is delivered unpaid",
            lambda: money(taken.id, state=MoneyState.DELIVERED, by=manager),
            IllegalMoneyStep,
        ),
        (
            "a customer looks after nothing",
            lambda: assign(taken.id, manager_id=customer.id, by=manager),
            CannotManage,
        ),
        ("nor somebody blocked", lambda: assign(taken.id, manager_id=blocked.id, by=manager), CannotManage),
        ("performers assign nobody", lambda: assign(taken.id, manager_id=manager.id, by=performer), NotAllowed),
        ("offers are asked for once", lambda: ask(quoting.id, by=customer), IllegalStep),
        ("and not for work in progress", lambda: ask(taken.id, by=customer), IllegalStep),
        ("strangers ask for none", lambda: ask(fresh.id, by=people.customer()), NotAllowed),
        (
            "what goes by quote is not taken",
            lambda: services.take_order(by_quote(people).id, limit=LIMIT, by=performer),
            GoesByQuote,
        ),
    ]


def by_quote(people: People) -> Order:
    return people.order(pricing=Pricing.QUOTE, price=None)


@pytest.mark.parametrize("number", range(13))
def test_a_refusal_changes_nothing(people: People, number: int) -> None:
    _words, act, error = refusals(people)[number]
    db.session.commit()
    count = db.session.query(OrderEvent).count()
    query = select(Order.id, Order.status, Order.money_state, Order.manager_id, Order.pricing).order_by(Order.id)
    before = db.session.execute(query).all()
    with pytest.raises(error):
        act()
    db.session.rollback()
    after = [row for row in db.session.execute(query).all() if row.id in {old.id for old in before}]
    assert after == before
    assert db.session.query(OrderEvent).count() <= count + 1


def test_a_manager_takes_an_order_from_the_unassigned_and_hands_it_on(people: People) -> None:
    first, second, order = people.manager(), people.manager(), people.order()
    services.assign_manager(order.id, manager_id=first.id, by=first)
    services.assign_manager(order.id, manager_id=first.id, by=first)
    services.assign_manager(order.id, manager_id=second.id, by=first)
    services.assign_manager(order.id, manager_id=None, by=people.admin())
    db.session.commit()
    assert order.manager_id is None
    told = [event.manager_id for event in events(order, EventKind.MANAGER)]
    assert told == [first.id, second.id, None], "the same again is no news"


def test_a_manager_writes_an_order_down_for_a_customer(people: People) -> None:
    manager, customer = people.manager(), people.customer()
    fields = {"title": "Ten chairs", "description": "", "category_id": people.category().id, "deadline": None}
    order = services.post_order(**fields, price=Decimal(100), customer=customer, by=manager)  # type: ignore[arg-type]
    db.session.commit()
    assert (order.customer_id, order.author_id, order.manager_id) == (customer.id, manager.id, manager.id)
    for other in (people.performer(), people.manager()):
        with pytest.raises(NotACustomer):
            services.post_order(**fields, price=None, customer=other, by=manager)  # type: ignore[arg-type]
    for who in (people.customer(), people.observer(), people.performer()):
        with pytest.raises(NotAllowed):
            services.post_order(**fields, price=None, customer=customer, by=who)  # type: ignore[arg-type]


def test_an_order_waits_for_offers_and_is_quoted_while_one_is_live(people: People) -> None:
    order = people.quoted()
    assert (order.status, order.pricing) == (Status.QUOTED, Pricing.QUOTE)
    offer = db.session.scalars(select(Offer)).one()
    offer.status = OfferStatus.DECLINED
    db.session.commit()
    assert order.status is Status.QUOTING
    told = [event.to_status for event in events(order, EventKind.STATUS)]
    assert told == [Status.NEW, Status.QUOTING, Status.QUOTED, Status.QUOTING]


def test_who_may_learn_of_an_event_follows_what_it_tells(people: People) -> None:
    order = people.quoted()
    offer = events(order, EventKind.OFFER)[0]
    own = db.session.get_one(Account, offer.performer_id)
    for user in (order.customer, own, people.manager(), people.observer(), people.admin()):
        assert policies.may_see_event(user, order, offer)
    for stranger in (None, people.customer(), people.performer()):
        assert not policies.may_see_event(stranger, order, offer)


def test_the_terms_of_an_order_are_the_same_before_and_after_it_is_read_again(people: People) -> None:
    order = people.order()
    before = order.terms
    db.session.expire(order)
    assert order.terms == before
