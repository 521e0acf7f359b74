"""Reading orders: one by its id, somebody's own, and what has happened to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, bindparam, exists, func, or_, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from marketplace.accounts.models import Account
from marketplace.catalog.models import Product
from marketplace.core.db import db
from marketplace.core.paging import Page, bounded_id, bounded_moment, decode_cursor, make_page
from marketplace.orders.errors import NoSuchOrder
from marketplace.orders.models import Order, OrderEvent, OrderLine, Review
from marketplace.orders.states import ON_BOARD, EventKind, Status

PAGE_SIZE = 25
STRETCH = 100
"""So many lines of a history are read at once, for those who see but some of them."""


TALK = (EventKind.COMMENT, EventKind.FILE)
"""What the history of an order leaves out: talk and files stand by themselves."""

SHOWN_ELSEWHERE = (*TALK, EventKind.REVIEW)
"""What the page leaves out of the history: there the review stands by itself too."""

# Built once, because every take asks them.
LOCKED = (
    select(Order).where(Order.id == bindparam("id")).with_for_update(of=Order).execution_options(populate_existing=True)
)
IN_PROGRESS = select(func.count()).where(
    Order.performer_id == bindparam("performer_id"), Order.status == Status.IN_PROGRESS
)


def get_order(order_id: int) -> Order:
    """The order with its people, category and review; raises NoSuchOrder."""
    order = db.session.scalar(
        select(Order)
        .where(Order.id == order_id)
        .options(
            joinedload(Order.category),
            joinedload(Order.customer),
            joinedload(Order.performer),
            joinedload(Order.manager),
            joinedload(Order.author),
            joinedload(Order.review),
        )
    )
    if order is None:
        raise NoSuchOrder
    return order


def locked(order_id: int) -> Order:
    """The order, its row locked until the transaction ends and read afresh.

    Without populate_existing the lock is taken but the session's older copy is returned, and a second taker wins.
    """
    order = db.session.scalar(LOCKED, {"id": order_id})
    if order is None:
        raise NoSuchOrder
    return order


def locked_review(order_id: int) -> Review | None:
    """The review of the order, its row locked and read afresh, or None."""
    return db.session.scalar(
        select(Review)
        .where(Review.order_id == order_id)
        .with_for_update(of=Review)
        .execution_options(populate_existing=True)
    )


def lines(order: Order) -> Sequence[OrderLine]:
    """The lines of the order, with their products and these with their pictures."""
    return db.session.scalars(
        select(OrderLine)
        .where(OrderLine.order_id == order.id)
        .options(joinedload(OrderLine.product).selectinload(Product.pictures))
        .order_by(OrderLine.position)
    ).all()


def timeline(order: Order) -> Sequence[OrderEvent]:
    """What has happened to the order, oldest first, with the people, as its page tells it."""
    return db.session.scalars(
        select(OrderEvent)
        .where(
            OrderEvent.order_id == order.id,
            OrderEvent.kind.not_in(SHOWN_ELSEWHERE),
        )
        .options(joinedload(OrderEvent.actor), joinedload(OrderEvent.performer), joinedload(OrderEvent.manager))
        .order_by(OrderEvent.id)
    ).all()


def history(order: Order, after: str | None, size: int, sees: Callable[[OrderEvent], bool]) -> Page[OrderEvent]:
    """One page of what has happened to the order, the review included, as far as somebody `sees` it, without people.

    However many others stand between them, a page is full: a short one would tell how many there are.
    """
    asked = ("history", order.id)
    last = decode_cursor(after, asked, bounded_id)[0] if after else 0
    query = select(OrderEvent).where(OrderEvent.order_id == order.id, OrderEvent.kind.not_in(TALK))
    query = query.order_by(OrderEvent.id).limit(max(size + 1, STRETCH))
    found: list[OrderEvent] = []
    while len(found) <= size:
        rows = db.session.scalars(query.where(OrderEvent.id > last)).all()
        found += filter(sees, rows)
        if len(rows) < max(size + 1, STRETCH):
            break
        last = rows[-1].id
    return make_page(found, size, after, asked, lambda event: (event.id,))


def in_progress_count(performer: Account) -> int:
    """How many orders the performer holds now."""
    return db.session.scalar(IN_PROGRESS, {"performer_id": performer.id}) or 0


def is_any_unassigned() -> bool:
    """True when nobody of the desk looks after some order that is on the board."""
    unassigned = exists().where(Order.manager_id.is_(None), Order.status.in_(ON_BOARD), Order.hidden_at.is_(None))
    return bool(db.session.scalar(select(unassigned)))


def have_shared_order(one: Account, other: Account) -> bool:
    """True when one of the two has worked, or works, on an order of the other."""

    def worked(customer: Account, performer: Account) -> Any:
        return (Order.customer_id == customer.id) & (Order.performer_id == performer.id)

    return bool(db.session.scalar(select(exists().where(or_(worked(one, other), worked(other, one))))))


def status_counts(column: InstrumentedAttribute[Any], account: Account) -> dict[Status, int]:
    """How many orders in each state have `account` in `column` (Order.customer_id or Order.performer_id)."""
    rows = db.session.execute(select(Order.status, func.count()).where(column == account.id).group_by(Order.status))
    counted: dict[Status, int] = {row[0]: row[1] for row in rows}
    return {status: counted.get(status, 0) for status in Status}


def own_orders(
    column: InstrumentedAttribute[Any], account: Account, status: Status, after: str | None = None
) -> Page[Order]:
    """One page of the orders in `status` that have `account` in `column`, newest first."""
    asked = ("own orders", column.key, account.id, status)
    query = (
        select(Order)
        .where(column == account.id, Order.status == status)
        .options(
            joinedload(Order.category),
            joinedload(Order.customer),
            joinedload(Order.performer),
            joinedload(Order.review),
        )
        .order_by(Order.created_at.desc(), Order.id.desc())
        .limit(PAGE_SIZE + 1)
    )
    if after:
        moment, row_id = decode_cursor(after, asked, bounded_moment, bounded_id)
        query = query.where(tuple_(Order.created_at, Order.id) < tuple_(moment, row_id))
    rows = db.session.scalars(query).all()
    return make_page(rows, PAGE_SIZE, after, asked, lambda order: (order.created_at.isoformat(), order.id))


def unrated_orders(customer: Account, limit: int = 5) -> Sequence[Order]:
    """The customer's completed orders that still wait for a review, the latest first."""
    return db.session.scalars(
        select(Order)
        .outerjoin(Review, Review.order_id == Order.id)
        .where(Order.customer_id == customer.id, Order.status == Status.COMPLETED, Review.order_id.is_(None))
        .options(joinedload(Order.category), joinedload(Order.performer))
        .order_by(Order.completed_at.desc(), Order.id.desc())
        .limit(limit)
    ).all()


def given_back_count(performer: Account) -> int:
    """How often an order of the performer went back to the board, by them or by an admin."""
    return db.session.scalar(select(func.count()).where(*_given_back(performer))) or 0


def given_back(performer: Account, after: str | None = None) -> Page[OrderEvent]:
    """One page of what `given_back_count` counts: the events, with their orders."""
    asked = ("given back", performer.id)
    query = (
        select(OrderEvent)
        .where(*_given_back(performer))
        .options(joinedload(OrderEvent.order))
        .order_by(OrderEvent.id.desc())
        .limit(PAGE_SIZE + 1)
    )
    if after:
        (row_id,) = decode_cursor(after, asked, bounded_id)
        query = query.where(OrderEvent.id < row_id)
    return make_page(db.session.scalars(query).all(), PAGE_SIZE, after, asked, lambda row: (row.id,))


def _given_back(performer: Account) -> tuple[ColumnElement[bool], ...]:
    return (OrderEvent.performer_id == performer.id, OrderEvent.to_status == Status.NEW)
