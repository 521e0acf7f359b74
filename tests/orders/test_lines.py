"""Lines of an order: frozen when they are added, and added up by whoever writes them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import BigInteger, delete, func, select, type_coerce

from marketplace.catalog import services as catalog
from marketplace.catalog.errors import ProductNotSold
from marketplace.core.db import db
from marketplace.core.errors import Invalid
from marketplace.core.money import MAX_AMOUNT, from_minor
from marketplace.orders import services
from marketplace.orders.errors import (
    ForbiddenWrite,
    LineGivenTwice,
    LineIncomplete,
    NoSuchLine,
    QuantityOutOfRange,
    TooManyLines,
    TotalTooLarge,
)
from marketplace.orders.models import MAX_LINES, MAX_QUANTITY, Order, OrderEvent, OrderLine
from marketplace.orders.queries import orders as queries
from marketplace.orders.services import LineInput
from marketplace.orders.states import EventKind
from tests.catalog.shelf import keeper, product
from tests.orders.constraints import meet_constraints
from tests.people import People


def words(name: str = "Laying", quantity: int = 1, price: str = "100") -> LineInput:
    return LineInput(quantity, name=name, unit_price=Decimal(price))


def told(order: Order) -> list[tuple[str, int, Decimal]]:
    return [(line.name, line.quantity, line.unit_price) for line in queries.lines(order)]


def edit(order: Order, **values: Any) -> Order:
    """Edits the order and commits; what is not said stays as it is."""
    fields = {
        "title": order.title,
        "description": order.description,
        "category_id": order.category_id,
        "price": order.price,
        "deadline": order.deadline,
    }
    edited = services.edit_order(order.id, **{**fields, **values}, by=order.customer)
    db.session.commit()
    return edited


def recounted() -> list[tuple[int, Any, Any]]:
    """Orders whose sum, number of lines or total is not what their rows and their price say."""
    rows = db.session.execute(
        select(Order.id, Order.price, Order.total, Order.lines_total, Order.lines_count, func.count(OrderLine.id),
               func.coalesce(func.sum(OrderLine.quantity * type_coerce(OrderLine.unit_price, BigInteger)), 0))
        .outerjoin(OrderLine, OrderLine.order_id == Order.id)
        .group_by(Order.id)
    )  # fmt: skip
    wrong = []
    for order_id, price, total, lines_total, lines_count, count, worth in rows:
        lines_sum = from_minor(int(worth))
        expected = price if price is not None else (lines_sum if count else None)
        if (lines_total, lines_count, total) != (lines_sum, count, expected):
            wrong.append((order_id, (lines_total, lines_count, total), (lines_sum, count, expected)))
    return wrong


def test_a_product_comes_with_its_name_and_price_of_today_and_keeps_them(people: People) -> None:
    cable = product(people, name="Cable", price=Decimal("12.50"), unit="m")
    order = people.order(price=None, lines=[LineInput(4, product_id=cable.id), words()])
    catalog.edit_product(
        cable.id, name="Gold cable", description="", price=Decimal("99"), unit="mile", category_id=None,
        by=keeper(people),
    )  # fmt: skip
    db.session.commit()
    assert told(order) == [("Cable", 4, Decimal("12.50")), ("Laying", 1, Decimal("100"))]
    assert order.total == Decimal("150")

    kept = queries.lines(order)
    edit(order, lines=[LineInput(6, id=kept[0].id), LineInput(1, product_id=cable.id)])
    assert told(order) == [("Cable", 6, Decimal("12.50")), ("Gold cable", 1, Decimal("99"))]
    assert [line.unit for line in queries.lines(order)] == ["m", "mile"]
    assert order.total == Decimal("174")


def test_a_line_keeps_its_product_when_that_is_sold_no_more(people: People) -> None:
    cable = product(people)
    order = people.order(price=None, lines=[LineInput(2, product_id=cable.id)])
    catalog.hide_product(cable.id, by=keeper(people))
    db.session.commit()
    (line,) = queries.lines(order)
    edit(order, lines=[LineInput(3, id=line.id)])
    (line,) = queries.lines(order)
    assert (line.quantity, line.product_id) == (3, cable.id)


def test_the_price_outweighs_the_lines_and_without_both_it_is_by_agreement(people: People) -> None:
    order = people.order(price=Decimal("1000"), lines=[words()])
    assert order.total == Decimal("1000")
    assert edit(order, price=None).total == Decimal("100")
    assert edit(order, lines=[]).total is None
    # What is free has a price too.
    assert edit(order, lines=[words(price="0")]).total == Decimal("0")
    assert recounted() == []


def test_the_order_of_the_lines_is_the_order_they_are_given_in(people: People) -> None:
    order = people.order(lines=[words("one"), words("two"), words("three")])
    first, second, third = queries.lines(order)
    edit(order, lines=[LineInput(1, id=third.id), words("new"), LineInput(1, id=first.id), LineInput(1, id=second.id)])
    assert [line.name for line in queries.lines(order)] == ["three", "new", "one", "two"]


def test_an_edit_that_changes_no_line_touches_none_and_leaves_no_trace(people: People) -> None:
    order = people.order(lines=[words(), words("two")])
    before = [line.id for line in queries.lines(order)]
    edit(order, lines=[LineInput(1, id=line_id) for line_id in before])
    assert [line.id for line in queries.lines(order)] == before
    edited = select(func.count()).select_from(OrderEvent).where(OrderEvent.kind == EventKind.EDITED)
    assert db.session.scalar(edited) == 0
    edit(order, lines=[LineInput(2, id=before[0])])
    assert db.session.scalar(edited) == 1


def refused_lines(people: People, order: Order) -> dict[str, tuple[list[LineInput], type[Invalid]]]:
    foreign = queries.lines(people.order(lines=[words()]))[0].id
    gone = product(people)
    catalog.hide_product(gone.id, by=keeper(people))
    db.session.commit()
    return {
        "none of it": ([words(quantity=0)], QuantityOutOfRange),
        "less than none": ([words(quantity=-1)], QuantityOutOfRange),
        "more than anybody needs": ([words(quantity=MAX_QUANTITY + 1)], QuantityOutOfRange),
        "somebody else's line": ([LineInput(1, id=foreign)], NoSuchLine),
        "a line that never was": ([LineInput(1, id=2**62)], NoSuchLine),
        "a product that is gone": ([LineInput(1, product_id=gone.id)], ProductNotSold),
        "a product that never was": ([LineInput(1, product_id=2**62)], ProductNotSold),
        "a name without a price": ([LineInput(1, name="Laying")], LineIncomplete),
        "a price without a name": ([words(" ")], LineIncomplete),
        "a negative price": ([words(price="-1")], LineIncomplete),
        "no number": ([words(price="NaN")], LineIncomplete),
        "a fraction of a kopeck": ([words(price="0.001")], LineIncomplete),
        "too many": ([words()] * (MAX_LINES + 1), TooManyLines),
        "too dear": ([words(price=str(MAX_AMOUNT)), words(price="0.01")], TotalTooLarge),
        "too many of too dear ones": ([words(quantity=MAX_QUANTITY, price=str(MAX_AMOUNT))], TotalTooLarge),
    }


@pytest.mark.parametrize("place", range(15))
def test_what_cannot_be_a_line_changes_nothing(people: People, place: int) -> None:
    order = people.order(lines=[words("kept", 3, "7.77")])
    lines, error = list(refused_lines(people, order).values())[place]
    keep = LineInput(3, id=queries.lines(order)[0].id)
    with pytest.raises(error):
        edit(order, title="Another", lines=[keep, *lines] if len(lines) == 1 else lines)
    db.session.rollback()
    assert told(order) == [("kept", 3, Decimal("7.77"))]
    assert order.title == "Fix the report"
    assert recounted() == []


def test_two_hundred_lines_of_the_largest_sum_are_an_order(people: People) -> None:
    share = MAX_AMOUNT / MAX_LINES
    order = people.order(price=None, lines=[words(price=str(share))] * MAX_LINES)
    assert (order.lines_count, order.total) == (MAX_LINES, MAX_AMOUNT)


def test_whoever_writes_a_line_the_order_adds_up(people: People) -> None:
    order = people.order(price=None, lines=[words("one", 2), words("two", 3)])
    db.session.add(OrderLine(order_id=order.id, position=3, name="three", quantity=5, unit_price=Decimal("0.20")))
    db.session.commit()
    assert order.total == Decimal("501")
    first, *_rest = queries.lines(order)
    db.session.delete(first)
    db.session.commit()
    assert order.total == Decimal("301")
    assert recounted() == []


def test_whoever_changes_a_line_the_order_follows(people: People) -> None:
    order = people.order(price=None, lines=[words("one", 2), words("two", 3)])
    first, second = queries.lines(order)
    first.quantity, first.unit_price = 4, Decimal("7.50")
    second.name, second.position = "three", 9
    db.session.commit()
    assert told(order) == [("one", 4, Decimal("7.50")), ("three", 3, Decimal("100"))]
    assert order.total == Decimal("330")
    # What the session has forgotten is read again before it is taken off.
    db.session.expire(first)
    first.quantity = 1
    db.session.commit()
    assert order.total == Decimal("307.50")
    assert recounted() == []


@pytest.mark.parametrize(
    "values",
    [{"unit_price": Decimal("1")}, {"name": "Other"}, {"unit": "mile"}, {"product_id": None}, {"order_id": "another"}],
)
def test_nobody_rewrites_what_came_from_a_product(people: People, values: dict[str, Any]) -> None:
    order = people.order(lines=[LineInput(1, product_id=product(people).id)])
    (line,) = queries.lines(order)
    before = told(order)
    for name, value in values.items():
        setattr(line, name, people.order().id if value == "another" else value)
    with pytest.raises(ForbiddenWrite):
        db.session.flush()
    db.session.rollback()
    assert told(order) == before


def test_lines_that_stay_keep_their_ids(people: People) -> None:
    cable = product(people)
    order = people.order(price=None, lines=[words("one"), LineInput(2, product_id=cable.id), words("three")])
    first, second, third = (line.id for line in queries.lines(order))
    edit(order, lines=[LineInput(5, id=third), words("new"), LineInput(7, id=second)])
    meet_constraints()
    found = queries.lines(order)
    assert [line.id for line in found[:3:2]] == [third, second]
    assert found[1].id not in {first, second, third}
    assert [line.position for line in found] == [1, 2, 3]
    assert [(line.name, line.quantity) for line in found] == [
        ("three", 5),
        ("new", 1),
        (cable.name, 7),
    ]
    edit(order, lines=[LineInput(5, id=third, name="other", unit_price=Decimal("3"))])
    (line,) = queries.lines(order)
    assert (line.id, line.name, line.unit_price, order.total) == (third, "other", Decimal("3"), Decimal("15"))
    assert recounted() == []


def test_a_line_that_is_asked_for_twice_is_refused_and_nothing_changes(people: People) -> None:
    order = people.order(lines=[words("one", 3, "7.77"), words("two")])
    one, two = (line.id for line in queries.lines(order))
    before, seen = told(order), order.updated_at
    for lines in (
        [LineInput(1, id=one), LineInput(1, id=one)],
        [LineInput(1, id=one), LineInput(2, id=two), words("new"), LineInput(5, one, None, "other", Decimal(1))],
    ):
        with pytest.raises(LineGivenTwice) as refused:
            edit(order, title="Another", lines=lines)
        assert refused.value.field == "lines"
        db.session.rollback()
        assert (told(order), order.title, order.updated_at) == (before, "Fix the report", seen)
        assert edits(order) == 0
    assert [line.id for line in queries.lines(order)] == [one, two]


def test_the_sum_never_passes_the_limit_on_its_way_to_another_one(people: People) -> None:
    order = people.order(price=None, lines=[words("dear", price=str(MAX_AMOUNT - 1)), words("cheap", price="1")])
    dear, cheap = (line.id for line in queries.lines(order))
    edit(
        order, lines=[LineInput(1, dear, None, "dear", Decimal(1)), LineInput(1, cheap, None, "cheap", MAX_AMOUNT - 1)]
    )
    assert order.total == MAX_AMOUNT
    edit(order, lines=[LineInput(1, cheap, None, "cheap", Decimal(0)), words(price=str(MAX_AMOUNT))])
    assert order.total == MAX_AMOUNT
    assert recounted() == []


def test_an_order_whose_lines_only_change_places_has_changed(people: People) -> None:
    order = people.order(lines=[words("one"), words("two")])
    before, ids = order.updated_at, [line.id for line in queries.lines(order)]
    edit(order, lines=[LineInput(1, id=line_id) for line_id in reversed(ids)])
    meet_constraints()
    assert order.updated_at > before
    assert edits(order) == 1


def edits(order: Order) -> int | None:
    edited = OrderEvent.kind == EventKind.EDITED
    return db.session.scalar(select(func.count()).where(edited, OrderEvent.order_id == order.id))


def test_rows_deleted_past_the_listeners_are_found_by_the_recount(people: People) -> None:
    order = people.order(price=None, lines=[words()])
    db.session.execute(delete(OrderLine).where(OrderLine.order_id == order.id))
    assert [found[0] for found in recounted()] == [order.id], "the recount of these tests must see a difference"


LINE = st.builds(
    words,
    name=st.sampled_from(["Cable", "Laying", "Drilling"]),
    quantity=st.integers(-1, 5) | st.just(MAX_QUANTITY),
    price=st.decimals(Decimal("-1"), Decimal("9999"), places=2).map(str) | st.just(str(MAX_AMOUNT)),
)
PRICE = st.none() | st.decimals(Decimal("0.01"), MAX_AMOUNT, places=2)
EDIT = st.tuples(PRICE, st.none() | st.lists(st.integers(0, 9) | LINE, max_size=5))


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)
@given(edits=st.lists(EDIT, min_size=1, max_size=6))
def test_after_any_edits_the_total_is_the_price_or_the_sum_of_the_lines(people: People, edits: list[Any]) -> None:
    order = people.order(price=None, lines=[words()])
    for price, wanted in edits:
        present = queries.lines(order)
        # A number stands for a line that is there already, or for one that is not.
        lines = None if wanted is None else [
            LineInput(2, id=present[one].id if one < len(present) else 2**62) if isinstance(one, int) else one
            for one in wanted
        ]  # fmt: skip
        before = (order.total, told(order))
        try:
            edit(order, price=price, lines=lines)
        except Invalid:
            db.session.rollback()
            assert (order.total, told(order)) == before
        assert recounted() == []
