"""What the board asks of the database: few questions, and the same answer whichever way it asks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import event

from marketplace.core.db import db
from marketplace.orders.queries import board
from tests.client import Browser
from tests.people import People

MOST_QUERIES = 4

FILTERS = [
    "",
    "category=python",
    "price_from=1000&price_to=1500",
    "price_to=1500&category=python",
    "by_agreement=y",
    "by_agreement=y&category=python",
    "deadline_by=2030-06-30",
    "q=report",
    "q=report&category=python",
    "q=report&price_to=1500&deadline_by=2030-06-30&category=python",
    "q=unheard-of&category=python",
    "deadline_by=2020-01-01",
]


@contextmanager
def selects() -> Iterator[list[str]]:
    """Collects the SELECTs that are sent meanwhile."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith(("SELECT", "WITH")):
            sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


@pytest.fixture
def full_board(people: People) -> People:
    """Somewhat more than a page of every kind."""
    customers = [people.customer() for _ in range(3)]
    for number in range(60):
        people.order(
            customers[number % 3],
            title=f"Mend report {number}" if number % 5 else f"Paint the fence {number}",
            category_id=people.category("design" if number % 4 == 3 else "python").id,
            price=None if number % 2 else Decimal(1000 + number),
            deadline=date(2030, 1 + number % 12, 1),
        )
    return people


def cards(page: BeautifulSoup) -> list[str]:
    return [link.get_text(strip=True) for link in page.select(".order-card-title a")]


def all_cards(client: Browser, address: str) -> list[str]:
    """The cards of all pages, one after the other."""
    found, following = [], address
    while following:
        page = client.page(following)
        found += cards(page)
        link = page.select_one("a[rel=next]")
        following = str(link["href"]) if link else ""
    return found


def test_a_page_takes_few_queries_however_much_it_shows(full_board: People, client: Browser) -> None:
    client.sign_in(full_board.performer())
    for filters in FILTERS:
        client.page(f"/board?{filters}")
        with selects() as sent:
            page = client.page(f"/board?{filters}")
        assert len(sent) <= MOST_QUERIES, (filters, sent)
        following = page.select_one("a[rel=next]")
        if following is not None:
            with selects() as sent:
                client.page(str(following["href"]))
            assert len(sent) <= MOST_QUERIES, (filters, sent)


def test_many_matches_are_found_as_few_are(
    full_board: People, client: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [all_cards(client, f"/board?{filters}") for filters in FILTERS]
    assert [len(set(some)) for some in found] == [len(some) for some in found]
    assert len(found[0]) == 60
    monkeypatch.setattr(board, "COUNT_LIMIT", 2)
    monkeypatch.setattr(board, "_many_until", {})
    assert [all_cards(client, f"/board?{filters}") for filters in FILTERS] == found


def test_that_there_are_many_is_not_counted_again_for_a_while(
    full_board: People, client: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(board, "COUNT_LIMIT", 2)
    monkeypatch.setattr(board, "_many_until", {})
    monkeypatch.setattr("time.monotonic", lambda: now[0])

    def counts() -> int:
        with selects() as sent:
            assert "more than 2" in client.page("/board?q=report").get_text()
        return sum("count(*)" in statement for statement in sent)

    assert counts() == 1
    assert counts() == 0
    now[0] += board.MANY_SECONDS
    assert counts() == 1


def test_what_is_not_many_is_counted_every_time(full_board: People, client: Browser) -> None:
    before = client.page("/board?q=fence").select_one(".total")
    full_board.order(title="Paint another fence")
    after = client.page("/board?q=fence").select_one(".total")
    assert before is not None and after is not None
    assert (before.get_text(strip=True), after.get_text(strip=True)) == ("12 orders", "13 orders")


def test_the_whole_board_is_counted_by_its_counters(full_board: People, client: Browser) -> None:
    for address, number in (("/board", 60), ("/board?category=python", 45), ("/board?category=design", 15)):
        with selects() as sent:
            total = client.page(address).select_one(".total")
        assert total is not None and total.get_text(strip=True) == f"{number} orders"
        assert not any("count(*)" in statement for statement in sent)
