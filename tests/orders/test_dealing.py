"""The life of an order: who may, when, and what stays behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.accounts.models import Account
from marketplace.accounts.services import block_account
from marketplace.core.db import db
from marketplace.core.errors import Conflict, NotAllowed
from marketplace.orders import services
from marketplace.orders.errors import ForbiddenWrite, IllegalStep, NoSuchOrder, TooManyInProgress
from marketplace.orders.models import Order, OrderEvent
from marketplace.orders.queries.counters import differences
from marketplace.orders.queries.performers import customer_counters, performer_counters
from marketplace.orders.states import TRANSITIONS, EventKind, Status
from tests.people import LIMIT, People


def history(order: Order) -> list[tuple[Any, ...]]:
    query = select(OrderEvent).where(OrderEvent.order_id == order.id, OrderEvent.kind == EventKind.STATUS)
    rows = db.session.scalars(query.order_by(OrderEvent.id))
    return [(row.from_status, row.to_status, row.actor_id, row.performer_id, row.note) for row in rows]


def test_an_order_from_posting_to_rating_leaves_its_history_stamps_and_counters(people: People) -> None:
    customer, performer = people.customer(), people.performer()
    order = people.order(customer)
    services.take_order(order.id, limit=LIMIT, by=performer)
    services.complete_order(order.id, by=performer)
    services.rate_order(order.id, rating=9, text="Good work", by=customer)
    db.session.commit()

    assert history(order) == [
        (None, Status.NEW, customer.id, None, ""),
        (Status.NEW, Status.IN_PROGRESS, performer.id, performer.id, ""),
        (Status.IN_PROGRESS, Status.COMPLETED, performer.id, performer.id, ""),
    ]
    assert order.taken_at and order.completed_at and order.cancelled_at is None
    assert order.number == f"{order.created_at.year}-{order.id:06d}"
    posted, done = customer_counters(customer), performer_counters(performer)
    assert (posted.posted, posted.completed, posted.cancelled) == (1, 1, 0)
    assert (done.taken, done.completed, done.withdrawn, done.rating_sum, done.rating_count) == (1, 1, 0, 9, 1)
    assert list(differences()) == []


def test_withdrawing_puts_the_order_back_and_remembers_who_had_it(people: People) -> None:
    performer = people.performer()
    order = people.taken(performer)
    services.withdraw_order(order.id, reason="No time", by=performer)
    db.session.commit()
    assert (order.status, order.performer_id, order.taken_at) == (Status.NEW, None, None)
    assert history(order)[-1] == (Status.IN_PROGRESS, Status.NEW, performer.id, performer.id, "No time")
    assert performer_counters(performer).withdrawn == 1
    assert list(differences()) == []


def test_cancelling_work_in_progress_keeps_the_performer_on_record(people: People) -> None:
    performer, customer = people.performer(), people.customer()
    order = people.taken(performer, customer)
    services.cancel_order(order.id, reason="Plans changed", by=customer)
    db.session.commit()
    assert (order.status, order.performer_id) == (Status.CANCELLED, performer.id)
    assert customer_counters(customer).cancelled == 1
    assert list(differences()) == []


@pytest.mark.parametrize("before", list(Status))
@pytest.mark.parametrize("after", list(Status))
def test_the_table_of_transitions_holds_for_every_writer(people: People, before: Status, after: Status) -> None:
    makers: dict[Status, Callable[[], Order]] = {
        Status.NEW: people.order,
        Status.QUOTING: people.quoting,
        Status.QUOTED: people.quoted,
        Status.IN_PROGRESS: people.taken,
        Status.COMPLETED: people.completed,
        Status.CANCELLED: people.cancelled,
    }
    order = makers[before]()
    if after is before or after in TRANSITIONS[before]:
        order.status = after
    else:
        with pytest.raises(IllegalStep):
            order.status = after


def refusals(people: People) -> list[tuple[str, Callable[[], Any], type[Exception]]]:
    customer, performer, other = people.customer(), people.performer(), people.performer()
    stranger, blocked = people.customer(), people.performer()
    block_account(blocked.id, reason="spam", by=people.admin())
    fresh, taken, done = (
        people.order(customer),
        people.taken(performer, customer),
        people.completed(performer, customer),
    )
    take = services.take_order
    return [
        ("customers do not take", lambda: take(fresh.id, limit=LIMIT, by=stranger), NotAllowed),
        ("nor their own", lambda: take(fresh.id, limit=LIMIT, by=customer), NotAllowed),
        ("the blocked do nothing", lambda: take(fresh.id, limit=LIMIT, by=blocked), NotAllowed),
        ("a second taker", lambda: take(taken.id, limit=LIMIT, by=other), IllegalStep),
        ("an order that never was", lambda: take(999_999, limit=LIMIT, by=other), NoSuchOrder),
        ("completing another's work", lambda: services.complete_order(taken.id, by=other), NoSuchOrder),
        ("completing what nobody has", lambda: services.complete_order(fresh.id, by=other), NotAllowed),
        ("completing twice", lambda: services.complete_order(done.id, by=performer), IllegalStep),
        ("withdrawing when done", lambda: services.withdraw_order(done.id, reason="x", by=performer), IllegalStep),
        ("a stranger's cancellation", lambda: services.cancel_order(fresh.id, reason="x", by=stranger), NotAllowed),
        ("cancelling when done", lambda: services.cancel_order(done.id, reason="x", by=customer), IllegalStep),
        ("rating unfinished work", lambda: services.rate_order(taken.id, rating=5, text="", by=customer), IllegalStep),
        ("rating oneself", lambda: services.rate_order(done.id, rating=10, text="", by=performer), NotAllowed),
        ("answering nothing", lambda: services.answer_review(done.id, answer="x", by=performer), Conflict),
    ]


@pytest.mark.parametrize("number", range(14))
def test_a_refusal_changes_nothing(people: People, number: int) -> None:
    _words, act, error = refusals(people)[number]
    db.session.commit()
    before = {order.id: (order.status, order.performer_id) for order in db.session.scalars(select(Order))}
    events = db.session.query(OrderEvent).count()
    with pytest.raises(error):
        act()
    db.session.rollback()
    assert {order.id: (order.status, order.performer_id) for order in db.session.scalars(select(Order))} == before
    assert db.session.query(OrderEvent).count() == events
    assert list(differences()) == []


def test_nobody_holds_more_orders_than_the_limit(people: People) -> None:
    performer = people.performer()
    people.taken(performer)
    order = people.order()
    with pytest.raises(TooManyInProgress):
        services.take_order(order.id, limit=1, by=performer)
    db.session.rollback()
    assert order.status is Status.NEW


def test_listeners_refuse_to_swap_the_people_of_an_order(people: People) -> None:
    order, other = people.taken(), people.performer()
    order.performer_id = other.id
    with pytest.raises(ForbiddenWrite):
        db.session.flush()
    db.session.rollback()
    order.customer = people.customer()
    with pytest.raises(ForbiddenWrite):
        db.session.flush()


def test_reassigning_gives_the_order_to_another_without_blaming_the_first(people: People) -> None:
    admin, first, second = people.admin(), people.performer(), people.performer()
    order = people.taken(first)
    services.reassign_order(order.id, performer_id=second.id, reason="Ill", by=admin)
    db.session.commit()
    assert (order.status, order.performer_id) == (Status.IN_PROGRESS, second.id)
    assert performer_counters(first).withdrawn == 0
    assert performer_counters(second).taken == 1
    assert [row[1] for row in history(order)] == [Status.NEW, Status.IN_PROGRESS, Status.NEW, Status.IN_PROGRESS]
    assert list(differences()) == []


def moderators(people: People) -> list[Account]:
    return [people.customer(), people.performer(), people.manager(), people.observer()]


def test_only_admins_moderate(people: People) -> None:
    order = people.rated(3)
    for user in moderators(people):
        for act in (services.hide_order, services.hide_review):
            with pytest.raises(NotAllowed):
                act(order.id, by=user)


def test_hiding_a_review_takes_it_out_of_the_average_and_showing_puts_it_back(people: People) -> None:
    admin, performer = people.admin(), people.performer()
    bad = people.rated(2, performer)
    people.rated(10, performer)
    services.hide_review(bad.id, by=admin)
    db.session.commit()
    assert performer_counters(performer).rating == 10
    services.show_review(bad.id, by=admin)
    db.session.commit()
    assert performer_counters(performer).rating == 6
    assert list(differences()) == []


def test_hiding_an_order_takes_it_out_of_its_category(people: People) -> None:
    admin, order = people.admin(), people.order()
    services.hide_order(order.id, by=admin)
    db.session.commit()
    assert list(differences()) == []
    services.show_order(order.id, by=admin)
    services.edit_order(
        order.id, title="A", description="", category_id=people.category("go").id, price=None, deadline=None, by=admin
    )
    db.session.commit()
    assert list(differences()) == []
