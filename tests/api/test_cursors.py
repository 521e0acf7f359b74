"""Cursors by program: each goes on with the list that gave it out, asked for in the same way, and with no other."""

from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from marketplace.accounts.models import Account
from marketplace.api.protocol.operations import OPERATIONS
from marketplace.catalog.models import CatalogLoad
from marketplace.catalog.states import LoadStatus
from marketplace.core.db import db
from marketplace.orders import services
from tests.api.program import Program
from tests.catalog.shelf import product
from tests.orders.offers import line, send
from tests.people import People
from tests.web.talking import comment_on, file_on, media

assert media
Make = Callable[[Account | None], Program]


@dataclass(frozen=True)
class Asked:
    """A list as somebody asks for it; it has at least two rows."""

    operation: str
    asker: Program
    path: str

    def page(self, cursor: str | None = None, status: int = 200) -> Any:
        """One row of it, after `cursor`."""
        query = "limit=1" if cursor is None else f"limit=1&cursor={cursor}"
        return self.asker.get(f"{self.path}{'&' if '?' in self.path else '?'}{query}", status)


def town(people: People, program: Make, media: Path) -> list[Asked]:
    """Every list that has pages, of several things, and sorted and filtered in several ways."""
    customer, performer, other, manager = people.customer(), people.performer(), people.performer(), people.manager()
    admin = people.admin()
    orders = []
    for title in ("Fix the report", "Mend the report"):
        order = people.quoting(customer, title=title, lines=[line("Pipes"), line("Cables")])
        services.assign_manager(order.id, manager_id=manager.id, by=manager)
        for number in range(2):
            comment_on(order, customer, f"Number {number}")
            file_on(order, customer, media)
            send(order, performer, str(900 - number), days=3)
        send(order, other, "500", days=9)
        people.rated(8, performer)
        people.rated(9, other)
        people.order(customer, title=title)
        product(people, name=f"{title} with a tie", category_id=people.category().id)
        services.hide_order(order.id, by=admin)
        services.show_order(order.id, by=admin)
        orders.append(order)
        db.session.add(CatalogLoad(account_id=manager.id, source="https://example.com/goods", status=LoadStatus.DONE))
    db.session.commit()
    people.category("plumbing")
    db.session.commit()
    staff, owner, worker, rival, nobody = map(program, (manager, customer, performer, other, None))
    wanted = [
        ("list_board", nobody, "/board", ["", "q=report", "category=python", "price_from=100"]),
        ("list_categories", nobody, "/categories", [""]),
        ("list_products", nobody, "/products", ["", "q=tie", "category=python"]),
        ("list_products", staff, "/products", ["price_to=90"]),
        ("list_performers", nobody, "/performers", ["", "sort=completed", "sort=newest", "rating=1", "q=performer"]),
        ("list_loads", staff, "/catalog/loads", [""]),
        ("list_users", staff, "/users", ["", "active=true", "role=performer", "q=performer"]),
        ("list_offers", worker, "/offers", ["", "state=sent"]),
        ("list_offers", rival, "/offers", [""]),
        ("list_audit", program(admin), "/audit", ["", "what=hide", "kind=Order"]),
    ]
    sorts = ("-created", "created", "-total", "total", "deadline", "-deadline")
    filters = ["", "status=new", "status=completed", "q=report", f"customer={customer.id}", "money=unpaid"]
    wanted += [
        ("list_orders", staff, "/orders", [*(f"sort={sort}" for sort in sorts[1:]), *filters, "manager=mine"]),
        ("list_orders", owner, "/orders", ["", "sort=total"]),
        ("list_orders", worker, "/orders", [""]),
    ]
    for performed in (performer, other):
        wanted.append(("list_reviews", nobody, f"/performers/{performed.id}/reviews", [""]))
    for order in orders:
        one = f"/orders/{order.id}"
        wanted += [
            ("list_lines", nobody, f"{one}/lines", [""]),
            ("list_comments", owner, f"{one}/comments", [""]),
            ("list_attachments", owner, f"{one}/attachments", [""]),
            ("list_order_events", owner, f"{one}/events", [""]),
            (
                "list_order_offers",
                owner,
                f"{one}/offers",
                ["", "sort=days", "sort=rating", "sort=newest", "state=sent"],
            ),
            ("list_order_offers", worker, f"{one}/offers", [""]),
        ]
    return [
        Asked(name, asker, f"{path}?{query}" if query else path)
        for name, asker, path, queries in wanted
        for query in queries
    ]


