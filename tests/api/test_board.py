"""The board by program: the same orders as on its page, looked for by the same names."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from marketplace.accounts.models import Account
from marketplace.catalog.models import Category
from marketplace.core.db import db
from marketplace.orders import services
from marketplace.orders.models import Order
from marketplace.web.programs import API
from tests.api.counting import selects
from tests.api.program import Program
from tests.people import People

Make = Callable[[Account | None], Program]


@pytest.fixture
def assorted(people: People) -> People:
    """A few orders that every filter tells apart."""
    design = people.category("design").id
    people.order(title="Cheap report", price=Decimal(100), deadline=date(2030, 1, 10))
    people.order(title="Dear report", price=Decimal(9000), deadline=date(2030, 3, 1))
    people.order(title="Poster", price=Decimal(500), category_id=design, deadline=None)
    people.order(title="Open question", price=None, category_id=design, deadline=date(2030, 2, 1))
    return people


def titles(program: Program, query: str = "") -> list[str]:
    return [item["title"] for item in program.get(f"/board?{query}" if query else "/board")["items"]]


def test_everybody_reads_what_everybody_may_know(people: People, program: Make) -> None:
    order = people.order(description="Long " * 200)
    services.assign_manager(order.id, manager_id=people.manager().id, by=people.admin())
    db.session.commit()
    answer = program(None).get("/board")
    (item,) = answer["items"]
    assert answer["next_cursor"] is None
    assert item == {
        "id": order.id,
        "number": order.number,
        "title": "Fix the report",
        "category": {"id": order.category_id, "slug": "python", "name": "Python"},
        "status": "new",
        "pricing": "fixed",
        "money_state": None,
        "price": "1500.00",
        "total": "1500.00",
        "currency": "RUB",
        "deadline": "2030-01-31",
        "customer": {"id": order.customer_id, "name": order.customer.name},
        "manager": None,
        "performer": None,
        "is_hidden": False,
        "created_at": item["created_at"],
        "updated_at": item["updated_at"],
        "links": {"self": f"{API}/orders/{order.id}", "page": f"/orders/{order.id}"},
        "excerpt": order.description[:240],
    }
    for account in (order.customer, people.performer(), people.manager()):
        assert program(account).get("/board") == answer
    assert program(None).get(item["links"]["self"].removeprefix(API))["number"] == item["number"]


def test_what_is_not_open_is_not_there(people: People, program: Make) -> None:
    taken, hidden, waiting = people.taken(), people.order(title="Hidden"), people.quoting(title="Waiting")
    services.hide_order(hidden.id, by=people.admin())
    db.session.commit()
    assert taken.id and titles(program(people.admin())) == [waiting.title]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Open question", "Poster", "Dear report", "Cheap report"]),
        ("q=report", ["Dear report", "Cheap report"]),
        ("q=+", ["Open question", "Poster", "Dear report", "Cheap report"]),
        ("category=design", ["Open question", "Poster"]),
        ("price_from=500", ["Poster", "Dear report"]),
        ("price_from=100.01&price_to=500.00", ["Poster"]),
        ("by_agreement=true", ["Open question"]),
        ("by_agreement=false", ["Open question", "Poster", "Dear report", "Cheap report"]),
        ("deadline_by=2030-02-01", ["Open question", "Cheap report"]),
        ("q=report&category=design", []),
    ],
)
def test_filters(assorted: People, program: Make, query: str, found: list[str]) -> None:
    assert titles(program(None), query) == found


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("price_from=1000&price_to=100", "price_to"),
        ("price_from=1,000", "price_from"),
        ("price_from=-1", "price_from"),
        ("price_to=NaN", "price_to"),
        ("price_to=9999999999.99", "price_to"),
        ("price_to=+", "price_to"),
        ("category=unheard-of", "category"),
        ("deadline_by=tomorrow", "deadline_by"),
        ("deadline_by=1700000000", "deadline_by"),
        ("deadline_by=0001-01-01", "deadline_by"),
        ("by_agreement=perhaps", "by_agreement"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=x", "limit"),
        ("q=" + "x" * 101, "q"),
        ("q=a&q=b", "q"),
        ("sort=price", "sort"),
    ],
)
def test_a_filter_that_makes_no_sense_is_named(assorted: People, program: Make, query: str, field: str) -> None:
    problem = program(None).get(f"/board?{query}", 422)
    assert list(problem["errors"]) == [field] and all(problem["errors"][field])


@pytest.mark.parametrize("cursor", ["x", "W10", "bnVsbA", "%F0%9F%92%A9", "WyIyMDMwIiwxXQ"])
def test_a_damaged_cursor_is_refused(people: People, program: Make, cursor: str) -> None:
    people.order()
    program(None).get(f"/board?cursor={cursor}", 422)


def test_words_are_in_the_language_that_is_asked_for(people: People, program: Make) -> None:
    people.order()
    (item,) = program(None).get("/board", headers={"Accept-Language": "ru"})["items"]
    assert item["category"]["name"] == "python по-русски"


def test_pages_neither_skip_nor_repeat_when_orders_are_added_and_taken(people: People, program: Make) -> None:
    customer, performer = people.customer(), people.performer()
    made = [people.order(customer).id for _number in range(7)][::-1]
    asker = program(None)
    seen: list[int] = []
    path = "/board?limit=3"
    while True:
        answer = asker.get(path)
        assert len(answer["items"]) <= 3
        seen += [item["id"] for item in answer["items"]]
        if answer["next_cursor"] is None:
            break
        people.order(customer)
        services.take_order(made[0], limit=10, by=performer) if len(seen) == 3 else None
        db.session.commit()
        path = f"/board?limit=3&cursor={answer['next_cursor']}"
    assert seen == made


@pytest.mark.parametrize("query", ["", "category=python", "q=report&price_to=2000", "by_agreement=true"])
def test_a_page_takes_three_statements_however_much_it_shows(people: People, program: Make, query: str) -> None:
    for number in range(20):
        people.order(price=None if number % 2 else Decimal(1500))
        if number in (2, 19):
            with selects() as sent:
                program(None).get(f"/board?{query}&limit=100")
            assert len(sent) <= 3, sent


def test_a_category_that_takes_no_new_orders_still_shows_those_it_has(people: People, program: Make) -> None:
    order = people.order()
    db.session.get_one(Category, order.category_id).is_active = False
    db.session.commit()
    assert titles(program(None), "category=python") == [order.title]


def test_reading_changes_nothing(people: People, program: Make) -> None:
    order = people.order()
    before = order.updated_at
    program(people.performer()).get("/board")
    assert db.session.get_one(Order, order.id).updated_at == before
