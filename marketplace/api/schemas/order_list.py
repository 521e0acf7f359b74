"""The list of orders: what it can be asked for, and its pages."""

from __future__ import annotations

from typing import Annotated

from flask_babel import gettext as _
from pydantic import AfterValidator, BaseModel, Field, WithJsonSchema

from marketplace.accounts.models import NAME_LENGTH
from marketplace.api.schemas.orders import OrderSummary
from marketplace.api.schemas.values import MAX_SLUG, MAX_WORDS, Answer, DayIn, NextCursor, Paged, PriceIn, Text
from marketplace.orders.queries.order_list import NUMBER
from marketplace.orders.queries.order_list_asking import SortedBy
from marketplace.orders.states import MoneyState, Status

WHO = "Words of a name, as far as they are written; an id; an address of email."


def _number(text: str) -> str:
    if not NUMBER.fullmatch(text):
        raise ValueError(_("Enter a number such as 2026-000123, or its last digits."))
    return text


NumberIn = Annotated[
    str,
    AfterValidator(_number),
    WithJsonSchema({"type": "string", "pattern": f"^({NUMBER.pattern})$", "examples": ["2026-000123"]}),
]


class OrdersAsked(BaseModel):
    """What somebody looks for on the list."""

    number: NumberIn | None = Field(
        None, description="The digits of a number, with or without the year; or its beginning, with the year."
    )
    q: Text = Field("", max_length=MAX_WORDS, description="Words in the title or the description.")
    customer: Text = Field("", max_length=NAME_LENGTH, description=WHO)
    performer: Text = Field("", max_length=NAME_LENGTH, description=WHO)
    manager: Text = Field("", max_length=NAME_LENGTH, description=f"`none`, `mine`, or whom. {WHO}")
    status: list[Status] = Field([], max_length=len(Status), description="Any of these.", examples=[["new"]])
    money: list[MoneyState] = Field([], max_length=len(MoneyState), description="Any of these.", examples=[["unpaid"]])
    category: Text | None = Field(None, max_length=MAX_SLUG, description="`slug` of a category.", examples=["python"])
    total_from: PriceIn | None = Field(None, description="The least that it costs.")
    total_to: PriceIn | None = Field(None, description="The most that it costs.")
    created_from: DayIn | None = Field(None, description="The first day, in the zone of the caller.")
    created_to: DayIn | None = Field(None, description="The last day, in the zone of the caller.")
    sort: SortedBy = Field(
        SortedBy.NEWEST,
        description="A minus puts the greatest first. Orders without a sum or a deadline come last.",
    )


class OrderQuery(OrdersAsked, Paged):
    """What somebody looks for on the list, and which part of it."""


class OrderList(Answer):
    """One page of the list."""

    items: list[OrderSummary]
    next_cursor: NextCursor
