"""What admins do with orders and reviews by program: as on their pages, with the same lines in the audit trail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from marketplace.accounts.models import Account, AuditEntry
from marketplace.accounts.states import Role
from marketplace.core.db import db
from marketplace.orders import services
from marketplace.orders.models import Order
from marketplace.orders.queries.counters import differences
from marketplace.orders.queries.performers import performer_counters
from marketplace.orders.states import Status
from tests.api.counting import selects
from tests.api.program import Program
from tests.client import Browser
from tests.people import People

Make = Callable[[Account | None], Program]
SWITCHES = {"hide", "show", "reassign", "review/hide", "review/show"}


@pytest.fixture
def admin(people: People) -> Account:
    """Who moderates."""
    return people.admin()


@pytest.fixture
def moderator(admin: Account, program: Make) -> Program:
    """Their program."""
    return program(admin)


def trail() -> list[tuple[Any, ...]]:
    """What the audit trail says, the oldest first."""
    lines = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))
    return [(line.actor_id, line.action, line.subject_type, line.subject_id, line.before, line.after) for line in lines]


def offered(program: Program, order: Order) -> set[str]:
    """The acts of moderation among the actions that the program is told."""
    return SWITCHES & set(program.get(f"/orders/{order.id}")["actions"])


def test_an_order_is_hidden_from_strangers_and_shown_again(
    people: People, admin: Account, moderator: Program, program: Make
) -> None:
    order, stranger = people.order(), program(people.performer())
    owner, path = program(order.customer), f"/orders/{order.id}"
    assert offered(moderator, order) == {"hide"}

    hidden = moderator.post(f"{path}/hide")
    assert (hidden["id"], hidden["is_hidden"], offered(moderator, order)) == (order.id, True, {"show"})
    stranger.get(path, 404)
    assert stranger.get("/board")["items"] == []
    assert owner.get(path)["is_hidden"]
    assert trail() == [(admin.id, "hide", "Order", str(order.id), {"hidden": False}, {"hidden": True})]
    assert moderator.post(f"{path}/hide")["is_hidden"], "hiding what is hidden changes nothing"
    assert len(trail()) == 1

    assert not moderator.post(f"{path}/show")["is_hidden"]
    assert stranger.get(path)["status"] == "new"
    moderator.post(f"{path}/show")
    assert [line[1] for line in trail()] == ["hide", "show"]
    assert list(differences()) == []


def test_an_order_goes_to_another_performer_without_blame(
    people: People, admin: Account, moderator: Program, program: Make
) -> None:
    first, second = people.performer(), people.performer()
    order = people.taken(first)
    assert offered(moderator, order) == {"hide", "reassign"}
    body = {"performer_id": second.id, "reason": "  Ill since Monday. "}
    shown = moderator.post(f"/orders/{order.id}/reassign", body)
    assert (shown["status"], shown["performer"]["id"]) == ("in_progress", second.id)
    assert performer_counters(first).withdrawn == 0
    assert trail() == [
        (
            *(admin.id, "reassign", "Order", str(order.id)),
            *({"performer": first.id}, {"performer": second.id, "reason": "Ill since Monday."}),
        )
    ]
    notes = [event["note"] for event in program(order.customer).get(f"/orders/{order.id}/events")["items"]]
    assert notes[-2:] == ["Ill since Monday."] * 2
    assert list(differences()) == []


def test_an_offer_that_won_is_withdrawn_and_its_price_stands(people: People, moderator: Program) -> None:
    order, second = people.quoted(), people.performer()
    offer = moderator.get(f"/orders/{order.id}/offers")["items"][0]
    moderator.post(f"/offers/{offer['id']}/accept")
    shown = moderator.post(f"/orders/{order.id}/reassign", {"performer_id": second.id, "reason": "Ill"})
    assert (shown["price"], shown["performer"]["id"]) == ("900.00", second.id)
    assert moderator.get(f"/offers/{offer['id']}")["status"] == "withdrawn"


@pytest.mark.parametrize("state", ["new", "quoting", "quoted", "completed", "cancelled"])
def test_only_an_order_in_progress_is_given_to_another(people: People, moderator: Program, state: str) -> None:
    make = {"new": people.order}.get(state) or getattr(people, state)
    order, other = make(), people.performer()
    assert "reassign" not in offered(moderator, order)
    problem = moderator.post(f"/orders/{order.id}/reassign", {"performer_id": other.id, "reason": "Ill"}, 409)
    assert problem["type"] == "urn:podryad:problem:illegal-step"
    assert trail() == []


def test_nobody_gets_an_order_who_could_not_do_it(people: People, moderator: Program, admin: Account) -> None:
    performer, gone = people.performer(), people.performer()
    order = people.taken(performer)
    moderator.post(f"/users/{gone.id}/block", {"reason": "Spam"})
    before = trail()
    for account_id in (people.customer().id, order.customer_id, people.manager().id, gone.id, admin.id, 2**62):
        problem = moderator.post(f"/orders/{order.id}/reassign", {"performer_id": account_id, "reason": "Ill"}, 422)
        assert list(problem["errors"]) == ["performer_id"]
    moderator.post(f"/orders/{order.id}/reassign", {"performer_id": performer.id, "reason": "Ill"}, 409)
    assert db.session.get_one(Order, order.id).performer_id == performer.id
    assert trail() == before


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"performer_id": 7}, "reason"),
        ({"reason": "Ill"}, "performer_id"),
        ({"performer_id": 7, "reason": " \u200b"}, "reason"),
        ({"performer_id": 7, "reason": "x" * 1001}, "reason"),
        ({"performer_id": 0, "reason": "Ill"}, "performer_id"),
        ({"performer_id": "7", "reason": "Ill"}, "performer_id"),
        ({"performer_id": None, "reason": "Ill"}, "performer_id"),
        ({"performer_id": 7, "reason": "Ill", "performer": 7}, "performer"),
    ],
)
def test_a_wrong_field_is_named(body: Any, field: str, people: People, moderator: Program) -> None:
    order = people.taken()
    assert list(moderator.post(f"/orders/{order.id}/reassign", body, 422)["errors"]) == [field]
    assert trail() == []


def test_a_hidden_review_is_out_of_sight_and_out_of_the_average(
    people: People, admin: Account, moderator: Program, program: Make
) -> None:
    performer = people.performer()
    order = people.rated(2, performer)
    people.rated(10, performer)
    path, reviews = f"/orders/{order.id}", f"/performers/{performer.id}/reviews"
    assert offered(moderator, order) == {"hide", "review/hide"}
    hidden = moderator.post(f"{path}/review/hide")
    assert (hidden["review"]["is_hidden"], hidden["performer"]["rating"]) == (True, 10)
    assert offered(moderator, order) == {"hide", "review/show"}
    assert program(people.manager()).get(path)["review"]["is_hidden"]
    for somebody in (order.customer, performer):
        assert program(somebody).get(path)["review"] is None
    assert [review["rating"] for review in program(None).get(reviews)["items"]] == [10]
    assert trail() == [(admin.id, "hide", "Review", str(order.id), {"hidden": False}, {"hidden": True})]

    shown = moderator.post(f"{path}/review/show")
    assert (shown["review"]["is_hidden"], shown["performer"]["rating"]) == (False, 6)
    assert [review["is_hidden"] for review in program(None).get(reviews)["items"]] == [False, False]
    moderator.post(f"{path}/review/show")
    assert len(trail()) == 2
    assert list(differences()) == []


def test_an_order_that_nobody_has_rated_has_no_review_to_hide(people: People, moderator: Program) -> None:
    order = people.completed()
    assert offered(moderator, order) == {"hide"}
    for act in ("hide", "show"):
        problem = moderator.post(f"/orders/{order.id}/review/{act}", status=409)
        assert problem["type"] == "urn:podryad:problem:not-rated-yet"
        moderator.post(f"/orders/999999999/review/{act}", status=404)
    assert trail() == []


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_nobody_else_moderates_or_learns_what_there_is(people: People, program: Make, role: Role) -> None:
    order, somebody, other = people.rated(3), program(people.account(role)), people.performer()
    taken = people.taken()
    before = db.session.get_one(Order, taken.id).performer_id
    for path, body in (
        *((f"{number}/{act}", None) for number in (order.id, 999999999) for act in sorted(SWITCHES - {"reassign"})),
        *((f"{number}/reassign", {"performer_id": other.id, "reason": "x"}) for number in (taken.id, 999999999)),
    ):
        problem = somebody.post(f"/orders/{path}", body, 403)
        assert problem["type"] == "urn:podryad:problem:not-allowed"
        program(None).post(f"/orders/{path}", body, 401)
    if role in (Role.MANAGER, Role.OBSERVER):
        assert offered(somebody, order) == set()
    assert trail() == []
    assert (order.hidden_at, db.session.get_one(Order, taken.id).performer_id) == (None, before)


def test_what_does_not_exist_is_not_moderated(people: People, moderator: Program) -> None:
    for act in ("hide", "show"):
        moderator.post(f"/orders/999999999/{act}", status=404)
    body = {"performer_id": people.performer().id, "reason": "Ill"}
    moderator.post("/orders/999999999/reassign", body, 404)


def test_an_act_answers_with_the_tag_of_what_is_read_next(people: People, moderator: Program) -> None:
    order = people.rated(5)
    for act in ("hide", "show", "review/hide", "review/show"):
        done = moderator.ask("POST", f"/orders/{order.id}/{act}", headers={"Idempotency-Key": act})
        assert done.headers["ETag"] == moderator.ask("GET", f"/orders/{order.id}").headers["ETag"]
        again = moderator.ask("POST", f"/orders/{order.id}/{act}", headers={"Idempotency-Key": act})
        assert (again.data, again.headers["Idempotent-Replayed"]) == (done.data, "true")
        moderator.post(f"/orders/{order.id}/{act}", status=400, headers={"If-Match": done.headers["ETag"]})
    assert len(trail()) == 4


def test_the_pages_and_programs_leave_the_same_lines(app: Flask, people: People, admin: Account, program: Make) -> None:
    page, robot, to = Browser.of(app).sign_in(admin), program(admin), people.performer()
    by_page, by_program = ([people.rated(4), people.taken(), people.completed()] for _ in range(2))
    rated, taken, completed = by_page
    for view, act, order in (("orders", "hide", rated), ("orders", "show", rated), ("reviews", "hide", rated)):
        page.send(f"/admin/{view}/{act}/?id={order.id}")
    page.send(f"/admin/orders/reassign/?id={taken.id}", performer=str(to.id), reason="Ill")
    assert page.send(f"/admin/reviews/hide/?id={completed.id}").status_code == 409
    half = trail()
    rated, taken, completed = by_program
    for path in (f"{rated.id}/hide", f"{rated.id}/show", f"{rated.id}/review/hide"):
        robot.post(f"/orders/{path}")
    robot.post(f"/orders/{taken.id}/reassign", {"performer_id": to.id, "reason": "Ill"})
    ids = {str(one.id): str(other.id) for one, other in zip(by_page, by_program, strict=True)}
    told = [(actor, act, kind, ids[number]) for actor, act, kind, number, *_ in half]
    assert [line[:4] for line in trail()[len(half) :]] == told
    assert db.session.get_one(Order, taken.id).status is Status.IN_PROGRESS


def test_a_moderated_order_costs_no_more_questions(people: People, moderator: Program, admin: Account) -> None:
    def asked(order: Order) -> int:
        with selects() as sent:
            moderator.get(f"/orders/{order.id}")
        return len(sent)

    plain, rated = people.completed(), people.rated(4)
    services.hide_review(rated.id, by=admin)
    db.session.commit()
    assert asked(plain) == asked(rated)
