"""Whoever clears away old sessions waits for nobody, and takes nobody's session who comes back at the last moment."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import Connection, func, select, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.sql.selectable import Select

from marketplace.accounts import services
from marketplace.accounts.models import AccountSession
from marketplace.accounts.services.tokens import CLEARING
from marketplace.accounts.states import IDLE_LIMIT
from marketplace.core import clock
from marketplace.core.db import db
from tests.people import People

pytestmark = pytest.mark.usefixtures("race_app")


@pytest.fixture
def forgotten(race_app: Flask) -> int:
    """The id of the session of a browser that was not seen for long."""
    session = AccountSession(account_id=People(race_app).customer().id, seen_at=clock.now() - IDLE_LIMIT)
    db.session.add(session)
    db.session.commit()
    return session.id


@pytest.fixture
def somebody(race_app: Flask) -> Iterator[Connection]:
    """The transaction of somebody else."""
    with db.engine.connect() as connection, connection.begin():
        yield connection


def clear() -> set[int]:
    """Clears away; the ids of the sessions that are left. Whoever would have to wait fails."""
    db.session.rollback()
    db.session.execute(text("SET LOCAL lock_timeout = '300ms'"))
    services.forget_browsers()
    db.session.commit()
    return set(db.session.scalars(select(AccountSession.id)))


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "control"])
def test_a_session_that_somebody_holds_is_left_for_the_next_time(
    forgotten: int, somebody: Connection, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    somebody.execute(select(AccountSession.id).where(AccountSession.id == forgotten).with_for_update(key_share=True))
    if not guarded:
        real = Select.with_for_update
        monkeypatch.setattr(Select, "with_for_update", lambda query, **_skip: real(query))
        with pytest.raises(OperationalError, match="lock timeout"):
            clear()
        db.session.rollback()
        return
    assert clear() == {forgotten}
    somebody.rollback()
    assert clear() == set()


def test_who_comes_while_another_clears_does_not_wait(forgotten: int, somebody: Connection) -> None:
    somebody.execute(select(func.pg_advisory_xact_lock(CLEARING)))
    assert clear() == {forgotten}
    somebody.rollback()
    assert clear() == set()


def test_who_comes_back_at_the_last_moment_stays_signed_in(
    race_app: Flask, forgotten: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def neighbours() -> object:
        found = real()
        with db.engine.begin() as connection:
            connection.execute(update(AccountSession).where(AccountSession.id == forgotten).values(seen_at=clock.now()))
        return found

    real = services.forgetting._neighbours
    monkeypatch.setattr(services.forgetting, "_neighbours", neighbours)
    assert clear() == {forgotten}
