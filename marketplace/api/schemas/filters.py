"""Filters of the order list that somebody keeps, and what is sent to keep one."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from marketplace.api.schemas.order_list import OrdersAsked
from marketplace.api.schemas.values import Answer, Body, Day, Id, Links, Moment, Money, Words
from marketplace.orders.models import FILTER_NAME_LENGTH
from marketplace.orders.queries.order_list_asking import SortedBy
from marketplace.orders.states import MoneyState, Status

FilterName = Annotated[Words, Field(max_length=FILTER_NAME_LENGTH, examples=["Unpaid"])]


class Filter(OrdersAsked, Body):
    """What to look for on the list of orders: the parameters of `GET /orders`, apart from those of its pages."""


class FilterIn(Body):
    """A filter to be kept."""

    name: FilterName = Field(description="One of this name that is there already is replaced.")
    filter: Filter = Field(
        examples=[{"q": "report", "manager": "mine", "status": ["completed"], "money": ["unpaid"], "total_from": "500"}]
    )


class FilterAsked(Answer):
    """What a kept filter looks for, as it can be sent again; `null`, "" and [] for what is not asked."""

    number: str | None = Field(examples=[None])
    q: str = Field(examples=["report"])
    customer: str = Field(examples=[""])
    performer: str = Field(examples=[""])
    manager: str = Field(examples=["mine"])
    status: list[Status] = Field(examples=[["completed"]])
    money: list[MoneyState] = Field(examples=[["unpaid"]])
    category: str | None = Field(examples=[None])
    total_from: Money | None
    total_to: Money | None = Field(examples=[None])
    created_from: Day | None = Field(examples=[None])
    created_to: Day | None = Field(examples=[None])
    sort: SortedBy


class FilterOut(Answer):
    """A filter that the caller keeps."""

    id: Id
    name: str = Field(examples=["Unpaid"])
    filter: FilterAsked
    created_at: Moment = Field(description="When the name was first kept.")
    links: Links = Field(
        description="`orders` and `page` are the list with this filter, for programs and for people. `self` is where "
        "it is read: the list of filters. To forget it, DELETE it there by its `id`.",
        examples=[
            {
                "self": "/api/v1/me/filters",
                "orders": "/api/v1/orders?money=unpaid",
                "page": "/orders?money=unpaid",
            }
        ],
    )


class FilterList(Answer):
    """Every filter that the caller keeps, by name; thirty at most."""

    items: list[FilterOut]
    next_cursor: None = Field(description="There is never another page.")
