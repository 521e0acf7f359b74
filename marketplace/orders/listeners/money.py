"""Every step of an order's money, whoever writes it, is checked, stamped and leaves an OrderEvent."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.orm import QueryableAttribute
from sqlalchemy.orm.base import LoaderCallableStatus

from marketplace.core import clock
from marketplace.orders.errors import IllegalMoneyStep
from marketplace.orders.models import Order, OrderEvent
from marketplace.orders.states import MONEY_TRANSITIONS, EventKind, MoneyState

STAMPS = {
    MoneyState.PAID: "paid_at",
    MoneyState.READY_FOR_DELIVERY: "ready_at",
    MoneyState.DELIVERED: "delivered_at",
}


@event.listens_for(Order, "init")
def start_unpaid(order: Order, args: Any, kwargs: dict[str, Any]) -> None:
    """An order starts without any money; the listener below sees every later state."""
    kwargs.setdefault("money_state", MoneyState.UNPAID)


@event.listens_for(Order.money_state, "set", retval=True, active_history=True)
def check_and_record(order: Order, value: Any, old: Any, initiator: QueryableAttribute[Any]) -> MoneyState:
    """Refuses what MONEY_TRANSITIONS do not allow; stamps the time and appends the event otherwise."""
    new = MoneyState(value)
    before = None if isinstance(old, LoaderCallableStatus) or old is None else MoneyState(old)
    if new is before:
        return new
    if before is None:
        if new is not MoneyState.UNPAID:
            raise IllegalMoneyStep(new)
        return new
    if new not in MONEY_TRANSITIONS[before]:
        raise IllegalMoneyStep(before)
    now = clock.now()
    step = inspect(order).info.pop("step", None)
    order.events.add(
        OrderEvent(kind=EventKind.MONEY, at=now, actor_id=step.actor_id if step else None, detail=new.value)
    )
    states = list(STAMPS)
    # A step back takes the stamp of what has not happened after all.
    reached = states.index(new) if new in STAMPS else -1
    for place, state in enumerate(states):
        if place > reached:
            setattr(order, STAMPS[state], None)
    if reached >= 0 and getattr(order, STAMPS[new]) is None:
        setattr(order, STAMPS[new], now)
    return new
