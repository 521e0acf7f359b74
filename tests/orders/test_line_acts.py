"""Lines of an order one by one: added, changed, moved, removed, and what is refused of each."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from marketplace.catalog import services as catalog
from marketplace.catalog.errors import ProductNotSold
from marketplace.core.db import db
from marketplace.core.errors import DomainError, Invalid, NotAllowed
from marketplace.core.money import MAX_AMOUNT
from marketplace.orders import services
from marketplace.orders.errors import (
    IllegalStep,
    LineIncomplete,
    LineNotFound,
    NoSuchOrder,
    ProductKeepsName,
    ProductKeepsPrice,
    QuantityOutOfRange,
    TooManyLines,
    TotalTooLarge,
)
from marketplace.orders.models import MAX_LINES, MAX_QUANTITY, Order, OrderEvent
from marketplace.orders.queries import orders as queries
from marketplace.orders.queries.counters import differences
from marketplace.orders.services import LineInput
from marketplace.orders.states import EventKind
from tests.catalog.shelf import keeper, product
from tests.orders.constraints import meet_constraints
from tests.orders.offers import accept, contents, line, refused, send
from tests.people import People

Act = Callable[..., Any]


def edits(order: Order) -> list[int | None]:
    """Who has edited the order, edit by edit."""
    rows = select(OrderEvent.actor_id).where(OrderEvent.kind == EventKind.EDITED, OrderEvent.order_id == order.id)
    return list(db.session.scalars(rows.order_by(OrderEvent.id)))


def ids(order: Order) -> list[int]:
    return [row.id for row in queries.lines(order)]


def test_lines_come_change_and_go_one_by_one(people: People) -> None:
    order, cable = people.order(price=None), product(people, name="Cable", price=Decimal("12.50"), unit="m")
    customer, manager = order.customer, people.manager()
    first = services.add_line(order.id, line("Laying", 2), by=customer)
    second = services.add_line(order.id, LineInput(4, product_id=cable.id), by=manager)
    db.session.commit()
    assert (second.position, second.name, second.unit, second.sum) == (2, "Cable", "m", Decimal("50"))
    assert (order.lines_count, order.total) == (2, Decimal("250"))

    changed = services.change_line(
        order.id, first.id, quantity=3, name="  Drilling ", unit_price=Decimal("9.99"), position=MAX_LINES, by=customer
    )
    db.session.commit()
    assert (changed.id, changed.position, changed.name, changed.sum) == (first.id, 2, "Drilling", Decimal("29.97"))
    services.change_line(order.id, second.id, quantity=1, name="Cable", unit_price=Decimal("12.5"), by=customer)
    db.session.commit()
    assert contents(order) == [("Cable", 1, Decimal("12.50")), ("Drilling", 3, Decimal("9.99"))]

    services.remove_line(order.id, second.id, by=customer)
    db.session.commit()
    (left,) = queries.lines(order)
    assert (left.id, left.position, order.lines_count, order.total) == (first.id, 1, 1, Decimal("29.97"))
    assert edits(order) == [customer.id, manager.id, customer.id, customer.id, customer.id]
    meet_constraints()
    assert list(differences()) == []


def test_a_change_to_what_is_there_already_leaves_no_trace(people: People) -> None:
    order = people.order(lines=[line("one", 2), line("two")])
    first, _second = queries.lines(order)
    before = order.updated_at
    services.change_line(
        order.id, first.id, quantity=2, name="one", unit_price=Decimal("100"), position=1, by=order.customer
    )
    services.change_line(order.id, first.id, by=order.customer)
    db.session.commit()
    assert (edits(order), order.updated_at) == ([], before)


def test_a_line_keeps_its_place_unless_it_is_given_another(people: People) -> None:
    order = people.order(lines=[line("one"), line("two"), line("three")])
    first, second, third = ids(order)
    services.change_line(order.id, second, quantity=5, by=order.customer)
    db.session.commit()
    assert ids(order) == [first, second, third]
    services.change_line(order.id, third, position=1, by=order.customer)
    db.session.commit()
    assert ids(order) == [third, first, second]


def test_a_line_of_a_product_that_is_sold_no_more_can_still_change_its_quantity(people: People) -> None:
    cable = product(people)
    order = people.order(lines=[LineInput(1, product_id=cable.id)])
    catalog.hide_product(cable.id, by=keeper(people))
    db.session.commit()
    services.change_line(order.id, ids(order)[0], quantity=9, by=order.customer)
    db.session.commit()
    assert [quantity for _name, quantity, _price in contents(order)] == [9]


ADD = services.add_line
REFUSED: dict[str, tuple[Act, dict[str, Any], type[Invalid], str | None]] = {
    "a product that never was": (ADD, {"product_id": 2**62}, ProductNotSold, "product_id"),
    "words without a price": (ADD, {"name": "Laying"}, LineIncomplete, "unit_price"),
    "a price without words": (ADD, {"name": " ", "unit_price": Decimal(1)}, LineIncomplete, "name"),
    "none of it": (ADD, {"quantity": 0, "name": "x", "unit_price": Decimal(1)}, QuantityOutOfRange, "quantity"),
    "too dear": (ADD, {"name": "x", "unit_price": MAX_AMOUNT}, TotalTooLarge, "quantity"),
    "a negative price": (ADD, {"name": "x", "unit_price": Decimal(-1)}, LineIncomplete, "unit_price"),
    "no number": (ADD, {"name": "x", "unit_price": Decimal("NaN")}, LineIncomplete, "unit_price"),
    "less than one": (services.change_line, {"quantity": 0}, QuantityOutOfRange, "quantity"),
    "more than anybody needs": (services.change_line, {"quantity": MAX_QUANTITY + 1}, QuantityOutOfRange, "quantity"),
    "half a kopeck": (services.change_line, {"unit_price": Decimal("0.001")}, LineIncomplete, "unit_price"),
    "much too dear": (services.change_line, {"unit_price": MAX_AMOUNT}, TotalTooLarge, "quantity"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_a_line_leaves_everything_as_it_was(people: People, case: str) -> None:
    act, values, error, field = REFUSED[case]
    order = people.order(lines=[line("one"), line("two")])
    with refused(error, field=field):
        if act is ADD:
            act(order.id, LineInput(**{"quantity": 1, **values}), by=order.customer)
        else:
            act(order.id, ids(order)[0], **values, by=order.customer)


@pytest.mark.parametrize(
    ("values", "error", "field"),
    [({"name": "Other"}, ProductKeepsName, "name"), ({"unit_price": Decimal(1)}, ProductKeepsPrice, "unit_price")],
)
def test_what_comes_from_a_product_has_its_name_and_price(
    people: People, values: dict[str, Any], error: type[Invalid], field: str
) -> None:
    cable = product(people)
    order = people.order(lines=[LineInput(1, product_id=cable.id)])
    (line_id,) = ids(order)
    with refused(error, field=field):
        services.change_line(order.id, line_id, **values, by=order.customer)
    with refused(error, field=field):
        services.add_line(order.id, LineInput(1, product_id=cable.id, **values), by=order.customer)
    fields: dict[str, Any] = {"title": "x", "description": "", "category_id": order.category_id}
    with refused(error, field=f"lines.0.{field}"):
        services.edit_order(
            order.id, **fields, price=None, deadline=None, lines=[LineInput(1, id=line_id, **values)], by=order.customer
        )


def test_an_order_has_at_most_so_many_lines_one_by_one_too(people: People) -> None:
    order = people.order(lines=[line()] * MAX_LINES)
    with refused(TooManyLines):
        services.add_line(order.id, line(), by=order.customer)


def acts(order: Order) -> list[Act]:
    """Everything that can be done with the lines of the order, which has one."""
    (line_id,) = ids(order)
    return [
        partial(services.add_line, order.id, line()),
        partial(services.change_line, order.id, line_id, quantity=9),
        partial(services.remove_line, order.id, line_id),
    ]


@pytest.mark.parametrize("number", range(3))
def test_only_who_may_edit_the_order_and_only_while_it_can_be(people: People, number: int) -> None:
    one = [line()]
    order = people.order(lines=one)
    strangers = (people.customer(), people.performer(), people.observer())
    for by in strangers:
        with refused(NotAllowed):
            acts(order)[number](by=by)
    for make in (people.taken, people.completed):
        private = make(lines=one)
        act = acts(private)[number]
        for by, error in zip(strangers, (NoSuchOrder, NoSuchOrder, NotAllowed), strict=True):
            with refused(error):
                act(by=by)
        with refused(IllegalStep):
            act(by=private.customer)
    quoted, manager = people.quoted(lines=one), people.manager()
    with refused(IllegalStep):
        acts(quoted)[number](by=manager)


@pytest.mark.parametrize("act", [services.change_line, services.remove_line])
def test_a_line_of_another_order_is_no_line_of_this_one(people: People, act: Act) -> None:
    order, other = people.order(lines=[line()]), people.order(lines=[line()])
    for line_id in (*ids(other), 2**62):
        with refused(LineNotFound):
            act(order.id, line_id, by=order.customer)
    with refused(NoSuchOrder):
        act(2**62, ids(order)[0], by=order.customer)


def test_lines_that_an_accepted_offer_leaves_as_they_are_keep_their_ids_there_and_back(people: People) -> None:
    performer = people.performer()
    order = people.quoting(lines=[line("same", 2), line("cheaper"), line("left out")])
    same, cheaper, left_out = ids(order)
    offer = send(order, performer, None, lines=[line("cheaper", 1, "90"), line("same", 3), line("more")])
    accept(offer)
    there = ids(order)
    assert (there[1], order.price) == (same, offer.price)
    assert not {cheaper, left_out} & set(there)
    services.withdraw_order(order.id, reason="Ill", by=performer)
    db.session.commit()
    assert ids(order)[0] == same
    assert contents(order) == [
        ("same", 2, Decimal(100)),
        ("cheaper", 1, Decimal(100)),
        ("left out", 1, Decimal(100)),
    ]
    meet_constraints()
    assert list(differences()) == []


number = st.integers(0, 4)
quantity = st.integers(-1, 5) | st.just(MAX_QUANTITY)
price = st.decimals(Decimal("-1"), Decimal("9999"), places=2) | st.just(MAX_AMOUNT)
STEP = st.one_of(
    st.tuples(st.just("add"), quantity, price),
    st.tuples(st.just("product"), quantity),
    st.tuples(st.just("change"), number, st.fixed_dictionaries(
        {}, optional={"quantity": quantity, "unit_price": price, "position": st.integers(1, 6)})),
    st.tuples(st.just("remove"), number),
)  # fmt: skip


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)
@given(steps=st.lists(STEP, max_size=10))
def test_after_any_steps_the_counters_are_right_and_only_lines_that_went_lost_their_ids(
    people: People, steps: list[Any]
) -> None:
    order, cable = people.order(price=None, lines=[line(), line("two")]), product(people)
    for what, *rest in steps:
        before, seen = ids(order), (contents(order), edits(order))
        line_id = before[rest[0]] if what in ("change", "remove") and rest[0] < len(before) else 2**62
        gone = {line_id} if what == "remove" else set()
        try:
            if what == "add":
                services.add_line(order.id, LineInput(rest[0], name="more", unit_price=rest[1]), by=order.customer)
            elif what == "product":
                services.add_line(order.id, LineInput(rest[0], product_id=cable.id), by=order.customer)
            elif what == "change":
                services.change_line(order.id, line_id, **rest[1], by=order.customer)
            else:
                services.remove_line(order.id, line_id, by=order.customer)
            db.session.commit()
        except DomainError:
            db.session.rollback()
            assert (ids(order), (contents(order), edits(order))) == (before, seen)
        else:
            assert set(before) - set(ids(order)) == gone
            assert len(edits(order)) == len(seen[1]) + (ids(order) != before or contents(order) != seen[0])
    meet_constraints()
    assert [row.position for row in queries.lines(order)] == list(range(1, order.lines_count + 1))
    assert list(differences()) == []
