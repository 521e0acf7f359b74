"""Orders: how they are shown, and what is sent about them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from marketplace.api.schemas.lines import LineIn, Quantity
from marketplace.api.schemas.refs import CategoryRef, PerformerRef, PersonRef
from marketplace.api.schemas.values import (
    ONE_LINE,
    Answer,
    Body,
    Day,
    DayIn,
    Id,
    Links,
    Moment,
    Money,
    PriceIn,
    Text,
    Words,
    left_out,
)
from marketplace.orders.models import DESCRIPTION_LENGTH, MAX_LINES, NOTE_LENGTH, REVIEW_LENGTH, TITLE_LENGTH
from marketplace.orders.states import MAX_RATING, MIN_RATING, MoneyState, Pricing, Status

ACTIONS = Field(
    description="What the caller may do with it now: the last part of the address to POST to, or `edit` for PATCH. How "
    "many orders a performer holds at once is counted only when the act is done: `take` may still be a 409.",
    examples=[["withdraw", "complete", "comments", "attachments"]],
)


class OrderSummary(Answer):
    """An order as it stands on a list."""

    id: Id
    number: str = Field(examples=["2026-000123"])
    title: str = Field(examples=["Fix the report"])
    category: CategoryRef
    status: Status
    pricing: Pricing
    money_state: MoneyState | None = Field(description="null for those who do not see it.")
    price: Money | None = Field(description="What was named or agreed; null: by agreement, or the sum of the lines.")
    total: Money | None = Field(description="What it costs: the price, else the sum of the lines; null: by agreement.")
    currency: str = Field(examples=["RUB"])
    deadline: Day | None
    customer: PersonRef
    manager: PersonRef | None = Field(
        description="Who looks after it; null for nobody, and for those who do not see it."
    )
    performer: PersonRef | None
    is_hidden: bool = Field(description="A moderator took it off the board.", examples=[False])
    created_at: Moment
    updated_at: Moment
    links: Links


class ReviewOut(Answer):
    """What the customer says of the work, and what the performer answers."""

    rating: int = Field(ge=MIN_RATING, le=MAX_RATING)
    text: str
    answer: str | None
    is_hidden: bool = Field(
        description="A moderator took it out of sight and out of the average; only staff see such a review.",
        examples=[False],
    )
    created_at: Moment
    answered_at: Moment | None


class Contacts(PersonRef):
    """How to reach the other side of an order; "" for what they have not told."""

    phone: str
    messenger: str
    site: str


class Partner(Contacts):
    """Somebody whom the caller works with on an order, and how to reach them."""

    email: str = Field(examples=["anna@example.com"])


class OrderOut(OrderSummary):
    """Everything about an order that the caller may see."""

    description: str
    performer: PerformerRef | None
    author: PersonRef | None = Field(description="Who wrote it down, if not the customer.")
    terms: str = Field(
        description="Changes with what is wanted, a line, the price and the deadline; send it back when you agree."
    )
    lines_count: int
    review: ReviewOut | None
    contacts: list[Partner] = Field(description="Of the sides that the caller works with, once there are two.")
    taken_at: Moment | None
    completed_at: Moment | None
    cancelled_at: Moment | None
    paid_at: Moment | None
    ready_at: Moment | None
    delivered_at: Moment | None
    actions: list[str] = ACTIONS


OrderTitle = Annotated[str, Field(min_length=1, max_length=TITLE_LENGTH, examples=["Fix the report"]), ONE_LINE]
OrderDescription = Annotated[Words, Field(max_length=DESCRIPTION_LENGTH, examples=["It shows yesterday's numbers."])]
PRICE = "For everything; null: the sum of the lines, and without any by agreement."
DEADLINE = "From today on, where the caller lives, and within five years."
PRICING = "fixed: somebody takes it as it is; quote: performers name their price."


class OrderIn(Body):
    """What is wanted, of what it consists, for how much, by when."""

    title: OrderTitle
    description: OrderDescription
    category_id: Id = Field(description="One that takes new orders.")
    pricing: Pricing = Field(Pricing.FIXED, description=PRICING)
    price: PriceIn | None = Field(None, description=PRICE)
    deadline: DayIn | None = Field(None, description=DEADLINE)
    lines: list[LineIn] = Field([], max_length=MAX_LINES, examples=[[]])
    customer_id: Id | None = Field(
        None, description="For the desk, which writes orders down for others and has to name them.", examples=[None]
    )


class LineKept(LineIn):
    """A line of the whole list: one that is there already, by its id, or a new one."""

    id: Id | None = Field(None, description="Of a line that is there: it keeps what is not sent.", examples=[None])
    quantity: Quantity


class OrderPatch(Body):
    """What is to be another way."""

    title: OrderTitle = left_out()
    description: OrderDescription = left_out()
    category_id: Id = left_out(description="One that takes new orders, or the present one.")
    pricing: Pricing = left_out(description=f"{PRICING} As long as nobody has been asked for offers.")
    price: PriceIn | None = left_out(description=PRICE)
    deadline: DayIn | None = left_out(description=DEADLINE)
    lines: list[LineKept] = left_out(
        max_length=MAX_LINES,
        description="All lines, in their order, each once: those that are not sent go.",
        examples=[[]],
    )


class Take(Body):
    """Agreeing to an order."""

    terms: str | None = Field(None, max_length=64, description="`terms` of the order as it was read; others are a 409.")


class Reason(Body):
    """Why."""

    reason: Words = Field(max_length=NOTE_LENGTH, examples=["The plans have changed."])


class Rating(Body):
    """What the customer says of the work."""

    rating: int = Field(ge=MIN_RATING, le=MAX_RATING, examples=[9])
    text: Text = Field("", max_length=REVIEW_LENGTH, examples=["On time and careful."])


class ReviewAnswer(Body):
    """What the performer says to the review."""

    answer: Words = Field(max_length=REVIEW_LENGTH, examples=["Thank you, it was a pleasure."])


class Assign(Body):
    """Who looks after an order from now on."""

    manager_id: Id | None = Field(description="A manager or an admin; null: nobody.")


class Reassign(Body):
    """Who does the work from now on, and why."""

    performer_id: Id = Field(description="An active performer, neither the present one nor the customer.")
    reason: Words = Field(
        max_length=NOTE_LENGTH,
        description="For the history, which both sides read.",
        examples=["The performer has fallen ill."],
    )


class MoneyStep(Body):
    """The next state of the money, or the one before."""

    state: MoneyState
