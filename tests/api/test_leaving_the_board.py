"""What the feed tells those who are no party of an order: once when it comes, once when it goes, always the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from marketplace.accounts.models import Account
from marketplace.core.db import db
from marketplace.orders import services
from marketplace.orders.models import Order
from marketplace.orders.services import talking
from tests.api.program import Program
from tests.orders.offers import accept, send
from tests.people import LIMIT, People

Make = Callable[[Account | None], Program]
Act = Callable[[Order, People], object]


def take(order: Order, people: People) -> None:
    services.take_order(order.id, limit=LIMIT, by=people.performer())


def cancel(order: Order, people: People) -> None:
    services.cancel_order(order.id, reason="We are broke", by=order.customer)


def hide(order: Order, people: People) -> None:
    services.hide_order(order.id, by=people.admin())


def accept_an_offer(order: Order, people: People) -> None:
    services.request_quote(order.id, by=order.customer)
    accept(send(order, people.performer()))


class Follower:
    """A program that asks again and again, each time after what it was told."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.after = program.get("/events")["last_id"]
        self.begun = self.after
        self.told: list[dict[str, Any]] = []

    def hears(self) -> list[tuple[str, str]]:
        """What has come since it last asked."""
        db.session.commit()
        answer = self.program.get(f"/events?after={self.after}")
        self.after = answer["last_id"]
        self.told += answer["items"]
        return shapes(answer["items"])

    def hears_again(self) -> list[dict[str, Any]]:
        """What whoever asks only now is told of the same time."""
        return list(self.program.get(f"/events?after={self.begun}")["items"])


def shapes(items: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(item["kind"], item["board"]) for item in items]


def without_links(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in item.items() if name != "links"} for item in items]


@pytest.fixture(params=["customer", "performer"])
def stranger(request: pytest.FixtureRequest, people: People) -> Account:
    """Somebody at the board who has nothing to do with the order."""
    account: Account = getattr(people, request.param)()
    return account


@pytest.mark.parametrize("leave", [take, cancel, hide, accept_an_offer])
def test_everybody_who_saw_it_on_the_board_is_told_once_that_it_is_gone(
    leave: Act, stranger: Account, people: People, program: Make
) -> None:
    order = people.order(price=None)
    follower = Follower(program(stranger))
    leave(order, people)
    *before, last = follower.hears()
    assert last == ("board", "off")
    assert set(before) <= {("board", "on")}
    item = follower.told[-1]
    assert (item["order_id"], item["event"], item["links"]) == (order.id, None, {})
    # How it went nobody learns from it.
    assert set(item) == {"id", "order_id", "kind", "board", "event", "links"}
    follower.program.get(f"/orders/{order.id}", 404)


def test_what_was_told_in_time_is_what_is_told_later(stranger: Account, people: People, program: Make) -> None:
    follower, admin, taker = Follower(program(stranger)), people.admin(), people.performer()
    order = people.order(price=None)
    told = [follower.hears()]
    acts: list[Callable[[], object]] = [
        lambda: services.take_order(order.id, limit=LIMIT, by=taker),
        lambda: services.withdraw_order(order.id, reason="", by=taker),
        lambda: services.hide_order(order.id, by=admin),
        lambda: services.assign_manager(order.id, manager_id=people.manager().id, by=admin),
        lambda: talking.comment_on_order(order.id, text="Why?", by=order.customer),
        lambda: services.show_order(order.id, by=admin),
        lambda: services.request_quote(order.id, by=order.customer),
        lambda: services.cancel_order(order.id, reason="", by=order.customer),
        lambda: services.hide_order(order.id, by=admin),
        lambda: services.show_order(order.id, by=admin),
    ]
    for act in acts:
        act()
        told.append(follower.hears())
    came, on, gone = [("board", "in")], [("board", "on")], [("board", "off")]
    assert told == [came, gone, came, gone, [], [], came, on, gone, [], []]
    assert without_links(follower.hears_again()) == without_links(follower.told)
    # Somebody who has only now begun is told the same.
    late = program(people.customer()).get(f"/events?after={follower.begun}")["items"]
    assert without_links(late) == without_links(follower.told)


def test_what_happens_out_of_sight_is_told_to_no_stranger(stranger: Account, people: People, program: Make) -> None:
    hidden, taker = people.order(), people.performer()
    taken = people.taken(taker)
    services.hide_order(hidden.id, by=people.admin())
    db.session.commit()
    follower = Follower(program(stranger))
    services.take_order(people.order(hidden.customer).id, limit=LIMIT, by=people.performer())
    assert follower.hears() == [("board", "in"), ("board", "off")]
    services.cancel_order(hidden.id, reason="", by=hidden.customer)
    services.hide_order(taken.id, by=people.admin())
    services.complete_order(taken.id, by=taker)
    assert follower.hears() == []


def test_an_order_that_goes_from_hand_to_hand_never_was_on_the_board(people: People, program: Make) -> None:
    first, second, admin = people.performer(), people.performer(), people.admin()
    order = people.taken(first)
    strangers = [Follower(program(account)) for account in (people.customer(), people.performer())]
    had_it, has_it, its_customer = (Follower(program(account)) for account in (first, second, order.customer))
    services.reassign_order(order.id, performer_id=second.id, reason="Ill", by=admin)
    for stranger in strangers:
        assert stranger.hears() == []
    # Whose order it was learns that it is theirs no more.
    assert had_it.hears() == [("board", "off")]
    assert has_it.hears() == its_customer.hears() == [("status", "off"), ("status", "off")]
    services.withdraw_order(order.id, reason="", by=second)
    assert [stranger.hears() for stranger in strangers] == [[("board", "in")]] * 2
    # Those who had it are strangers now, but for the step that was their own.
    assert shapes(had_it.hears_again()) == shapes(has_it.hears_again()) == [("board", "off"), ("board", "in")]


def test_its_people_are_told_where_each_event_left_it(people: People, program: Make) -> None:
    order, taker = people.order(), people.performer()
    services.take_order(order.id, limit=LIMIT, by=taker)
    services.withdraw_order(order.id, reason="", by=taker)
    services.assign_manager(order.id, manager_id=people.manager().id, by=people.admin())
    db.session.commit()
    items = program(order.customer).get("/events?after=0")["items"]
    assert shapes(items) == [("status", "in"), ("status", "off"), ("status", "in"), ("manager", "on")]


def test_what_was_hidden_before_events_told_of_it_stays_untold(people: People, program: Make) -> None:
    order = people.order()
    order.hidden_at = order.created_at
    db.session.commit()
    asker = program(people.customer())
    assert asker.get("/events?after=0")["items"] == []
    services.show_order(order.id, by=people.admin())
    db.session.commit()
    assert shapes(asker.get("/events?after=0")["items"]) == [("board", "in")]


def test_the_order_is_linked_for_those_who_may_still_read_it(people: People, program: Make) -> None:
    loser, winner = people.performer(), people.performer()
    order = people.quoting()
    send(order, loser)
    accept(send(order, winner, "800"))
    db.session.commit()
    for account, is_shown in ((loser, False), (people.customer(), False), (winner, True), (order.customer, True)):
        items = program(account).get("/events?after=0")["items"]
        assert items
        for item in items:
            assert ("order" in item["links"]) is is_shown
            assert item["event"] is None or ("order" in item["event"]["links"]) is is_shown
