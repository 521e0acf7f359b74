"""One hub for all tests of this package, on a database where everything is committed for real."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from marketplace.core.db import db
from marketplace.live.app import create_app
from tests.conftest import run_sql
from tests.live.lines import Connect, failures, open_lines
from tests.live.site import LiveSite, Server, wait_until
from tests.people import People
from tests.races.conftest import application_on


@pytest.fixture(scope="package")
def live_app(fresh_database: Callable[[], str]) -> Iterator[Flask]:
    """The application on a database of its own."""
    with application_on(fresh_database()) as app:
        yield app


@pytest.fixture(scope="package")
def running_site(live_app: Flask) -> Iterator[LiveSite]:
    """The hub, listening."""
    application = create_app(live_app)
    live = application.state.live
    with Server(application) as server:
        wait_until(lambda: live.is_well and live.hub.started.is_set())
        yield LiveSite(live_app, server, live)


@pytest.fixture
def site(running_site: LiveSite) -> Iterator[LiveSite]:
    """The hub, which must have been left by everybody at the end."""
    yield running_site
    db.session.rollback()
    wait_until(lambda: len(running_site.live.hub) == 0 and not running_site.live.strangers)
    assert running_site.live.is_well


@pytest.fixture
def crowd(live_app: Flask) -> People:
    """People whose acts the hub hears of."""
    return People(live_app)


@pytest.fixture
def run_admin_sql(postgres: str) -> Callable[[str], None]:
    """Runs a statement on the server, outside the database of the hub."""
    return lambda statement: run_sql(postgres, statement)


@pytest.fixture
def lines() -> Iterator[Connect]:
    """Opens connections that last as long as the test."""
    with open_lines() as connect:
        yield connect


@pytest.fixture
def complaints(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """No client can write a failure into the log."""
    yield
    assert failures(caplog) == []
