"""One order by program, and the list of them: who sees what of it, in how few questions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from marketplace.accounts import services as accounts
from marketplace.accounts.models import Account
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.orders import services
from marketplace.orders.models import Order
from marketplace.orders.states import MoneyState
from marketplace.web.programs import API
from tests.api.counting import selects
from tests.api.program import Program, told
from tests.people import People

Make = Callable[[Account | None], Program]

CONTACTS = {"phone": "+7 900 000-00-01", "messenger": "@anna", "site": "https://anna.example"}


@pytest.fixture
def desk(people: People) -> Account:
    """Somebody who runs the desk."""
    return people.manager()


def looked_after(people: People, desk: Account, **values: Any) -> Order:
    """An order in progress that `desk` looks after and that is paid."""
    order = people.taken(**values)
    services.assign_manager(order.id, manager_id=desk.id, by=desk)
    services.set_money(order.id, state=MoneyState.PAID, by=desk)
    db.session.commit()
    return order


class TestOneOrder:
    """Reading it."""

    def test_its_people_read_everything(self, people: People, program: Make, desk: Account) -> None:
        order = looked_after(people, desk, performer=people.performer(**CONTACTS))
        assert order.performer is not None
        shown = program(order.customer).get(f"/orders/{order.id}")
        assert shown == {
            "id": order.id,
            "number": order.number,
            "title": "Fix the report",
            "description": "It shows yesterday's numbers.",
            "category": {"id": order.category_id, "slug": "python", "name": "Python"},
            "status": "in_progress",
            "pricing": "fixed",
            "money_state": "paid",
            "price": "1500.00",
            "total": "1500.00",
            "currency": "RUB",
            "deadline": "2030-01-31",
            "customer": {"id": order.customer_id, "name": order.customer.name},
            "author": None,
            "manager": {"id": desk.id, "name": desk.name},
            "performer": {"id": order.performer_id, "name": order.performer.name, "rating": None, "reviews": 0},
            "is_hidden": False,
            "terms": order.terms,
            "lines_count": 0,
            "review": None,
            "contacts": [
                {"id": order.performer_id, "name": order.performer.name, "email": order.performer.email, **CONTACTS}
            ],
            "actions": ["cancel", "comments", "attachments"],
            "links": {
                "self": f"{API}/orders/{order.id}",
                "page": f"/orders/{order.id}",
                **{
                    part: f"{API}/orders/{order.id}/{part}"
                    for part in ("lines", "offers", "comments", "attachments", "events")
                },
            },
            **{name: shown[name] for name in ("created_at", "updated_at", "taken_at", "paid_at")},
            "completed_at": None,
            "cancelled_at": None,
            "ready_at": None,
            "delivered_at": None,
        }
        assert datetime.fromisoformat(shown["paid_at"]) == order.paid_at
        assert shown["created_at"].endswith("Z")
        by_performer = program(order.performer).get(f"/orders/{order.id}")
        assert by_performer["links"] == shown["links"]
        assert [one["email"] for one in by_performer["contacts"]] == [order.customer.email]
        by_desk = program(desk).get(f"/orders/{order.id}")
        assert [one["email"] for one in by_desk["contacts"]] == [order.customer.email, order.performer.email]
        assert by_desk["actions"] == [
            *("complete", "cancel", "assign", "comments", "attachments"),
            *("ready", "money"),
        ]
        by_observer = program(people.observer()).get(f"/orders/{order.id}")
        assert by_observer["actions"] == [] and len(by_observer["contacts"]) == 2

    def test_strangers_learn_what_the_board_shows_and_no_more(
        self, people: People, program: Make, desk: Account
    ) -> None:
        order = looked_after(people, desk)
        services.withdraw_order(order.id, reason="Too much", by=order.performer)  # type: ignore[arg-type]  # taken
        db.session.commit()
        for account in (None, people.customer(), people.performer()):
            shown = program(account).get(f"/orders/{order.id}")
            hidden = ("money_state", "manager", "author", "performer", "paid_at", "taken_at", "review")
            assert {name: shown[name] for name in hidden} == dict.fromkeys(hidden)
            assert shown["contacts"] == []
            assert shown["actions"] == (["take"] if account is not None and account.role == "performer" else [])

    def test_what_is_not_open_is_not_there_for_strangers(self, people: People, program: Make) -> None:
        private = [people.taken(), people.completed(), people.cancelled(), people.order()]
        services.hide_order(private[-1].id, by=people.admin())
        db.session.commit()
        for order in private:
            for account in (None, people.customer(), people.performer()):
                problem = program(account).get(f"/orders/{order.id}", 404)
                assert problem["type"] == "urn:podryad:problem:no-such-order"
        hidden = program(private[-1].customer).get(f"/orders/{private[-1].id}")
        assert hidden["is_hidden"] is True

    def test_who_wrote_it_down_is_named_to_its_people(self, people: People, program: Make, desk: Account) -> None:
        customer = people.customer()
        order = services.post_order(
            title="Written down",
            description="By telephone",
            category_id=people.category().id,
            price=None,
            deadline=None,
            customer=customer,
            by=desk,
        )
        db.session.commit()
        shown = program(customer).get(f"/orders/{order.id}")
        assert shown["author"] == shown["manager"] == {"id": desk.id, "name": desk.name}
        shown = program(people.performer()).get(f"/orders/{order.id}")
        assert shown["author"] is shown["manager"] is None

    def test_a_hidden_review_is_for_staff(self, people: People, program: Make) -> None:
        performer = people.performer()
        order = people.rated(8, performer)
        shown = program(order.customer).get(f"/orders/{order.id}")
        assert (shown["review"]["rating"], shown["review"]["text"]) == (8, "Thank you.")
        assert shown["performer"] == {"id": performer.id, "name": performer.name, "rating": 8.0, "reviews": 1}
        services.hide_review(order.id, by=people.admin())
        db.session.commit()
        for account in (order.customer, performer):
            shown = program(account).get(f"/orders/{order.id}")
            assert shown["review"] is None and "answer" not in shown["actions"]
        assert program(people.observer()).get(f"/orders/{order.id}")["review"]["rating"] == 8

    def test_it_takes_one_statement_and_one_more_each_for_contacts_and_a_review(
        self, people: People, program: Make
    ) -> None:
        order, taken, rated = people.order(), people.taken(), people.rated(9)
        for account, one, known in (
            (None, order, 1),
            # One for the token.
            (people.performer(), order, 2),
            (order.customer, order, 2),
            (taken.customer, taken, 3),
            (rated.customer, rated, 4),
            (people.manager(), rated, 4),
        ):
            asker, path = program(account), f"/orders/{one.id}"
            with selects() as sent:
                asker.get(path)
            assert len(sent) <= known, sent


class TestTheList:
    """The orders of the caller."""

    def test_everybody_lists_their_own_and_staff_all(self, people: People, program: Make, desk: Account) -> None:
        own, other = people.taken(), people.order()
        assert ids(program(own.customer)) == ids(program(own.performer)) == [own.id]
        assert ids(program(other.customer)) == [other.id]
        assert ids(program(people.performer())) == []
        for account in (desk, people.observer(), people.admin()):
            assert ids(program(account)) == [other.id, own.id]
        program(None).get("/orders", 401)

    def test_an_item_is_as_the_order_shows_it(self, people: People, program: Make, desk: Account) -> None:
        order = looked_after(people, desk)
        (item,) = program(order.customer).get("/orders")["items"]
        shown = program(order.customer).get(f"/orders/{order.id}")
        for name, value in item.items():
            if name not in ("performer", "links"):
                assert shown[name] == value, name
        assert item["performer"] == {name: shown["performer"][name] for name in ("id", "name")}
        assert item["links"] == {name: shown["links"][name] for name in ("self", "page")}

    def test_who_has_only_sent_an_offer_learns_neither_of_the_manager_nor_of_the_money(
        self, people: People, program: Make, desk: Account
    ) -> None:
        performer = people.performer()
        order = people.quoted(performer)
        services.assign_manager(order.id, manager_id=desk.id, by=desk)
        db.session.commit()
        asker = program(performer)
        (item,) = asker.get("/orders")["items"]
        assert (item["id"], item["manager"], item["money_state"]) == (order.id, None, None)
        for query in (f"manager={desk.id}", "manager=none", "manager=mine", "money=unpaid"):
            assert ids(asker, query) == []
        (item,) = program(order.customer).get("/orders")["items"]
        assert (item["manager"]["id"], item["money_state"]) == (desk.id, "unpaid")

    def test_who_has_sent_an_offer_finds_it_by_its_customer_and_by_nothing_secret(
        self, people: People, program: Make, desk: Account
    ) -> None:
        performer = people.performer()
        order = people.quoted(performer, customer=people.customer(name="Anna Kern"))
        services.assign_manager(order.id, manager_id=desk.id, by=desk)
        db.session.commit()
        asker, customer = program(performer), order.customer
        for words in ("anna", str(customer.id)):
            assert ids(asker, f"customer={words}") == [order.id]
        assert ids(asker, f"customer={customer.email}") == []
        assert ids(asker, f"manager={desk.id}") == []

    def test_nobody_outside_the_desk_learns_whose_an_address_of_the_desk_is(
        self, people: People, program: Make, desk: Account
    ) -> None:
        order = looked_after(people, desk)
        asker = program(order.customer)
        assert ids(asker, f"manager={desk.id}") == [order.id]
        assert ids(asker, f"manager={desk.email}") == []
        assert ids(program(desk), f"manager={desk.email}") == [order.id]

    def test_strangers_do_not_see_that_somebody_looks_after_an_order(
        self, people: People, program: Make, desk: Account
    ) -> None:
        order, stranger = people.order(), program(None)
        before = stranger.ask("GET", f"/orders/{order.id}")
        services.assign_manager(order.id, manager_id=desk.id, by=desk)
        db.session.commit()
        after = stranger.ask("GET", f"/orders/{order.id}")
        assert (after.data, after.headers["ETag"]) == (before.data, before.headers["ETag"])
        customer = program(order.customer).ask("GET", f"/orders/{order.id}")
        assert customer.get_json()["manager"]["id"] == desk.id

    def test_filters(self, people: People, program: Make, desk: Account) -> None:
        customer, performer = people.customer(name="Anna Kern"), people.performer(name="Boris Vian")
        with clock.fixed(datetime(2026, 3, 1, 21, 30, tzinfo=UTC)):
            early = people.order(customer, title="Early", price=Decimal(100))
        middle = looked_after(people, desk, performer=performer, customer=customer, price=Decimal(500))
        design = people.category("design").id
        late = people.quoting(people.customer(name="Clara"), title="Late", category_id=design)
        asker = program(desk)
        cases = {
            "": [late, middle, early],
            f"number={early.number}": [early],
            f"number={early.id}": [early],
            "number=2026-": [late, middle, early] if late.number.startswith("2026") else [early],
            "q=late": [late],
            "customer=anna": [middle, early],
            f"customer={customer.id}": [middle, early],
            f"customer={customer.email}": [middle, early],
            "performer=vian": [middle],
            "performer=nobody": [],
            "manager=none": [late, early],
            "manager=mine": [middle],
            f"manager={desk.id}": [middle],
            "status=new": [early],
            "status=new&status=quoting": [late, early],
            "money=paid": [middle],
            "status=in_progress&money=unpaid": [],
            "category=design": [late],
            "total_from=200": [middle],
            "total_from=100&total_to=100.00": [early],
            # Nine in the evening by UTC is the next day in Moscow.
            "created_from=2026-03-02&created_to=2026-03-02": [early],
            "created_to=2026-03-01": [],
            "sort=created": [early, middle, late],
            "sort=-total": [middle, early, late],
            "sort=total": [early, middle, late],
        }
        for query, found in cases.items():
            assert ids(asker, query) == [order.id for order in found], query

    def test_the_day_begins_where_the_caller_is(self, people: People, program: Make) -> None:
        with clock.fixed(datetime(2026, 3, 1, 21, 30, tzinfo=UTC)):
            order = people.order()
        order.customer.time_zone = "America/New_York"
        db.session.commit()
        asker = program(order.customer)
        assert ids(asker, "created_to=2026-03-01") == [order.id]
        assert ids(asker, "created_from=2026-03-02") == []

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ("total_from=5&total_to=4.99", "total_to"),
            ("total_from=x", "total_from"),
            ("created_from=2026-02-01&created_to=2026-01-01", "created_to"),
            ("created_from=2026-02-30", "created_from"),
            ("number=2026/1", "number"),
            ("number=" + "9" * 19, "number"),
            ("status=unheard-of", "status.0"),
            ("money=new", "money.0"),
            ("category=unheard-of", "category"),
            ("sort=title", "sort"),
            ("customer=" + "x" * 101, "customer"),
            ("limit=0", "limit"),
            ("page=2", "page"),
        ],
    )
    def test_a_filter_that_makes_no_sense_is_named(self, people: People, program: Make, query: str, field: str) -> None:
        problem = program(people.manager()).get(f"/orders?{query}", 422)
        assert list(problem["errors"]) == [field]

    def test_a_name_that_too_many_have_is_refused(
        self, people: People, program: Make, desk: Account, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("marketplace.orders.queries.order_list.MOST_PEOPLE", 1)
        for _number in range(2):
            people.order(people.customer(name="Anna Kern"))
        assert "customer" in program(desk).get("/orders?customer=anna", 422)["errors"]

    @pytest.mark.parametrize("sort", ["-created", "created", "-total", "deadline"])
    def test_pages_neither_skip_nor_repeat(self, people: People, program: Make, sort: str) -> None:
        customer = people.customer()
        made = [
            people.order(customer, price=None if number % 3 == 0 else Decimal(100 * (number % 2 + 1))).id
            for number in range(7)
        ]
        asker, seen, cursor = program(customer), [], ""
        while True:
            answer = asker.get(f"/orders?sort={sort}&limit=2{cursor}")
            seen += [item["id"] for item in answer["items"]]
            if answer["next_cursor"] is None:
                break
            cursor = f"&cursor={answer['next_cursor']}"
        assert seen == ids(asker, f"sort={sort}&limit=100") and sorted(seen) == made
        asker.get(f"/orders?sort={sort}&cursor=x", 422)

    @pytest.mark.parametrize("query", ["", "sort=-total", "customer=anna&q=report", "manager=none&status=new"])
    def test_the_number_of_statements_does_not_grow(self, people: People, program: Make, query: str) -> None:
        customer = people.customer(name="Anna Kern")
        asker, counted = program(people.manager()), []
        for number in range(20):
            people.order(customer)
            if number in (2, 19):
                with selects() as sent:
                    assert len(ids(asker, query)) == number + 1
                counted.append(len(sent))
        # The token, the categories, how many there are, the page, which may have two parts; and whoever is looked for.
        assert counted[0] == counted[1] <= 5


def ids(program: Program, query: str = "") -> list[int]:
    """The ids of the orders that are listed."""
    return [item["id"] for item in program.get(f"/orders?{query}" if query else "/orders")["items"]]


def test_the_same_order_is_another_thing_to_others(people: People, program: Make) -> None:
    order, other = people.order(), people.performer()
    tag = program(order.customer).ask("GET", f"/orders/{order.id}").headers["ETag"]
    answer = program(other).ask("GET", f"/orders/{order.id}", headers={"If-None-Match": tag})
    assert told(answer, 200)["actions"] == ["take"]


def test_somebody_who_was_blocked_reads_nothing(people: People, program: Make) -> None:
    order = people.order()
    asker = program(order.customer)
    accounts.block_account(order.customer_id, reason="Spam", by=people.admin())
    db.session.commit()
    for path in (f"/orders/{order.id}", "/orders", "/board", "/events"):
        asker.get(path, 401)
