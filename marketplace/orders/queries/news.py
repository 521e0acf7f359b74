"""Reading events for screens that listen: those just announced, and those that somebody may have missed.

Ids are given out when a row is written and seen when its transaction commits, so an event may appear after another with
a larger id. Whoever asks what came after an id is therefore also given what was written in the OVERLAP before it; being
told twice does no harm, because news only say what to look at again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import load_only, raiseload

from marketplace.core.db import db
from marketplace.orders.models import Order, OrderEvent
from marketplace.orders.queries.boarding import Passage, passages

MOST = 500
"""Whoever is further behind looks at everything again."""

OVERLAP = timedelta(seconds=30)
"""No transaction of a page stays open for so long."""


class News(NamedTuple):
    """An event, its order as it is now, both with what the policies ask and no more, and the board around the event."""

    event: OrderEvent
    order: Order
    passage: Passage


class Missed(NamedTuple):
    """What somebody has not seen, oldest first; `news` None when it is more than MOST. `newest` is the last event."""

    newest: int
    news: Sequence[News] | None


def newest_event_id() -> int:
    """The id of the last event that anybody can see, 0 before the first."""
    return db.session.scalar(select(func.max(OrderEvent.id))) or 0


def news_of(event_ids: Iterable[int]) -> Sequence[News]:
    """The events with these ids and their orders, both read afresh; what is not there is left out."""
    wanted = sorted(set(event_ids))
    if not wanted:
        return []
    return with_passages(db.session.execute(NEWS.where(OrderEvent.id.in_(wanted)).order_by(OrderEvent.id)))


def with_passages(rows: Iterable[Any]) -> Sequence[News]:
    """The events and orders of these rows, with what the board was around each event."""
    pairs = [(event, order) for event, order in rows]
    return [News(event, order, passage) for (event, order), passage in zip(pairs, passages(pairs), strict=True)]


def missed_after(event_id: int) -> Missed:
    """What whoever knew of this event and those before it may not know of."""
    newest = newest_event_id()
    if event_id > newest:
        # The database is an older one than theirs.
        return Missed(newest, None)
    rows = _last(MOST * 2 + 1, above=event_id - MOST)
    later = [row_id for row_id, _ in rows if row_id > event_id]
    if len(later) > MOST:
        return Missed(newest, None)
    known = [(row_id, at) for row_id, at in rows if row_id <= event_id]
    meanwhile = [row_id for row_id, at in known if at >= known[0][1] - OVERLAP]
    return _missed(newest, [*later, *meanwhile])


def missed_since(moment: datetime) -> Missed:
    """What whoever looked at `moment` may not know of."""
    newest = newest_event_id()
    found = [row_id for row_id, at in _last(MOST + 1) if at >= moment - OVERLAP]
    return Missed(newest, None) if len(found) > MOST else _missed(newest, found)


def _missed(newest: int, event_ids: Sequence[int]) -> Missed:
    news = news_of(event_ids)
    # Some may have come since the newest was looked up; none is skipped by naming a larger id.
    return Missed(max([newest, *(one.event.id for one in news)]), news)


def _last(number: int, *, above: int = 0) -> Sequence[tuple[int, datetime]]:
    """Ids and times of the last events, the newest first."""
    rows = db.session.execute(
        select(OrderEvent.id, OrderEvent.at).where(OrderEvent.id > above).order_by(OrderEvent.id.desc()).limit(number)
    )
    return [(row_id, at) for row_id, at in rows]


NEWS = (
    select(OrderEvent, Order)
    .join(Order, Order.id == OrderEvent.order_id)
    .options(
        load_only(
            OrderEvent.order_id,
            OrderEvent.kind,
            OrderEvent.actor_id,
            OrderEvent.performer_id,
            OrderEvent.from_status,
            OrderEvent.to_status,
            OrderEvent.detail,
        ),
        load_only(Order.status, Order.hidden_at, Order.customer_id, Order.author_id, Order.performer_id),
        raiseload("*"),
    )
    .execution_options(populate_existing=True)
)