def test_a_cursor_goes_on_with_its_own_list_and_every_other_list_refuses_it(
    people: People, program: Make, media: Path, figure: Callable[[str], None]
) -> None:
    lists = town(people, program, media)
    paged = {
        name for name, made in OPERATIONS.items() if made.query is not None and "cursor" in made.query.model_fields
    }
    assert {one.operation for one in lists} == paged, "every list with pages is here"
    first = [one.page() for one in lists]
    cursors = [page["next_cursor"] for page in first]
    assert all(cursors), [one for one, cursor in zip(lists, cursors, strict=True) if cursor is None]
    # Of other operations one list stands for all, of the same operation each is tried.
    chosen = {one.operation: one for one in lists}
    accepted, pairs = [], 0
    for (one, page, cursor), (other, foreign) in itertools.product(
        zip(lists, first, cursors, strict=True), zip(lists, cursors, strict=True)
    ):
        if one is other:
            following = one.page(cursor)
            assert following["items"] and following["items"] != page["items"], one
        elif one.operation == other.operation or chosen[other.operation] is other:
            pairs += 1
            answer = one.asker.ask("GET", f"{one.path}{'&' if '?' in one.path else '?'}cursor={foreign}")
            if answer.status_code != 422:
                accepted.append((one.path, other.path))
    assert accepted == []
    figure(f"cursors: 0 of {pairs} of other lists, filters and orders accepted, {len(paged)} operations")


def test_a_refusal_names_the_parameter_and_what_to_do(people: People, program: Make) -> None:
    for _ in range(2):
        people.order()
        product(people)
    nobody = program(None)
    cursor = nobody.get("/board?limit=1")["next_cursor"]
    told = nobody.get(f"/products?cursor={cursor}", 422)
    assert told["type"] == "urn:podryad:problem:cursor-refused"
    assert list(told["errors"]) == ["cursor"]
    assert "another list" in told["detail"] and "first page" in told["detail"]
    assert nobody.get("/products?cursor=x", 422)["type"] == told["type"]


def test_a_cursor_that_was_tampered_with_is_refused_by_every_list(people: People, program: Make, media: Path) -> None:
    lists = {one.operation: one for one in town(people, program, media)}
    for one in lists.values():
        cursor = one.page()["next_cursor"]
        check, *place = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        told = [[check, *place[:-1], int(place[-1]) + 1], [check, *place, 1], place, [check[::-1], *place], {}, check]
        made = [base64.urlsafe_b64encode(json.dumps(values).encode()).decode() for values in told]
        for text in (*made, cursor[:-2], cursor[2:], cursor.swapcase(), cursor + cursor, "x", "%20", cursor * 9):
            problem = one.page(text, 422)
            assert list(problem["errors"]) == ["cursor"], (one, text)
        assert one.page(cursor)["items"], one


def test_a_cursor_does_not_mind_how_much_is_asked_for_nor_the_order_of_the_parameters(
    people: People, program: Make
) -> None:
    customer = people.customer()
    orders = [people.order(customer, title=f"Report {number}") for number in range(3)]
    services.cancel_order(orders[0].id, reason="No", by=customer)
    db.session.commit()
    owner = program(customer)
    page = owner.get("/orders?limit=1&total_from=100&status=new&status=cancelled&sort=-created")
    rest = owner.get(
        f"/orders?cursor={page['next_cursor']}&status=cancelled&status=new&status=new&total_from=100.00&limit=9"
    )
    assert [one["id"] for one in rest["items"]] == [orders[1].id, orders[0].id]
    assert rest["next_cursor"] is None


def test_a_list_of_people_called_so_goes_on_when_others_come_to_be_called_so(people: People, program: Make) -> None:
    orders = [people.order(people.customer(name="Ivan Petrov")) for _ in range(3)]
    staff = program(people.manager())
    page = staff.get("/orders?customer=ivan&limit=1")
    newer = people.order(people.customer(name="Ivan Sidorov"))
    rest = staff.get(f"/orders?customer=ivan&limit=9&cursor={page['next_cursor']}")
    assert [one["id"] for one in rest["items"]] == [orders[1].id, orders[0].id]
    assert staff.get("/orders?customer=ivan&limit=1")["items"][0]["id"] == newer.id
    staff.get(f"/orders?customer=petrov&cursor={page['next_cursor']}", 422)


@pytest.mark.parametrize("path", ["/orders/{}/comments", "/orders/{}/attachments"])
def test_an_order_nobody_has_talked_about_refuses_cursors_too(people: People, program: Make, path: str) -> None:
    order = people.order()
    program(order.customer).get(f"{path.format(order.id)}?cursor=WzFd", 422)
