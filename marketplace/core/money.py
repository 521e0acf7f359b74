"""Money: `Decimal` in Python, a whole number of minor units (kopecks, cents) in the database."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

MINOR_UNITS = 100
MAX_AMOUNT = Decimal("1000000000")


def to_minor(amount: Decimal) -> int:
    """`amount` in minor units; refuses fractions of a kopeck and NaN instead of rounding."""
    if not amount.is_finite():
        raise ValueError("money must be a finite number")
    minor = amount * MINOR_UNITS
    if minor != int(minor):
        raise ValueError("money has at most two decimal places")
    return int(minor)


def from_minor(minor: int) -> Decimal:
    """The amount of `minor` units, always with two decimal places."""
    return Decimal(minor).scaleb(-2)


class Money(TypeDecorator[Decimal]):
    """Column type: BIGINT minor units. NUMERIC would accept NaN, float would lose kopecks."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        return None if value is None else to_minor(Decimal(value))

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else from_minor(value)
