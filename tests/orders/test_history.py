"""P08, as far as orders go: what has happened cannot be changed, and CHECKs stand where listeners do not look."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Update, func, select, text, update
from sqlalchemy.exc import IntegrityError

from marketplace.accounts.models import Account, AuditEntry
from marketplace.accounts.services import block_account
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.orders import policies, services
from marketplace.orders.errors import ForbiddenWrite, IllegalStep
from marketplace.orders.models import NOTE_LENGTH, Order, OrderEvent, Review
from marketplace.orders.states import EventKind, MoneyState, Pricing, Status
from tests.people import LIMIT, People

HISTORY = ("order_events", "audit_entries")


def rows() -> list[Any]:
    """Every row of both histories."""
    return [db.session.execute(text(f"SELECT * FROM {table} ORDER BY id")).all() for table in HISTORY]


@pytest.fixture
def past(people: People) -> list[Any]:
    """Something has happened: an order was dealt with and somebody was blocked."""
    people.rated(7)
    block_account(people.customer().id, reason="Spam", by=people.admin())
    db.session.commit()
    return rows()


@pytest.mark.parametrize("table", HISTORY)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {} SET actor_id = NULL",
        "UPDATE {} SET at = now() WHERE id = (SELECT max(id) FROM {})",
        "UPDATE {} SET at = at WHERE false",
        "DELETE FROM {}",
        "DELETE FROM {} WHERE id = (SELECT min(id) FROM {})",
        "TRUNCATE {}",
        "TRUNCATE {} CASCADE",
        "INSERT INTO {0} SELECT * FROM {0} ON CONFLICT (id) DO UPDATE SET at = now()",
        "MERGE INTO {0} USING {0} old ON {0}.id = old.id WHEN MATCHED THEN DELETE",
    ],
)
def test_sql_cannot_change_what_has_happened(past: list[Any], table: str, statement: str) -> None:
    with pytest.raises(IntegrityError, match="history"):
        db.session.execute(text(statement.format(table, table)))
    db.session.rollback()
    assert rows() == past


@pytest.mark.parametrize("model", [OrderEvent, AuditEntry])
def test_bulk_statements_of_the_orm_cannot_either(past: list[Any], model: type[OrderEvent | AuditEntry]) -> None:
    with pytest.raises(IntegrityError, match="history"):
        db.session.execute(update(model).values(at=clock.now()))
    db.session.rollback()
    with pytest.raises(IntegrityError, match="history"):
        db.session.query(model).delete()
    db.session.rollback()
    assert rows() == past


@pytest.mark.parametrize("how", ["change", "delete"])
def test_listeners_refuse_to_change_an_event_before_the_database_does(past: list[Any], how: str) -> None:
    row = db.session.scalars(select(OrderEvent)).first()
    assert row is not None
    if how == "change":
        row.note = "Never happened"
    else:
        db.session.delete(row)
    with pytest.raises(ForbiddenWrite):
        db.session.flush()
    db.session.rollback()
    assert rows() == past


@pytest.mark.parametrize("thing", [Order, Account])
def test_what_has_a_history_cannot_be_deleted(past: list[Any], thing: type[Order | Account]) -> None:
    order = db.session.scalars(select(Order)).first()
    assert order is not None
    db.session.delete(order if thing is Order else order.customer)
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()
    assert rows() == past


NOW = func.now()


def broken_orders() -> list[tuple[str, Status, Update]]:
    """Bulk updates that would break a rule, with the state of the order they strike."""
    order = update(Order)
    return [
        ("taken_has_performer", Status.NEW, order.values(status=Status.IN_PROGRESS)),
        ("taken_has_performer", Status.NEW, order.values(status=Status.COMPLETED, completed_at=NOW)),
        ("taken_has_performer", Status.IN_PROGRESS, order.values(performer_id=None)),
        ("taken_has_performer", Status.COMPLETED, order.values(taken_at=None)),
        ("new_is_untaken", Status.IN_PROGRESS, order.values(status=Status.NEW)),
        ("new_is_untaken", Status.NEW, order.values(taken_at=NOW)),
        ("completed_at_when_completed", Status.IN_PROGRESS, order.values(status=Status.COMPLETED)),
        ("completed_at_when_completed", Status.IN_PROGRESS, order.values(completed_at=NOW)),
        ("completed_at_when_completed", Status.COMPLETED, order.values(status=Status.IN_PROGRESS)),
        ("cancelled_at_when_cancelled", Status.NEW, order.values(status=Status.CANCELLED)),
        ("cancelled_at_when_cancelled", Status.COMPLETED, order.values(cancelled_at=NOW)),
        ("no_self_dealing", Status.IN_PROGRESS, order.values(performer_id=Order.customer_id)),
        ("no_self_dealing", Status.IN_PROGRESS, order.values(customer_id=Order.performer_id)),
        ("price_range", Status.NEW, order.values(price=0)),
        ("price_range", Status.NEW, order.values(price=-1)),
        ("price_range", Status.NEW, order.values(price=1_000_000_001)),
        ("title_given", Status.NEW, order.values(title="")),
        ("title_length", Status.NEW, order.values(title="x" * 121)),
        ("new_is_untaken", Status.QUOTED, order.values(taken_at=NOW)),
        ("quoted_by_quote", Status.NEW, order.values(status=Status.QUOTING)),
        ("quoted_by_quote", Status.QUOTED, order.values(pricing=Pricing.FIXED)),
        ("paid_at_when_paid", Status.IN_PROGRESS, order.values(money_state=MoneyState.PAID)),
        ("paid_at_when_paid", Status.IN_PROGRESS, order.values(paid_at=NOW)),
        ("lines_range", Status.NEW, order.values(lines_count=-1)),
        ("lines_range", Status.NEW, order.values(lines_total=-1)),
        ("lines_range", Status.NEW, order.values(lines_total=1_000_000_001)),
        ("description_length", Status.NEW, order.values(description="x" * 10_001)),
    ]


@pytest.mark.parametrize("number", range(27))
def test_a_check_stands_behind_every_rule_that_a_bulk_update_walks_around(people: People, number: int) -> None:
    constraint, status, statement = broken_orders()[number]
    makers: dict[Status, Callable[[], Order]] = {
        Status.NEW: people.order,
        Status.QUOTED: people.quoted,
        Status.IN_PROGRESS: people.taken,
        Status.COMPLETED: people.completed,
    }
    order = makers[status]()
    before = db.session.execute(select(Order.__table__)).all()
    with pytest.raises(IntegrityError, match=f"ck_orders_{constraint}"):
        db.session.execute(statement.where(Order.id == order.id))
    db.session.rollback()
    assert db.session.execute(select(Order.__table__)).all() == before


def test_the_list_of_broken_orders_is_complete() -> None:
    assert len(broken_orders()) == 27
    checks = {
        str(constraint.name) for constraint in db.metadata.tables["orders"].constraints if "ck_" in str(constraint.name)
    }
    # The values of the states are tested below: the ORM does not even send a wrong one.
    assert checks == {f"ck_orders_{name}" for name, _status, _statement in broken_orders()} | {
        *("ck_orders_status", "ck_orders_pricing", "ck_orders_money_state")
    }


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("orders", "status = 'lost'"),
        ("orders", "pricing = 'free'"),
        ("orders", "money_state = 'lent'"),
        ("reviews", "rating = 0"),
        ("reviews", "rating = 11"),
        ("reviews", "customer_id = performer_id"),
        ("reviews", "text = repeat('x', 3001)"),
        ("reviews", "answer = repeat('x', 3001)"),
        ("accounts", "email = upper(email)"),
        ("accounts", "active = false"),
        ("accounts", "role = 'king'"),
        ("profiles", "name = ''"),
        ("profiles", "usual_price = 0"),
        ("profiles", "links = array_fill('x'::text, ARRAY[11])"),
    ],
)
def test_sql_cannot_store_what_no_form_would_send(people: People, table: str, change: str) -> None:
    people.rated(7)
    with pytest.raises(IntegrityError, match=f"ck_{table}_"):
        db.session.execute(text(f"UPDATE {table} SET {change}"))


def test_history_takes_no_book_for_a_note_and_no_second_review(people: People) -> None:
    order = people.rated(7)
    with pytest.raises(IntegrityError, match="ck_order_events_note_length"):
        db.session.execute(
            text("INSERT INTO order_events (order_id, at, to_status, note) VALUES (:id, now(), 'new', :note)"),
            {"id": order.id, "note": "x" * (NOTE_LENGTH + 1)},
        )
    db.session.rollback()
    with pytest.raises(IntegrityError, match="pk_reviews"):
        db.session.execute(text("INSERT INTO reviews SELECT * FROM reviews"))


def test_a_review_stays_with_its_people(people: People) -> None:
    review = db.session.get_one(Review, people.rated(7).id)
    review.performer_id = people.performer().id
    with pytest.raises(ForbiddenWrite):
        db.session.flush()
    db.session.rollback()
    review.customer_id = people.customer().id
    with pytest.raises(ForbiddenWrite):
        db.session.flush()


def test_a_review_that_does_not_belong_to_finished_work_cannot_be_added_directly(people: People) -> None:
    taken, done, other = people.taken(), people.completed(), people.performer()
    wrong: list[tuple[type[Exception], dict[str, Any]]] = [
        (IllegalStep, {"order_id": taken.id, "customer_id": taken.customer_id, "performer_id": taken.performer_id}),
        (ForbiddenWrite, {"order_id": done.id, "customer_id": done.customer_id, "performer_id": other.id}),
        (ForbiddenWrite, {"order_id": done.id, "customer_id": taken.customer_id, "performer_id": done.performer_id}),
    ]
    for error, values in wrong:
        db.session.add(Review(rating=5, **values))
        with pytest.raises(error):
            db.session.flush()
        db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Review)) == 0


def test_an_order_keeps_the_moment_it_was_posted(people: People) -> None:
    order = people.order()
    order.created_at = clock.now()
    with pytest.raises(ForbiddenWrite):
        db.session.flush()


def test_whoever_won_does_not_learn_who_else_sent_an_offer(people: People) -> None:
    order = people.order(price=None, pricing=Pricing.QUOTE)
    first, winner, watcher = people.performer(), people.performer(), people.observer()
    services.send_offer(order.id, services.OfferInput(days=3, price=Decimal(900)), by=first)
    offer = services.send_offer(order.id, services.OfferInput(days=2, price=Decimal(800)), by=winner)
    services.accept_offer(offer.id, limit=LIMIT, by=order.customer)
    db.session.commit()
    events = list(db.session.scalars(order.events.select()))
    steps = [event for event in events if event.kind is EventKind.STATUS and event.actor_id == first.id]
    assert [event.to_status for event in steps] == [Status.QUOTING, Status.QUOTED]

    def seen_by(user: Account) -> list[OrderEvent]:
        return [event for event in events if policies.may_see_event(user, order, event)]

    assert first.id not in {event.actor_id for event in seen_by(winner)}
    assert Status.IN_PROGRESS in {event.to_status for event in seen_by(winner)}
    assert seen_by(order.customer) == seen_by(watcher) == events
