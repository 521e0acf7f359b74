"""The sum and the number of an order's lines follow the rows inside the same flush, by `n = n + x` in SQL."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Table, bindparam, event, inspect, update
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapper

from marketplace.core.money import Money
from marketplace.orders.errors import ForbiddenWrite
from marketplace.orders.models import Order, OrderLine

ORDERS = cast(Table, Order.__table__)
ALWAYS_FIXED = ("order_id", "product_id", "unit")
FIXED_BY_PRODUCT = ("name", "unit_price")
ADDITION = (
    update(ORDERS)
    .where(ORDERS.c.id == bindparam("order"))
    .values(
        lines_total=ORDERS.c.lines_total + bindparam("add_amount", type_=Money()),
        lines_count=ORDERS.c.lines_count + bindparam("add_number"),
    )
)


@event.listens_for(OrderLine, "after_insert")
def add_line(mapper: Mapper[OrderLine], connection: Connection, line: OrderLine) -> None:
    """A line more."""
    connection.execute(ADDITION, {"order": line.order_id, "add_amount": line.worth, "add_number": 1})


@event.listens_for(OrderLine, "after_delete")
def drop_line(mapper: Mapper[OrderLine], connection: Connection, line: OrderLine) -> None:
    """A line less."""
    connection.execute(ADDITION, {"order": line.order_id, "add_amount": -line.worth, "add_number": -1})


@event.listens_for(OrderLine, "before_update")
def keep_line(mapper: Mapper[OrderLine], connection: Connection, line: OrderLine) -> None:
    """A line stays with its order and its product, and what came from a product keeps its name and price of then."""
    fixed = ALWAYS_FIXED if line.product_id is None else ALWAYS_FIXED + FIXED_BY_PRODUCT
    if any(inspect(line).attrs[name].history.has_changes() for name in fixed):
        raise ForbiddenWrite


@event.listens_for(OrderLine, "after_update")
def follow_line(mapper: Mapper[OrderLine], connection: Connection, line: OrderLine) -> None:
    """A line that is worth more or less than before."""
    more = line.worth - _before(line, "quantity") * _before(line, "unit_price")
    if more:
        connection.execute(ADDITION, {"order": line.order_id, "add_amount": more, "add_number": 0})


def _before(line: OrderLine, name: str) -> Any:
    """The value that the row had before this flush; the columns have active_history."""
    replaced = inspect(line).attrs[name].history.deleted
    return replaced[0] if replaced else getattr(line, name)
