"""Pages of the order list beside its first page: every filter, each with a status, and every order."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import Any
from urllib.parse import urlencode

from benchmarks.market import COMMON_WORD, RARE_WORD, Market
from benchmarks.rounds import Pair, percentile_95
from benchmarks.visitor import Request, Visitor, call
from marketplace.orders.queries import order_list_ways

STAFF = "manager@example.com"
ROW = b"data-live-row"
READ_THROUGH = "Seq Scan on orders"
LARGE = 20_000
"""Smaller tables are read through sooner than an index is."""

AIM = 3.0
ORDERS_OF_THE_LIST = ("created", "-total", "total", "-deadline", "deadline")

Query = dict[str, Any]


@dataclass
class ListCase:
    """One page: how many rows it shows, what it asks, and how long it takes when nobody has asked for it lately."""

    size: int
    name: str
    pair: Pair
    rows: int
    queries: int
    first_ms: float

    @property
    def p50(self) -> float:
        """Our median in ms."""
        return median(self.pair.our_times)


def list_cases(market: Market) -> list[ListCase]:
    """Every case of this size; refuses one whose plan reads the table of orders through."""
    visitor = Visitor(market.app).sign_in(STAFF)
    for _ in range(2):
        # Until no more cookies come.
        visitor.open("/orders")
    first_page = visitor.request("/orders")
    return [
        _made(market, name, first_page, visitor.request(f"/orders?{urlencode(query, doseq=True)}"))
        for name, query in queries(market).items()
    ]


def _made(market: Market, name: str, first_page: Request, page: Request) -> ListCase:
    order_list_ways._many.clear()
    market.sent = []
    started = time.perf_counter()
    answer = call(market.app, page)
    first_ms = (time.perf_counter() - started) * 1000
    sent, market.sent = market.sent, None
    assert answer.status == 200, (name, answer.headers)
    assert market.size < LARGE or not reads_through(market, sent), name
    pair = Pair(lambda _turn: call(market.app, first_page), lambda _turn: call(market.app, page))
    return ListCase(market.size, name, pair, answer.body.count(ROW), len(sent), first_ms)


def reads_through(market: Market, sent: Sequence[tuple[str, Any]]) -> bool:
    """True when PostgreSQL would read all orders for one of the statements."""
    with closing(market.connect()) as connection, connection.cursor() as cursor:
        for statement, values in sent:
            if "orders" in statement and statement.startswith(("SELECT", "WITH")):
                cursor.execute(f"EXPLAIN {statement}", values)
                if any(READ_THROUGH in line for (line,) in cursor.fetchall()):
                    return True
    return False


def queries(market: Market) -> dict[str, Query]:
    """The cases by name, as parameters of the address."""
    ((latest, number),) = market.ask(
        "SELECT created_at, number FROM orders ORDER BY created_at DESC LIMIT 1 OFFSET 500"
    )
    people = {column: _busiest(market, f"{column}_id") for column in ("customer", "performer", "manager")}
    day = latest - timedelta(days=3)
    single: dict[str, Query] = {
        "status": {"status": "completed"},
        "several statuses": {"status": ["new", "quoting", "in_progress"]},
        "money": {"money": "paid"},
        "number": {"number": number},
        "beginning of a number": {"number": number[:8]},
        "digits of a number": {"number": number[5:]},
        "customer": {"customer": people["customer"]},
        "performer": {"performer": people["performer"]},
        "manager": {"manager": people["manager"]},
        "no manager": {"manager": "none"},
        "category": {"category": market.category.slug},
        "sum, wide": {"total_from": "11000", "total_to": "46000"},
        "sum, narrow": {"total_from": "776", "total_to": "778"},
        "one day": {"created_from": day.date(), "created_to": day.date()},
        "a year": {"created_from": (latest - timedelta(days=400)).date(), "created_to": day.date()},
        "rare word": {"q": RARE_WORD},
        "common word": {"q": COMMON_WORD},
    }
    made: dict[str, Query] = {"newest": {}}
    made |= {f"sorted by {sort}": {"sort": sort} for sort in ORDERS_OF_THE_LIST}
    made |= single
    for status in ("completed", "in_progress"):
        made |= {
            f"{name} + {status}": query | {"status": status} for name, query in single.items() if "status" not in query
        }
    made |= {f"new, sorted by {sort}": {"status": "new", "sort": sort} for sort in ORDERS_OF_THE_LIST}
    return made


def _busiest(market: Market, column: str) -> Any:
    rows = market.ask(
        f"SELECT {column} FROM orders WHERE {column} IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
    )
    return rows[0][0] if rows else 0


def print_lists(cases: Sequence[ListCase]) -> None:
    """One line per page; `x fastest` compares with the quickest page of the same size."""
    print(f"\n{'order list':45} {'orders':>9} {'rows':>5} {'queries':>7}", end=" ")
    print(f"{'unasked':>9} {'p50 ms':>7} {'p95 ms':>7} {'x fastest':>9}")
    worst: dict[int, float] = {}
    for case in cases:
        fastest = min(other.p50 for other in cases if other.size == case.size)
        worst[case.size] = max(worst.get(case.size, 0), case.p50 / fastest)
        print(f"{case.name:45} {case.size:>9,} {case.rows:>5} {case.queries:>7} {case.first_ms:>9.1f}", end=" ")
        print(f"{case.p50:>7.2f} {percentile_95(case.pair.our_times):>7.2f} {case.p50 / fastest:>9.2f}")
    for size, ratio in worst.items():
        print(f"order list at {size:,}: at most {ratio:.2f} x the fastest page, aim {AIM}")
