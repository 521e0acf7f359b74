"""Offers: how they are shown, and what is sent about them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from marketplace.api.schemas.lines import LineContent, LineName, Quantity, UnitPrice
from marketplace.api.schemas.refs import PerformerRef, PersonRef
from marketplace.api.schemas.values import (
    Answer,
    Body,
    Id,
    Links,
    Moment,
    MomentIn,
    Money,
    NextCursor,
    Paged,
    PriceIn,
    Text,
)
from marketplace.orders.models import MAX_DAYS, MAX_LINES, MESSAGE_LENGTH, NOTE_LENGTH
from marketplace.orders.states import OfferStatus

OfferState = Literal["sent", "accepted", "declined", "withdrawn", "expired"]
OfferOrder = Literal["price", "days", "rating", "newest"]

Days = Annotated[int, Field(ge=1, le=MAX_DAYS, examples=[5])]


class OfferedOrder(Answer):
    """The order that an offer is for."""

    id: Id
    number: str = Field(examples=["2026-000123"])
    title: str = Field(examples=["Fix the report"])


class OfferLineOut(LineContent):
    """A line of an offer."""


class OfferSummary(Answer):
    """One version of a performer's offer, as it stands on a list."""

    id: Id
    number: str = Field(description="What it is called on paper.", examples=["2026-000123/45"])
    order: OfferedOrder
    performer: PerformerRef
    author: PersonRef = Field(description="Who sent it: the performer, or a manager for them.")
    version: int = Field(ge=1, description="1, and one more each time the performer sends another.", examples=[1])
    status: OfferStatus = Field(description="Past its time an offer has expired.")
    price: Money = Field(description="For everything; with lines it is their sum.")
    days: Days
    message: str = Field(examples=["I have done this before."])
    lines: list[OfferLineOut]
    expires_at: Moment | None = Field(description="Until when it can be accepted; null: until it is withdrawn.")
    created_at: Moment
    decided_at: Moment | None = Field(examples=[None])
    reason: str = Field(description="What whoever declined or withdrew it said.", examples=[""])
    actions: list[str] = Field(
        description="What the caller may do with it now: the last part of the address to POST to. How many orders its "
        "performer holds at once is counted only when the act is done: `accept` may still be a 409.",
        examples=[["accept", "decline"]],
    )
    links: Links


class OfferVersion(Answer):
    """One of the versions of an offer, in short."""

    id: Id
    version: int = Field(ge=1, examples=[1])
    status: OfferStatus
    price: Money
    days: Days
    created_at: Moment
    links: Links


class OfferOut(OfferSummary):
    """One version of a performer's offer, and what the others were."""

    versions: list[OfferVersion] = Field(description="All of them, the newest first.")


class OfferList(Answer):
    """One page of offers."""

    items: list[OfferSummary]
    next_cursor: NextCursor


class OfferQuery(Paged):
    """Which of somebody's offers."""

    state: OfferState | None = Field(None, description="Only those that stand so.")


class OrderOfferQuery(OfferQuery):
    """Which offers for an order, and which of the live ones first."""

    sort: OfferOrder = Field(
        "price", description="Of the live offers first: the cheapest, quickest, best rated, newest."
    )


class OfferLineIn(Body):
    """Words with a price. What is called like a line of the order is about the same product."""

    name: LineName
    quantity: Quantity = 1
    unit_price: UnitPrice


class OfferIn(Body):
    """What somebody would do the order for."""

    price: PriceIn | None = Field(None, description="For everything. Needed without lines; with lines it is their sum.")
    days: Days = Field(description="Days of work.")
    message: Text = Field("", max_length=MESSAGE_LENGTH, examples=["I have done this before."])
    valid_until: MomentIn | None = Field(
        None, description="Until when it can be accepted, within five years; null: until it is withdrawn."
    )
    lines: list[OfferLineIn] = Field([], max_length=MAX_LINES, examples=[[]])
    performer_id: Id | None = Field(
        None, description="For the desk, which sends offers for performers; performers send their own.", examples=[None]
    )
    terms: str | None = Field(
        None,
        max_length=64,
        description="`terms` of the order as it was read; others are a 409.",
        examples=[None],
    )


class Word(Body):
    """Why, if somebody wants to say so."""

    reason: Text = Field("", max_length=NOTE_LENGTH, examples=["Too long for us."])
