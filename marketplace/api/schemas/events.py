"""Events: the history of one order, and the feed of all of them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from marketplace.api.schemas.refs import PersonRef
from marketplace.api.schemas.values import MAX_ID, Answer, Id, Links, Moment, Paged, Query
from marketplace.orders.services.telling import Board
from marketplace.orders.states import EventKind, Status

MOST_EVENTS = 100


class EventOut(Answer):
    """One thing that happened to an order."""

    id: Id
    order_id: Id
    kind: EventKind
    at: Moment
    actor: PersonRef | None = Field(description="Who did it; null: the site itself.")
    performer: PersonRef | None = Field(description="Whose work, or whose offer, it is about.")
    manager: PersonRef | None = Field(description="Who looks after the order from then on, where the kind is manager.")
    from_status: Status | None
    to_status: Status | None = Field(description="null where the kind is another than status.")
    detail: str = Field(
        description="The new state of the money or of the offer; else what was done (added, edited, deleted, hidden, "
        "shown, rated, answered).",
        examples=["paid"],
    )
    subject_id: Id | None = Field(description="The offer, the comment or the file that it is about.")
    note: str = Field(description="The reason that was given.", examples=["The plans have changed."])
    links: Links = Field(examples=[{"order": "/api/v1/orders/7"}])


class EventList(Answer):
    """One page of the history of an order, the oldest first."""

    items: list[EventOut]
    next_cursor: str | None = Field(description="For the next page; null on the last one.")


class HistoryQuery(Paged):
    """Which part of the history."""


class FeedQuery(Query):
    """Where to go on."""

    after: int | None = Field(
        None,
        ge=0,
        le=MAX_ID,
        description="`last_id` of the answer before; 0 is the beginning of everything. Left out: nothing is told but "
        "where to begin, if only what comes from now on is wanted.",
        examples=[0],
    )
    limit: int = Field(MOST_EVENTS, ge=1, le=MOST_EVENTS, description="How many items at most.")


class FeedItem(Answer):
    """One event, as the caller may know of it."""

    id: Id
    order_id: Id
    kind: EventKind | Literal["board"] = Field(
        description="board: something about an order that is, or was, on the board; more is not the caller's to know."
    )
    board: Board = Field(
        description="Where the order is now: it came onto the board with this event (in), is on it, or off it."
    )
    event: EventOut | None = Field(description="The line of the history, for those who may read it.")
    links: Links = Field(examples=[{"order": "/api/v1/orders/7"}])


class Feed(Answer):
    """What came next."""

    items: list[FeedItem] = Field(description="The oldest first.")
    last_id: int = Field(
        ge=0, le=MAX_ID, description="What to send as `after` next time, also when there are no items.", examples=[4711]
    )
    more: bool = Field(description="True when there is more at once; else ask again in a while.", examples=[False])
