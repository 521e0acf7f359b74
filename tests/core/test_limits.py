"""Attempts are counted once each, for all threads and processes together, whatever becomes of the request."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import pytest
from flask import Flask
from limits import parse
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy import select, text

from marketplace.core.db import db
from marketplace.core.limits import AttemptCount, PostgresStorage, forget_expired
from tests.core.counting import EACH, THREADS, count_from_threads
from tests.races.conftest import application_on

PROCESSES = 2


@pytest.fixture
def counting_app(fresh_database: Callable[[], str]) -> Iterator[Flask]:
    """The application on a database where everything is committed, as counts are transactions of their own."""
    with application_on(fresh_database()) as app:
        yield app


@pytest.fixture
def storage(counting_app: Flask) -> PostgresStorage:
    """Where attempts are counted."""
    return PostgresStorage()


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets the time that windows are measured by."""

    def set_time(moment: float) -> None:
        monkeypatch.setattr("marketplace.core.limits.time.time", lambda: moment)

    set_time(1_000_000)
    return set_time


def test_threads_and_processes_share_one_count(
    counting_app: Flask, storage: PostgresStorage, figure: Callable[[str], None]
) -> None:
    url = counting_app.config["SQLALCHEMY_DATABASE_URI"]
    # Spawned and not forked: a fork would carry the connections of this process along.
    with ProcessPoolExecutor(PROCESSES, mp_context=multiprocessing.get_context("spawn")) as pool:
        told = [number for numbers in pool.map(count_from_threads, [url] * PROCESSES) for number in numbers]
    attempts = PROCESSES * EACH
    assert sorted(told) == list(range(1, attempts + 1))
    assert storage.get("sign-in") == attempts
    figure(f"attempts counted: 0 of {attempts} lost or counted twice, {PROCESSES} processes of {THREADS} threads")


def test_a_limit_lets_through_as_many_as_it_says_and_no_more(counting_app: Flask, storage: PostgresStorage) -> None:
    limiter, ten = FixedWindowRateLimiter(storage), parse("10 per minute")

    def try_it(_: int) -> bool:
        with counting_app.app_context():
            return limiter.hit(ten, "somebody")

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(try_it, range(50))) == 10
    assert not limiter.test(ten, "somebody")
    assert limiter.hit(ten, "somebody else")


def test_a_window_ends_and_the_next_one_starts_with_the_next_attempt(
    storage: PostgresStorage, time: Callable[[float], None]
) -> None:
    assert [storage.incr("key", 60) for _ in range(3)] == [1, 2, 3]
    assert storage.get_expiry("key") == 1_000_060
    time(1_000_059)
    assert storage.incr("key", 60) == 4
    assert storage.get_expiry("key") == 1_000_060
    time(1_000_060)
    assert storage.get("key") == 0
    assert storage.incr("key", 60) == 1
    assert storage.get_expiry("key") == 1_000_120


def test_an_attempt_may_cost_more_than_one(storage: PostgresStorage) -> None:
    assert storage.incr("key", 60, amount=5) == 5
    assert storage.incr("key", 60, amount=2) == 7


def test_keys_are_counted_apart_and_can_be_cleared(storage: PostgresStorage) -> None:
    storage.incr("one", 60)
    storage.incr("other", 60)
    storage.clear("one")
    assert (storage.get("one"), storage.get("other"), storage.get("never")) == (0, 1, 0)
    assert storage.reset() == 1
    assert storage.get("other") == 0
    assert storage.check()


def test_an_attempt_counts_even_when_the_request_rolls_back(storage: PostgresStorage) -> None:
    db.session.execute(text("SELECT 1"))
    storage.incr("key", 60)
    db.session.rollback()
    assert storage.get("key") == 1


def test_what_is_over_is_forgotten_and_the_rest_is_kept(
    storage: PostgresStorage, time: Callable[[float], None]
) -> None:
    storage.incr("short", 10)
    storage.incr("long", 1000)
    time(1_000_010)
    forget_expired()
    assert db.session.scalars(select(AttemptCount.key)).all() == ["long"]


def test_a_new_window_clears_away_those_that_are_over(storage: PostgresStorage, time: Callable[[float], None]) -> None:
    storage.incr("short", 10)
    storage.incr("long", 1000)
    time(1_000_010)
    storage.incr("long", 1000)
    assert set(db.session.scalars(select(AttemptCount.key))) == {"short", "long"}
    storage.incr("new", 10)
    assert set(db.session.scalars(select(AttemptCount.key))) == {"long", "new"}


def test_a_key_may_hold_anything_that_can_be_stored(storage: PostgresStorage) -> None:
    for key in ("", "'; DROP TABLE accounts; --", "ключ", "x" * 2000):
        assert storage.incr(key, 60) == 1
        assert storage.get(key) == 1
