"""The terms of an order: another text as soon as the lines that a taker sees are others, and only then."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from marketplace.accounts.models import Account
from marketplace.catalog import services as catalog
from marketplace.catalog.models import Product
from marketplace.core.db import db
from marketplace.orders import services
from marketplace.orders.errors import TermsChanged
from marketplace.orders.models import Order, OrderLine
from marketplace.orders.queries import orders as queries
from marketplace.orders.services import LineInput
from tests.api.conftest import program
from tests.api.program import Program
from tests.catalog.shelf import keeper, product
from tests.orders.offers import accept, line, send
from tests.people import LIMIT, People
from tests.web.talking import comment_on

assert program
Make = Callable[[Account | None], Program]


def terms_of(order: Order) -> str:
    """The terms as they are in the database."""
    db.session.expire_all()
    return queries.get_order(order.id).terms


def edit(order: Order, lines: list[LineInput]) -> None:
    services.edit_order(
        order.id,
        title=order.title,
        description=order.description,
        category_id=order.category_id,
        price=order.price,
        deadline=order.deadline,
        lines=lines,
        by=order.customer,
    )
    db.session.commit()


@pytest.fixture
def goods(people: People) -> list[Product]:
    """Two products of one name and one price, and one that is counted otherwise."""
    return [product(people, name="Cable", price=Decimal(4), unit=unit) for unit in ("m", "m", "reel")]


@pytest.fixture
def order(people: People, goods: list[Product]) -> Order:
    return people.order(
        lines=[line("Pipes", 2, "3"), line("Taps", 3, "2"), line("Bends", 1, "5"), LineInput(1, None, goods[0].id)]
    )


Change = Callable[[list[int], list[Product]], list[LineInput]]
KEPT: dict[str, Change] = {
    "another name": lambda ids, goods: [
        LineInput(2, ids[0], None, "Hoses", Decimal(3)),
        *(LineInput(quantity, line_id) for quantity, line_id in zip((3, 1, 1), ids[1:], strict=True)),
    ],
    "a quantity and a price the other way round": lambda ids, goods: [
        LineInput(3, ids[0], None, "Pipes", Decimal(2)),
        *(LineInput(quantity, line_id) for quantity, line_id in zip((3, 1, 1), ids[1:], strict=True)),
    ],
    "two lines in another order": lambda ids, goods: [
        LineInput(3, ids[1]),
        LineInput(2, ids[0]),
        LineInput(1, ids[2]),
        LineInput(1, ids[3]),
    ],
    "more of the one and less of the other": lambda ids, goods: [
        LineInput(4, ids[0]),
        LineInput(0 + 1, ids[1], None, "Taps", Decimal(0)),
        LineInput(1, ids[2]),
        LineInput(1, ids[3]),
    ],
    "names that change places": lambda ids, goods: [
        LineInput(2, ids[0], None, "Taps", Decimal(3)),
        LineInput(3, ids[1], None, "Pipes", Decimal(2)),
        LineInput(1, ids[2]),
        LineInput(1, ids[3]),
    ],
    "another product of the same name": lambda ids, goods: [
        LineInput(2, ids[0]),
        LineInput(3, ids[1]),
        LineInput(1, ids[2]),
        LineInput(1, None, goods[1].id),
    ],
    "a product counted otherwise": lambda ids, goods: [
        LineInput(2, ids[0]),
        LineInput(3, ids[1]),
        LineInput(1, ids[2]),
        LineInput(1, None, goods[2].id),
    ],
    "words in the place of a product": lambda ids, goods: [
        LineInput(2, ids[0]),
        LineInput(3, ids[1]),
        LineInput(1, ids[2]),
        line("Cable", 1, "4"),
    ],
}
"""Other lists of as many lines that cost as much."""


@pytest.mark.parametrize("change", KEPT.values(), ids=KEPT.keys())
def test_other_lines_of_the_same_number_and_sum_are_other_terms(
    people: People, order: Order, goods: list[Product], change: Change
) -> None:
    before = (order.lines_count, order.lines_total)
    seen, ids = terms_of(order), [row.id for row in queries.lines(order)]
    edit(order, change(ids, goods))
    assert (order.lines_count, order.lines_total) == before
    assert terms_of(order) == order.terms != seen
    with pytest.raises(TermsChanged):
        services.take_order(order.id, limit=LIMIT, by=people.performer(), terms=seen)


@pytest.mark.parametrize("attribute", ["name", "quantity", "unit_price", "position"])
def test_whoever_writes_a_line_the_terms_follow(order: Order, attribute: str) -> None:
    seen = terms_of(order)
    first, second, *_rest = queries.lines(order)
    one, two = getattr(first, attribute), getattr(second, attribute)
    setattr(first, attribute, two)
    setattr(second, attribute, one)
    db.session.commit()
    assert terms_of(order) != seen


def test_a_line_that_comes_or_goes_past_the_services_is_seen(order: Order) -> None:
    seen = {terms_of(order)}
    last = queries.lines(order)[-1]
    db.session.delete(last)
    db.session.commit()
    seen.add(terms_of(order))
    db.session.add(OrderLine(order_id=order.id, position=4, name="Cable", unit_price=Decimal(4)))
    db.session.commit()
    seen.add(terms_of(order))
    assert len(seen) == 3


def test_lines_as_they_were_are_the_terms_as_they_were(order: Order) -> None:
    seen = terms_of(order)
    lines = queries.lines(order)
    ids, quantities = [row.id for row in lines], [row.quantity for row in lines]
    edit(order, [LineInput(quantity, line_id) for quantity, line_id in zip(quantities, ids, strict=True)])
    assert terms_of(order) == seen, "nothing has changed"
    edit(order, [LineInput(1, ids[2]), LineInput(1, ids[3])])
    assert terms_of(order) != seen
    edit(order, [line("Pipes", 2, "3"), line("Taps", 3, "2"), LineInput(1, ids[2]), LineInput(1, ids[3])])
    assert [row.id for row in queries.lines(order)][2:] == ids[2:]
    assert terms_of(order) == seen, "all that a taker sees is the same"


def test_an_order_without_lines_has_the_terms_it_always_had(people: People) -> None:
    order = people.order()
    seen = terms_of(order)
    edit(order, [line("Pipes")])
    assert terms_of(order) != seen
    edit(order, [])
    assert terms_of(order) == seen


UNSEEN: dict[str, Callable[[People, Order, Product], Any]] = {
    "a manager": lambda people, order, _good: services.assign_manager(
        order.id, manager_id=(desk := people.manager()).id, by=desk
    ),
    "a comment": lambda _people, order, _good: comment_on(order, order.customer),
    "hidden and shown": lambda people, order, _good: (
        services.hide_order(order.id, by=(admin := people.admin())),
        services.show_order(order.id, by=admin),
    ),
    "a product that is called and costs otherwise now": lambda people, order, good: catalog.edit_product(
        good.id, name="Wire", description="", price=Decimal(9), unit="km", category_id=None, by=keeper(people)
    ),
    "a product that is gone": lambda people, order, good: catalog.hide_product(good.id, by=keeper(people)),
    "taken and given back": lambda people, order, _good: (
        services.take_order(order.id, limit=LIMIT, by=(performer := people.performer())),
        services.withdraw_order(order.id, reason="No time", by=performer),
    ),
}


@pytest.mark.parametrize("act", UNSEEN.values(), ids=UNSEEN.keys())
def test_what_changes_nothing_of_what_is_wanted_leaves_the_terms(
    people: People, order: Order, goods: list[Product], act: Callable[[People, Order, Product], Any]
) -> None:
    seen = terms_of(order)
    act(people, order, goods[0])
    db.session.commit()
    assert terms_of(order) == seen
    services.take_order(order.id, limit=LIMIT, by=people.performer(), terms=seen)


def test_an_offer_that_is_given_back_gives_the_terms_back(people: People) -> None:
    order = people.quoting(lines=[line("Pipes", 2, "3"), line("Taps", 3, "2")])
    seen = terms_of(order)
    performer = people.performer()
    offer = accept(send(order, performer, None, lines=[line("Pipes", 3, "2"), line("Taps", 2, "3")]))
    assert terms_of(order) != seen
    services.withdraw_order(offer.order_id, reason="No time", by=performer)
    db.session.commit()
    assert terms_of(order) == seen


def test_a_program_learns_that_the_lines_are_others(people: People, program: Make) -> None:
    order = people.order(price=None, lines=[line("Pipes", 2, "3"), line("Taps", 3, "2")])
    worker, path = program(people.performer()), f"/orders/{order.id}"
    before = worker.get(path)
    first = queries.lines(order)[0].id
    program(order.customer).patch(f"{path}/lines/{first}", {"name": "Hoses"})
    after = worker.get(path)
    assert (after["lines_count"], after["total"]) == (before["lines_count"], before["total"])
    problem = worker.post(f"{path}/take", {"terms": before["terms"]}, 409)
    assert problem["type"] == "urn:podryad:problem:terms-changed"
    assert worker.post(f"{path}/take", {"terms": after["terms"]})["status"] == "in_progress"
