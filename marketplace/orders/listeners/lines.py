"""The sum, the number and the digest of an order's lines follow the rows inside the same flush, in SQL."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Table, Text, bindparam, event, func, inspect, literal, select, update
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapper, Session, UOWTransaction

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

LINES = cast(Table, OrderLine.__table__)
TOLD = func.jsonb_build_array(*(LINES.c[name] for name in ("product_id", "name", "unit", "quantity", "unit_price")))
"""What a line says, so that no two lines say the same in another way."""

ALL_TOLD = func.string_agg(sql_cast(TOLD, Text), aggregate_order_by(literal(""), LINES.c.position))
DIGEST = (
    update(ORDERS)
    .where(ORDERS.c.id == bindparam("order"))
    .values(
        lines_digest=func.coalesce(
            select(func.encode(func.sha256(func.convert_to(ALL_TOLD, "UTF8")), "hex"))
            .where(LINES.c.order_id == bindparam("order"))
            .scalar_subquery(),
            "",
        )
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


@event.listens_for(Session, "after_flush")
def digest_lines(session: Session, flush: UOWTransaction) -> None:
    """Lines that are others, or elsewhere, than before: once they are all written, whoever wrote them."""
    touched = (row for row in (*session.new, *session.deleted, *session.dirty) if isinstance(row, OrderLine))
    # Dirty is also what was set to the value that it had.
    for order_id in sorted({line.order_id for line in touched if session.is_modified(line) or line in session.deleted}):
        session.connection().execute(DIGEST, {"order": order_id})


def _before(line: OrderLine, name: str) -> Any:
    """The value that the row had before this flush; the columns have active_history."""
    replaced = inspect(line).attrs[name].history.deleted
    return replaced[0] if replaced else getattr(line, name)
