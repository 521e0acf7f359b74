"""Requests that only read send no BEGIN and no ROLLBACK; and connections that have been idle are tried before use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, event, func, select, text

from marketplace.app import create_app
from marketplace.core.db import db, read_alone
from tests.conftest import settings_for


@pytest.fixture
def own_app(fresh_database: Callable[[], str]) -> Iterator[Flask]:
    """An application whose session has an engine and not the connection of a test."""
    app = create_app(
        settings_for(fresh_database()) | {"SQLALCHEMY_ENGINE_OPTIONS": {"pool_size": 1, "max_overflow": 0}}
    )
    yield app
    with app.app_context():
        db.engine.dispose()


def autocommits(app: Flask, path: str) -> set[bool]:
    """Whether the statements of a request stood alone."""
    seen = set()

    def note(connection: Any, *_rest: Any) -> None:
        seen.add(connection.connection.dbapi_connection.autocommit)

    with app.app_context():
        engines = [*db.engines.values()]
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        assert app.test_client().get(path).status_code == 200
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)
    return seen


def test_the_board_and_the_api_read_alone_and_other_pages_do_not(own_app: Flask) -> None:
    assert autocommits(own_app, "/board") == {True}
    assert autocommits(own_app, "/api/v1/board") == {True}
    assert autocommits(own_app, "/") == {False}


def test_after_it_there_are_transactions_again(own_app: Flask) -> None:
    assert autocommits(own_app, "/board") == {True}
    with own_app.app_context():
        db.session.execute(text("INSERT INTO threads (created_at) VALUES (now())"))
        db.session.rollback()
        assert db.session.scalar(select(func.count()).select_from(text("threads"))) == 0


def test_a_connection_that_was_handed_over_stays_as_it_is(app: Flask) -> None:
    read_alone()
    db.session.execute(text("INSERT INTO threads (created_at) VALUES (now())"))
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(text("threads"))) == 0


@pytest.mark.parametrize("path", ["/", "/board", "/api/v1/board"])
def test_a_connection_that_died_while_nobody_used_it_is_replaced(
    own_app: Flask, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = own_app.test_client()
    assert client.get(path).status_code == 200
    kill_connections(own_app)
    monkeypatch.setattr("marketplace.core.db.LIVELY", 0)
    assert client.get(path).status_code == 200


def test_one_that_died_just_now_costs_one_request_and_takes_the_others_with_it(own_app: Flask) -> None:
    client = own_app.test_client()
    assert client.get("/api/v1/board").status_code == 200
    kill_connections(own_app)
    assert [client.get("/api/v1/board").status_code for _ in range(3)] == [503, 200, 200]


def kill_connections(app: Flask) -> None:
    """Ends all connections of the application, as a restart of the database does."""
    with app.app_context(), create_engine(db.engine.url).begin() as own:
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        own.execute(text(f"{others} AND datname = current_database()"))
        own.engine.dispose()
