"""Lists of offers by program: for whoever compares, for whoever has sent some, page by page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from marketplace.accounts.models import Account
from marketplace.core.db import db
from marketplace.orders import services
from marketplace.orders.models import Offer, Order
from marketplace.web.programs import API
from tests.api.counting import selects
from tests.api.program import Program
from tests.orders.offers import line, send, wanted
from tests.people import People

Make = Callable[[Account | None], Program]


def address(order: Order) -> str:
    return f"/orders/{order.id}/offers"


def named(page: dict[str, Any]) -> list[int]:
    assert page["next_cursor"] is None
    return [item["id"] for item in page["items"]]


def pages(asker: Program, path: str) -> list[list[dict[str, Any]]]:
    """The pages of a list, as they follow each other."""
    found: list[list[dict[str, Any]]] = []
    cursor = None
    while not found or cursor is not None:
        page = asker.get(f"{path}&cursor={cursor}" if cursor else path)
        found.append(page["items"])
        cursor = page["next_cursor"]
    return found


def crowd(people: People) -> tuple[Order, list[Offer], list[Offer]]:
    """An order; its live offers, the first the cheapest, slowest and worst rated; those decided on, the last first."""
    order = people.quoting()
    live, settled = [], []
    for number in range(5):
        performer = people.performer()
        people.rated(number + 3, performer)
        send(order, performer, str(2000 + number))
        live.append(send(order, performer, str(100 + number), days=20 - number))
    for number in range(3):
        offer = send(order, people.performer(), str(number + 1))
        services.decline_offer(offer.id, reason="", by=order.customer)
        db.session.commit()
        settled.append(offer)
    return order, live, settled[::-1]


def test_the_best_come_first_and_what_was_decided_on_follows(people: People, program: Make) -> None:
    order, live, settled = crowd(people)
    customer = program(order.customer)
    wanted = {"": live, "&sort=price": live} | {f"&sort={word}": live[::-1] for word in ("days", "rating", "newest")}
    for sort, first in wanted.items():
        found = pages(customer, f"{address(order)}?limit=3{sort}")
        assert [len(page) for page in found] == [3, 3, 2]
        assert [item["id"] for page in found for item in page] == [offer.id for offer in (*first, *settled)], sort
    assert named(customer.get(f"{address(order)}?state=sent")) == [offer.id for offer in live]
    assert named(customer.get(f"{address(order)}?state=declined")) == [offer.id for offer in settled]
    assert named(customer.get(f"{address(order)}?state=accepted")) == []
    ratings = [item["performer"]["rating"] for item in customer.get(f"{address(order)}?state=sent")["items"]]
    assert ratings == [3.0, 4.0, 5.0, 6.0, 7.0]


def test_a_performer_reads_every_version_and_lists_the_newest(people: People, program: Make) -> None:
    performer, order = people.performer(), people.quoting()
    offers = [send(order, performer, str(price)) for price in (5, 4, 3)]
    other = send(people.quoting(), performer)
    worker = program(performer)
    assert named(worker.get(f"{address(order)}?sort=price")) == [offer.id for offer in offers[::-1]]
    page = worker.get(f"{address(order)}?limit=2")
    rest = worker.get(f"{address(order)}?limit=2&cursor={page['next_cursor']}")
    assert [item["status"] for item in page["items"] + rest["items"]] == ["sent", "superseded", "superseded"]
    assert named(worker.get(f"{address(order)}?state=sent")) == [offers[-1].id]
    assert named(worker.get("/offers")) == [other.id, offers[-1].id]
    page = worker.get("/offers?limit=1")
    assert named(worker.get(f"/offers?limit=1&cursor={page['next_cursor']}")) == [offers[-1].id]
    first = worker.get(f"/offers/{offers[0].id}")
    assert (first["status"], [row["version"] for row in first["versions"]]) == ("superseded", [3, 2, 1])
    assert first["versions"][0]["links"] == {"self": f"{API}/offers/{offers[2].id}"}


@pytest.mark.parametrize(
    "query",
    ["sort=best", "sort=+", "state=superseded", "state=live", "cursor=x", "cursor=WzFd", "limit=0", "show=sent"],
)
def test_a_list_that_there_is_not_is_refused(people: People, program: Make, query: str) -> None:
    order, performer = people.quoting(), people.performer()
    program(order.customer).get(f"{address(order)}?{query}", 422)
    if query != "cursor=WzFd":
        program(performer).get(f"/offers?{query}", 422)


def test_lists_cost_the_same_whatever_their_length(people: People, program: Make) -> None:
    costs: dict[int, tuple[int, ...]] = {}
    for number in (3, 20):
        performer, order = people.performer(), people.quoting()
        for price in range(1, number + 1):
            send(order, people.performer(), None, lines=[line("a", 1, str(price)), line("b")])
            services.send_offer(people.quoting(lines=[line("a")]).id, wanted(str(price)), by=performer)
            services.send_offer(order.id, wanted(str(price)), by=performer)
        db.session.commit()
        customer, worker = program(order.customer), program(performer)
        asked = []
        for asker, path, items in (
            (customer, address(order), number + 1),
            (worker, address(order), number),
            (worker, "/offers", number + 1),
        ):
            with selects() as sent:
                assert len(asker.get(path)["items"]) == items
            asked.append(len(sent))
        offer_id = worker.get(address(order))["items"][0]["id"]
        with selects() as sent:
            assert len(worker.get(f"/offers/{offer_id}")["versions"]) == number
        costs[number] = (*asked, len(sent))
    assert costs[3] == costs[20]
    assert max(costs[3]) <= 5
