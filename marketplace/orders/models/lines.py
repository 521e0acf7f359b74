"""Lines: what an order, or an offer for it, consists of; what came from a product keeps its name and price of then."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import CheckConstraint, Computed, ForeignKey, SmallInteger, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from marketplace.catalog.models import NAME_LENGTH, UNIT_LENGTH, Product
from marketplace.core.db import Amount, Key, Model, length_check
from marketplace.core.money import MAX_AMOUNT, Money, to_minor
from marketplace.orders.models.orders import Order

MAX_LINES = 200
MAX_QUANTITY = 1_000_000


def line_checks() -> tuple[CheckConstraint, ...]:
    """What every table of lines holds to."""
    return (
        length_check("name", NAME_LENGTH),
        length_check("unit", UNIT_LENGTH),
        CheckConstraint("char_length(name) > 0", name="name_given"),
        CheckConstraint(f"quantity BETWEEN 1 AND {MAX_QUANTITY}", name="quantity_range"),
        CheckConstraint(f"unit_price BETWEEN 0 AND {to_minor(MAX_AMOUNT)}", name="unit_price_range"),
    )


class Line:
    """What every line has. `product` None is free text; `name`, `unit` and `unit_price` are as they were when added."""

    position: Mapped[int] = mapped_column(SmallInteger)
    name: Mapped[str] = mapped_column(Text)
    unit: Mapped[str] = mapped_column(Text, default="", server_default="")
    # What was there before a change is taken off the sum of the order.
    quantity: Mapped[int] = mapped_column(default=1, active_history=True)
    unit_price: Mapped[Amount] = mapped_column(Money(), active_history=True)
    sum: Mapped[Amount] = mapped_column(Money(), Computed("quantity * unit_price", persisted=True))

    @declared_attr
    @classmethod
    def product_id(cls) -> Mapped[int | None]:
        """The product that the line was filled from."""
        return mapped_column(ForeignKey("products.id"), index=True)

    @declared_attr
    @classmethod
    def product(cls) -> Mapped[Product | None]:
        """The product as it is now, for its pictures."""
        return relationship()


class OrderLine(Line, Model):
    """A line of an order."""

    __tablename__ = "order_lines"
    __table_args__ = (*line_checks(), UniqueConstraint("order_id", "position", deferrable=True, initially="DEFERRED"))

    id: Mapped[Key]
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), active_history=True)

    order: Mapped[Order] = relationship()

    @property
    def worth(self) -> Decimal:
        """The sum, also before the row is written."""
        return self.quantity * self.unit_price
