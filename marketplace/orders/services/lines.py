"""Lines of an order: what is added keeps the price that it had then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from marketplace.catalog.errors import ProductNotSold
from marketplace.catalog.models import NAME_LENGTH, Product
from marketplace.catalog.queries import sold_products
from marketplace.core.db import db
from marketplace.core.money import MAX_AMOUNT
from marketplace.core.text import one_line
from marketplace.orders.errors import LineIncomplete, NoSuchLine, QuantityOutOfRange, TooManyLines, TotalTooLarge
from marketplace.orders.models import MAX_LINES, MAX_QUANTITY, Line, Order, OrderLine
from marketplace.orders.queries import orders as queries


@dataclass(frozen=True)
class LineInput:
    """A line as somebody asks for it: one that is there already (`id`), a product, or words with a price."""

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

    Lines that were there keep their names and prices; a product comes with those it has now. Locks nothing: the caller
    holds the order. Raises Invalid for what cannot be a line, and for a sum that no order may have.
    """
    present = queries.lines(order) if order.lines_count else []
    return replace_lines(order, present, freeze(wanted, {line.id: line for line in present}))


def replace_lines(order: Order, present: Sequence[OrderLine], frozen: Sequence[Frozen]) -> bool:
    """Puts `frozen` in the place of the order's `present` lines; True when that changed any. Locks nothing."""
    if [content(line) for line in present] == list(frozen):
        return False
    for line in present:
        db.session.delete(line)
    # The sum must not hold the old and the new lines at the same time.
    db.session.flush()
    for position, values in enumerate(frozen, start=1):
        db.session.add(OrderLine(order_id=order.id, position=position, **vars(values)))
    db.session.flush()
    db.session.refresh(order, ["lines_total", "lines_count", "total", "updated_at"])
    return True


def freeze(wanted: Sequence[LineInput], present: dict[int, OrderLine] | None = None) -> list[Frozen]:
    """The lines with the names and prices that they get, checked one by one and as a whole."""
    if len(wanted) > MAX_LINES:
        raise TooManyLines(limit=MAX_LINES, field="lines")
    present = present or {}
    products = sold_products(line.product_id for line in wanted if line.product_id is not None and line.id is None)
    frozen = [_freeze(number, line, present, products) for number, line in enumerate(wanted, start=1)]
    if sum((line.worth for line in frozen), Decimal(0)) > MAX_AMOUNT:
        raise TotalTooLarge(field="lines")
    return frozen


def _freeze(number: int, line: LineInput, present: dict[int, OrderLine], products: dict[int, Product]) -> Frozen:
    if not 1 <= line.quantity <= MAX_QUANTITY:
        raise QuantityOutOfRange(limit=MAX_QUANTITY, field="lines")
    if line.id is not None:
        if line.id not in present:
            raise NoSuchLine(field="lines")
        kept = present[line.id]
        return Frozen(kept.product_id, kept.name, kept.unit, line.quantity, kept.unit_price)
    if line.product_id is not None:
        if line.product_id not in products:
            raise ProductNotSold(field="lines")
        product = products[line.product_id]
        return Frozen(product.id, product.name, product.unit, line.quantity, product.price)
    name = one_line(line.name)[:NAME_LENGTH]
    if not name or line.unit_price is None or not is_amount(line.unit_price):
        raise LineIncomplete(number=number, field="lines")
    return Frozen(None, name, "", line.quantity, line.unit_price)


def content(line: Line) -> Frozen:
    """What a line that is there holds."""
    return Frozen(line.product_id, line.name, line.unit, line.quantity, line.unit_price)


def is_amount(price: Decimal) -> bool:
    """True for what one of something can cost: NaN and fractions of a kopeck are no prices."""
    return price.is_finite() and 0 <= price <= MAX_AMOUNT and price == round(price, 2)
