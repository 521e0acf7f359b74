"""The audit trail by program: what admins read on their page, with its filters."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from marketplace.accounts.models import Account
from marketplace.accounts.states import Role
from marketplace.core import clock
from tests.api.counting import selects
from tests.api.program import Program
from tests.people import People

Make = Callable[[Account | None], Program]


@pytest.fixture
def admin(people: People) -> Account:
    """Who reads it."""
    return people.admin()


@pytest.fixture
def reader(admin: Account, program: Make) -> Program:
    """Their program."""
    return program(admin)


def told(reader: Program, query: str = "") -> list[tuple[str, str, str]]:
    return [(line["what"], line["kind"], line["subject"]) for line in reader.get(f"/audit?{query}")["items"]]


def test_what_admins_did_stands_there_the_newest_first(people: People, admin: Account, reader: Program) -> None:
    anna, order = people.performer(), people.order()
    reader.post(f"/users/{anna.id}/block", {"reason": "Spam"})
    reader.post(f"/orders/{order.id}/hide")
    assert told(reader) == [("hide", "Order", str(order.id)), ("block", "Account", str(anna.id))]
    line = reader.get("/audit")["items"][1]
    assert line == {
        "id": line["id"],
        "at": line["at"],
        "who": {"id": admin.id, "name": admin.name},
        "what": "block",
        "kind": "Account",
        "subject": str(anna.id),
        "before": {"active": True},
        "after": {"active": False, "reason": "Spam"},
    }


def test_it_is_narrowed_as_on_the_page(people: People, admin: Account, reader: Program, program: Make) -> None:
    anna, order, other = people.performer(), people.order(), people.admin()
    with clock.fixed(datetime(2020, 1, 31, 12, tzinfo=UTC)):
        second = program(other)
        second.post(f"/users/{anna.id}/block", {"reason": "Spam"})
    reader.post(f"/orders/{order.id}/hide")
    block, hide = ("block", "Account", str(anna.id)), ("hide", "Order", str(order.id))
    for query, found in {
        "what=block": [block],
        "kind=Order": [hide],
        "what=block&kind=Order": [],
        f"subject={anna.id}&kind=Account": [block],
        f"who={other.email.upper()}": [block],
        f"who={admin.email}": [hide],
        "who=nobody@example.com": [],
        "since=2020-01-31&until=2020-01-31": [block],
        "since=2020-02-01": [hide],
        "until=2020-01-30": [],
        "what=%27%3B--": [],
    }.items():
        assert told(reader, query) == found, query


def test_pages_follow_without_gaps_and_cost_the_same(people: People, reader: Program) -> None:
    def asked(limit: int) -> int:
        with selects() as sent:
            reader.get(f"/audit?limit={limit}")
        return len(sent)

    orders = [people.order() for _ in range(7)]
    for order in orders:
        reader.post(f"/orders/{order.id}/hide")
    seen, cursor = [], ""
    while True:
        page = reader.get(f"/audit?limit=3{cursor}")
        seen += [line["subject"] for line in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == [str(order.id) for order in reversed(orders)]
    assert asked(1) == asked(7) == 2
    reader.get(f"/audit?what=hide{cursor}", 422)


@pytest.mark.parametrize(
    ("query", "culprit"),
    [
        ("what=" + "x" * 65, "what"),
        ("since=yesterday", "since"),
        ("until=2026-02-30", "until"),
        ("who=a&who=b", "who"),
        ("actor=x", "actor"),
        ("cursor=x", "cursor"),
    ],
)
def test_what_is_not_as_documented_is_named(reader: Program, query: str, culprit: str) -> None:
    assert list(reader.get(f"/audit?{query}", 422)["errors"]) == [culprit]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_it_is_for_admins(people: People, program: Make, role: Role) -> None:
    program(people.account(role)).get("/audit", 403)
    program(None).get("/audit", 401)
