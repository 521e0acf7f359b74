"""Requests that only read send no BEGIN and no ROLLBACK; the same connections serve transactions afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select, text

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
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        assert app.test_client().get(path).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return seen


def test_the_board_and_the_api_read_alone_and_other_pages_do_not(own_app: Flask) -> None:
    assert autocommits(own_app, "/board") == {True}
    assert autocommits(own_app, "/api/v1/board") == {True}
    assert autocommits(own_app, "/") == {False}


def test_after_it_the_connection_has_transactions_again(own_app: Flask) -> None:
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
