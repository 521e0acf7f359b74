"""One throw-away PostgreSQL for the whole run, one rolled-back transaction per test.

`app` has a database of its own that every test leaves as it found it: a request commits into a savepoint of an outer
transaction that is rolled back at the end. Requests run in a context of their own, with a session of their own, so
that a view which forgets to commit fails its test. Tests that need real commits (races, browsers) take a
`fresh_database`.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import hypothesis
import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from config import ROOT, load_settings
from marketplace.app import create_app
from marketplace.core import embedded
from marketplace.core.db import db
from tests.client import Browser
from tests.people import People
from tests.races.crowd import is_full

pytest_plugins = ["tests.figures", "tests.sharing"]

# How long an example takes says what else this machine does; and a tree that was green stays so. New examples are for
# full runs.
hypothesis.settings.register_profile("any machine", deadline=None, derandomize=not is_full(), database=None)
hypothesis.settings.load_profile("any machine")

TEMPLATE = "podryad_template"
# Emptied when the run ends, because nothing refers to it any more.
MEDIA = TemporaryDirectory(prefix="podryad-media-")
SETTINGS = {
    "RATELIMIT_ENABLED": "0",
    "LOG_LEVEL": "ERROR",
    "DEFAULT_LOCALE": "en",
    "SECRET_KEY": "secret-of-the-tests",
    "MEDIA_PATH": MEDIA.name,
}


def settings_for(url: str, **environ: str) -> dict[str, Any]:
    """Settings of an application on the database `url`; no server of the tests depends on the caller's environment.

    Runs of the catalogue loader are written down and not begun: a process of its own would see no rolled-back row.
    """
    return load_settings({**SETTINGS, "DATABASE_URL": url, **environ}) | {"TESTING": True, "CATALOG_LOADER": None}


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL that ends with the run."""
    server = embedded.start(tmp_path_factory.mktemp("postgres"), throwaway=True)
    try:
        yield server.url
    finally:
        server.stop()


@pytest.fixture(scope="session")
def template(postgres: str) -> str:
    """A migrated, empty database that others are copied from."""
    run_sql(postgres, f"CREATE DATABASE {TEMPLATE}")
    migrated = create_app(settings_for(address_of(postgres, TEMPLATE)))
    with migrated.app_context():
        upgrade(directory=str(ROOT / "migrations"))
        db.engine.dispose()
    return TEMPLATE


@pytest.fixture(scope="session")
def fresh_database(postgres: str, template: str) -> Callable[[], str]:
    """Makes a new migrated database at each call and returns its address; they all end with the server."""
    numbers = itertools.count(1)

    def make() -> str:
        name = f"podryad_{next(numbers)}"
        run_sql(postgres, f"CREATE DATABASE {name} TEMPLATE {template}")
        return address_of(postgres, name)

    return make


@pytest.fixture(scope="session")
def shared_app(fresh_database: Callable[[], str]) -> Iterator[Flask]:
    """The application on the database that all rolled-back tests share."""
    app = create_app(settings_for(fresh_database()))
    app.test_client_class = Browser
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def app(shared_app: Flask) -> Iterator[Flask]:
    """The application, with a context pushed for the test's own domain calls; all is rolled back at the end."""
    with shared_app.app_context():
        engines = db._app_engines[shared_app]
        engine = engines[None]
        connection = engine.connect()
        outer = connection.begin()
        engines[None] = connection  # type: ignore[assignment]  # sessions take a connection where they take an engine
        db.session.session_factory.configure(join_transaction_mode="create_savepoint")
        try:
            yield shared_app
        finally:
            db.session.remove()
            outer.rollback()
            connection.close()
            engines[None] = engine


@pytest.fixture
def client(app: Flask) -> Browser:
    """A browser in which nobody has signed in."""
    return Browser.of(app)


@pytest.fixture
def people(app: Flask) -> People:
    """Makes people, categories and orders, each through the services, each committed."""
    return People(app)


def run_sql(url: str, statement: str) -> None:
    """Runs one statement outside any transaction."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def address_of(url: str, name: str) -> str:
    """The address of another database on the server of `url`."""
    return make_url(url).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def project() -> Path:
    """The folder of the project."""
    return ROOT
