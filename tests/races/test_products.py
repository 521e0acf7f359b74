"""Products under many hands at once: as many pictures as there may be, and one product per source."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import func, select

from marketplace.accounts.models import Account
from marketplace.catalog import queries, services
from marketplace.catalog.errors import TooManyPictures
from marketplace.catalog.models import MAX_PICTURES, Product, ProductPicture, ProductPrice
from marketplace.core.db import db
from tests.catalog.shelf import picture, product
from tests.people import People
from tests.races.crowd import Crowd

PARALLEL = 16
COLOURS = [f"#{number * 8:02x}4080" for number in range(PARALLEL)]


def pictures_after_a_rush(app: Flask, rounds: int) -> list[int]:
    """How many pictures each product has after PARALLEL managers have added another one each at once."""
    people = People(app)
    managers = [people.manager().id for _ in range(PARALLEL)]
    files = dict(zip(managers, map(picture, COLOURS), strict=True))
    numbers = []
    with Crowd(app, PARALLEL) as crowd:
        for _ in range(rounds):
            row_id = product(people).id
            db.session.rollback()

            def add(by: Account, row_id: int = row_id) -> int:
                return services.add_pictures(row_id, [files[by.id]], by=by)

            outcomes = crowd.at_once(managers, add, before=partial(queries.get_product, row_id))
            refused = [outcome for outcome in outcomes if outcome != 1]
            assert all(isinstance(outcome, TooManyPictures) for outcome in refused), refused
            rows = select(ProductPicture.position).where(ProductPicture.product_id == row_id)
            numbers.append(len(db.session.scalars(rows).all()))
            db.session.rollback()
    return numbers


def test_sixteen_pictures_at_once_leave_no_more_than_there_is_room_for(race_app: Flask) -> None:
    assert pictures_after_a_rush(race_app, 10) == [MAX_PICTURES] * 10
    rows = db.session.execute(
        select(func.count(), func.count(ProductPicture.position.distinct())).group_by(ProductPicture.product_id)
    )
    assert {tuple(row) for row in rows} == {(MAX_PICTURES, MAX_PICTURES)}


def test_the_race_is_real_without_the_lock(race_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "locked_product", queries.get_product)
    assert max(pictures_after_a_rush(race_app, 5)) > MAX_PICTURES


def load(price: str) -> Callable[[Account], str]:
    """The act of loading the one product of a source."""
    return lambda by: services.save_loaded_product(
        name="Soldering iron",
        description="",
        price=Decimal(price),
        unit="",
        category_id=None,
        source_url="https://shop.example/1",
        source_key=f"shop-{price}",
        pictures=[picture()],
        by=by,
    )


def test_sixteen_loads_of_one_source_at_once_write_one_product_down(race_app: Flask) -> None:
    admin = People(race_app).admin().id
    with Crowd(race_app, PARALLEL) as crowd:
        for price in ("10", "20", "30"):
            outcomes = crowd.at_once([admin] * PARALLEL, load(price))
            assert sorted(outcomes) == ["added"] + ["same"] * (PARALLEL - 1)
    assert len(db.session.scalars(select(Product)).all()) == 3
    assert len(db.session.scalars(select(ProductPrice)).all()) == 3
