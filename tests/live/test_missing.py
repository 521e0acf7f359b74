"""Nothing is missed: not by a page that was away, not while the hub could not hear, and not from writers outside."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from marketplace.accounts.models import Account
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.orders import services
from marketplace.orders.models import Order
from marketplace.orders.queries import news
from tests.live.site import LiveSite, Window, wait_until
from tests.people import People

COPY = """
INSERT INTO order_events (order_id, kind, at, actor_id, to_status)
SELECT :order, 'status', now(), :actor, 'new' FROM generate_series(1, :number) RETURNING id
"""


def write(order: Order, by: Account, number: int = 1) -> list[int]:
    """Events as some program beside ours would write them, in one statement; committed."""
    ids = db.session.scalars(text(COPY), {"order": order.id, "actor": by.id, "number": number}).all()
    db.session.commit()
    return list(ids)


def ids_of(window: Window) -> list[int]:
    return [event["id"] for event in window.message()["events"]]


@pytest.fixture
def owner(crowd: People) -> Account:
    return crowd.customer()


@pytest.fixture
def order(crowd: People, owner: Account) -> Order:
    """An order of long ago, so that nobody is told of it again."""
    with clock.fixed(clock.now() - timedelta(hours=1)):
        return crowd.order(owner)


def test_events_written_by_sql_reach_the_window(site: LiveSite, owner: Account, order: Order) -> None:
    with site.window(owner) as window:
        (written,) = write(order, owner)
        assert ids_of(window) == [written]


def test_many_events_of_one_statement_reach_it_too(site: LiveSite, owner: Account, order: Order) -> None:
    with site.window(owner) as window:
        # More than one announcement names.
        written = write(order, owner, 400)
        heard: list[int] = []
        while len(heard) < len(written):
            heard += ids_of(window)
        assert set(heard) >= set(written)


def test_more_than_can_be_told_is_a_reload(site: LiveSite, owner: Account, order: Order) -> None:
    with site.window(owner) as window:
        write(order, owner, news.MOST + 1)
        assert window.message() == {"reload": True}
        (written,) = write(order, owner)
        assert written in ids_of(window)


def test_who_was_away_is_told_what_came_after_the_last_event_they_knew(
    site: LiveSite, owner: Account, order: Order
) -> None:
    with site.window(owner) as window:
        known = window.newest
    written = write(order, owner, 3)
    with site.window(owner, after=known) as window:
        assert window.newest == written[-1]
        # What was written shortly before is told again: it may have been committed later.
        assert ids_of(window)[-3:] == written
    with site.window(owner) as window:
        assert window.hears_nothing()


def test_what_others_may_know_is_all_that_a_replay_tells(site: LiveSite, crowd: People, order: Order) -> None:
    with site.window(crowd.customer()) as window:
        known = window.newest
    services.hide_order(order.id, by=crowd.admin())
    write(order, order.customer, 3)
    with site.window(crowd.performer(), after=known) as window, site.window(order.customer, after=known) as own:
        # That it has gone, and nothing of what happened where they could not see it.
        told = [(kind, board) for order_id, kind, board in window.all_events() if order_id == order.id]
        assert told == [("board", "off")]
        assert order.id in {told for told, _kind, _board in own.all_events()}


def test_a_page_that_was_just_made_is_told_what_happened_since(site: LiveSite, owner: Account, order: Order) -> None:
    made_at = clock.now().timestamp()
    written = write(order, owner, 2)
    with site.window(owner, since=made_at) as window:
        assert set(ids_of(window)) >= set(written)
    with site.window(owner, since=made_at + 1000) as window:
        assert window.hears_nothing()


def test_who_was_away_for_too_long_looks_at_everything_again(site: LiveSite, owner: Account, order: Order) -> None:
    with site.window(owner) as window:
        known = window.newest
    written = write(order, owner, news.MOST + 1)
    for away in ({"after": known}, {"since": (clock.now() - timedelta(days=1)).timestamp()}, {"after": 2**62}):
        with site.window(owner, **away) as window:
            assert window.newest == written[-1]
            assert window.message() == {"reload": True}


def test_what_was_written_first_and_committed_last_is_not_missed(site: LiveSite, owner: Account, order: Order) -> None:
    values: dict[str, Any] = {"order": order.id, "actor": owner.id, "number": 1}
    with Session(db.engine) as late:
        first = late.scalar(text(COPY), values)
        (second,) = write(order, owner)
        with site.window(owner) as window:
            assert window.newest == second > first
        late.commit()
    with site.window(owner, after=second) as window:
        assert first in ids_of(window)


def test_a_hub_whose_connection_was_cut_tells_everything_when_it_is_back(
    site: LiveSite, owner: Account, order: Order
) -> None:
    with site.window(owner) as window:
        for _ in range(3):
            cut = db.session.scalars(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE application_name = 'live' AND datname = current_database()"
                )
            ).all()
            assert cut == [True]
            wait_until(lambda: not site.live.listener.is_listening)
            written = write(order, owner, 5)
            heard: set[int] = set()
            while not heard >= set(written):
                heard |= set(ids_of(window))
            wait_until(lambda: site.live.is_well)


def test_a_hub_that_may_not_connect_tries_until_it_may(
    site: LiveSite, owner: Account, order: Order, live_app: Flask, run_admin_sql: Callable[[str], None]
) -> None:
    name = db.engine.url.database
    with site.window(owner) as window:
        run_admin_sql(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        try:
            db.session.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'live'")
            )
            wait_until(lambda: not site.live.listener.is_listening)
            written = write(order, owner)
        finally:
            run_admin_sql(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        assert set(ids_of(window)) >= set(written)
        wait_until(lambda: site.live.is_well)
