"""Following everything that one person may know of, event by event."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from marketplace.accounts.models import Account
from marketplace.orders import policies
from marketplace.orders.models import OrderEvent
from marketplace.orders.queries import feed as queries
from marketplace.orders.services.telling import Told, told_of

SCANNED = 500
"""So many events are looked at for one answer, however few of them the person may know of."""


class Followed(NamedTuple):
    """One event as one person learns of it; `event` is the whole line of the history, for those who may read it.

    `is_order_shown`: they may read the order as it is now.
    """

    told: Told
    event: OrderEvent | None
    is_order_shown: bool


class Following(NamedTuple):
    """What came next, oldest first. `last_id` is where to go on, also when there was nothing; `more`: at once."""

    items: Sequence[Followed]
    last_id: int
    more: bool


def follow(user: Account, *, after: int | None, limit: int) -> Following:
    """The next `limit` events that `user` may know of after the one with the id `after`; None: where to begin now."""
    if after is None:
        return Following([], queries.newest_settled(), False)
    # Staff know of everything.
    stretch = queries.next_events(after, limit if user.is_staff else max(SCANNED, limit))
    items: list[Followed] = []
    last_id = after
    for place, news in enumerate(stretch.news, start=1):
        last_id = news.event.id
        told = told_of(news, user)
        if told is not None:
            event = news.event if policies.may_see_event(user, news.order, news.event) else None
            items.append(Followed(told, event, policies.may_view(user, news.order)))
        if len(items) == limit:
            return Following(items, last_id, stretch.more or place < len(stretch.news))
    return Following(items, last_id, stretch.more)
