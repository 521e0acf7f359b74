"""The demo as of one noon, loaded each way once for all tests that look at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from flask import Flask

from marketplace.app import create_app
from marketplace.core import clock
from marketplace.core.db import db
from seed import copying
from seed.deals import COPIED, PLAYED
from seed.demo import load_demo
from tests.conftest import settings_for

NOON = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
ORDERS, PEOPLE = 200, 60
MANY = PLAYED._replace(quoted=0.4, lined=0.3, talked=0.3, managed=1.0)
"""More deals than the demo has, because every way that an offer can go should be gone both ways."""

PATHS = {"played": (ORDERS, MANY), "copied": (0, MANY), "large": (0, COPIED)}
"""How many orders the services may act out, and how many deals there are, by the way it makes the demo take."""

COMPARED = ("played", "copied")


@contextmanager
def application(url: str, **environ: str) -> Iterator[Flask]:
    """An application of its own, with its context pushed."""
    app = create_app(settings_for(url, **environ))
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


@pytest.fixture(scope="session")
def databases(fresh_database: Callable[[], str]) -> dict[str, str]:
    """One database per path, each with the demo as of NOON."""
    urls = {}
    for path, (most_played, rates) in PATHS.items():
        urls[path] = fresh_database()
        with application(urls[path]), clock.fixed(NOON), pytest.MonkeyPatch.context() as patch:
            if path != "large":
                # Both ways fill lines from the same shelf.
                patch.setattr(copying, "goods_of_words", lambda first: [])
            done = load_demo(ORDERS, PEOPLE, most_played=most_played, rates=rates)
            assert (done.orders, done.people) == (ORDERS, PEOPLE)
    return urls


@pytest.fixture(params=PATHS)
def demo(request: pytest.FixtureRequest, databases: dict[str, str]) -> Iterator[Flask]:
    """The application on the demo, once for each path."""
    with application(databases[request.param]) as app:
        yield app
