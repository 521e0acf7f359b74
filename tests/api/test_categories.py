"""Categories by program: everybody reads them, admins keep them, in their pages with the same service."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.accounts.models import Account, AuditEntry
from marketplace.accounts.states import Role
from marketplace.catalog.models import Category
from marketplace.core.db import db
from marketplace.orders.queries.counters import differences
from tests.api.counting import selects
from tests.api.program import Program
from tests.people import People

Make = Callable[[Account | None], Program]
LAW = {"slug": "law", "name_ru": " Право ", "name_en": "Law", "position": 3}


@pytest.fixture
def admin(people: People) -> Account:
    """Who keeps the categories."""
    return people.admin()


@pytest.fixture
def keeper(admin: Account, program: Make) -> Program:
    """Their program."""
    return program(admin)


def trail() -> list[tuple[Any, ...]]:
    """What the audit trail says, the oldest first."""
    lines = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))
    return [(line.actor_id, line.action, line.subject_type, line.subject_id, line.before, line.after) for line in lines]


def test_a_category_is_added_and_takes_orders_at_once(
    people: People, admin: Account, keeper: Program, program: Make
) -> None:
    answer = keeper.ask("POST", "/categories", LAW)
    made = answer.get_json()
    assert (answer.status_code, answer.headers["Location"]) == (201, f"/api/v1/categories/{made['id']}")
    assert made == {
        "id": made["id"],
        "slug": "law",
        "name": "Law",
        "name_ru": "Право",
        "name_en": "Law",
        "position": 3,
        "is_active": True,
        "open_orders": 0,
        "links": {"self": f"/api/v1/categories/{made['id']}", "board": "/api/v1/board?category=law"},
    }
    after = {"slug": "law", "name_ru": "Право", "name_en": "Law", "position": 3, "is_active": True}
    assert trail() == [(admin.id, "create", "Category", str(made["id"]), {}, after)]
    order = {"title": "A contract", "description": "For a flat.", "category_id": made["id"]}
    program(people.customer()).post("/orders", order, 201)
    assert program(None).get(f"/categories/{made['id']}") == made | {"open_orders": 1}
    assert list(differences()) == []


def test_a_category_out_of_use_takes_no_orders(people: People, admin: Account, keeper: Program, program: Make) -> None:
    category, order = people.category(), people.order()
    path = f"/categories/{category.id}"
    shown = keeper.patch(path, {"is_active": False})
    assert (shown["is_active"], shown["slug"], shown["open_orders"]) == (False, "python", 1)
    assert trail() == [(admin.id, "update", "Category", str(category.id), {"is_active": True}, {"is_active": False})]
    assert keeper.patch(path, {"is_active": False}) == shown == keeper.patch(path, {})
    assert len(trail()) == 1
    body = {"title": "One more", "description": "", "category_id": category.id}
    program(people.customer()).post("/orders", body | {"description": "x"}, 422)
    assert program(None).get(f"/orders/{order.id}")["category"]["slug"] == "python"


def test_a_category_is_called_another_way(people: People, keeper: Program, program: Make) -> None:
    category = people.category()
    body = {"slug": "snakes", "name_ru": "Питон", "name_en": "Snakes", "position": 9}
    shown = keeper.patch(f"/categories/{category.id}", body)
    assert {name: shown[name] for name in body} == body
    assert shown["links"]["board"] == "/api/v1/board?category=snakes"
    items = program(None).get("/categories", headers={"Accept-Language": "ru"})["items"]
    assert [(item["slug"], item["name"]) for item in items] == [("snakes", "Питон")]


def test_a_state_that_nobody_has_seen_is_not_changed(people: People, keeper: Program) -> None:
    category = people.category()
    path = f"/categories/{category.id}"
    seen = keeper.ask("GET", path).headers["ETag"]
    assert keeper.ask("GET", path, headers={"If-None-Match": seen}).status_code == 304
    done = keeper.ask("PATCH", path, {"position": 4}, headers={"If-Match": seen})
    assert done.headers["ETag"] == keeper.ask("GET", path).headers["ETag"] != seen
    keeper.patch(path, {"position": 5}, 412, headers={"If-Match": seen})
    assert (category.position, len(trail())) == (4, 1)


def test_two_categories_are_not_called_the_same_in_addresses(people: People, keeper: Program) -> None:
    people.category()
    other = people.category("law")
    for problem in (
        keeper.post("/categories", LAW, 422),
        keeper.patch(f"/categories/{other.id}", {"slug": "python", "position": 7}, 422),
    ):
        assert (problem["type"], list(problem["errors"])) == ("urn:podryad:problem:slug-taken", ["slug"])
    assert (other.slug, other.position, trail()) == ("law", 0, [])


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"slug": "Law"}, "slug"),
        ({"slug": "law\n"}, "slug"),
        ({"slug": "право"}, "slug"),
        ({"slug": ""}, "slug"),
        ({"slug": "x" * 41}, "slug"),
        ({"name_en": ""}, "name_en"),
        ({"name_en": "…"}, "name_en"),
        ({"name_ru": "x" * 61}, "name_ru"),
        ({"name_ru": None}, "name_ru"),
        ({"position": 2**70}, "position"),
        ({"position": 10_001}, "position"),
        ({"position": -1}, "position"),
        ({"position": "3"}, "position"),
        ({"position": True}, "position"),
        ({"is_active": 1}, "is_active"),
        ({"id": 7}, "id"),
    ],
)
def test_a_wrong_field_is_named(wrong: Any, field: str, people: People, keeper: Program) -> None:
    category = people.category()
    assert list(keeper.post("/categories", LAW | wrong, 422)["errors"]) == [field]
    assert list(keeper.patch(f"/categories/{category.id}", wrong, 422)["errors"]) == [field]
    assert trail() == []


def test_only_what_nothing_uses_is_deleted(people: People, admin: Account, keeper: Program) -> None:
    used, unused = people.order().category_id, people.category("unused").id
    problem = keeper.delete(f"/categories/{used}", 409)
    assert problem["type"] == "urn:podryad:problem:category-in-use"
    assert trail() == []
    keeper.delete(f"/categories/{unused}")
    assert db.session.get(Category, unused) is None
    assert trail()[0][:4] == (admin.id, "delete", "Category", str(unused))
    assert trail()[0][4]["slug"] == "unused"
    keeper.delete(f"/categories/{unused}", 404)
    keeper.get(f"/categories/{unused}", 404)
    assert list(differences()) == []


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_nobody_else_keeps_categories(people: People, program: Make, role: Role) -> None:
    category, somebody, nobody = people.category("unused"), program(people.account(role)), program(None)
    for account_id in (category.id, 999999999):
        for asker, status in ((somebody, 403), (nobody, 401)):
            asker.post("/categories", LAW, status)
            asker.patch(f"/categories/{account_id}", {"position": 5}, status)
            asker.delete(f"/categories/{account_id}", status)
    assert somebody.get(f"/categories/{category.id}")["position"] == 0
    assert trail() == []


def test_what_is_not_there_is_a_404(keeper: Program) -> None:
    keeper.patch("/categories/999999999", {"position": 5}, 404)
    keeper.delete("/categories/999999999", 404)


def test_one_category_is_one_question(people: People, program: Make) -> None:
    path, somebody = f"/categories/{people.category().id}", program(None)
    with selects() as sent:
        somebody.get(path)
    assert len(sent) == 1
