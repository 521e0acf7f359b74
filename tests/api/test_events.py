"""What has happened, by program: the history of an order as its page tells it, and the feed of everything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from sqlalchemy import event, text

from marketplace.accounts.models import Account
from marketplace.core.db import db
from marketplace.orders import services
from marketplace.orders.models import Order
from marketplace.orders.queries import feed
from marketplace.orders.queries.news import newest_event_id
from marketplace.orders.services import following, talking
from marketplace.orders.states import MoneyState
from marketplace.web.programs import API
from tests.api.counting import selects
from tests.api.program import Program
from tests.orders.offers import accept, send
from tests.people import People
from tests.races.conftest import application_on

Make = Callable[[Account | None], Program]


class Deal(NamedTuple):
    """An order that much has happened to, and its people; `loser` has sent an offer that was declined."""

    order: Order
    performer: Account
    loser: Account
    desk: Account


@pytest.fixture
def deal(people: People) -> Deal:
    """From the first offer to the review."""
    performer, loser, desk = people.performer(), people.performer(), people.manager()
    order = people.quoting()
    services.assign_manager(order.id, manager_id=desk.id, by=desk)
    won = send(order, performer)
    lost = send(order, loser, "1900")
    services.decline_offer(lost.id, reason="Too dear", by=order.customer)
    accept(won)
    services.set_money(order.id, state=MoneyState.PAID, by=desk)
    talking.comment_on_order(order.id, text="When?", by=order.customer)
    services.complete_order(order.id, by=performer)
    services.rate_order(order.id, rating=9, text="Good", by=order.customer)
    db.session.commit()
    return Deal(order, performer, loser, desk)


WHOLE = [
    ("status", "new", ""),
    ("status", "quoting", ""),
    ("manager", None, ""),
    ("status", "quoted", ""),
    ("offer", None, "sent"),
    ("offer", None, "sent"),
    ("offer", None, "declined"),
    ("status", "in_progress", ""),
    ("offer", None, "accepted"),
    ("money", None, "paid"),
    ("status", "completed", ""),
    ("review", None, "rated"),
]
"""What happened to the order of the deal, as its history tells it."""


def lines(answer: Any) -> list[tuple[str, Any, str]]:
    return [(one["kind"], one["to_status"], one["detail"]) for one in answer["items"]]


class TestHistory:
    """GET /orders/{id}/events."""

    def test_its_customer_and_staff_read_all_of_it(self, deal: Deal, people: People, program: Make) -> None:
        for account in (deal.order.customer, deal.desk, people.observer(), people.admin()):
            answer = program(account).get(f"/orders/{deal.order.id}/events")
            assert sorted(lines(answer), key=str) == sorted(WHOLE, key=str)
            assert [one["id"] for one in answer["items"]] == sorted(one["id"] for one in answer["items"])
        declined = next(one for one in answer["items"] if one["detail"] == "declined")
        assert declined == {
            "id": declined["id"],
            "order_id": deal.order.id,
            "kind": "offer",
            "at": declined["at"],
            "actor": {"id": deal.order.customer_id, "name": deal.order.customer.name},
            "performer": {"id": deal.loser.id, "name": deal.loser.name},
            "manager": None,
            "from_status": None,
            "to_status": None,
            "detail": "declined",
            "subject_id": declined["subject_id"],
            "note": "Too dear",
            "links": {"order": f"{API}/orders/{deal.order.id}"},
        }
        manager = next(one for one in answer["items"] if one["kind"] == "manager")
        assert manager["manager"] == {"id": deal.desk.id, "name": deal.desk.name}

    def test_the_performer_reads_nothing_of_the_offers_of_others(self, deal: Deal, program: Make) -> None:
        answer = program(deal.performer).get(f"/orders/{deal.order.id}/events")
        own = [line for line in WHOLE if line[2] not in ("declined", "sent")] + [("offer", None, "sent")]
        assert sorted(lines(answer), key=str) == sorted(own, key=str)

    def test_strangers_read_none(self, deal: Deal, people: People, program: Make) -> None:
        for account in (deal.loser, people.customer()):
            program(account).get(f"/orders/{deal.order.id}/events", 404)
            # They may read the order, but not who did what.
            program(account).get(f"/orders/{people.order().id}/events", 403)
        program(None).get(f"/orders/{people.order().id}/events", 401)
        program(deal.desk).get(f"/orders/{2**62}/events", 404)

    def test_pages_go_on_from_each_other(self, deal: Deal, program: Make) -> None:
        asker, path = program(deal.order.customer), f"/orders/{deal.order.id}/events"
        whole = asker.get(path)["items"]
        seen: list[Any] = []
        cursor = ""
        while True:
            answer = asker.get(f"{path}?limit=4{cursor}")
            seen += answer["items"]
            if answer["next_cursor"] is None:
                break
            cursor = f"&cursor={answer['next_cursor']}"
        assert seen == whole
        asker.get(f"{path}?cursor=x", 422)

    def test_the_number_of_statements_does_not_grow(self, people: People, program: Make) -> None:
        order, desk, counted = people.taken(), people.manager(), []
        asker, path = program(desk), f"/orders/{order.id}/events"
        for number in range(20):
            state = MoneyState.UNPAID if number % 2 else MoneyState.PAID
            services.set_money(order.id, state=state, by=desk)
            db.session.commit()
            if number in (2, 19):
                with selects() as sent:
                    asker.get(path)
                counted.append(len(sent))
        assert counted[0] == counted[1] <= 4


class TestFeed:
    """GET /events."""

    def test_staff_hear_of_everything_talk_and_reviews_included(self, deal: Deal, program: Make) -> None:
        answer = program(deal.desk).get("/events?after=0")
        kinds = [item["kind"] for item in answer["items"]]
        assert sorted(set(kinds)) == ["comment", "manager", "money", "offer", "review", "status"]
        assert len(kinds) == len(WHOLE) + 1
        assert (answer["last_id"], answer["more"]) == (newest_event_id(), False)
        for item in answer["items"]:
            told = item["event"]
            assert (told["id"], told["order_id"], told["kind"]) == (item["id"], deal.order.id, item["kind"])
        # Where each of them left it, and not where the order is now.
        boards = [item["board"] for item in answer["items"]]
        taken = next(place for place, item in enumerate(answer["items"]) if item["event"]["to_status"] == "in_progress")
        assert boards == ["in", *["on"] * (taken - 1), *["off"] * (len(boards) - taken)]

    def test_its_customer_hears_of_their_orders_and_of_the_board(
        self, deal: Deal, people: People, program: Make
    ) -> None:
        other, private = people.order(), people.taken()
        asker = program(deal.order.customer)
        items = asker.get("/events?after=0")["items"]
        assert len([item for item in items if item["order_id"] == deal.order.id]) == len(WHOLE) + 1
        (board,) = (item for item in items if item["order_id"] == other.id)
        assert board == {
            "id": board["id"],
            "order_id": other.id,
            "kind": "board",
            "board": "in",
            "event": None,
            "links": {"order": f"{API}/orders/{other.id}"},
        }
        seen = [(item["kind"], item["board"], item["links"]) for item in items if item["order_id"] == private.id]
        assert seen == [("board", "in", {}), ("board", "off", {})]

    def test_a_performer_hears_of_their_own_offer_and_that_the_order_is_gone(self, deal: Deal, program: Make) -> None:
        items = program(deal.loser).get("/events?after=0")["items"]
        own = [item["event"]["detail"] for item in items if item["kind"] == "offer"]
        assert own == ["sent", "declined"]
        board = [item["board"] for item in items if item["kind"] == "board"]
        assert board == ["in", "on", "on", "off"]
        assert all((item["event"] is None) == (item["kind"] == "board") for item in items)

    def test_strangers_hear_that_a_hidden_order_is_gone_as_of_any_other(self, people: People, program: Make) -> None:
        order = people.order()
        services.hide_order(order.id, by=people.admin())
        db.session.commit()
        items = program(people.customer()).get("/events?after=0")["items"]
        assert [(item["kind"], item["board"]) for item in items] == [("board", "in"), ("board", "off")]
        items = program(order.customer).get("/events?after=0")["items"]
        assert [item["kind"] for item in items] == ["status", "moderated"]

    def test_whoever_begins_now_hears_only_of_what_comes(self, deal: Deal, people: People, program: Make) -> None:
        asker = program(people.customer())
        begun = asker.get("/events")
        assert begun == {"items": [], "last_id": newest_event_id(), "more": False}
        order = people.order()
        answer = asker.get(f"/events?after={begun['last_id']}")
        assert [item["order_id"] for item in answer["items"]] == [order.id]
        assert asker.get(f"/events?after={answer['last_id']}") == {**begun, "last_id": answer["last_id"]}

    @pytest.mark.parametrize("limit", [1, 3, 100])
    def test_whoever_goes_on_from_last_id_hears_of_everything_once(
        self, limit: int, deal: Deal, people: People, program: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        people.taken()
        people.order()
        for account in (deal.order.customer, deal.loser, people.performer(), deal.desk):
            monkeypatch.undo()
            asker = program(account)
            whole = asker.get("/events?after=0")["items"]
            # However much is looked at for one answer.
            monkeypatch.setattr(following, "SCANNED", 2)
            seen: list[Any] = []
            after, asked = 0, 0
            while True:
                answer = asker.get(f"/events?after={after}&limit={limit}")
                assert len(answer["items"]) <= limit
                assert answer["last_id"] >= after
                seen, after, asked = seen + answer["items"], answer["last_id"], asked + 1
                if not answer["more"]:
                    break
            assert seen == whole
            assert after == newest_event_id()

    def test_an_event_that_has_never_been_is_refused(self, people: People, program: Make) -> None:
        people.order()
        asker = program(people.customer())
        problem = asker.get(f"/events?after={newest_event_id() + 1}", 422)
        assert list(problem["errors"]) == ["after"]

    @pytest.mark.parametrize("query", ["after=-1", "after=x", f"after={2**63}", "limit=0", "limit=101", "since=1"])
    def test_a_parameter_that_makes_no_sense_is_named(self, query: str, people: People, program: Make) -> None:
        problem = program(people.customer()).get(f"/events?{query}", 422)
        assert list(problem["errors"]) == [query.partition("=")[0]]

    def test_it_is_for_those_who_have_signed_in(self, program: Make) -> None:
        program(None).get("/events", 401)

    def test_the_number_of_statements_does_not_grow(self, people: People, program: Make) -> None:
        customer = people.customer()
        # Before the first one there is a gap, which takes a question more.
        people.order(customer)
        start = newest_event_id()
        asker, counted = program(people.manager()), []
        for number in range(20):
            people.order(customer)
            if number in (2, 19):
                with selects() as sent:
                    assert len(asker.get(f"/events?after={start}")["items"]) == number + 1
                counted.append(len(sent))
        # The token, the ids, the events, what the board was then, the names.
        assert counted[0] == counted[1] <= 5


@pytest.fixture(scope="module")
def many(fresh_database: Callable[[], str]) -> Iterator[int]:
    """Thirty thousand events of ten thousand orders, with a gap in the middle; how many ids there are."""
    with application_on(fresh_database()) as app:
        order = People(app).order()
        orders = (
            "INSERT INTO orders (title, category_id, customer_id, author_id, status, created_at, updated_at)"
            " SELECT title, category_id, customer_id, author_id, status, created_at, updated_at"
            f" FROM orders, generate_series(1, 10000) WHERE id = {order.id}"
        )
        events = "INSERT INTO order_events (order_id, kind, at) SELECT id, 'edited', now() FROM orders"
        gap = "SELECT nextval(pg_get_serial_sequence('order_events', 'id'))"
        for statement in (orders, events, events, gap, events, "ANALYZE"):
            db.session.execute(text(statement))
        db.session.commit()
        yield newest_event_id()


@pytest.mark.parametrize("place", [0.0, 0.5, 0.667, 0.9999])
def test_however_many_events_there_are_the_table_is_not_read_through(place: float, many: int) -> None:
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        if "order_events" in statement and "pg_locks" not in statement:
            asked.append((statement, values))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        stretch = feed.next_events(int(many * place), following.SCANNED)
        assert feed.newest_settled() == many
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert stretch.news and stretch.more == (place < 0.9)
    connection = db.session.connection()
    for statement, values in asked:
        plan = "\n".join(line for (line,) in connection.exec_driver_sql(f"EXPLAIN {statement}", values))
        assert "Seq Scan on order_events" not in plan, plan
    db.session.rollback()
