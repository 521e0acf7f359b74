"""The JSON API against its floor: two reads, as a guest and as a performer, and two writes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from statistics import median
from typing import Any, NamedTuple

from flask import Flask
from werkzeug.test import create_environ

from benchmarks.api_floor import make_floor, make_token
from benchmarks.market import Market, plant
from benchmarks.rounds import Pair, percentile_95
from benchmarks.visitor import HOST, Request, call
from config import DEVELOPMENT_SECRET_KEY
from marketplace.accounts import services as accounts
from marketplace.accounts.queries import find_account_by_email
from marketplace.core.db import db
from marketplace.web.programs import API

READ_AIM, WRITE_AIM = 2.5, 4.0
POSTED = {
    "title": "Нужно сделать беседку",
    "description": "Нужно, чтобы беседка была готова в срок. Подробности расскажем. " * 5,
    "price": "1500.00",
    "deadline": None,
}


@dataclass
class ApiCase:
    """One operation, with how many statements it sends."""

    name: str
    aim: float
    pair: Pair
    statements: int


class Caller(NamedTuple):
    """Somebody who has signed in, with the tokens that the site and the floor know them by."""

    person: int
    token: str
    floor_token: str


def api_cases(market: Market, turns: int) -> list[ApiCase]:
    """Every case; what is posted and taken stays there."""
    with market.app.app_context():
        reader = _sign_in("performer@example.com")
        customer = _sign_in("customer@example.com")
        # Each call takes another one, the floor's and ours.
        planted = plant(2 * turns + 10, word="беседку")
    category = market.category.id
    by_customer = make_floor(market.connect(), person=customer.person, category=category)
    by_performer = make_floor(market.connect(), person=reader.person, category=category)
    fresh = iter(planted)
    shown = planted[-1][0]
    new = {**POSTED, "category_id": category, "pricing": "fixed"}

    def read(name: str, path: str, caller: Caller | None = None) -> ApiCase:
        ours = request("GET", API + path, token=caller and caller.token)
        floor = request("GET", path, token=caller and caller.floor_token)
        return _case(name, READ_AIM, market, Pair(_always(by_customer, floor), _always(market.app, ours)))

    def take(app: Flask, prefix: str, token: str) -> Any:
        def once(_turn: int) -> None:
            order_id, _terms = next(fresh)
            _done(app, request("POST", f"{prefix}/orders/{order_id}/take", {}, token=token))

        return once

    return [
        read("GET board, a guest", "/board"),
        read("GET board, a performer", "/board", reader),
        read("GET order, a guest", f"/orders/{shown}"),
        read("GET order, a performer", f"/orders/{shown}", reader),
        _case(
            "POST order",
            WRITE_AIM,
            market,
            Pair(
                _always(by_customer, request("POST", "/orders", new, token=customer.floor_token)),
                _always(market.app, request("POST", f"{API}/orders", new, token=customer.token)),
            ),
        ),
        _case(
            "take",
            WRITE_AIM,
            market,
            Pair(take(by_performer, "", reader.floor_token), take(market.app, API, reader.token)),
        ),
    ]


def request(method: str, path: str, body: Any = None, *, token: str | None = None) -> Request:
    """A request as a program sends it."""
    content = b"" if body is None else json.dumps(body).encode()
    headers = {"Accept": "application/json", "User-Agent": "benchmark"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    environ = create_environ(path, HOST, method=method, headers=headers)
    if body is not None:
        environ["CONTENT_TYPE"] = "application/json"
        environ["CONTENT_LENGTH"] = str(len(content))
    return environ, content


def print_api(cases: list[tuple[int, ApiCase]]) -> None:
    """One line per operation and size, then whether the aims are met."""
    print(f"\n{'API':45} {'orders':>9} {'':>5} {'queries':>7}", end=" ")
    print(f"{'floor p50':>9} {'p50 ms':>7} {'p95 ms':>7} {'x floor':>7} {'aim':>5}")
    for size, case in cases:
        pair = case.pair
        print(f"{case.name:45} {size:>9,} {'':>5} {case.statements:>7} {median(pair.floor_times):>9.2f}", end=" ")
        print(f"{median(pair.our_times):>7.2f} {percentile_95(pair.our_times):>7.2f}", end=" ")
        print(f"{pair.ratio:>7.2f} {case.aim:>5.1f}{'' if pair.ratio <= case.aim else '  missed'}")


def _case(name: str, aim: float, market: Market, pair: Pair) -> ApiCase:
    pair.ours(0)
    market.sent = []
    pair.ours(1)
    statements, market.sent = len(market.sent), None
    return ApiCase(name, aim, pair, statements)


def _always(app: Flask, asked: Request) -> Any:
    return lambda _turn: _done(app, asked)


def _done(app: Flask, asked: Request) -> None:
    answer = call(app, asked)
    assert answer.status in (200, 201), (answer.status, answer.body[:300])


def _sign_in(email: str) -> Caller:
    person = find_account_by_email(email)
    assert person is not None
    tokens = accounts.sign_in_program(person, user_agent="benchmark", address="", secret=DEVELOPMENT_SECRET_KEY)
    db.session.commit()
    return Caller(person.id, tokens.access_token, make_token(tokens.session_id, person.id))
