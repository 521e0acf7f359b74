"""What the second process does is kept only when both halves are done."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select

from marketplace.catalog.models import Category
from marketplace.core.db import db
from seed.categories import add_categories
from seed.second_hand import HalfFailed, SecondHand
from tests.seed.conftest import application


@pytest.fixture
def empty(fresh_database: Callable[[], str]) -> Iterator[Flask]:
    """An application on an empty database that commits for real, with no connection open."""
    with application(fresh_database()) as app:
        yield app


def add_half() -> None:
    """Adds the categories of one town and leaves the commit to the caller."""
    add_categories(1)


def stored() -> int:
    """How many categories there are."""
    number = db.session.scalar(select(func.count()).select_from(Category))
    db.session.remove()
    db.engine.dispose()
    return number or 0


def test_work_is_stored_on_commit(empty: Flask) -> None:
    with SecondHand(add_half) as second:
        second.wait()
        second.commit()
    assert stored() == 7


def test_work_is_undone_without_commit(empty: Flask) -> None:
    with SecondHand(add_half) as second:
        second.wait()
    assert stored() == 0


def test_work_is_undone_when_the_first_half_fails(empty: Flask) -> None:
    with pytest.raises(ZeroDivisionError), SecondHand(add_half) as second:
        second.wait()
        raise ZeroDivisionError
    assert stored() == 0


def test_a_killed_second_half_is_noticed(empty: Flask) -> None:
    def die() -> None:
        add_half()
        os.kill(os.getpid(), signal.SIGKILL)

    with SecondHand(die) as second, pytest.raises(HalfFailed):
        second.wait()
    assert stored() == 0
