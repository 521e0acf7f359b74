"""Events: the history of one order, and the feed of all of them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from marketplace.api.schemas.refs import PersonRef
from marketplace.api.schemas.values import MAX_ID, Answer, Id, Links, Moment, NextCursor, Paged, Query
from marketplace.orders.services.telling import Board
from marketplace.orders.states import EventKind, Status

MOST_EVENTS = 100

TELLS = {
    EventKind.STATUS: "the order went from `from_status`, null at the beginning, to `to_status`; `performer` is whose "
    "work begins or is over, `note` the reason",
    EventKind.MONEY: "`detail` is the new state of the money: `unpaid`, `paid`, `ready_for_delivery`, `delivered`",
    EventKind.MANAGER: "`manager` looks after the order from then on; null: nobody",
    EventKind.EDITED: "what is wanted, the price, the deadline or the lines became others",
    EventKind.OFFER: "the offer `subject_id` of `performer` is, by `detail`, `sent`, `accepted`, `declined`, "
    "`withdrawn` or `expired`; `note` is the reason. A newer version is one that is sent",
    EventKind.COMMENT: "the comment `subject_id` was, by `detail`, `added`, `edited`, `deleted`, `hidden` or `shown` "
    "again; its files come with it",
    EventKind.FILE: "the file `subject_id` was, by `detail`, `added` to the order or `deleted`",
    EventKind.REVIEW: "the work of `performer` was, by `detail`, `rated`, or they have `answered`",
    EventKind.MODERATED: "a moderator took the order off the board, or put it back: `detail` is `hidden` or `shown`",
}
"""What an event of each kind tells, and in which fields; those that are not named are empty."""


class EventOut(Answer):
    """One thing that happened to an order."""

    id: Id
    order_id: Id
    kind: EventKind = Field(description="\n".join(f"- `{kind}`: {words}." for kind, words in TELLS.items()))
    at: Moment
    actor: PersonRef | None = Field(description="Who did it; null: the site itself, or a moderator who is not named.")
    performer: PersonRef | None = Field(description="Whose work, or whose offer, it is about.")
    manager: PersonRef | None = Field(description="Who looks after the order from then on, where the kind is manager.")
    from_status: Status | None
    to_status: Status | None = Field(description="null where the kind is another than status.")
    detail: str = Field(
        description="The new state of the money or of the offer, or what was done; `kind` says which words there are.",
        examples=["paid"],
    )
    subject_id: Id | None = Field(description="The offer, the comment or the file that it is about.")
    note: str = Field(description="The reason that was given.", examples=["The plans have changed."])
    links: Links = Field(
        description="`order` is there for those who may read the order now.", examples=[{"order": "/api/v1/orders/7"}]
    )


class EventList(Answer):
    """One page of the history of an order, the oldest first."""

    items: list[EventOut]
    next_cursor: NextCursor


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
        description="board: something about an order that was on the board before the event or after it; more is not "
        "the caller's to know."
    )
    board: Board = Field(
        description="Where the event left the order, whatever has happened since: it came onto the board (in), was on "
        "it before and after (on), or is not on it (off), where a `board` item says that it has just left it."
    )
    event: EventOut | None = Field(description="The line of the history, for those who may read it.")
    links: Links = Field(
        description="`order` is there for those who may read the order now.", examples=[{"order": "/api/v1/orders/7"}]
    )


class Feed(Answer):
    """What came next."""

    items: list[FeedItem] = Field(description="The oldest first.")
    last_id: int = Field(
        ge=0, le=MAX_ID, description="What to send as `after` next time, also when there are no items.", examples=[4711]
    )
    more: bool = Field(description="True when there is more at once; else ask again in a while.", examples=[False])
