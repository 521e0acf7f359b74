"""Lists of lines by program: what is refused names the place of the line, as what cannot be read does."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from marketplace.accounts.models import Account
from marketplace.catalog import services as catalog
from marketplace.core.db import db
from marketplace.core.money import MAX_AMOUNT
from marketplace.orders.queries import orders as queries
from marketplace.orders.services import LineInput
from tests.api.program import Program
from tests.catalog.shelf import keeper, product
from tests.orders.offers import everything, line
from tests.people import People

Make = Callable[[Account | None], Program]
GOOD = {"name": "Laying", "quantity": 1, "unit_price": "1"}
NO_PRODUCT = 2**62

NEW: dict[str, tuple[list[dict[str, Any]], str]] = {
    "no such product": ([GOOD, GOOD, {"product_id": NO_PRODUCT, "quantity": 1}], "lines.2.product_id"),
    "words without a price": ([GOOD, {"name": "Laying", "quantity": 1}], "lines.1.unit_price"),
    "a price without words": ([{"unit_price": "1", "quantity": 1}, GOOD], "lines.0.name"),
    "nothing": ([GOOD, {"quantity": 1}], "lines.1.name"),
    "too dear together": ([GOOD, {**GOOD, "unit_price": str(MAX_AMOUNT)}], "lines"),
}


@pytest.mark.parametrize("case", NEW)
def test_a_line_of_a_new_order_is_named_by_its_place(people: People, program: Make, case: str) -> None:
    lines, place = NEW[case]
    customer, category = people.customer(), people.category().id
    body = {"title": "Work", "description": "As described.", "category_id": category, "lines": lines}
    before = everything()
    assert list(program(customer).post("/orders", body, 422)["errors"]) == [place]
    assert everything() == before


@pytest.mark.parametrize("case", NEW)
def test_a_line_of_a_list_that_is_there_is_named_by_its_place(people: People, program: Make, case: str) -> None:
    lines, place = NEW[case]
    order = people.order(lines=[line("kept")])
    before = everything()
    assert list(program(order.customer).patch(f"/orders/{order.id}", {"lines": lines}, 422)["errors"]) == [place]
    assert everything() == before


def test_a_product_that_is_gone_or_to_be_called_otherwise_is_named_by_its_place(people: People, program: Make) -> None:
    cable, gone = product(people, name="Cable", price=Decimal("12.50")), product(people)
    catalog.hide_product(gone.id, by=keeper(people))
    order = people.order(lines=[line("one"), LineInput(1, product_id=cable.id)])
    db.session.commit()
    asker, path = program(order.customer), f"/orders/{order.id}"
    first, second = (row.id for row in queries.lines(order))
    foreign = queries.lines(people.order(lines=[line()]))[0].id
    sent: list[tuple[dict[str, Any], str]] = [
        ({"product_id": gone.id}, "product_id"),
        ({"product_id": cable.id, "name": "Gold"}, "name"),
        ({"product_id": cable.id, "unit_price": "1"}, "unit_price"),
        ({"id": second, "name": "Gold"}, "name"),
        ({"id": second, "unit_price": "1"}, "unit_price"),
        ({"id": foreign}, "id"),
        ({"id": NO_PRODUCT}, "id"),
    ]
    before = everything()
    for wrong, field in sent:
        lines = [{"id": first, "quantity": 1}, {"quantity": 1, **wrong}]
        assert list(asker.patch(path, {"lines": lines}, 422)["errors"]) == [f"lines.1.{field}"]
    assert everything() == before


def test_a_line_of_an_offer_is_named_by_its_place(people: People, program: Make) -> None:
    order = people.quoting()
    asker = program(people.performer())
    before = everything()
    # What the schema lets through and is no name all the same.
    for wrong in ({"name": " — "}, {"name": "\u200b"}):
        problem = asker.post(f"/orders/{order.id}/offers", {"days": 3, "lines": [GOOD, {**GOOD, **wrong}]}, 422)
        assert list(problem["errors"]) == ["lines.1.name"]
    assert everything() == before
