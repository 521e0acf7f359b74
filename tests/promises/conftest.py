"""One town for all hostile tests of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from marketplace.app import create_app
from marketplace.core.db import db
from tests.client import Browser
from tests.conftest import settings_for
from tests.promises.town import Town


@pytest.fixture(scope="session")
def town_app(fresh_database: Callable[[], str]) -> Iterator[Flask]:
    """An application on a database of its own."""
    made = create_app(settings_for(fresh_database()))
    made.test_client_class = Browser
    yield made
    with made.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def built_town(town_app: Flask) -> Town:
    """The town; tests ask for `town`."""
    with town_app.app_context():
        built = Town(town_app)
        db.session.remove()
    return built


@pytest.fixture
def town(built_town: Town) -> Iterator[Town]:
    """The town, with a context for the test's own questions to the database."""
    with built_town.app.app_context():
        yield built_town
        db.session.remove()
        # Fifteen requests that keep their connection would be the end of the site.
        assert db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]  # a QueuePool counts
        assert built_town.trace() == built_town.untouched, "whatever tests do to the town is undone"
