"""What has happened, by program: the history of one order, and the feed of everything that the caller may know of."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping

from marketplace.accounts.models import Account
from marketplace.api.protocol.operations import operation
from marketplace.api.schemas.events import EventList, EventOut, Feed, FeedItem, FeedQuery, HistoryQuery
from marketplace.api.schemas.refs import PersonRef
from marketplace.core.errors import N_, NotAllowed
from marketplace.orders import policies
from marketplace.orders.errors import NoSuchOrder
from marketplace.orders.models import OrderEvent
from marketplace.orders.queries import feed, orders
from marketplace.orders.services.following import follow
from marketplace.web.programs import API
from marketplace.web.viewer import account


@operation("GET", "/orders/<id:order_id>/events", tag="events", query=HistoryQuery, answer=EventList, errors=(403, 404))
def list_order_events(order_id: int, query: HistoryQuery) -> EventList:
    """Read the history of an order.

    Who did what and why, the oldest first: for its people and for staff. What was said and which files were sent is
    not among it: see comments and attachments. That it was rated, and that the review was answered, is.
    """
    order, user = orders.get_order(order_id), account()
    if not policies.may_view(user, order):
        raise NoSuchOrder
    if not policies.may_see_history(user, order):
        raise NotAllowed(N_("The history of an order is for its people."))
    page = orders.history(order, query.cursor, query.limit, lambda event: policies.may_see_event(user, order, event))
    return EventList(items=events_out(page.items, user, {order_id}), next_cursor=page.next_cursor)


@operation("GET", "/events", tag="events", query=FeedQuery, answer=Feed, errors=(409,))
def list_events(query: FeedQuery) -> Feed:
    """Follow everything that happens.

    All events that the caller may know of, in one order that never changes: whoever sends `last_id` back as `after`
    misses none and gets none twice. Whoever is no party of an order learns that it came onto the board, that it became
    another there, and, once, that it has left it, whatever the reason; of what happens elsewhere they learn nothing.
    That is the same whenever they ask. Whoever becomes a party later may read from then on what happened before too.
    """
    user = account()
    following = follow(user, after=query.after, limit=query.limit)
    told = [item.event for item in following.items if item.event is not None]
    shown = {item.told.order for item in following.items if item.is_order_shown}
    lines = {one.id: one for one in events_out(told, user, shown)}
    return Feed(
        items=[
            FeedItem.model_validate(
                {
                    "id": one.id,
                    "order_id": one.order,
                    "kind": one.kind,
                    "board": one.board,
                    "event": lines.get(one.id),
                    "links": order_link(one.order, shown),
                }
            )
            for one, _event, _is_order_shown in following.items
        ],
        last_id=following.last_id,
        more=following.more,
    )


def events_out(events: Iterable[OrderEvent], user: Account, shown: Container[int]) -> list[EventOut]:
    """The events as `user` may know of them, with the names of all their people out of one query.

    `shown` are the orders that `user` may read.
    """
    rows = list(events)
    names = feed.names_of(person for event in rows for person in (event.actor_id, event.performer_id, event.manager_id))
    return [_event_out(event, names, user, order_link(event.order_id, shown)) for event in rows]


def order_link(order_id: int, shown: Container[int]) -> dict[str, str]:
    """Where the order is, for those who may still read it."""
    return {"order": f"{API}/orders/{order_id}"} if order_id in shown else {}


def _event_out(event: OrderEvent, names: Mapping[int, str], user: Account, links: dict[str, str]) -> EventOut:
    def named(account_id: int | None) -> PersonRef | None:
        return None if account_id is None else PersonRef(id=account_id, name=names[account_id])

    return EventOut(
        id=event.id,
        order_id=event.order_id,
        kind=event.kind,
        at=event.at,
        actor=named(event.actor_id) if policies.may_see_actor(user, event) else None,
        performer=named(event.performer_id),
        manager=named(event.manager_id),
        from_status=event.from_status,
        to_status=event.to_status,
        detail=event.detail,
        subject_id=event.subject_id,
        note=event.note,
        links=links,
    )
