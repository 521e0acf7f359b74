"""The lines of an order one by one: added, changed, moved, removed, by whoever may edit it and while it can be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal

from marketplace.accounts.models import Account
from marketplace.core.db import db
from marketplace.core.errors import Invalid
from marketplace.orders.errors import LineNotFound, TotalTooLarge
from marketplace.orders.models import Order, OrderLine
from marketplace.orders.queries.lines import get_line, present_lines
from marketplace.orders.services.dealing import locked_for
from marketplace.orders.services.lines import LineInput, set_lines
from marketplace.orders.states import Act, EventKind


def add_line(order_id: int, wanted: LineInput, *, by: Account) -> OrderLine:
    """One line more, the last one."""
    order = locked_for(Act.EDIT, order_id, by)
    _write(order, [*_kept(order), wanted], by)
    return get_line(order, present_lines(order)[-1].id)


def change_line(
    order_id: int,
    line_id: int,
    *,
    quantity: int | None = None,
    name: str | None = None,
    unit_price: Decimal | None = None,
    position: int | None = None,
    by: Account,
) -> OrderLine:
    """Another quantity, other words or another price, another place among the lines; None leaves what is there.

    What came from a product keeps its name and price. A position behind the last one is the last one.
    """
    order = locked_for(Act.EDIT, order_id, by)
    lines = _kept(order)
    place = _place(lines, line_id)
    kept = lines.pop(place)
    wanted = LineInput(kept.quantity if quantity is None else quantity, line_id, None, name or "", unit_price)
    lines.insert(place if position is None else position - 1, wanted)
    _write(order, lines, by)
    return get_line(order, line_id)


def remove_line(order_id: int, line_id: int, *, by: Account) -> Order:
    """One line less; those behind it move up."""
    order = locked_for(Act.EDIT, order_id, by)
    lines = _kept(order)
    del lines[_place(lines, line_id)]
    _write(order, lines, by)
    return order


def _kept(order: Order) -> list[LineInput]:
    return [LineInput(line.quantity, id=line.id) for line in present_lines(order)]


def _place(lines: Sequence[LineInput], line_id: int) -> int:
    place = next((place for place, line in enumerate(lines) if line.id == line_id), None)
    if place is None:
        raise LineNotFound
    return place


def _write(order: Order, wanted: Sequence[LineInput], by: Account) -> None:
    with _about_one_line():
        is_changed = set_lines(order, wanted)
    if is_changed:
        order.record(EventKind.EDITED, by=by)
        db.session.flush()


@contextmanager
def _about_one_line() -> Iterator[None]:
    """What is refused of a line is said of its field: nobody has sent a list."""
    try:
        yield
    except TotalTooLarge as error:
        error.field = "quantity"
        raise
    except Invalid as error:
        # What is refused of all lines together is of no field.
        _place, is_of_one, field = (error.field or "").rpartition(".")
        error.field = field if is_of_one else None
        raise
