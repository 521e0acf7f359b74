"""There is one clock; it can be held, for its own thread and not for others."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest

from marketplace.core import clock
from marketplace.core.db import db
from tests.people import People

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_it_tells_the_present_in_utc() -> None:
    before = datetime.now(UTC)
    now = clock.now()
    assert before <= now <= datetime.now(UTC)
    assert now.utcoffset() == timedelta(0)
    assert clock.today() in (before.date(), now.date())


def test_it_can_be_held_and_goes_on_afterwards() -> None:
    with clock.fixed(NOON):
        assert (clock.now(), clock.today()) == (NOON, NOON.date())
        with clock.fixed(NOON + timedelta(days=1)):
            assert clock.now() == NOON + timedelta(days=1)
        assert clock.now() == NOON
    assert clock.now() != NOON


def test_it_goes_on_after_an_error_too() -> None:
    with pytest.raises(KeyError), clock.fixed(NOON):
        raise KeyError
    assert clock.now() != NOON


def test_other_threads_keep_their_own_time() -> None:
    with clock.fixed(NOON), ThreadPoolExecutor(1) as pool:
        assert pool.submit(clock.now).result() != NOON


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"), clock.fixed(datetime(2026, 3, 1)):  # noqa: DTZ001 - that is the point
        pass


def test_every_moment_that_an_order_keeps_comes_from_it(people: People) -> None:
    elsewhere = NOON.astimezone(timezone(timedelta(hours=5)))
    with clock.fixed(elsewhere):
        order = people.completed()
    db.session.refresh(order)
    assert (order.created_at, order.taken_at, order.completed_at) == (NOON, NOON, NOON)
    assert order.created_at.utcoffset() == timedelta(0)
