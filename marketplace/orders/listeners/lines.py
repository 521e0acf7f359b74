"""The sum and the number of an order's lines follow the rows inside the same flush, by `n = n + x` in SQL."""

from __future__ import annotations

from typing import cast

from sqlalchemy import Table, bindparam, event, inspect, update
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapper

from marketplace.core.money import Money
from marketplace.orders.errors import ForbiddenWrite
from marketplace.orders.models import Order, OrderLine

ORDERS = cast(Table, Order.__table__)
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
    """A line is frozen: whoever wants another one deletes it and adds that."""
    if any(inspect(line).attrs[name].history.has_changes() for name in ("order_id", "quantity", "unit_price", "name")):
        raise ForbiddenWrite
