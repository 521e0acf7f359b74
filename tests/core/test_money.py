"""Money is a whole number of minor units: nothing is rounded, nothing that is not a number gets in."""

from __future__ import annotations

from decimal import Decimal

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, MetaData, Table, select, text
from sqlalchemy.exc import StatementError

from marketplace.core.db import db
from marketplace.core.money import MAX_AMOUNT, Money, from_minor, to_minor
from marketplace.orders.models import Order
from tests.people import People

PURSE = Table("purse", MetaData(), Column("amount", Money(), nullable=True))


@given(st.integers(min_value=-to_minor(MAX_AMOUNT), max_value=to_minor(MAX_AMOUNT)))
def test_minor_units_come_back_as_they_went(minor: int) -> None:
    assert to_minor(from_minor(minor)) == minor
    assert from_minor(minor).as_tuple().exponent == -2


@given(st.decimals(min_value=-MAX_AMOUNT, max_value=MAX_AMOUNT, places=2))
def test_an_amount_comes_back_equal(amount: Decimal) -> None:
    assert from_minor(to_minor(amount)) == amount


@given(st.decimals(min_value=-MAX_AMOUNT, max_value=MAX_AMOUNT, places=5).filter(lambda amount: amount * 100 % 1 != 0))
def test_a_fraction_of_a_kopeck_is_refused_not_rounded(amount: Decimal) -> None:
    with pytest.raises(ValueError, match="two decimal places"):
        to_minor(amount)


@pytest.mark.parametrize("text", ["NaN", "sNaN", "Infinity", "-Infinity"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="finite"):
        to_minor(Decimal(text))


@pytest.mark.parametrize("amount", [Decimal("0.01"), Decimal("-0.01"), Decimal("1499.90"), MAX_AMOUNT, None])
def test_the_column_keeps_amounts_exactly(app: Flask, amount: Decimal | None) -> None:
    connection = db.session.connection()
    PURSE.create(connection)
    connection.execute(PURSE.insert().values(amount=amount))
    assert connection.execute(select(PURSE.c.amount)).scalar_one() == amount
    stored = connection.execute(text("SELECT amount, pg_typeof(amount)::text FROM purse")).one()
    assert tuple(stored) == (None if amount is None else to_minor(amount), "bigint")


@pytest.mark.parametrize("amount", [0.1, Decimal("NaN"), Decimal("0.001"), "1e-3"])
def test_the_column_refuses_what_would_have_to_be_rounded(app: Flask, amount: object) -> None:
    with pytest.raises(StatementError):
        db.session.execute(select(Order).where(Order.price == amount))


def test_amounts_compare_and_sort_as_numbers_in_queries(people: People) -> None:
    for price in ("9.99", "100.00", "20"):
        people.order(price=Decimal(price))
    dear = select(Order.price).where(Order.price >= Decimal("20")).order_by(Order.price)
    assert db.session.scalars(dear).all() == [Decimal("20.00"), Decimal("100.00")]
