"""What an event says to one person: ids and a word, and only to those whom the policies let know of it.

Whoever hears of it looks again, with rights of their own; so the word is all that there is to leak.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from marketplace.accounts.models import Account
from marketplace.orders import policies
from marketplace.orders.models import Order, OrderEvent
from marketplace.orders.queries import news as queries
from marketplace.orders.queries.news import News
from marketplace.orders.states import ON_BOARD, EventKind

BOARD = "board"
"""The kind of an event as strangers learn of it: something about an order that is, or was, on the board."""

SHOWN_ON_BOARD = frozenset({EventKind.STATUS, EventKind.EDITED, EventKind.MODERATED})


class Board(StrEnum):
    """Where the event leaves the order: it came onto the board, is on it, or is not."""

    IN = "in"
    ON = "on"
    OFF = "off"


class Told(NamedTuple):
    """One event as one person learns of it; `kind` is an EventKind, or BOARD."""

    id: int
    order: int
    kind: str
    board: str


class MissedBy(NamedTuple):
    """What one person has missed; `told` None when it is too much to tell. `newest` is the last event there is."""

    newest: int
    told: list[Told] | None


def missed_by(user: Account, *, after: int | None, since: datetime | None) -> MissedBy:
    """What `user` may not know of after the event `after`, or else the moment `since`; nothing when both are None."""
    if after is not None:
        missed = queries.missed_after(after)
    elif since is not None:
        missed = queries.missed_since(since)
    else:
        missed = queries.Missed(queries.newest_event_id(), [])
    return MissedBy(missed.newest, None if missed.news is None else tell(missed.news, user))


def tell(news: Iterable[News], user: Account) -> list[Told]:
    """What `user` is told of all this."""
    told = (told_of(event, order, user) for event, order in news)
    return [one for one in told if one is not None]


def told_of(event: OrderEvent, order: Order, user: Account) -> Told | None:
    """What `user` is told of the event, None for nothing; the order must be as it is now."""
    kind = _kind(event, order, user)
    return None if kind is None else Told(event.id, order.id, kind, _board(event, order))


def _kind(event: OrderEvent, order: Order, user: Account) -> str | None:
    if policies.may_see_event(user, order, event):
        return event.kind.value
    if event.kind not in SHOWN_ON_BOARD:
        return None
    if policies.may_view(user, order):
        return BOARD
    # It is not on the board any more. Who may learn that much does so once, with the step that took it away.
    if policies.may_know_of(user, order) and (_left_board(event) or event.performer_id == user.id):
        return BOARD
    return None


def _left_board(event: OrderEvent) -> bool:
    return event.from_status in ON_BOARD and event.to_status not in ON_BOARD


def _board(event: OrderEvent, order: Order) -> Board:
    if not order.is_open:
        return Board.OFF
    came = event.to_status in ON_BOARD and event.from_status not in ON_BOARD
    shown = event.kind is EventKind.MODERATED and event.detail == "shown"
    return Board.IN if came or shown else Board.ON
