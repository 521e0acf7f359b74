"""Posting and editing orders by program: the rules of the form on the page, field by field."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from marketplace.accounts import services as accounts
from marketplace.accounts.models import Account
from marketplace.catalog import services as catalog
from marketplace.catalog.models import Category
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.orders.models import MAX_LINES, Order, OrderEvent, OrderLine
from marketplace.orders.states import EventKind, Pricing, Status
from marketplace.web.programs import API
from tests.api.program import Program, told
from tests.people import People

Make = Callable[[Account | None], Program]

SOON = (clock.today() + timedelta(days=30)).isoformat()


@pytest.fixture
def wanted(people: People) -> dict[str, Any]:
    """What a program sends for an order."""
    return {
        "title": "Fix the report",
        "description": "It shows yesterday's numbers.",
        "category_id": people.category().id,
        "pricing": "fixed",
        "price": "1500",
        "deadline": SOON,
    }


def number_of(what: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(what)) or 0


class TestPosting:
    """POST /orders."""

    def test_it_is_on_the_board_at_once_and_is_answered_as_it_is_read(
        self, people: People, program: Make, wanted: dict[str, Any]
    ) -> None:
        customer = people.customer()
        asker = program(customer)
        answer = asker.ask("POST", "/orders", wanted)
        shown = told(answer, 201)
        assert answer.headers["Location"] == shown["links"]["self"] == f"{API}/orders/{shown['id']}"
        read = asker.ask("GET", f"/orders/{shown['id']}")
        assert read.get_json() == shown
        assert read.headers["ETag"] == answer.headers["ETag"]
        assert (shown["status"], shown["price"], shown["total"]) == ("new", "1500.00", "1500.00")
        assert shown["actions"] == ["edit", "request-quote", "cancel", "comments", "attachments"]
        assert [item["id"] for item in program(None).get("/board")["items"]] == [shown["id"]]
        order = db.session.get_one(Order, shown["id"])
        assert (order.customer_id, order.author_id, order.manager_id) == (customer.id, customer.id, None)

    def test_what_may_be_left_out_may(self, people: People, program: Make, wanted: dict[str, Any]) -> None:
        shown = program(people.customer()).post(
            "/orders", {name: wanted[name] for name in ("title", "description", "category_id")}, 201
        )
        assert (shown["price"], shown["total"], shown["deadline"], shown["pricing"]) == (None, None, None, "fixed")

    def test_lines_make_the_sum_and_a_product_brings_its_price(
        self, people: People, program: Make, wanted: dict[str, Any]
    ) -> None:
        desk = people.manager()
        plain: Any = {"description": "", "unit": "m", "category_id": None, "source_url": None}
        cable = catalog.create_product(name="Cable", price=Decimal("90.50"), by=desk, **plain)
        db.session.commit()
        lines = [{"product_id": cable.id, "quantity": 2}, {"name": " Laying  of cable ", "unit_price": "100"}]
        shown = program(people.customer()).post("/orders", {**wanted, "price": None, "lines": lines}, 201)
        assert (shown["lines_count"], shown["price"], shown["total"]) == (2, None, "281.00")
        rows = db.session.scalars(select(OrderLine).order_by(OrderLine.position)).all()
        assert [(row.name, row.unit, row.quantity) for row in rows] == [("Cable", "m", 2), ("Laying of cable", "", 1)]

    def test_by_quote_nobody_takes_it(self, people: People, program: Make, wanted: dict[str, Any]) -> None:
        shown = program(people.customer()).post("/orders", {**wanted, "pricing": "quote", "price": None}, 201)
        program(people.performer()).post(f"/orders/{shown['id']}/take", status=409)

    def test_the_desk_writes_it_down_for_a_customer_and_looks_after_it(
        self, people: People, program: Make, wanted: dict[str, Any]
    ) -> None:
        customer = people.customer()
        for desk in (people.manager(), people.admin()):
            shown = program(desk).post("/orders", {**wanted, "customer_id": customer.id}, 201)
            assert shown["customer"]["id"] == customer.id
            assert shown["manager"]["id"] == shown["author"]["id"] == desk.id

    def test_the_desk_has_to_name_an_active_customer(
        self, people: People, program: Make, wanted: dict[str, Any]
    ) -> None:
        desk, blocked = people.manager(), people.customer()
        accounts.block_account(blocked.id, reason="Spam", by=people.admin())
        db.session.commit()
        asker = program(desk)
        for customer_id in (None, blocked.id, people.performer().id, desk.id, 2**62):
            problem = asker.post("/orders", {**wanted, "customer_id": customer_id}, 422)
            assert list(problem["errors"]) == ["customer_id"]
        assert number_of(Order) == 0

    def test_a_customer_posts_for_nobody_else(self, people: People, program: Make, wanted: dict[str, Any]) -> None:
        customer = people.customer()
        asker = program(customer)
        for other in (people.customer().id, people.performer().id, 2**62):
            asker.post("/orders", {**wanted, "customer_id": other}, 403)
        assert number_of(Order) == 0
        assert asker.post("/orders", {**wanted, "customer_id": customer.id}, 201)["author"] is None

    def test_others_post_nothing(self, people: People, program: Make, wanted: dict[str, Any]) -> None:
        for account in (people.performer(), people.observer()):
            program(account).post("/orders", wanted, 403)
            program(account).post("/orders", {**wanted, "customer_id": people.customer().id}, 403)
        program(None).post("/orders", wanted, 401)
        assert number_of(Order) == 0

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("title", ""),
            ("title", " \u200b "),
            ("title", "…"),
            ("title", "x" * 121),
            ("title", None),
            ("title", 5),
            ("description", ""),
            ("description", " \n\u200b"),
            ("description", "x" * 10_001),
            ("category_id", 2**62),
            ("category_id", 0),
            ("category_id", "1"),
            ("category_id", None),
            ("pricing", "barter"),
            ("pricing", None),
            ("price", "0"),
            ("price", "-1"),
            ("price", "1.999"),
            ("price", "1 500"),
            ("price", "1000000000.01"),
            ("price", 1500),
            ("deadline", "yesterday"),
            ("deadline", "2020-01-31"),
            ("deadline", "2190-01-31"),
            ("deadline", "2030-02-30"),
            ("deadline", 20300131),
            ("lines", None),
            ("lines", [{"name": "x", "unit_price": "1"}] * (MAX_LINES + 1)),
            ("customer_id", "1"),
        ],
    )
    def test_a_wrong_field_is_named_and_nothing_is_posted(
        self, people: People, program: Make, wanted: dict[str, Any], field: str, value: Any
    ) -> None:
        problem = program(people.customer()).post("/orders", {**wanted, field: value}, 422)
        assert list(problem["errors"]) == [field]
        assert number_of(Order) == 0

    @pytest.mark.parametrize(
        ("line", "place"),
        [
            ({"name": "x", "unit_price": "1", "quantity": 0}, "lines.0.quantity"),
            ({"name": "x", "unit_price": "-1"}, "lines.0.unit_price"),
            ({"name": " ", "unit_price": "1"}, "lines.0.name"),
            ({"name": "x", "unit_price": "1", "id": 1}, "lines.0.id"),
            ({"name": "x"}, "lines.0.unit_price"),
            ({}, "lines.0.name"),
            ({"product_id": 2**62}, "lines.0.product_id"),
            ({"name": "x", "unit_price": "1000000000", "quantity": 2}, "lines"),
        ],
    )
    def test_a_wrong_line_is_named_and_nothing_is_posted(
        self, people: People, program: Make, wanted: dict[str, Any], line: dict[str, Any], place: str
    ) -> None:
        problem = program(people.customer()).post("/orders", {**wanted, "lines": [line]}, 422)
        assert list(problem["errors"]) == [place]
        assert number_of(Order) == number_of(OrderEvent) == 0

    def test_a_category_that_takes_no_new_orders_is_refused(
        self, people: People, program: Make, wanted: dict[str, Any]
    ) -> None:
        people.category().is_active = False
        db.session.commit()
        assert "category_id" in program(people.customer()).post("/orders", wanted, 422)["errors"]

    def test_the_deadline_is_from_today_on_where_the_caller_lives(
        self, people: People, program: Make, wanted: dict[str, Any]
    ) -> None:
        customer = people.customer()
        customer.time_zone = "America/Los_Angeles"
        db.session.commit()
        with clock.fixed(datetime(2026, 3, 20, 3, 0, tzinfo=UTC)):
            # Signed in at that hour too: a token of another hour is not valid yet, or no longer.
            asker, today = program(customer), date(2026, 3, 19)
            asker.post("/orders", {**wanted, "deadline": today.isoformat()}, 201)
            asker.post("/orders", {**wanted, "deadline": (today - timedelta(days=1)).isoformat()}, 422)

    def test_a_repetition_posts_one_order(self, people: People, program: Make, wanted: dict[str, Any]) -> None:
        asker, key = program(people.customer()), {"Idempotency-Key": "an-order"}
        first = asker.ask("POST", "/orders", wanted, headers=key)
        again = asker.ask("POST", "/orders", wanted, headers=key)
        assert (first.status_code, again.status_code) == (201, 201)
        assert (again.data, again.headers["Location"]) == (first.data, first.headers["Location"])
        assert number_of(Order) == 1


class TestEditing:
    """PATCH /orders/{id}."""

    @pytest.mark.parametrize(
        ("field", "value", "shown"),
        [
            ("title", " Another  title ", "Another title"),
            ("description", "In other words.\n", "In other words."),
            ("price", "99.9", "99.90"),
            ("price", None, None),
            ("deadline", SOON, SOON),
            ("deadline", None, None),
            ("pricing", "quote", "quote"),
        ],
    )
    def test_what_is_sent_changes_and_the_rest_stays(
        self, people: People, program: Make, field: str, value: Any, shown: Any
    ) -> None:
        order = people.order()
        asker = program(order.customer)
        before = asker.get(f"/orders/{order.id}")
        after = asker.patch(f"/orders/{order.id}", {field: value})
        assert after[field] == shown
        follow = {"updated_at", "terms", *(("total",) if field == "price" else ())}
        if field == "pricing":
            follow = {"updated_at"}
        assert {name for name in after if after[name] != before[name]} == follow | {field}
        assert asker.get(f"/orders/{order.id}") == after
        assert edits(order) == 1

    def test_the_desk_edits_too_and_the_category_goes_by_its_id(self, people: People, program: Make) -> None:
        order, design = people.order(), people.category("design")
        shown = program(people.manager()).patch(f"/orders/{order.id}", {"category_id": design.id})
        assert shown["category"]["slug"] == "design"

    def test_a_category_may_stay_that_takes_no_new_orders(self, people: People, program: Make) -> None:
        order = people.order()
        db.session.get_one(Category, order.category_id).is_active = False
        other = people.category("design")
        other.is_active = False
        db.session.commit()
        asker = program(order.customer)
        asker.patch(f"/orders/{order.id}", {"category_id": order.category_id, "title": "Another"})
        assert "category_id" in asker.patch(f"/orders/{order.id}", {"category_id": other.id}, 422)["errors"]

    def test_nothing_sent_changes_nothing(self, people: People, program: Make) -> None:
        order = people.order()
        asker = program(order.customer)
        before = asker.ask("GET", f"/orders/{order.id}")
        after = asker.ask("PATCH", f"/orders/{order.id}", {})
        assert told(after, 200) == before.get_json()
        assert after.headers["ETag"] == before.headers["ETag"]
        assert edits(order) == 0

    def test_the_lines_are_sent_as_a_whole_and_keep_what_is_not_sent(self, people: People, program: Make) -> None:
        order = people.order(price=None)
        asker, path = program(order.customer), f"/orders/{order.id}"
        asker.patch(path, {"lines": [{"name": name, "unit_price": "10", "quantity": 1} for name in "abc"]})
        first, _second, third = asker.get(f"{path}/lines")["items"]
        lines = [
            {"id": third["id"], "quantity": 5},
            {"name": "new", "unit_price": "1.50", "quantity": 2},
            {"id": first["id"], "quantity": 1, "name": "A"},
        ]
        shown = asker.patch(path, {"lines": lines})
        assert (shown["lines_count"], shown["total"]) == (3, "63.00")
        now = asker.get(f"{path}/lines")["items"]
        assert [(line["name"], line["sum"]) for line in now] == [("c", "50.00"), ("new", "3.00"), ("A", "10.00")]
        assert (now[0]["id"], now[2]["id"]) == (third["id"], first["id"])
        assert asker.patch(path, {"title": "Another"})["lines_count"] == 3
        assert asker.patch(path, {"lines": []})["total"] is None

    @pytest.mark.parametrize(
        ("line", "place"),
        [
            ({"id": 2**62, "quantity": 1}, "lines.0.id"),
            ({"id": 1, "product_id": 1, "quantity": 1}, "lines.0.product_id"),
            ({"name": "x", "unit_price": "1"}, "lines.0.quantity"),
            ({"quantity": 1}, "lines.0.name"),
        ],
    )
    def test_a_wrong_line_is_named_and_changes_nothing(
        self, people: People, program: Make, line: dict[str, Any], place: str
    ) -> None:
        order = people.order()
        problem = program(order.customer).patch(f"/orders/{order.id}", {"title": "Another", "lines": [line]}, 422)
        assert list(problem["errors"]) == [place]
        untouched(order)

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("title", None),
            ("title", "…"),
            ("description", None),
            ("description", " "),
            ("category_id", None),
            ("category_id", 2**62),
            ("pricing", None),
            ("price", "0"),
            ("deadline", "2020-01-31"),
            ("deadline", "2190-01-31"),
            ("lines", None),
            ("customer_id", 1),
            ("status", "completed"),
        ],
    )
    def test_a_wrong_field_is_named_and_changes_nothing(
        self, people: People, program: Make, field: str, value: Any
    ) -> None:
        order = people.order()
        problem = program(order.customer).patch(f"/orders/{order.id}", {field: value}, 422)
        assert list(problem["errors"]) == [field]
        untouched(order)

    def test_a_deadline_that_has_passed_may_stay(self, people: People, program: Make) -> None:
        order = people.order(deadline=date(2020, 1, 31))
        asker = program(order.customer)
        asker.patch(f"/orders/{order.id}", {"deadline": "2020-01-31", "title": "Another"})
        asker.patch(f"/orders/{order.id}", {"deadline": "2020-02-01"}, 422)

    def test_who_waits_for_offers_has_asked_for_them(self, people: People, program: Make) -> None:
        order = people.quoting()
        asker = program(order.customer)
        assert asker.patch(f"/orders/{order.id}", {"pricing": "quote", "title": "Another"})["title"] == "Another"
        asker.patch(f"/orders/{order.id}", {"pricing": "fixed"}, 409)
        assert db.session.get_one(Order, order.id).pricing is Pricing.QUOTE

    def test_others_edit_nothing(self, people: People, program: Make) -> None:
        order = people.order()
        for account in (people.customer(), people.performer(), people.observer()):
            program(account).patch(f"/orders/{order.id}", {"title": "Another"}, 403)
        program(None).patch(f"/orders/{order.id}", {"title": "Another"}, 401)
        untouched(order)

    def test_nobody_edits_what_somebody_has_or_has_made_an_offer_for(self, people: People, program: Make) -> None:
        desk = program(people.manager())
        for order in (people.taken(), people.quoted(), people.completed(), people.cancelled()):
            program(order.customer).patch(f"/orders/{order.id}", {"title": "Another"}, 409)
            desk.patch(f"/orders/{order.id}", {"title": "Another"}, 409)
            program(people.customer()).patch(
                f"/orders/{order.id}", {"title": "Another"}, 403 if order.status is Status.QUOTED else 404
            )
            untouched(order)

    def test_what_somebody_else_has_changed_is_not_changed_unseen(self, people: People, program: Make) -> None:
        order = people.order()
        asker, desk, path = program(order.customer), program(people.manager()), f"/orders/{order.id}"
        tag = {"If-Match": asker.ask("GET", path).headers["ETag"]}
        desk.patch(path, {"title": "By the desk"})
        asker.patch(path, {"title": "Another"}, 412, headers=tag)
        assert db.session.get_one(Order, order.id).title == "By the desk"
        tag = {"If-Match": asker.ask("GET", path).headers["ETag"]}
        changed = asker.ask("PATCH", path, {"title": "Another"}, headers=tag)
        assert told(changed, 200)["title"] == "Another"
        asker.patch(path, {"title": "Once more"}, headers={"If-Match": changed.headers["ETag"]})
        asker.patch(path, {"title": "Whatever it is"}, headers={"If-Match": "*"})
        asker.patch(path, {"title": "Never"}, 412, headers={"If-Match": ""})

    def test_who_may_not_edit_is_told_so_before_the_states_are_compared(self, people: People, program: Make) -> None:
        order = people.order()
        wrong = {"If-Match": '"x"'}
        program(people.performer()).patch(f"/orders/{order.id}", {"title": "Another"}, 403, headers=wrong)
        program(people.taken().customer).patch(f"/orders/{2**62}", {"title": "Another"}, 404, headers=wrong)


def edits(order: Order) -> int:
    """How often its history says that it was edited."""
    edited = OrderEvent.kind == EventKind.EDITED
    return number_of(select(OrderEvent).where(edited, OrderEvent.order_id == order.id).subquery())


def untouched(order: Order) -> None:
    """It is as it was posted."""
    fresh = db.session.get_one(Order, order.id, populate_existing=True)
    assert (fresh.title, fresh.description, fresh.lines_count) == ("Fix the report", "It shows yesterday's numbers.", 0)
    assert edits(order) == 0
