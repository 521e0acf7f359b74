"""The feed: events in the order of their ids, none of them ever skipped, however transactions overlap.

An id is given out when its row is written, and the row is seen when its transaction commits: so a row may appear after
one with a larger id, and whoever has gone on from there never comes back for it. A missing id is that of a row which is
still to come, or of one that was rolled back. Nothing in the rows tells which. That of another one does not either:
`xmin` being older than every transaction in flight says that the row's own transaction began before all of these, not
that it took its id before them.

But whoever inserts holds a lock on the table, from before the id is given out until after the row can be seen. So a
missing id is one of a row still to come only while a transaction that held the lock when the gap was seen holds it yet.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import NamedTuple, cast

from sqlalchemy import Table, bindparam, select, text
from sqlalchemy.orm import load_only, raiseload

from marketplace.accounts.models import Profile
from marketplace.core.db import db
from marketplace.orders.errors import FeedBusy, NoSuchEvent
from marketplace.orders.models import Order, OrderEvent
from marketplace.orders.queries.news import News, newest_event_id, with_passages

PATIENCE = 0.1
"""Seconds that a reader waits for those who are writing; with a few milliseconds each they are nearly always done."""

LONGEST_WAIT = 2.0
NAP = 0.005

EVENTS = cast(Table, OrderEvent.__table__).c
PROFILES = cast(Table, Profile.__table__).c

IDS = select(EVENTS.id).where(EVENTS.id > bindparam("after")).order_by(EVENTS.id).limit(bindparam("size"))
WRITERS = text(
    """
    SELECT virtualtransaction FROM pg_locks
    WHERE locktype = 'relation' AND relation = 'order_events'::regclass AND mode = 'RowExclusiveLock' AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND pid IS DISTINCT FROM pg_backend_pid()
    """
)
ROWS = (
    select(OrderEvent, Order)
    .join(Order, Order.id == OrderEvent.order_id)
    .where(OrderEvent.id > bindparam("after"), OrderEvent.id <= bindparam("last"))
    .order_by(OrderEvent.id)
    .options(
        load_only(Order.status, Order.hidden_at, Order.customer_id, Order.author_id, Order.performer_id),
        raiseload("*"),
    )
    .execution_options(populate_existing=True)
)


class Stretch(NamedTuple):
    """The events that came next, and whether there are more behind them."""

    news: Sequence[News]
    more: bool


def next_events(after: int, size: int) -> Stretch:
    """The first `size` events after the one with the id `after`, as far as nothing can come in between any more.

    Raises NoSuchEvent when there has never been so late a one.
    """
    ids = settled_ids(after, size + 1)
    if not ids:
        if after > newest_event_id():
            raise NoSuchEvent(field="after")
        return Stretch([], False)
    rows = db.session.execute(ROWS, {"after": after, "last": ids[:size][-1]})
    return Stretch(with_passages(rows), len(ids) > size)


def settled_ids(after: int, size: int) -> Sequence[int]:
    """The first `size` ids after `after`, up to the first gap that somebody may yet fill."""
    ids = _ids(after, size)
    gap = first_gap(after, ids)
    if gap is None:
        return ids
    if is_quiet(PATIENCE):
        # What was written meanwhile is there now, in a snapshot that is newer than the answer about the writers.
        return [event_id for event_id in _ids(after, size) if event_id <= ids[-1]]
    return [event_id for event_id in ids if event_id < gap]


def newest_settled() -> int:
    """The id of the last event, once none can come before it any more; raises FeedBusy when that takes too long."""
    newest = newest_event_id()
    if not is_quiet(LONGEST_WAIT):
        raise FeedBusy
    return newest


def first_gap(after: int, ids: Iterable[int]) -> int | None:
    """The first id after `after` that is missing before the last of `ids`, if any is."""
    return next((place for place, event_id in enumerate(ids, start=after + 1) if event_id != place), None)


def is_quiet(patience: float) -> bool:
    """True once all who have written events by now are done; waits for them, no longer than `patience` seconds."""
    until = time.monotonic() + patience
    writers = _writers()
    while writers and time.monotonic() < until:
        time.sleep(NAP)
        writers &= _writers()
    return not writers


def names_of(account_ids: Iterable[int | None]) -> dict[int, str]:
    """What these people are called."""
    wanted = {account_id for account_id in account_ids if account_id is not None}
    if not wanted:
        return {}
    people = select(PROFILES.account_id, PROFILES.name).where(PROFILES.account_id.in_(wanted))
    return {found.account_id: found.name for found in db.session.execute(people)}


def _ids(after: int, size: int) -> Sequence[int]:
    return db.session.scalars(IDS, {"after": after, "size": size}).all()


def _writers() -> set[str]:
    return set(db.session.scalars(WRITERS))
