"""Performers as others see them, and what can be looked for among them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from marketplace.accounts.states import PriceUnit
from marketplace.api.schemas.orders import Contacts, ReviewOut
from marketplace.api.schemas.refs import CategoryRef, PerformerRef, PersonRef
from marketplace.api.schemas.values import MAX_SLUG, MAX_WORDS, Answer, Id, Links, Moment, Money, NextCursor, Paged
from marketplace.orders.states import MAX_RATING, MIN_RATING


class PerformerQuery(Paged):
    """Whom somebody looks for."""

    q: str = Field("", max_length=MAX_WORDS, description="A name, a skill.")
    category: str | None = Field(None, max_length=MAX_SLUG, description="`slug` of a category.", examples=["python"])
    rating: int | None = Field(None, ge=MIN_RATING, le=MAX_RATING, description="The average is at least this.")
    sort: Literal["rating", "completed", "newest"] = Field("rating", description="What is best comes first.")


class PerformerSummary(PerformerRef):
    """A performer as the directory shows them."""

    headline: str = Field(examples=["Spreadsheets and reports, quickly"])
    completed: int = Field(description="How many orders they have completed.", examples=[31])
    usual_price: Money | None
    price_unit: PriceUnit = Field(description="What the usual price is for.")
    currency: str = Field(examples=["RUB"])
    categories: list[CategoryRef] = Field(description="What they work in.")
    created_at: Moment = Field(description="When they registered.")
    links: Links


class PerformerList(Answer):
    """One page of the directory."""

    items: list[PerformerSummary]
    next_cursor: NextCursor


class PerformerOut(PerformerSummary):
    """A performer, with everything that they say of themselves."""

    about: str
    portfolio: list[str] = Field(description="Addresses of their works.", examples=[["https://example.com/works"]])
    contacts: Contacts | None = Field(
        description="null for those who may not see them: they are for people with an order in common, and for staff."
    )


class PerformerReview(ReviewOut):
    """What a customer says of a performer's work."""

    customer: PersonRef
    order_id: Id | None = Field(description="null where the caller does not see the order.")
    order_title: str | None = Field(description="null where the order is not shown any more.")


class ReviewList(Answer):
    """One page of reviews, the latest first."""

    items: list[PerformerReview]
    next_cursor: NextCursor
