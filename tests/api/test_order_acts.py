"""Acts on orders by program: each by who may and who may not, in each state of the order, with what is answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from sqlalchemy import func, select

from marketplace.accounts.models import Account
from marketplace.core.db import db
from marketplace.orders import services
from marketplace.orders.models import Order, OrderEvent
from marketplace.orders.states import MoneyState, Status
from tests.api.program import Program
from tests.people import People

Make = Callable[[Account | None], Program]

STATES = ("new", "quoting", "quoted", "in_progress", "paid", "ready", "delivered", "completed", "rated", "cancelled")

# Whoever may is answered with a 409 in every other state, whoever may not with a 403, and with a 404 where the order is
# none of theirs to know of.
ACTS = """
                who may                  states in which it is done
take            performer stranger       new
withdraw        performer                in_progress paid ready delivered
complete        performer manager admin  in_progress paid ready delivered
cancel          owner manager admin      new quoting quoted in_progress paid ready delivered
rate            owner                    completed
answer          performer                rated
request-quote   owner manager admin      new
assign          manager admin            new quoting quoted in_progress paid ready delivered
pay             manager admin            in_progress completed rated
ready           manager admin            paid
deliver         manager admin            ready
money           manager admin            in_progress ready completed rated
"""

MONEY = {
    "paid": (MoneyState.PAID,),
    "ready": (MoneyState.PAID, MoneyState.READY_FOR_DELIVERY),
    "delivered": (MoneyState.PAID, MoneyState.READY_FOR_DELIVERY, MoneyState.DELIVERED),
}
"""The steps that lead to each of these states, of an order in progress."""

BODIES: dict[str, Any] = {
    "take": {},
    "withdraw": {"reason": "No time"},
    "cancel": {"reason": "Not needed"},
    "rate": {"rating": 9, "text": "On time."},
    "answer": {"answer": "Thank you."},
    "assign": {"manager_id": None},
    "money": {"state": "paid"},
}


class Act(NamedTuple):
    """One line of the table."""

    name: str
    by: set[str]
    states: set[str]


def acts() -> Iterator[Act]:
    """The table."""
    header, *lines = ACTS.strip("\n").splitlines()
    second = header.index("states")
    for line in lines:
        yield Act(line.split()[0], set(line[16:second].split()), set(line[second:].split()))


class World:
    """An order in a state, and everybody who could do something with it."""

    def __init__(self, people: People, state: str) -> None:
        self.visitors = {
            "owner": people.customer(),
            "performer": people.performer(),
            "stranger": people.performer(),
            "customer": people.customer(),
            "manager": people.manager(),
            "observer": people.observer(),
            "admin": people.admin(),
        }
        self.desk, owner, performer = (self.visitors[who] for who in ("manager", "owner", "performer"))
        match state:
            case "new":
                self.order = people.order(owner)
            case "quoting":
                self.order = people.quoting(owner)
            case "quoted":
                self.order = people.quoted(performer, owner)
            case "completed":
                self.order = people.completed(performer, owner)
            case "rated":
                self.order = people.rated(9, performer, owner)
            case "cancelled":
                self.order = people.cancelled(owner)
            case _:
                self.order = people.taken(performer, owner)
        for following in MONEY.get(state, ()):
            services.set_money(self.order.id, state=following, by=self.desk)
        db.session.commit()
        self.path = f"/orders/{self.order.id}"

    def knows(self, who: str) -> bool:
        """Whether they may know that the order is there."""
        parties = {"owner", "manager", "observer", "admin"}
        if self.order.performer_id is not None:
            parties.add("performer")
        return self.order.is_open or who in parties

    def trace(self) -> tuple[Any, ...]:
        """Something else as soon as anything was done."""
        order = db.session.get_one(Order, self.order.id, populate_existing=True)
        events = db.session.scalar(select(func.count()).select_from(OrderEvent).where(OrderEvent.order_id == order.id))
        return order.status, order.money_state, order.performer_id, order.manager_id, order.updated_at, events


def expected(act: Act, state: str, who: str, world: World) -> int:
    """What the table says."""
    if not world.knows(who):
        # A performer who comes second may learn that an order from the board is gone.
        return 409 if act.name == "take" and who in act.by else 404
    is_nobodys = who == "performer" and world.order.performer_id is None
    if who not in act.by or (is_nobodys and act.name != "take"):
        return 403
    return 200 if state in act.states else 409


@pytest.mark.parametrize("state", STATES)
def test_everybody_is_answered_by_the_table(state: str, people: People, program: Make) -> None:
    world = World(people, state)
    programs = {who: program(account) for who, account in world.visitors.items()}
    before, done = world.trace(), []
    for act in acts():
        path, body = f"{world.path}/{act.name}", BODIES.get(act.name)
        answers = {who: expected(act, state, who, world) for who in programs}
        for who, status in answers.items():
            shown = programs[who].ask("GET", world.path)
            is_offered = shown.status_code == 200 and act.name in shown.get_json()["actions"]
            # Of the steps of the money another one may be possible.
            assert is_offered == (status == 200) or act.name == "money", (act, who)
            if status != 200:
                programs[who].post(path, body, status)
        program(None).post(path, body, 401)
        done += [(act, who) for who, status in answers.items() if status == 200][:1]
    assert world.trace() == before
    for act, who in done:
        world = World(people, state)
        asker, before = program(world.visitors[who]), world.trace()
        shown = asker.post(f"{world.path}/{act.name}", BODIES.get(act.name))
        assert asker.get(world.path) == shown
        assert (world.trace() == before) == (act.name == "assign")


def test_the_life_of_an_order(people: People, program: Make) -> None:
    order, performer, manager = people.order(), people.performer(), people.manager()
    customer, worker, desk = program(order.customer), program(performer), program(manager)
    path = f"/orders/{order.id}"
    terms = worker.get(path)["terms"]
    assert desk.post(f"{path}/assign", {"manager_id": manager.id})["manager"]["id"] == manager.id
    taken = worker.post(f"{path}/take", {"terms": terms})
    assert (taken["status"], taken["performer"]["id"]) == ("in_progress", performer.id)
    assert taken["contacts"][0]["email"] == order.customer.email
    assert taken["actions"] == ["withdraw", "complete", "comments", "attachments"]
    paid = desk.post(f"{path}/pay")
    assert (paid["money_state"], paid["paid_at"] is not None) == ("paid", True)
    assert desk.post(f"{path}/ready")["money_state"] == "ready_for_delivery"
    back = desk.post(f"{path}/money", {"state": "paid"})
    assert (back["money_state"], back["ready_at"]) == ("paid", None)
    desk.post(f"{path}/ready")
    assert worker.post(f"{path}/complete")["completed_at"] is not None
    delivered = desk.post(f"{path}/deliver")
    assert (delivered["money_state"], "money" in delivered["actions"]) == ("delivered", False)
    rated = customer.post(f"{path}/rate", {"rating": 9, "text": "On time."})
    assert (rated["review"]["rating"], rated["performer"]["rating"]) == (9, 9.0)
    answered = worker.post(f"{path}/answer", {"answer": "Thank you."})
    assert answered["review"]["answer"] == "Thank you."
    kinds = [event["kind"] for event in customer.get(f"{path}/events")["items"]]
    assert kinds == ["status", "manager", "status", *["money"] * 4, "status", "money", "review", "review"]


def test_who_gives_back_an_order_is_shown_it_on_the_board(people: People, program: Make) -> None:
    order = people.taken()
    assert order.performer is not None
    worker = program(order.performer)
    shown = worker.post(f"/orders/{order.id}/withdraw", {"reason": "No time"})
    assert (shown["status"], shown["performer"], shown["money_state"]) == ("new", None, None)
    assert (shown["contacts"], shown["actions"]) == ([], ["take"])
    assert worker.get(f"/orders/{order.id}") == shown


def test_who_gives_back_a_hidden_order_is_answered_and_then_knows_of_it_no_more(people: People, program: Make) -> None:
    order = people.taken()
    assert order.performer is not None
    services.hide_order(order.id, by=people.admin())
    db.session.commit()
    worker = program(order.performer)
    shown = worker.post(f"/orders/{order.id}/withdraw", {"reason": "No time"})
    assert (shown["status"], shown["is_hidden"], shown["performer"], shown["contacts"]) == ("new", True, None, [])
    assert db.session.get_one(Order, order.id).status is Status.NEW
    worker.get(f"/orders/{order.id}", 404)


def test_an_offer_that_won_is_given_back_with_its_price(people: People, program: Make) -> None:
    performer = people.performer()
    order = people.quoted(performer, price=None)
    offer = program(order.customer).get(f"/orders/{order.id}/offers")["items"][0]
    accepted = program(order.customer).post(f"/offers/{offer['id']}/accept")
    assert accepted["id"] == offer["id"]
    taken = program(performer).get(f"/orders/{order.id}")
    assert (taken["status"], taken["price"]) == ("in_progress", "900.00")
    shown = program(performer).post(f"/orders/{order.id}/withdraw", {"reason": "No time"})
    assert (shown["status"], shown["price"], shown["total"]) == ("new", None, None)


def test_other_terms_than_those_that_were_read_are_not_agreed_to(people: People, program: Make) -> None:
    order, worker = people.order(), program(people.performer())
    terms = worker.get(f"/orders/{order.id}")["terms"]
    changed = program(order.customer).patch(f"/orders/{order.id}", {"price": "1"})
    assert changed["terms"] != terms
    problem = worker.post(f"/orders/{order.id}/take", {"terms": terms}, 409)
    assert problem["type"] == "urn:podryad:problem:terms-changed"
    worker.post(f"/orders/{order.id}/take", {"terms": changed["terms"]})


def test_nobody_takes_more_than_the_site_allows(people: People, program: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(people.app.config, "MAX_ORDERS_IN_PROGRESS", 1)
    worker = program(people.performer())
    worker.post(f"/orders/{people.order().id}/take")
    problem = worker.post(f"/orders/{people.order().id}/take", status=409)
    assert problem["type"] == "urn:podryad:problem:too-many-in-progress"


@pytest.mark.parametrize(
    ("act", "body", "field"),
    [
        ("withdraw", {"reason": " "}, "reason"),
        ("withdraw", {"reason": "x" * 1001}, "reason"),
        ("cancel", {"reason": ""}, "reason"),
        ("cancel", {}, "reason"),
        ("rate", {"rating": 0}, "rating"),
        ("rate", {"rating": 11}, "rating"),
        ("rate", {"rating": 9.5}, "rating"),
        ("rate", {"rating": "9"}, "rating"),
        ("rate", {"rating": True}, "rating"),
        ("answer", {"answer": "\u200b"}, "answer"),
        ("assign", {}, "manager_id"),
        ("assign", {"manager_id": 0}, "manager_id"),
        ("money", {"state": "spent"}, "state"),
        ("take", {"terms": "x" * 65}, "terms"),
    ],
)
def test_a_wrong_field_is_named(act: str, body: Any, field: str, people: People, program: Make) -> None:
    order = people.order()
    problem = program(people.manager()).post(f"/orders/{order.id}/{act}", body, 422)
    assert list(problem["errors"]) == [field]


def test_only_people_of_the_desk_look_after_orders(people: People, program: Make) -> None:
    order, desk = people.order(), program(people.manager())
    for account_id in (people.customer().id, people.observer().id, 2**62):
        problem = desk.post(f"/orders/{order.id}/assign", {"manager_id": account_id}, 422)
        assert list(problem["errors"]) == ["manager_id"]
    program(order.customer).post(f"/orders/{order.id}/assign", {"manager_id": 2**62}, 403)
    desk.post(f"/orders/{2**62}/assign", {"manager_id": 2**62}, 404)
    assert db.session.get_one(Order, order.id).manager_id is None
