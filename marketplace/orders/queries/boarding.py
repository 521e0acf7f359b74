"""Whether everybody could see an order on the board when something happened to it.

It is told from what its history says of that time, and not from the order as it is now: so an event that was told to
somebody is told to them again, whoever asks when. Steps of one order are written under a lock on it, so that their ids
follow each other as they did.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ARRAY, BigInteger, bindparam, func, select, true

from marketplace.core.db import db
from marketplace.orders.models import Order, OrderEvent
from marketplace.orders.states import ON_BOARD, EventKind, Status


class Passage(NamedTuple):
    """Whether the order was on the board, for everybody to see, before an event and after it."""

    before: bool
    after: bool


def passages(rows: Iterable[tuple[OrderEvent, Order]]) -> Sequence[Passage]:
    """The passage of each of these events, by one question for all of them."""
    found = list(rows)
    if not found:
        return []
    asked = {order.id: order for _event, order in found}
    steps: defaultdict[int, list[Any]] = defaultdict(list)
    for step in db.session.execute(STEPS, {"orders": list(asked)}):
        steps[step.order_id].append(step)
    courses = {order_id: _course(steps[order_id], order) for order_id, order in asked.items()}
    return [_passage(event.id, courses[order.id]) for event, order in found]


Course = tuple[list[int], list[bool]]
"""The ids of an order's steps, and whether it was on the board after each of them."""


def _course(steps: Sequence[Any], order: Order) -> Course:
    moderated = [step.detail for step in steps if step.kind is EventKind.MODERATED]
    # Who hid it before that left an event, or around the acts, hid it before anybody could be told of it.
    hidden = moderated[0] == "shown" if moderated else order.hidden_at is not None
    offered = False
    after = []
    for step in steps:
        if step.kind is EventKind.MODERATED:
            hidden = step.detail == "hidden"
        else:
            offered = step.to_status in ON_BOARD and not _is_handed_on(step)
        after.append(offered and not hidden)
    return [step.id for step in steps], after


def _is_handed_on(step: Any) -> bool:
    """True when somebody else took the order from its performer: another one has it before anybody can see it."""
    return step.from_status is Status.IN_PROGRESS and step.actor_id not in (None, step.performer_id)


def _passage(event_id: int, course: Course) -> Passage:
    ids, after = course
    first, past = bisect_left(ids, event_id), bisect_right(ids, event_id)
    return Passage(bool(first) and after[first - 1], bool(past) and after[past - 1])


_ASKED = func.unnest(bindparam("orders", type_=ARRAY(BigInteger))).table_valued("id", name="asked").render_derived()
# The offset keeps it a question for each order, along the index, however PostgreSQL would rather join.
_OWN = (
    select(
        OrderEvent.id,
        OrderEvent.order_id,
        OrderEvent.kind,
        OrderEvent.detail,
        OrderEvent.from_status,
        OrderEvent.to_status,
        OrderEvent.actor_id,
        OrderEvent.performer_id,
    )
    .where(OrderEvent.order_id == _ASKED.c.id, OrderEvent.kind.in_((EventKind.STATUS, EventKind.MODERATED)))
    .order_by(OrderEvent.id)
    .offset(0)
    .lateral("own")
)
STEPS = select(_OWN).select_from(_ASKED).join(_OWN, true()).order_by(_OWN.c.id)
