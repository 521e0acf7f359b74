"""What one caller may ask in a minute is theirs in full, and is nobody's beyond that."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import pytest
from flask import Flask

from marketplace.api.protocol import limits
from marketplace.api.protocol.limits import LEAVE, Leaves
from marketplace.app import create_app
from marketplace.core.db import db
from marketplace.core.limits import PostgresStorage
from tests.api.program import Program, told
from tests.client import Browser
from tests.conftest import settings_for
from tests.people import People

LIMIT = 50
FORGED = {"Authorization": "Bearer forged"}


class Meeting:
    """Counts as the storage does; two threads that ask at the same moment are both answered before either goes on."""

    def __init__(self) -> None:
        self.counted = 0
        self._lock = threading.Lock()
        self._both = threading.Barrier(2)

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        with self._lock:
            self.counted += amount
            counted = self.counted
        if counted <= 2 * LEAVE:
            self._both.wait(timeout=10)
        return counted


MINUTES = count(1_800_000_005, 60)


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """A minute that does not end, and in which nobody has asked for anything: each test has one of its own."""
    now = float(next(MINUTES))
    monkeypatch.setattr(time, "time", lambda: now)


@pytest.fixture(scope="module")
def narrow_app(fresh_database: Callable[[], str]) -> Iterator[Flask]:
    """The application with so small a limit that a test can reach it."""
    settings = settings_for(fresh_database(), RATELIMIT_ENABLED="1", API_REQUESTS_PER_MINUTE=str(LIMIT))
    app = create_app(settings)
    app.test_client_class = Browser
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def narrow(narrow_app: Flask, still: None) -> Iterator[Flask]:
    """The same in a minute of its own, with a database to count in."""
    with narrow_app.app_context():
        yield narrow_app
        db.session.remove()


@pytest.mark.usefixtures("still")
def test_threads_that_ask_for_leave_at_once_lose_none_of_it() -> None:
    leaves = Leaves(4 * LEAVE, Meeting().incr)
    with ThreadPoolExecutor(2) as threads:
        first = [left.left for left in threads.map(lambda _: leaves.take("somebody"), range(2))]
    rest = [leaves.take("somebody").left for _ in range(4 * LEAVE)]
    assert sum(left >= 0 for left in first + rest) == 4 * LEAVE
    assert rest[-2:] == [-1, -1]


@pytest.mark.usefixtures("still")
def test_of_two_threads_the_slower_one_does_not_bring_back_what_is_gone() -> None:
    asked, passed, counted = threading.Event(), threading.Event(), iter((LEAVE, 2 * LEAVE))

    def count_up(_key: str, _seconds: int, _amount: int) -> int:
        number = next(counted)
        if number == LEAVE:
            asked.set()
            assert passed.wait(timeout=10)
        return number

    leaves = Leaves(2 * LEAVE, count_up)
    with ThreadPoolExecutor(2) as threads:
        slow = threads.submit(leaves.take, "somebody")
        assert asked.wait(timeout=10)
        fast = leaves.take("somebody")
        passed.set()
        assert (fast.rest, slow.result().rest) == (0, 0)
    # Both leaves are used up from memory: nobody is asked again.
    assert [leaves.take("somebody").left for _ in range(2 * LEAVE)] == [*range(2 * LEAVE - 3, -1, -1), -1, -1]


def test_callers_of_another_minute_make_room_for_those_of_this_one(monkeypatch: pytest.MonkeyPatch) -> None:
    now, asked = [1_800_000_005.0], []
    monkeypatch.setattr(limits, "MOST_CALLERS", 4)
    monkeypatch.setattr(time, "time", lambda: now[0])

    def count_up(key: str, _seconds: int, amount: int) -> int:
        asked.append(key.split()[1])
        return amount

    leaves = Leaves(LEAVE, count_up)
    for caller in ("a", "b", "c"):
        leaves.take(caller)
    now[0] += 60
    for caller in ("d", "e", "f", "d", "e", "f"):
        leaves.take(caller)
    assert asked == ["a", "b", "c", "d", "e", "f"]


def test_a_caller_gets_the_whole_limit_and_then_a_429_that_says_how_long(narrow: Flask) -> None:
    program = Program(narrow)
    answers = [program.ask("GET", "/categories", query_string={"limit": 1}) for _ in range(LIMIT + 3)]
    assert Counter(answer.status_code for answer in answers) == {200: LIMIT, 429: 3}
    assert [answer.headers["RateLimit"] for answer in answers[:2]] == [f'"minute";r={LIMIT - n};t=55' for n in (1, 2)]
    told(answers[-1], 429)
    assert answers[-1].headers["RateLimit"] == '"minute";r=0;t=55'
    assert answers[-1].headers["RateLimit-Policy"] == f'"minute";q={LIMIT};w=60'
    assert answers[-1].headers["Retry-After"] == "55"


def test_tokens_that_are_none_count_for_the_address_they_come_from(narrow: Flask) -> None:
    program, there = Program(narrow), {"environ_base": {"REMOTE_ADDR": "10.1.0.1"}}
    answers = [program.ask("GET", "/me", headers=FORGED, **there) for _ in range(LIMIT + 1)]
    assert Counter(answer.status_code for answer in answers) == {401: LIMIT, 429: 1}
    assert all("RateLimit" in answer.headers for answer in answers)
    basic = program.ask("GET", "/me", headers={"Authorization": "Basic YTpi"}, **there)
    told(basic, 429)


def test_whoever_is_counted_holds_no_connection_while_another_is_used(
    narrow: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = (Program(narrow, People(narrow).customer()) for _ in range(2))
    held, count_up = [], PostgresStorage.incr

    def counted(storage: PostgresStorage, *args: Any, **named: Any) -> int:
        held.append(db.engine.pool.checkedout())  # type: ignore[attr-defined]  # of a pool that has a size
        return count_up(storage, *args, **named)

    monkeypatch.setattr(PostgresStorage, "incr", counted)
    db.session.remove()
    one.get("/me")
    assert other.patch("/me", {"about": "Anything"})["about"] == "Anything"
    assert held == [0, 0]


def test_a_429_says_so_in_words_of_its_own(narrow: Flask) -> None:
    program, there = Program(narrow), {"environ_base": {"REMOTE_ADDR": "10.1.0.2"}}
    for _ in range(LIMIT):
        program.ask("GET", "/nothing", **there)
    problem = told(program.ask("GET", "/nothing", **there), 429)
    assert problem["detail"] == "Too many requests. Wait a moment."
