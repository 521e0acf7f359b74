"""Lines of an order: what is added keeps the price that it had then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from marketplace.catalog.errors import ProductNotSold
from marketplace.catalog.models import NAME_LENGTH, Product
from marketplace.catalog.queries import sold_products
from marketplace.core.db import db
from marketplace.core.errors import Invalid
from marketplace.core.money import MAX_AMOUNT
from marketplace.core.text import one_line
from marketplace.orders.errors import (
    LineGivenTwice,
    LineIncomplete,
    NoSuchLine,
    ProductKeepsName,
    ProductKeepsPrice,
    QuantityOutOfRange,
    TooManyLines,
    TotalTooLarge,
)
from marketplace.orders.models import MAX_LINES, MAX_QUANTITY, Line, Order, OrderLine
from marketplace.orders.queries.lines import present_lines


@dataclass(frozen=True)
class LineInput:
    """A line as somebody asks for it: one that is there already (`id`), a product, or words with a price.

    One that is there and consists of words may get others, or another price; without them it keeps what it has. A name
    or a price that comes with a product must be the product's.
    """

    quantity: int
    id: int | None = None
    product_id: int | None = None
    name: str = ""
    unit_price: Decimal | None = None


@dataclass(frozen=True)
class Frozen:
    """What a line holds once it is added."""

    product_id: int | None
    name: str
    unit: str
    quantity: int
    unit_price: Decimal

    @property
    def worth(self) -> Decimal:
        """The sum."""
        return self.quantity * self.unit_price


def set_lines(order: Order, wanted: Sequence[LineInput]) -> bool:
    """Makes `wanted` the order's lines, in this order; True when that changed any.

    Lines that were there keep their ids, and what came from a product its name and price; a product comes with those it
    has now. Locks nothing: the caller holds the order. Raises Invalid for what cannot be a line, for one that is there
    and is asked for twice, and for a sum that no order may have.
    """
    kept = [line.id for line in wanted if line.id is not None]
    if len(set(kept)) != len(kept):
        raise LineGivenTwice(field="lines")
    present = present_lines(order) if order.lines_count else []
    rows = {line.id: line for line in present}
    frozen = freeze(wanted, rows)
    return _write(order, present, [None if line.id is None else rows[line.id] for line in wanted], frozen)


def replace_lines(order: Order, present: Sequence[OrderLine], frozen: Sequence[Frozen]) -> None:
    """Puts `frozen` in the place of the order's `present` lines; what is the same at the same price keeps its id.

    Locks nothing: the caller holds the order, and has read `present` since.
    """
    rows: dict[tuple[object, ...], list[OrderLine]] = {}
    for line in reversed(present):
        rows.setdefault(_kind(line), []).append(line)
    alike = (rows.get(_kind(values)) for values in frozen)
    _write(order, present, [found.pop() if found else None for found in alike], frozen)


def _write(
    order: Order, present: Sequence[OrderLine], rows: Sequence[OrderLine | None], frozen: Sequence[Frozen]
) -> bool:
    """Gives each of `frozen` its row, or a new one, and drops the other `present` ones; True when that changed any."""
    if list(rows) == list(present) and [content(line) for line in present] == list(frozen):
        return False
    wanted = [(place, row, values) for place, (row, values) in enumerate(zip(rows, frozen, strict=True), start=1)]
    for line in present:
        if line not in rows:
            db.session.delete(line)
    # What makes the sum smaller goes first: it must never be more than an order may cost, not even in between.
    for place, row, values in wanted:
        if row is not None and values.worth <= row.worth:
            _put(row, place, values)
    db.session.flush()
    for place, row, values in wanted:
        if row is None:
            db.session.add(OrderLine(order_id=order.id, position=place, **vars(values)))
        else:
            _put(row, place, values)
    db.session.flush()
    db.session.refresh(order, ["lines_total", "lines_count", "lines_digest", "total", "updated_at"])
    return True


def _put(row: OrderLine, place: int, values: Frozen) -> None:
    row.position, row.name, row.quantity, row.unit_price = place, values.name, values.quantity, values.unit_price


def _kind(line: Frozen | Line) -> tuple[object, ...]:
    return (line.product_id, line.name, line.unit, line.unit_price)


def freeze(wanted: Sequence[LineInput], present: dict[int, OrderLine] | None = None) -> list[Frozen]:
    """The lines with the names and prices that they get, checked one by one and as a whole.

    A refusal of one of them names its place and what is wrong there (`lines.2.product_id`), one of all `lines`.
    """
    if len(wanted) > MAX_LINES:
        raise TooManyLines(limit=MAX_LINES, field="lines")
    present = present or {}
    products = sold_products(line.product_id for line in wanted if line.product_id is not None and line.id is None)
    frozen = [_at(place, line, present, products) for place, line in enumerate(wanted)]
    if sum((line.worth for line in frozen), Decimal(0)) > MAX_AMOUNT:
        raise TotalTooLarge(field="lines")
    return frozen


def _at(place: int, line: LineInput, present: dict[int, OrderLine], products: dict[int, Product]) -> Frozen:
    try:
        return _freeze(place + 1, line, present, products)
    except Invalid as error:
        error.field = f"lines.{place}.{error.field}"
        raise


def _freeze(number: int, line: LineInput, present: dict[int, OrderLine], products: dict[int, Product]) -> Frozen:
    if not 1 <= line.quantity <= MAX_QUANTITY:
        raise QuantityOutOfRange(limit=MAX_QUANTITY, field="quantity")
    if line.id is not None:
        if line.id not in present:
            raise NoSuchLine(field="id")
        return _change(number, line, present[line.id])
    if line.product_id is not None:
        if line.product_id not in products:
            raise ProductNotSold(field="product_id")
        product = products[line.product_id]
        return _product(line, Frozen(product.id, product.name, product.unit, line.quantity, product.price))
    return _words(number, line, one_line(line.name), line.unit_price)


def _change(number: int, line: LineInput, kept: OrderLine) -> Frozen:
    if kept.product_id is not None:
        return _product(line, replace(content(kept), quantity=line.quantity))
    price = kept.unit_price if line.unit_price is None else line.unit_price
    return _words(number, line, one_line(line.name) or kept.name, price)


def _product(line: LineInput, frozen: Frozen) -> Frozen:
    """What came from the catalogue, when `line` asks for no other name or price."""
    if line.name and one_line(line.name) != frozen.name:
        raise ProductKeepsName(field="name")
    if line.unit_price is not None and line.unit_price != frozen.unit_price:
        raise ProductKeepsPrice(field="unit_price")
    return frozen


def _words(number: int, line: LineInput, name: str, price: Decimal | None) -> Frozen:
    name = name[:NAME_LENGTH]
    if not name or price is None or not is_amount(price):
        raise LineIncomplete(number=number, field="unit_price" if name else "name")
    return Frozen(None, name, "", line.quantity, price)


def content(line: Line) -> Frozen:
    """What a line that is there holds."""
    return Frozen(line.product_id, line.name, line.unit, line.quantity, line.unit_price)


def is_amount(price: Decimal) -> bool:
    """True for what one of something can cost: NaN and fractions of a kopeck are no prices."""
    return price.is_finite() and 0 <= price <= MAX_AMOUNT and price == round(price, 2)
