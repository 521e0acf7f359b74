"""What an event says to one person: ids and a word, and only to those whom the policies let know of it.

Whoever hears of it looks again, with rights of their own; so the word is all that there is to leak. That an order has
left the board is told to everybody who could see it there, and not why.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from marketplace.accounts.models import Account
from marketplace.orders import policies
from marketplace.orders.queries import news as queries
from marketplace.orders.queries.boarding import Passage
from marketplace.orders.queries.news import News
from marketplace.orders.states import EventKind

BOARD = "board"
"""The kind of an event as strangers learn of it: something about an order that is, or was, on the board."""

SHOWN_ON_BOARD = frozenset({EventKind.STATUS, EventKind.EDITED, EventKind.MODERATED})


class Board(StrEnum):
    """Where the event left the order: it came onto the board, was on it before and after, or is not on it."""

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
    """What `user` is told of all this so that they look again: at orders as they are now."""
    told = [(told_of(one, user), one.order) for one in news]
    return [
        one if order.is_open else one._replace(board=Board.OFF)
        for one, order in told
        # Of what is there no more it is enough to say that it has gone.
        if one is not None and (order.is_open or one.kind != BOARD or one.board is Board.OFF)
    ]


def told_of(news: News, user: Account) -> Told | None:
    """What `user` is told of the event, None for nothing.

    Whoever is no party is told what the board showed when it happened, so it is the same at whatever time they ask.
    """
    kind = _kind(news, user)
    return None if kind is None else Told(news.event.id, news.order.id, kind, _board(news.passage))


def _kind(news: News, user: Account) -> str | None:
    event = news.event
    if policies.may_see_event(user, news.order, event):
        return event.kind.value
    if event.kind not in SHOWN_ON_BOARD:
        return None
    # Whose own step it was learns of it even when the order is theirs no more.
    is_own = user.active and event.performer_id == user.id
    return BOARD if is_own or (user.active and (news.passage.before or news.passage.after)) else None


def _board(passage: Passage) -> Board:
    if not passage.after:
        return Board.OFF
    return Board.ON if passage.before else Board.IN
