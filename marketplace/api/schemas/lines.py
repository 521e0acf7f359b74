"""Lines: what an order consists of, how it is shown, and what is sent about it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from marketplace.api.schemas.values import ONE_LINE, Answer, Body, Id, Links, Money, MoneyIn, NextCursor, left_out
from marketplace.catalog.models import NAME_LENGTH
from marketplace.orders.models import MAX_LINES, MAX_QUANTITY

LineName = Annotated[str, Field(max_length=NAME_LENGTH, examples=["Laying of cable"]), ONE_LINE]
Quantity = Annotated[int, Field(ge=1, le=MAX_QUANTITY, examples=[3])]
Position = Annotated[int, Field(ge=1, le=MAX_LINES, examples=[1])]
UnitPrice = Annotated[MoneyIn, Field(description="What one costs.")]


class LineProduct(Answer):
    """The product that a line was filled from."""

    id: Id
    name: str = Field(description="As it is called now, while it is sold.", examples=["Cable, three cores"])


class LineContent(Answer):
    """What every line says; products keep the name, the unit and the price that they had when they were added."""

    position: Position
    product: LineProduct | None = Field(description="null: words with a price.")
    name: str = Field(examples=["Cable"])
    unit: str = Field(description='What it is counted in; "" for pieces.', examples=["m"])
    quantity: Quantity
    unit_price: Money
    sum: Money


class LineOut(LineContent):
    """A line of an order."""

    id: Id
    order_id: Id
    links: Links


class LineList(Answer):
    """The lines of an order, in their order."""

    items: list[LineOut]
    next_cursor: NextCursor


class LineIn(Body):
    """A product of the catalogue, or words with a price."""

    product_id: Id | None = Field(None, description="Then the name and the price are the product's.", examples=[None])
    name: LineName | None = Field(None, description="Needed without a product.")
    quantity: Quantity = 1
    unit_price: UnitPrice | None = Field(None, description="What one costs. Needed without a product; 0 for nothing.")


class LinePatch(Body):
    """What is to be another way. Of a product only the quantity and the place."""

    quantity: Quantity = left_out()
    name: LineName = left_out()
    unit_price: UnitPrice = left_out()
    position: Position = left_out(description="The place among the lines; one behind the last is the last.")
