"""The feed of events skips none and repeats none, although ids are given out before the rows can be seen."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, text

from marketplace.accounts.models import Account
from marketplace.core.db import db
from marketplace.orders import services
from marketplace.orders.errors import FeedBusy
from marketplace.orders.queries import feed
from marketplace.orders.queries.news import newest_event_id
from marketplace.orders.services.following import follow
from tests.people import People
from tests.races.crowd import PATIENCE, size
from tests.races.market import Market

WRITE = text("INSERT INTO order_events (order_id, kind, at) VALUES (:order, 'edited', now()) RETURNING id")
LOCK = text("SELECT id FROM orders WHERE id = :order FOR UPDATE")

Read = Callable[[int], Sequence[int]]


class Writer:
    """One transaction: it locks an order, as every act does, and then writes events."""

    def __init__(self, connection: Connection, order_id: int) -> None:
        self.connection = connection
        self.order_id = order_id
        connection.execute(LOCK, {"order": order_id})

    def write(self) -> int:
        """Writes one event; its id."""
        return int(self.connection.execute(WRITE, {"order": self.order_id}).scalar_one())

    def commit(self) -> None:
        """Ends the transaction."""
        self.connection.commit()


@pytest.fixture
def orders(race_app: Flask) -> list[int]:
    """Three orders that anybody may lock."""
    people = People(race_app)
    customer = people.customer()
    made = [people.order(customer).id for _number in range(3)]
    db.session.rollback()
    return made


@contextmanager
def writers(orders: Sequence[int]) -> Iterator[list[Writer]]:
    """A transaction for each of `orders`, begun in this order."""
    connections = [db.engine.connect() for _order in orders]
    try:
        yield [Writer(connection, order) for connection, order in zip(connections, orders, strict=True)]
    finally:
        for connection in connections:
            connection.close()


class Follower:
    """Reads what came next, again and again."""

    def __init__(self, read: Read) -> None:
        self.read = read
        self.after = newest_event_id()
        self.seen: list[int] = []

    def poll(self) -> None:
        """Reads on."""
        found = self.read(self.after)
        db.session.rollback()
        self.seen += found
        self.after = found[-1] if found else self.after


def settled(after: int) -> Sequence[int]:
    """The feed as it is."""
    return feed.settled_ids(after, 100)


def unguarded(after: int) -> Sequence[int]:
    """Whatever can be seen."""
    return feed._ids(after, 100)


def by_age_of_transactions(after: int) -> Sequence[int]:
    """What was written by transactions that began before all those in flight: a guard that is none."""
    rows = db.session.scalars(
        text(
            "SELECT id FROM order_events"
            " WHERE id > :after AND age(xmin) > age(pg_snapshot_xmin(pg_current_snapshot())::xid) ORDER BY id"
        ),
        {"after": after},
    )
    return rows.all()


def late_smaller_id(orders: Sequence[int], read: Read) -> tuple[list[int], list[int]]:
    """What a follower sees of two events, the smaller id of which is committed last; and both ids."""
    follower = Follower(read)
    with writers(orders[:2]) as (slow, quick):
        smaller, larger = slow.write(), quick.write()
        quick.commit()
        follower.poll()
        slow.commit()
    follower.poll()
    follower.poll()
    assert smaller < larger
    return follower.seen, [smaller, larger]


def late_smaller_id_of_a_younger_transaction(orders: Sequence[int], read: Read) -> tuple[list[int], list[int]]:
    """The same, when the transaction with the smaller id has begun after the other one."""
    follower = Follower(read)
    with writers(orders[:2]) as (old, young):
        smaller, larger = young.write(), old.write()
        old.commit()
        follower.poll()
        young.commit()
    follower.poll()
    follower.poll()
    assert smaller < larger
    return follower.seen, [smaller, larger]


CASES = (late_smaller_id, late_smaller_id_of_a_younger_transaction)


@pytest.mark.parametrize("case", CASES)
def test_a_smaller_id_that_is_committed_last_is_seen_and_each_once(case: Any, orders: list[int]) -> None:
    seen, written = case(orders, settled)
    assert seen == written


@pytest.mark.parametrize("case", CASES)
def test_without_the_guard_it_is_lost(case: Any, orders: list[int]) -> None:
    seen, (_smaller, larger) = case(orders, unguarded)
    assert seen == [larger]


def test_the_age_of_transactions_is_not_guard_enough(orders: list[int]) -> None:
    seen, written = late_smaller_id(orders, by_age_of_transactions)
    assert seen == written
    seen, (_smaller, larger) = late_smaller_id_of_a_younger_transaction(orders, by_age_of_transactions)
    assert seen == [larger]


def test_what_was_rolled_back_holds_nobody_up(orders: list[int]) -> None:
    follower = Follower(settled)
    with writers(orders[:2]) as (given_up, quick):
        given_up.write()
        later = quick.write()
        quick.commit()
        follower.poll()
        assert follower.seen == []
        given_up.connection.rollback()
    follower.poll()
    assert follower.seen == [later]


def test_what_comes_before_the_gap_is_told_at_once_and_other_writers_do_not_matter(orders: list[int]) -> None:
    follower = Follower(settled)
    with writers(orders) as (slow, quick, late):
        first = quick.write()
        slow.write()
        quick.write()
        quick.commit()
        follower.poll()
        assert follower.seen == [first]
        slow.connection.rollback()
        # Whoever begins to write after the gap was seen cannot be the one who left it.
        assert late.write() > first
        gone = set(feed._writers())
        assert len(gone) == 1
        late.commit()
    follower.poll()
    assert len(follower.seen) == 3 and follower.seen == sorted(follower.seen)


def test_a_reader_waits_a_moment_for_who_is_writing(orders: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "PATIENCE", PATIENCE)
    follower = Follower(settled)
    with writers(orders[:2]) as (slow, quick):
        written = [slow.write(), quick.write()]
        quick.commit()
        end = threading.Timer(0.2, slow.commit)
        end.start()
        follower.poll()
        end.join()
    assert follower.seen == written


def test_where_to_begin_now_lies_behind_everything_that_is_being_written(
    orders: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "LONGEST_WAIT", 0.1)
    with writers(orders[:1]) as (slow,):
        event_id = slow.write()
        with pytest.raises(FeedBusy):
            feed.newest_settled()
        db.session.rollback()
        slow.commit()
    assert feed.newest_settled() == event_id


def test_whoever_follows_a_busy_market_misses_nothing(race_app: Flask, figure: Callable[[str], None]) -> None:
    market = Market(race_app, stalls=12, customers=4, performers=8)
    start, stop = newest_event_id(), threading.Event()
    db.session.rollback()

    def listen(number: int, limit: int) -> list[int]:
        random, after, seen = Random(number), start, []
        with race_app.app_context():
            by = db.session.get_one(Account, market.admins[0])
            while True:
                was_over = stop.is_set()
                found = follow(by, after=after, limit=limit)
                seen += [one.told.id for one in found.items]
                after = found.last_id
                db.session.rollback()
                if was_over and not found.more and not found.items:
                    return seen
                stop.wait(random.random() / 100)

    acts = {"restock": 4, "take": 6, "withdraw": 3, "complete": 2, "cancel": 1, "edit": 4, "hide": 1, "rate": 1}
    with ThreadPoolExecutor(3) as pool:
        heard = [pool.submit(listen, number, limit) for number, limit in enumerate((5, 25, 100))]
        try:
            tally = market.open(8, size(3, 30), acts)
        finally:
            stop.set()
        seen = [one.result(PATIENCE) for one in heard]
    everything = feed._ids(start, 1_000_000)
    assert len(everything) > 50
    assert [one == list(everything) for one in seen] == [True, True, True]
    figure(f"Feed of events: {len(everything)} events in order, 3 followers, none missed, {tally}")


def test_acts_are_what_is_followed(race_app: Flask) -> None:
    people = People(race_app)
    order = people.order()
    start = feed.newest_settled()
    services.cancel_order(order.id, reason="Not needed", by=order.customer)
    db.session.commit()
    (told,) = follow(order.customer, after=start, limit=10).items
    assert told.event is not None and told.event.note == "Not needed"
