"""Every change of an order's status, whoever writes it, is checked, stamped and leaves an OrderEvent."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event, inspect, select
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapper, QueryableAttribute
from sqlalchemy.orm.base import LoaderCallableStatus

from marketplace.core import clock
from marketplace.orders.errors import ForbiddenWrite, IllegalStep
from marketplace.orders.models import Order, OrderEvent, Review, Step
from marketplace.orders.states import TRANSITIONS, EventKind, Status

STAMPS = {
    Status.IN_PROGRESS: "taken_at",
    Status.COMPLETED: "completed_at",
    Status.CANCELLED: "cancelled_at",
}

NEVER_CHANGES = ("customer_id", "author_id", "created_at")


@event.listens_for(Order, "init")
def start_new(order: Order, args: Any, kwargs: dict[str, Any]) -> None:
    """An order made without a status is new: the `set` below then writes the first line of its history."""
    # Last, so that the author is already there when the history asks who did it.
    kwargs["status"] = kwargs.pop("status", Status.NEW)


@event.listens_for(Order.status, "set", retval=True, active_history=True)
def check_and_record(order: Order, value: Any, old: Any, initiator: QueryableAttribute[Any]) -> Status:
    """Refuses what TRANSITIONS do not allow; stamps the time and appends the event otherwise."""
    new = Status(value)
    before = None if isinstance(old, LoaderCallableStatus) or old is None else Status(old)
    if new is before:
        return new
    if before is None and new is not Status.NEW:
        raise IllegalStep(new)
    if before is not None and new not in TRANSITIONS[before]:
        raise IllegalStep(before)
    now = clock.now()
    step = inspect(order).info.pop("step", None)
    order.events.add(
        OrderEvent(
            kind=EventKind.STATUS,
            at=now,
            actor_id=_actor_id(order, step, before),
            performer_id=order.performer_id,
            from_status=before,
            to_status=new,
            note=step.note if step else "",
        )
    )
    if new in STAMPS:
        setattr(order, STAMPS[new], now)
    elif new is Status.NEW:
        order.taken_at = None
    return new


def _actor_id(order: Order, step: Step | None, before: Status | None) -> int | None:
    """Who did it: the author of a new order, whoever acted, or nobody known when a writer bypassed the acts."""
    if step is not None:
        return step.actor_id
    if before is not None:
        return None
    return order.author.id if order.author is not None else order.author_id


@event.listens_for(Order, "before_update")
def keep_fixed(mapper: Mapper[Order], connection: Connection, order: Order) -> None:
    """The people of an order change only with its status; some columns never do."""
    state = inspect(order)
    if any(state.attrs[name].history.deleted for name in NEVER_CHANGES):
        raise ForbiddenWrite
    if state.attrs.performer_id.history.has_changes() and not state.attrs.status.history.has_changes():
        raise ForbiddenWrite


@event.listens_for(Review, "before_update")
def keep_people(mapper: Mapper[Review], connection: Connection, review: Review) -> None:
    """A review stays with its order and its two people, or their averages would be of somebody else's work."""
    state = inspect(review)
    if any(state.attrs[name].history.deleted for name in ("order_id", "customer_id", "performer_id")):
        raise ForbiddenWrite


@event.listens_for(OrderEvent, "before_update")
@event.listens_for(OrderEvent, "before_delete")
def keep_history(mapper: Mapper[OrderEvent], connection: Connection, row: OrderEvent) -> None:
    """History is only ever added to; a trigger in the database says the same to writers outside."""
    raise ForbiddenWrite


@event.listens_for(Review, "before_insert")
def check_review(mapper: Mapper[Review], connection: Connection, review: Review) -> None:
    """A review belongs to a completed order and to its two people."""
    row = connection.execute(
        select(Order.status, Order.customer_id, Order.performer_id).where(Order.id == review.order_id)
    ).one()
    if row.status is not Status.COMPLETED:
        raise IllegalStep(row.status)
    if (row.customer_id, row.performer_id) != (review.customer_id, review.performer_id):
        raise ForbiddenWrite
