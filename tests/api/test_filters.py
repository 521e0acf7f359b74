"""Kept filters by program: the same ones as on the page of the order list, by the same rules, and nobody else's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from marketplace.accounts.models import Account
from marketplace.core.db import db
from marketplace.orders import services
from marketplace.orders.queries.order_list import saved_filters
from marketplace.orders.services.filters import MOST_FILTERS
from marketplace.web.programs import API
from tests.api.counting import selects
from tests.api.program import Program, told
from tests.client import Browser
from tests.people import People

Make = Callable[[Account | None], Program]
EVERYTHING = {
    "number": "2026-0001",
    "q": "report",
    "customer": "ivan",
    "performer": "anna",
    "manager": "mine",
    "status": ["new", "in_progress"],
    "money": ["unpaid"],
    "category": "python",
    "total_from": "100.50",
    "total_to": "9000.00",
    "created_from": "2026-01-31",
    "created_to": "2026-02-28",
    "sort": "-total",
}
NOTHING: dict[str, Any] = {
    **dict.fromkeys(("number", "category", "total_from", "total_to", "created_from", "created_to")),
    **dict.fromkeys(("q", "customer", "performer", "manager"), ""),
    "status": [],
    "money": [],
    "sort": "-created",
}
PATH = "/me/filters"


def kept(user: Account) -> list[tuple[str, str]]:
    db.session.expire_all()
    return [(one.name, one.query) for one in saved_filters(user)]


def test_a_filter_is_kept_listed_asked_replaced_and_forgotten(people: People, program: Make) -> None:
    user, order = people.manager(), people.order()
    people.completed()
    robot = program(user)
    answer = robot.ask("POST", PATH, {"name": " Cheap\tones ", "filter": {"status": ["new"], "sort": "-total"}})
    first = told(answer, 201)
    assert first["name"] == "Cheap ones"
    assert first["filter"] == NOTHING | {"status": ["new"], "sort": "-total"}
    assert first["links"] == {
        "self": f"{API}{PATH}",
        "orders": f"{API}/orders?status=new&sort=-total",
        "page": "/orders?status=new&sort=-total",
    }
    assert answer.headers["Location"] == f"{API}{PATH}"
    assert robot.get(PATH) == {"items": [first], "next_cursor": None}
    found = robot.get(first["links"]["orders"].removeprefix(API))["items"]
    assert [one["id"] for one in found] == [order.id]
    second = robot.post(PATH, {"name": "Cheap ones", "filter": {}}, 201)
    assert (second["id"], second["filter"]) == (first["id"], NOTHING)
    assert second["links"]["orders"] == f"{API}/orders"
    assert kept(user) == [("Cheap ones", "")]
    robot.delete(f"{PATH}/{first['id']}")
    assert robot.get(PATH)["items"] == [] == kept(user)
    robot.delete(f"{PATH}/{first['id']}", 404)


def test_everything_that_the_list_takes_is_kept_and_comes_back_as_it_was_sent(people: People, program: Make) -> None:
    people.category()
    user = people.manager()
    robot = program(user)
    first = robot.post(PATH, {"name": "All of it", "filter": EVERYTHING}, 201)
    assert first["filter"] == EVERYTHING
    robot.get(first["links"]["orders"].removeprefix(API))
    assert robot.post(PATH, {"name": "Again", "filter": first["filter"]}, 201)["filter"] == EVERYTHING
    one, other = kept(user)
    assert one[1] == other[1]
    assert robot.post(PATH, {"name": "None of it", "filter": NOTHING}, 201)["filter"] == NOTHING


def test_the_page_and_the_program_keep_the_same_filters(people: People, program: Make, client: Browser) -> None:
    people.category()
    user = people.manager()
    robot, browser = program(user), client.sign_in(user)
    link = robot.post(PATH, {"name": "By program", "filter": EVERYTHING}, 201)["links"]["page"]
    page = browser.page("/orders")
    assert [(one.get_text(strip=True), one["href"]) for one in page.select(".chip a")] == [("By program", link)]
    opened = browser.page(link)
    assert opened.select_one(".is-invalid") is None
    assert opened.select_one("[name=total_from]")["value"] == "100.50"  # type: ignore[index]
    query = "total_from=1+499%2C90&status=new&status=quoted&created_from=2026-01-31&q=%D0%BE%D1%82%D1%87%D1%91%D1%82"
    assert browser.send("/orders/filters", name="By hand", query=query).status_code == 302
    by_hand = robot.get(PATH)["items"][0]
    assert (by_hand["name"], by_hand["links"]["page"]) == ("By hand", f"/orders?{by_hand['links']['page'][8:]}")
    asked = {"total_from": "1499.90", "status": ["new", "quoted"], "created_from": "2026-01-31", "q": "отчёт"}
    assert by_hand["filter"] == NOTHING | asked
    robot.get(by_hand["links"]["orders"].removeprefix(API))
    assert browser.send(f"/orders/filters/{by_hand['id']}/delete").status_code == 302
    assert [one["name"] for one in robot.get(PATH)["items"]] == ["By program"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"filter": {}}, "name"),
        ({"name": "Mine"}, "filter"),
        ({"name": "", "filter": {}}, "name"),
        ({"name": " \t", "filter": {}}, "name"),
        ({"name": "\u200b", "filter": {}}, "name"),
        ({"name": "x" * 61, "filter": {}}, "name"),
        ({"name": "a\x00", "filter": {}}, "name"),
        ({"name": "Mine", "filter": {"status": ["nonsense"]}}, "filter.status.0"),
        ({"name": "Mine", "filter": {"status": "new"}}, "filter.status"),
        ({"name": "Mine", "filter": {"q": "x" * 101}}, "filter.q"),
        ({"name": "Mine", "filter": {"q": "\x00"}}, "filter.q"),
        ({"name": "Mine", "filter": {"q": None}}, "filter.q"),
        ({"name": "Mine", "filter": {"number": "abc"}}, "filter.number"),
        ({"name": "Mine", "filter": {"category": "nothing"}}, "filter.category"),
        ({"name": "Mine", "filter": {"total_from": "NaN"}}, "filter.total_from"),
        ({"name": "Mine", "filter": {"total_from": "0"}}, "filter.total_from"),
        ({"name": "Mine", "filter": {"total_from": "2", "total_to": "1"}}, "filter.total_to"),
        ({"name": "Mine", "filter": {"created_from": "2026-02-30"}}, "filter.created_from"),
        ({"name": "Mine", "filter": {"created_from": "2026-02-02", "created_to": "2026-02-01"}}, "filter.created_to"),
        ({"name": "Mine", "filter": {"sort": "best"}}, "filter.sort"),
        ({"name": "Mine", "filter": {"cursor": "x"}}, "filter.cursor"),
        ({"name": "Mine", "filter": {"limit": 1}}, "filter.limit"),
        ({"name": "Mine", "filter": dict.fromkeys(("q", "customer", "performer", "manager"), "😀" * 99)}, "filter"),
        ({"name": "Mine", "filter": {}, "query": "status=new"}, "query"),
    ],
)
def test_what_cannot_be_kept_is_named_and_nothing_is_stored(
    people: People, program: Make, body: dict[str, Any], field: str
) -> None:
    user = people.customer()
    assert list(program(user).post(PATH, body, 422)["errors"]) == [field]
    assert kept(user) == []


def test_too_many_people_of_a_name_are_refused_as_on_the_list(
    people: People, program: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("marketplace.orders.queries.order_list.MOST_PEOPLE", 1)
    for _ in range(2):
        people.customer(name="Ivan")
    robot = program(people.manager())
    assert list(robot.get("/orders?customer=ivan", 422)["errors"]) == ["customer"]
    assert list(robot.post(PATH, {"name": "Ivans", "filter": {"customer": "ivan"}}, 422)["errors"]) == [
        "filter.customer"
    ]


def test_one_filter_too_many_is_refused_and_one_of_the_same_name_is_not(people: People, program: Make) -> None:
    user = people.performer()
    for number in range(MOST_FILTERS):
        services.save_filter(f"Filter {number:02}", query="", by=user)
    db.session.commit()
    robot, before = program(user), kept(user)
    problem = robot.post(PATH, {"name": "One more", "filter": {}}, 409)
    assert problem["type"] == "urn:podryad:problem:too-many-filters"
    assert kept(user) == before
    robot.post(PATH, {"name": "Filter 07", "filter": {"status": ["new"]}}, 201)
    with selects() as sent:
        assert len(robot.get(PATH)["items"]) == MOST_FILTERS
    assert len(sent) == 2


def test_nobody_reads_or_forgets_the_filters_of_somebody_else(people: People, program: Make, nobody: Program) -> None:
    owner = people.customer()
    mine = program(owner).post(PATH, {"name": "Secret plan", "filter": {}}, 201)["id"]
    for other in (people.customer(), people.manager(), people.admin()):
        robot = program(other)
        assert robot.get(PATH)["items"] == []
        robot.delete(f"{PATH}/{mine}", 404)
        robot.delete(f"{PATH}/{2**63 - 1}", 404)
    nobody.get(PATH, 401)
    nobody.post(PATH, {"name": "Mine", "filter": {}}, 401)
    nobody.delete(f"{PATH}/{mine}", 401)
    assert kept(owner) == [("Secret plan", "")]


def test_a_filter_sent_twice_under_one_key_is_kept_once(people: People, program: Make) -> None:
    user = people.observer()
    robot, headers = program(user), {"Idempotency-Key": "keep"}
    first = robot.post(PATH, {"name": "Mine", "filter": {"status": ["new"]}}, 201, headers=headers)
    robot.delete(f"{PATH}/{first['id']}")
    assert robot.post(PATH, {"name": "Mine", "filter": {"status": ["new"]}}, 201, headers=headers) == first
    assert kept(user) == []


def test_what_the_list_does_not_know_any_more_is_left_out(people: People, program: Make) -> None:
    user = people.customer()
    services.save_filter("Old", query="status=lost&status=new&sort=best&total_from=x&created_to=y&z=1", by=user)
    db.session.commit()
    (old,) = program(user).get(PATH)["items"]
    assert old["filter"] == NOTHING | {"status": ["new"]}
    assert old["links"]["orders"] == f"{API}/orders?status=new"
