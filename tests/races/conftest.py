"""The application on a database of its own, where everything is committed for real."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask

from marketplace.app import create_app
from marketplace.core.db import db
from tests.client import Browser
from tests.conftest import settings_for

CONNECTIONS = "70"
"""Room for the largest crowd; the throw-away server takes a hundred connections."""


@pytest.fixture
def race_app(fresh_database: Callable[[], str]) -> Iterator[Flask]:
    """The application on a fresh database."""
    with application_on(fresh_database()) as app:
        yield app


@contextmanager
def application_on(url: str) -> Iterator[Flask]:
    """The application on the database at `url`, with a context pushed; its connections end with the block."""
    app = create_app(settings_for(url, DATABASE_POOL=CONNECTIONS))
    app.test_client_class = Browser
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()
