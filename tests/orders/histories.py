"""Whether the histories of orders are possible: read back from the event rows and held against the table of steps."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import select

from marketplace.core.db import db
from marketplace.orders.models import Order, OrderEvent
from marketplace.orders.states import TRANSITIONS, EventKind, Status


def illegal_steps() -> list[str]:
    """Every event that cannot follow the one before it, and every order that does not stand where its history ends."""
    found = []
    for order, events in histories():
        status: Status | None = None
        for event in events:
            allowed = {Status.NEW} if status is None else TRANSITIONS[status]
            if event.from_status is not status or event.to_status not in allowed or event.to_status is None:
                found.append(f"order {order.id}: {event.from_status} to {event.to_status} after {status}")
            status = event.to_status
        if order.status is not status:
            found.append(f"order {order.id} is {order.status}, its history ends with {status}")
    return found


def wrong_people() -> list[str]:
    """Every event of work that somebody else had than who took it, and every order whose performer is not its taker.

    Holds for what services write; a writer that sets columns may name the performer after the status.
    """
    found = []
    for order, events in histories():
        holder: int | None = None
        for event in events:
            taken = event.to_status is Status.IN_PROGRESS
            if taken and (event.performer_id is None or holder is not None):
                found.append(f"order {order.id}: taken by {event.performer_id} while {holder} has it")
            if not taken and event.performer_id != holder:
                found.append(f"order {order.id}: {event.to_status} names {event.performer_id}, {holder} has it")
            if taken or event.to_status is Status.NEW:
                holder = event.performer_id if taken else None
        if order.performer_id != holder:
            found.append(f"order {order.id} has performer {order.performer_id}, its history says {holder}")
    return found


def histories() -> list[tuple[Order, list[OrderEvent]]]:
    """Every order with its changes of status in the order in which they were written."""
    events: dict[int, list[OrderEvent]] = defaultdict(list)
    steps = select(OrderEvent).where(OrderEvent.kind == EventKind.STATUS).order_by(OrderEvent.id)
    for event in db.session.scalars(steps):
        events[event.order_id].append(event)
    orders = db.session.scalars(select(Order).order_by(Order.id).execution_options(populate_existing=True))
    return [(order, events[order.id]) for order in orders]
