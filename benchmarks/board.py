"""The board's pages against their floors."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from flask import Flask

from benchmarks.cases import Case, make_cases
from benchmarks.floor import make_floor
from benchmarks.market import Market
from benchmarks.rounds import Pair
from benchmarks.visitor import Request, Visitor, call

ORDER = re.compile(rb'href="/orders/(\d+)"')
PERFORMER = "performer@example.com"


@dataclass
class BoardCase:
    """One page at one size, with what it showed and how many queries it took."""

    size: int
    case: Case
    pair: Pair
    cards: int
    queries: int

    @property
    def p50(self) -> float:
        """Our median in ms."""
        return median(self.pair.our_times)


def board_cases(market: Market, turns: int, words: list[str]) -> list[BoardCase]:
    """Every case of this size; refuses one whose page and floor do not show the same orders."""
    guest, performer = Visitor(market.app), Visitor(market.app).sign_in(PERFORMER)
    for visitor in (guest, performer):
        # Until no more cookies come.
        visitor.open("/board")
        visitor.open("/board")
    cases = make_cases(market, turns, words)
    floor = make_floor(market.connect(), [condition for case in cases for condition in case.conditions])
    made, first = [], 0
    for case in cases:
        visitor = performer if case.signed_in else guest
        ours = [visitor.request(address) for address in case.addresses]
        floors = [Visitor(floor).request(f"/{first + number}") for number in range(len(case.conditions))]
        first += len(floors)
        pair = Pair(_in_turn(floor, floors), _in_turn(market.app, ours))
        market.sent = []
        shown = _orders(market.app, ours[-1])
        queries, market.sent = len(market.sent), None
        assert shown == _orders(floor, floors[-1]), case.name
        made.append(BoardCase(market.size, case, pair, len(shown), queries))
    return made


def _in_turn(app: Flask, requests: list[Request]) -> Callable[[int], object]:
    return lambda turn: call(app, requests[turn % len(requests)])


def _orders(app: Flask, request: Request) -> list[bytes]:
    """The orders that a page shows, in its order."""
    answer = call(app, request)
    assert answer.status == 200, answer.headers
    return list(dict.fromkeys(ORDER.findall(answer.body)))
