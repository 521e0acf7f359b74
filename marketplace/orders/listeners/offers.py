"""Every change of an offer's status is checked and leaves an OrderEvent; the order's status follows live offers."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event, exists, insert, inspect, select
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapper, QueryableAttribute, Session, UOWTransaction
from sqlalchemy.orm.base import LoaderCallableStatus

from marketplace.core import clock
from marketplace.orders.errors import ForbiddenWrite, IllegalOfferStep
from marketplace.orders.models import Offer, Order, OrderEvent, Step
from marketplace.orders.states import OFFER_TRANSITIONS, EventKind, OfferStatus, Status

CONTENT = ("order_id", "performer_id", "author_id", "version", "price", "days", "message", "expires_at", "created_at")


@event.listens_for(Offer, "init")
def start_sent(offer: Offer, args: Any, kwargs: dict[str, Any]) -> None:
    """An offer starts as sent; the listener below sees every later status."""
    kwargs.setdefault("status", OfferStatus.SENT)


@event.listens_for(Offer.status, "set", retval=True, active_history=True)
def check_step(offer: Offer, value: Any, old: Any, initiator: QueryableAttribute[Any]) -> OfferStatus:
    """Refuses what OFFER_TRANSITIONS do not allow and dates the decision."""
    new = OfferStatus(value)
    before = None if isinstance(old, LoaderCallableStatus) or old is None else OfferStatus(old)
    if new is before:
        return new
    if before is None:
        if new is not OfferStatus.SENT:
            raise IllegalOfferStep(new)
        return new
    if new not in OFFER_TRANSITIONS[before]:
        raise IllegalOfferStep(before)
    offer.decided_at = clock.now()
    return new


@event.listens_for(Offer, "before_update")
def keep_content(mapper: Mapper[Offer], connection: Connection, offer: Offer) -> None:
    """A version says for ever what it said."""
    if any(inspect(offer).attrs[name].history.has_changes() for name in CONTENT):
        raise ForbiddenWrite


@event.listens_for(Offer, "after_insert")
def record_sent(mapper: Mapper[Offer], connection: Connection, offer: Offer) -> None:
    """The first line that an offer leaves in the history."""
    _record(connection, offer, offer.author_id)


@event.listens_for(Offer, "after_update")
def record_decision(mapper: Mapper[Offer], connection: Connection, offer: Offer) -> None:
    """A superseded version is told by the one that came instead; every other end is told by itself."""
    changed = inspect(offer).attrs.status.history.has_changes()
    if changed and offer.status is not OfferStatus.SUPERSEDED:
        step = inspect(offer).info.pop("step", None)
        _record(connection, offer, step.actor_id if step else None)


def _record(connection: Connection, offer: Offer, actor_id: int | None) -> None:
    connection.execute(
        insert(OrderEvent).values(
            order_id=offer.order_id,
            kind=EventKind.OFFER,
            at=clock.now(),
            actor_id=actor_id,
            performer_id=offer.performer_id,
            detail=offer.status.value,
            subject_id=offer.id,
            note=offer.reason or "",
        )
    )


@event.listens_for(Session, "before_flush")
def follow_offers(session: Session, flush: UOWTransaction, instances: Any) -> None:
    """An order that waits for offers is quoted while at least one is live, and waits again when the last one goes."""
    touched: dict[Order, list[Offer]] = {}
    for offer in (row for row in (*session.new, *session.dirty) if isinstance(row, Offer)):
        # Before the flush an offer may know its order by name only.
        order = offer.order if offer.order_id is None else session.get(Order, offer.order_id)
        if order is not None and order.status in (Status.QUOTING, Status.QUOTED):
            touched.setdefault(order, []).append(offer)
    for order, here in touched.items():
        others = [offer.id for offer in here if offer.id is not None]
        # A newer version follows the one that it supersedes in a flush of its own.
        live = any(offer.status in (OfferStatus.SENT, OfferStatus.SUPERSEDED) for offer in here) or session.scalar(
            select(
                exists().where(Offer.order_id == order.id, Offer.status == OfferStatus.SENT, Offer.id.not_in(others))
            )
        )
        steps = (inspect(offer).info.get("step") for offer in here)
        step = next(filter(None, steps), None)
        # Nobody but the clock ends an offer without a step.
        sender = next((offer.author_id for offer in here if offer.status is OfferStatus.SENT), None)
        order.follow_offers(live=bool(live), step=step or Step(sender, ""))
