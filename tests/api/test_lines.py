"""Lines of orders by program: added, read by whoever reads the order, changed, removed."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from marketplace.accounts.models import Account
from marketplace.catalog import services as catalog
from marketplace.core.db import db
from marketplace.core.money import MAX_AMOUNT
from marketplace.core.paging import decode_cursor
from marketplace.orders.models import MAX_LINES, MAX_QUANTITY, Order
from marketplace.orders.queries import orders as queries
from marketplace.orders.services import LineInput
from marketplace.web.programs import API
from tests.api.counting import selects
from tests.api.program import Program, told
from tests.catalog.shelf import keeper, product
from tests.orders.offers import contents, everything, line
from tests.people import People

Make = Callable[[Account | None], Program]
WORDS = {"name": "Laying", "quantity": 2, "unit_price": "100"}


def address(order: Order, line_id: int | None = None) -> str:
    return f"/orders/{order.id}/lines" + ("" if line_id is None else f"/{line_id}")


def ids(order: Order) -> list[int]:
    return [row.id for row in queries.lines(order)]


def pages(asker: Program, path: str) -> list[list[dict[str, Any]]]:
    """The pages of a list, as they follow each other."""
    found: list[list[dict[str, Any]]] = []
    cursor = None
    while not found or cursor is not None:
        page = asker.get(f"{path}&cursor={cursor}" if cursor else path)
        found.append(page["items"])
        cursor = page["next_cursor"]
    return found


def test_a_list_is_written_line_by_line(people: People, program: Make) -> None:
    cable = product(people, name="Cable", price=Decimal("12.50"), unit="m")
    order = people.order(price=None)
    customer, desk = program(order.customer), program(people.manager())
    answer = customer.ask("POST", address(order), WORDS)
    first = told(answer, 201)
    assert answer.headers["Location"] == first["links"]["self"] == f"{API}{address(order, first['id'])}"
    second = desk.post(address(order), {"product_id": cable.id, "quantity": 4}, 201)
    assert {
        name: second[name] for name in ("position", "product", "name", "unit", "quantity", "unit_price", "sum")
    } == {
        "position": 2,
        "product": {"id": cable.id, "name": "Cable"},
        "name": "Cable",
        "unit": "m",
        "quantity": 4,
        "unit_price": "12.50",
        "sum": "50.00",
    }
    assert second["links"]["product"] == f"{API}/products/{cable.id}"
    assert program(None).get(f"/orders/{order.id}")["total"] == "250.00"
    changed = customer.patch(
        address(order, first["id"]), {"name": "Drilling", "unit_price": "0", "quantity": 3, "position": 2}
    )
    assert changed == first | {"name": "Drilling", "unit_price": "0.00", "quantity": 3, "position": 2, "sum": "0.00"}
    listed = program(None).get(address(order))
    assert ([item["id"] for item in listed["items"]], listed["next_cursor"]) == ([second["id"], first["id"]], None)
    assert listed["items"][1] == customer.get(address(order, first["id"])) == changed
    customer.delete(address(order, second["id"]))
    assert contents(order) == [("Drilling", 3, Decimal(0))]
    customer.get(address(order, second["id"]), 404)


def test_one_of_something_is_meant_when_nobody_says_how_many(people: People, program: Make) -> None:
    order, cable = people.order(), product(people)
    shown = program(order.customer).post(address(order), {"product_id": cable.id, "unit_price": str(cable.price)}, 201)
    assert shown["quantity"] == 1


def test_whoever_reads_the_order_reads_its_lines(people: People, program: Make) -> None:
    order = people.taken(lines=[line()])
    (line_id,) = ids(order)
    for reader in (order.customer, order.performer, people.manager(), people.observer(), people.admin()):
        assert program(reader).get(address(order))["items"] == [program(reader).get(address(order, line_id))]
    for stranger in (people.customer(), people.performer(), None):
        program(stranger).get(address(order), 404)
        program(stranger).get(address(order, line_id), 404)
    shown = people.order(lines=[line()])
    program(None).get(address(shown, line_id), 404)


def test_a_product_that_is_sold_no_more_says_what_the_line_says(people: People, program: Make) -> None:
    cable = product(people, name="Cable")
    order, desk = people.order(lines=[LineInput(1, product_id=cable.id)]), keeper(people)
    fields: dict[str, Any] = {"description": "", "price": cable.price, "unit": "", "category_id": None}
    catalog.edit_product(cable.id, name="Gold cable", **fields, by=desk)
    db.session.commit()
    (shown,) = program(None).get(address(order))["items"]
    assert (shown["name"], shown["product"]["name"]) == ("Cable", "Gold cable")
    catalog.hide_product(cable.id, by=desk)
    db.session.commit()
    (shown,) = program(None).get(address(order))["items"]
    assert (shown["product"], "product" in shown["links"]) == ({"id": cable.id, "name": "Cable"}, False)


@pytest.mark.parametrize("way", ["post", "patch", "delete"])
def test_only_who_may_edit_the_order_changes_its_lines_and_only_in_time(
    people: People, program: Make, way: str
) -> None:
    order, taken, quoted = (make(lines=[line()]) for make in (people.order, people.taken, people.quoted))
    manager, stranger, observer, performer = people.manager(), people.customer(), people.observer(), people.performer()
    programs = {person: program(person) for person in (manager, stranger, observer, performer, None, order.customer)}
    owner = {row.id: program(row.customer) for row in (order, taken, quoted)}
    before = everything()
    asked = [
        *((programs[who], order, 403) for who in (stranger, performer, observer)),
        *((programs[who], taken, 404) for who in (stranger, performer)),
        (programs[None], order, 401),
        (programs[observer], taken, 403),
        (programs[manager], taken, 409),
        (owner[taken.id], taken, 409),
        (owner[quoted.id], quoted, 409),
        (programs[stranger], quoted, 403),
    ]
    for asker, row, status in asked:
        line_id = ids(row)[0]
        if way == "post":
            asker.post(address(row), WORDS, status)
        elif way == "patch":
            # Who may not is told so before anybody compares anything.
            asker.patch(address(row, line_id), {"quantity": 5}, status, headers={"If-Match": '"x"'})
        else:
            asker.delete(address(row, line_id), status, headers={"If-Match": '"x"'})
    assert everything() == before


NEW: dict[str, tuple[dict[str, Any], str | None]] = {
    "nothing": ({}, "name"),
    "words without a price": ({"name": "Laying"}, "unit_price"),
    "a price without words": ({"unit_price": "1"}, "name"),
    "a name without letters": ({"name": " — ", "unit_price": "1"}, "name"),
    "a long name": ({"name": "x" * 201, "unit_price": "1"}, "name"),
    "none": ({**WORDS, "quantity": 0}, "quantity"),
    "less than none": ({**WORDS, "quantity": -1}, "quantity"),
    "too many": ({**WORDS, "quantity": MAX_QUANTITY + 1}, "quantity"),
    "half": ({**WORDS, "quantity": 0.5}, "quantity"),
    "a number as text": ({**WORDS, "quantity": "2"}, "quantity"),
    "2**70": ({**WORDS, "quantity": 2**70}, "quantity"),
    "true": ({**WORDS, "quantity": True}, "quantity"),
    "a price as a number": ({**WORDS, "unit_price": 100}, "unit_price"),
    "a negative price": ({**WORDS, "unit_price": "-1"}, "unit_price"),
    "NaN": ({**WORDS, "unit_price": "NaN"}, "unit_price"),
    "half a kopeck": ({**WORDS, "unit_price": "0.001"}, "unit_price"),
    "too dear": ({**WORDS, "unit_price": str(MAX_AMOUNT + 1)}, "unit_price"),
    "too dear together": ({**WORDS, "unit_price": str(MAX_AMOUNT)}, "quantity"),
    "a product that never was": ({"product_id": 2**62}, "product_id"),
    "no product": ({"product_id": 0}, "product_id"),
    "too large an id": ({"product_id": 2**63}, "product_id"),
    "a place": ({**WORDS, "position": 1}, "position"),
    "an unknown field": ({**WORDS, "sum": "1.00"}, "sum"),
}


@pytest.mark.parametrize("case", NEW)
def test_what_cannot_be_a_line_is_refused_by_its_field(people: People, program: Make, case: str) -> None:
    body, field = NEW[case]
    order = people.order(lines=[line()])
    asker = program(order.customer)
    before = everything()
    assert list(asker.post(address(order), body, 422)["errors"]) == [field]
    assert everything() == before


CHANGED: list[tuple[dict[str, Any], str]] = [
    ({"quantity": 0}, "quantity"),
    ({"quantity": None}, "quantity"),
    ({"name": None}, "name"),
    ({"name": ""}, "name"),
    ({"unit_price": None}, "unit_price"),
    ({"unit_price": str(MAX_AMOUNT)}, "quantity"),
    ({"position": 0}, "position"),
    ({"position": MAX_LINES + 1}, "position"),
    ({"product_id": 1}, "product_id"),
    ({"id": 1}, "id"),
]


@pytest.mark.parametrize(("body", "field"), CHANGED, ids=str)
def test_a_change_that_cannot_be_is_refused_by_its_field(
    people: People, program: Make, body: dict[str, Any], field: str
) -> None:
    order = people.order(lines=[line("one", 2), line("two")])
    asker = program(order.customer)
    before = everything()
    assert list(asker.patch(address(order, ids(order)[0]), body, 422)["errors"]) == [field]
    assert everything() == before


def test_a_product_gets_no_other_name_and_no_other_price(people: People, program: Make) -> None:
    cable = product(people, name="Cable", price=Decimal("12.50"))
    order = people.order(lines=[LineInput(1, product_id=cable.id)])
    asker, (line_id,) = program(order.customer), ids(order)
    before = everything()
    for body in ({"name": "Gold"}, {"unit_price": "1.00"}):
        (field,) = body
        assert list(asker.patch(address(order, line_id), body, 422)["errors"]) == [field]
        assert list(asker.post(address(order), {"product_id": cable.id, **body}, 422)["errors"]) == [field]
    assert everything() == before
    # What it has already is no other one.
    asker.patch(address(order, line_id), {"name": "Cable", "unit_price": "12.5", "quantity": 2})
    assert contents(order) == [("Cable", 2, Decimal("12.50"))]


def test_a_line_of_another_order_is_not_there(people: People, program: Make) -> None:
    order = people.order(lines=[line()])
    other = people.order(order.customer, lines=[line()])
    asker = program(order.customer)
    before = everything()
    asker.patch(address(order, ids(other)[0]), {"quantity": 2}, 404)
    asker.delete(address(order, ids(other)[0]), 404)
    asker.get(address(order, 2**63 - 1), 404)
    assert everything() == before


def test_a_full_list_takes_no_more(people: People, program: Make) -> None:
    order = people.order(lines=[line()] * MAX_LINES)
    asker = program(order.customer)
    before = everything()
    problem = asker.post(address(order), WORDS, 422)
    assert (problem["type"], problem.get("errors")) == ("urn:podryad:problem:too-many-lines", None)
    assert everything() == before


def test_a_line_that_somebody_else_has_changed_is_not_changed_over_it(people: People, program: Make) -> None:
    order = people.order(lines=[line()])
    one, other, path = program(order.customer), program(people.manager()), address(order, ids(order)[0])
    seen = {"If-Match": one.ask("GET", path).headers["ETag"]}
    changed = one.ask("PATCH", path, {"quantity": 2}, headers=seen)
    assert told(changed, 200)["quantity"] == 2
    before = everything()
    other.patch(path, {"quantity": 9}, 412, headers=seen)
    other.delete(path, 412, headers=seen)
    assert everything() == before
    current = {"If-Match": changed.headers["ETag"]}
    assert one.ask("GET", path, headers={"If-None-Match": current["If-Match"]}).status_code == 304
    other.patch(path, {}, headers=current)
    assert everything() == before, "nothing was asked for"
    other.delete(path, headers=current)
    assert contents(order) == []


def test_pages_follow_each_other(people: People, program: Make) -> None:
    order, asker = people.order(lines=[line(str(number)) for number in range(7)]), program(None)
    found = pages(asker, f"{address(order)}?limit=3")
    assert [[item["name"] for item in page] for page in found] == [["0", "1", "2"], ["3", "4", "5"], ["6"]]
    for bad in ("cursor=x", "cursor=WzldMA", "cursor=WzQwMF0", "limit=0", "limit=101", "limit=x", "sort=name"):
        asker.get(f"{address(order)}?{bad}", 422)


OTHERS: dict[str, Callable[[Program, Order], object]] = {
    "one goes": lambda asker, order: asker.delete(address(order, ids(order)[0])),
    "one moves up": lambda asker, order: asker.patch(address(order, ids(order)[-1]), {"position": 1}),
    "one moves down": lambda asker, order: asker.patch(address(order, ids(order)[0]), {"position": 7}),
    "one comes": lambda asker, order: asker.post(address(order), WORDS, 201),
    "one is another": lambda asker, order: asker.patch(address(order, ids(order)[6]), {"quantity": 5}),
    "all go": lambda asker, order: asker.patch(f"/orders/{order.id}", {"lines": []}),
}


@pytest.mark.parametrize("change", OTHERS)
def test_a_list_that_has_changed_is_read_from_its_beginning(people: People, program: Make, change: str) -> None:
    order = people.order(lines=[line(str(number)) for number in range(7)])
    reader, path = program(None), f"{address(order)}?limit=3"
    cursor = reader.get(path)["next_cursor"]
    assert len(reader.get(f"{path}&cursor={cursor}")["items"]) == 3
    OTHERS[change](program(people.manager()), order)
    problem = reader.get(f"{path}&cursor={cursor}", 422)
    assert (problem["type"], list(problem["errors"])) == ("urn:podryad:problem:cursor-refused", ["cursor"])
    assert [item["id"] for page in pages(reader, path) for item in page] == ids(order)


@pytest.mark.parametrize("lines", [["0", "2", "3", "4"], []], ids=["others", "none"])
def test_a_list_that_changes_while_it_is_read_is_not_mixed(
    people: People, program: Make, monkeypatch: pytest.MonkeyPatch, lines: list[str]
) -> None:
    order = people.order(lines=[line(str(number)) for number in range(5)])
    reader, path = program(None), f"{address(order)}?limit=2"
    cursor = reader.get(path)["next_cursor"]
    place = "marketplace.orders.queries.lines.decode_cursor"

    def meanwhile(*sent: Any) -> Any:
        """Between the reading of the order and that of its lines."""
        found = decode_cursor(*sent)
        monkeypatch.setattr(place, decode_cursor)
        wanted = [{"name": name, "quantity": 1, "unit_price": "1"} for name in lines]
        program(people.manager()).patch(f"/orders/{order.id}", {"lines": wanted})
        return found

    monkeypatch.setattr(place, meanwhile)
    assert reader.get(f"{path}&cursor={cursor}", 422)["type"] == "urn:podryad:problem:cursor-refused"


def test_an_order_that_changes_elsewhere_is_read_on(people: People, program: Make) -> None:
    order = people.order(lines=[line(str(number)) for number in range(7)])
    reader, path = program(None), f"{address(order)}?limit=3"
    cursor = reader.get(path)["next_cursor"]
    program(order.customer).patch(f"/orders/{order.id}", {"title": "Another"})
    assert len(reader.get(f"{path}&cursor={cursor}")["items"]) == 3


def test_a_list_costs_the_same_whatever_its_length(people: People, program: Make) -> None:
    asked: dict[int, int] = {}
    for number in (3, 20):
        order = people.order(lines=[LineInput(1, product_id=product(people).id) for _ in range(number)])
        asker = program(order.customer)
        with selects() as sent:
            assert len(asker.get(address(order))["items"]) == number
        asked[number] = len(sent)
        (line_id, *_others) = ids(order)
        with selects() as sent:
            asker.get(address(order, line_id))
        assert len(sent) <= 4
    assert asked[3] == asked[20] <= 4


def test_a_line_that_is_sent_twice_is_named_and_changes_nothing(people: People, program: Make) -> None:
    order = people.order(lines=[line(name) for name in "ab"])
    asker, path = program(order.customer), f"/orders/{order.id}"
    before, lines = asker.get(path), asker.get(f"{path}/lines")
    first, second = (line["id"] for line in lines["items"])
    rows = everything()
    sent = [
        {"id": first, "quantity": 1},
        {"id": second, "quantity": 2},
        {"id": first, "quantity": 3},
        {"name": "new", "unit_price": "1", "quantity": 1},
        {"id": first, "quantity": 4},
    ]
    problem = asker.patch(path, {"title": "Another", "lines": sent}, 422)
    assert list(problem["errors"]) == ["lines.2.id", "lines.4.id"]
    assert everything() == rows
    assert (asker.get(path), asker.get(f"{path}/lines")) == (before, lines)
