"""Reading the lines of an order: as they are under its lock, one of them, a page of them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from marketplace.core.db import db
from marketplace.core.paging import Asked, CursorRefused, Page, decode_cursor, make_page
from marketplace.orders.errors import LineNotFound
from marketplace.orders.models import MAX_LINES, Order, OrderLine


def present_lines(order: Order) -> Sequence[OrderLine]:
    """The lines as they are now, for whoever holds the order.

    Without populate_existing a line keeps what the session has read of it before the lock, and the sum of the order
    would be moved by the difference to that.
    """
    return db.session.scalars(
        select(OrderLine)
        .where(OrderLine.order_id == order.id)
        .order_by(OrderLine.position)
        .execution_options(populate_existing=True)
    ).all()


def get_line(order: Order, line_id: int) -> OrderLine:
    """The line of this order, with its product; raises LineNotFound."""
    line = db.session.scalar(_with_product(order).where(OrderLine.id == line_id))
    if line is None:
        raise LineNotFound
    return line


def lines_page(order: Order, after: str | None, size: int) -> Page[OrderLine]:
    """One page of the lines, in their order, with their products; CursorRefused when they are others since the last.

    A line keeps no place of its own: one that goes moves all behind it, and whoever read on would miss one. Lines that
    say the same are the same list.
    """
    known = order.lines_digest
    query = _with_product(order).add_columns(Order.lines_digest).join(Order, OrderLine.order_id == Order.id)
    query = query.order_by(OrderLine.position).limit(size + 1)
    if after:
        seen = decode_cursor(after, _asked(order, known), _bounded_position)
        query = query.where(OrderLine.position > seen[0])
    found = db.session.execute(query).all()
    # The order was read before: what counts is how its lines were in the moment in which these were read.
    digest = found[0].lines_digest if found else None
    if after and digest != known:
        raise CursorRefused
    asked = _asked(order, digest or "")
    return make_page([row.OrderLine for row in found], size, after, asked, lambda line: (line.position,))


def _asked(order: Order, digest: str) -> Asked:
    return ("lines", order.id, digest)


def _bounded_position(text: str) -> int:
    position = int(text)
    if not 1 <= position <= MAX_LINES:
        raise ValueError
    return position


def _with_product(order: Order) -> Select[OrderLine]:
    return select(OrderLine).where(OrderLine.order_id == order.id).options(joinedload(OrderLine.product))
