"""Who is told of what: every kind of event, for everybody, as they may know of it at the moment it is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from decimal import Decimal

import pytest

from marketplace.accounts import services as accounts
from marketplace.accounts.models import Account
from marketplace.accounts.states import Role
from marketplace.core.db import db
from marketplace.orders import services
from marketplace.orders.models import Order
from marketplace.orders.services import OfferInput, talking
from marketplace.orders.states import MoneyState
from tests.live.site import LiveSite, Window
from tests.people import LIMIT, People

Heard = dict[str, list[tuple[str, str]]]

STAFF = ("manager", "observer", "admin")
EVERYBODY = ("owner", "customer", "performer", "rival", *STAFF)


class Town:
    """Everybody with a window open."""

    def __init__(self, crowd: People) -> None:
        self.people: dict[str, Account] = {
            "owner": crowd.customer(),
            "customer": crowd.customer(),
            "performer": crowd.performer(),
            "rival": crowd.performer(),
            **{role.value: crowd.account(role) for role in (Role.MANAGER, Role.OBSERVER, Role.ADMIN)},
        }
        self.windows: dict[str, Window] = {}
        self.crowd = crowd

    def __getattr__(self, name: str) -> Account:
        return self.people[name]

    @contextmanager
    def watching(self, site: LiveSite) -> Iterator[None]:
        """Everybody opens a window."""
        with ExitStack() as stack:
            for name, account in self.people.items():
                self.windows[name] = stack.enter_context(site.window(account))
            yield

    def heard(self, order: Order) -> Heard:
        """What each of them has heard since they were last asked: kind and place; of this order and of no other."""
        db.session.commit()
        told = {name: window.all_events() for name, window in self.windows.items()}
        assert all(order_id == order.id for events in told.values() for order_id, _kind, _board in events)
        return {name: [(kind, board) for _order, kind, board in events] for name, events in told.items() if events}


def those(*names: str, kind: str, board: str) -> Heard:
    return {name: [(kind, board)] for name in names}


@pytest.fixture
def town(crowd: People) -> Town:
    return Town(crowd)


def test_everybody_hears_of_an_order_that_comes_onto_the_board(site: LiveSite, town: Town) -> None:
    with town.watching(site):
        order = town.crowd.order(town.owner)
        assert town.heard(order) == {
            **those("owner", *STAFF, kind="status", board="in"),
            **those("customer", "performer", "rival", kind="board", board="in"),
        }
        services.edit_order(
            order.id,
            title="Fix it well",
            description="",
            category_id=order.category_id,
            price=None,
            deadline=None,
            by=town.owner,
        )
        assert town.heard(order) == {
            **those("owner", *STAFF, kind="edited", board="on"),
            **those("customer", "performer", "rival", kind="board", board="on"),
        }


def test_when_an_order_is_taken_strangers_learn_that_it_is_gone_and_nothing_later(site: LiveSite, town: Town) -> None:
    order = town.crowd.order(town.owner)
    with town.watching(site):
        services.take_order(order.id, limit=LIMIT, by=town.performer)
        assert town.heard(order) == {
            **those("owner", "performer", *STAFF, kind="status", board="off"),
            **those("customer", "rival", kind="board", board="off"),
        }
        services.set_money(order.id, state=MoneyState.PAID, by=town.manager)
        assert town.heard(order) == those("owner", "performer", *STAFF, kind="money", board="off")
        services.assign_manager(order.id, manager_id=town.manager.id, by=town.manager)
        assert town.heard(order) == those("owner", "performer", *STAFF, kind="manager", board="off")
        services.complete_order(order.id, by=town.performer)
        assert town.heard(order) == those("owner", "performer", *STAFF, kind="status", board="off")


def test_an_order_that_is_given_back_is_news_for_everybody(site: LiveSite, town: Town) -> None:
    order = town.crowd.taken(town.performer, town.owner)
    with town.watching(site):
        services.withdraw_order(order.id, reason="No time", by=town.performer)
        assert town.heard(order) == {
            **those("owner", *STAFF, kind="status", board="in"),
            **those("customer", "performer", "rival", kind="board", board="in"),
        }


def test_whose_order_is_given_to_another_learns_that_it_is_gone(site: LiveSite, town: Town) -> None:
    order = town.crowd.taken(town.performer, town.owner)
    with town.watching(site):
        services.reassign_order(order.id, performer_id=town.rival.id, reason="Ill", by=town.admin)
        heard = town.heard(order)
        assert heard.pop("performer") == [("board", "off")]
        assert heard == {name: [("status", "off")] * 2 for name in ("owner", "rival", *STAFF)}


def test_offers_are_between_two_and_the_desk(site: LiveSite, town: Town) -> None:
    order = town.crowd.quoting(town.owner)
    with town.watching(site):
        offer = services.send_offer(order.id, OfferInput(price=Decimal(900), days=3), by=town.performer)
        heard = town.heard(order)
        # The order is quoted now, which the board shows; whose offer it is, it does not.
        assert {name: sorted(events) for name, events in heard.items()} == {
            **{name: [("offer", "on"), ("status", "on")] for name in ("owner", *STAFF)},
            "performer": [("board", "on"), ("offer", "on")],
            "customer": [("board", "on")],
            "rival": [("board", "on")],
        }
        services.send_offer(order.id, OfferInput(price=Decimal(800), days=3), by=town.rival)
        assert town.heard(order) == those("owner", "rival", *STAFF, kind="offer", board="on")
        services.accept_offer(offer.id, limit=LIMIT, by=town.owner)
        heard = town.heard(order)
        assert heard["customer"] == [("board", "off")]
        assert sorted(heard["rival"]) == [("board", "off"), ("offer", "off")]
        assert sorted(heard["performer"]) == [("offer", "off"), ("status", "off")]


def test_talk_is_for_the_two_sides_and_the_staff(site: LiveSite, town: Town) -> None:
    order = town.crowd.order(town.owner)
    with town.watching(site):
        talking.comment_on_order(order.id, text="When?", by=town.owner)
        assert town.heard(order) == those("owner", *STAFF, kind="comment", board="on")


def test_what_is_hidden_is_hidden_from_the_moment_on(site: LiveSite, town: Town) -> None:
    order = town.crowd.order(town.owner)
    with town.watching(site):
        services.hide_order(order.id, by=town.admin)
        assert town.heard(order) == {
            **those("owner", *STAFF, kind="moderated", board="off"),
            # It has left the board, as if somebody had taken it.
            **those("customer", "performer", "rival", kind="board", board="off"),
        }
        services.cancel_order(order.id, reason="", by=town.owner)
        assert town.heard(order) == those("owner", *STAFF, kind="status", board="off")
    hidden = town.crowd.order(town.owner)
    services.hide_order(hidden.id, by=town.admin)
    db.session.commit()
    with town.watching(site):
        services.show_order(hidden.id, by=town.admin)
        assert town.heard(hidden) == {
            **those("owner", *STAFF, kind="moderated", board="in"),
            # Strangers do not learn why it was away.
            **those("customer", "performer", "rival", kind="board", board="in"),
        }


def test_an_order_that_is_posted_and_hidden_at_once_never_comes_for_strangers(site: LiveSite, town: Town) -> None:
    with town.watching(site):
        order = services.post_order(
            title="Spam", description="", category_id=town.crowd.category().id, price=None, deadline=None, by=town.owner
        )
        services.hide_order(order.id, by=town.admin)
        heard = town.heard(order)
        assert set(heard) == {"owner", *STAFF, "customer", "performer", "rival"}
        assert heard["customer"] == heard["performer"] == heard["rival"] == [("board", "off")]


def test_what_is_rolled_back_is_told_to_nobody(site: LiveSite, town: Town) -> None:
    order = town.crowd.order(town.owner)
    with town.watching(site):
        services.take_order(order.id, limit=LIMIT, by=town.performer)
        db.session.rollback()
        assert town.heard(order) == {}


def test_rights_are_those_of_the_moment_and_not_of_the_greeting(site: LiveSite, town: Town) -> None:
    order = town.crowd.taken(town.performer, town.owner)
    with town.watching(site):
        services.withdraw_order(order.id, reason="No time", by=town.performer)
        town.heard(order)
        services.take_order(order.id, limit=LIMIT, by=town.rival)
        heard = town.heard(order)
        assert heard["performer"] == [("board", "off")]
        services.complete_order(order.id, by=town.rival)
        assert "performer" not in town.heard(order)


def test_windows_of_one_person_hear_the_same(site: LiveSite, town: Town) -> None:
    with site.window(town.owner) as one, site.window(town.owner) as other:
        order = town.crowd.order(town.owner)
        assert one.events() == other.events() == [(order.id, "status", "in")]


def test_a_blocked_person_hears_nothing_more(site: LiveSite, town: Town) -> None:
    with site.window(town.rival) as window:
        accounts.block_account(town.rival.id, reason="Spam", by=town.admin)
        order = services.post_order(
            title="New", description="", category_id=town.crowd.category().id, price=None, deadline=None, by=town.owner
        )
        db.session.commit()
        assert order.is_open
        assert window.closed_with() == 4401
