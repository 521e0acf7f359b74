"""What the loader writes down: once per source, brought up to date, and never against what the desk decided."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.catalog import services
from marketplace.catalog.models import MAX_PICTURES, Product
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotAllowed
from tests.catalog.shelf import picture, prices
from tests.people import People

LOADED: dict[str, Any] = {
    "name": "Паяльник",
    "description": "60 Вт",
    "price": Decimal("1499.90"),
    "unit": "шт.",
    "category_id": None,
    "source_url": "https://shop.example/soldering?id=1",
    "source_key": "shop-1",
    "pictures": (),
    "by": None,
}


def load(**values: Any) -> str:
    outcome = services.save_loaded_product(**{**LOADED, **values})
    db.session.commit()
    return outcome


def loaded() -> Product:
    return db.session.scalars(select(Product)).one()


def test_loading_twice_adds_once_and_dates_the_price_anew(app: object) -> None:
    assert load(pictures=[picture()]) == "added"
    before = loaded().priced_at, loaded().updated_at
    assert load(pictures=[picture()]) == "same"
    assert loaded().priced_at > before[0] and loaded().updated_at == before[1]
    assert prices(loaded()) == [Decimal("1499.90")]


def test_another_price_is_taken_over_and_kept_in_the_history(app: object) -> None:
    load()
    assert load(price=Decimal("1399")) == "updated"
    assert prices(loaded()) == [Decimal("1499.90"), Decimal("1399")]


def test_a_new_picture_is_added_and_none_is_taken_away(app: object) -> None:
    load(pictures=[picture("red")])
    assert load(pictures=[picture("blue"), picture("blue")]) == "updated"
    assert load(pictures=[]) == "same"
    assert [row.digest for row in loaded().pictures] == [picture("red").digest, picture("blue").digest]
    assert [row.position for row in loaded().pictures] == [1, 2]


def test_pictures_beyond_the_limit_are_left_out(app: object) -> None:
    many = [picture(f"#0000{number:02x}") for number in range(0, 160, 10)]
    assert load(pictures=many) == "added"
    assert len(loaded().pictures) == MAX_PICTURES
    assert load(pictures=many) == "same"


def test_what_the_desk_decided_stays(people: People) -> None:
    manager = people.manager()
    load(category_id=people.category().id)
    services.hide_product(loaded().id, by=manager)
    assert load(name="Паяльник новый") == "updated"
    assert not loaded().is_active
    assert loaded().category_id == people.category().id


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "  "),
        ("name", "x" * 201),
        ("unit", "x" * 21),
        ("price", Decimal("NaN")),
        ("price", Decimal("-1")),
        ("price", Decimal("1e20")),
        ("price", Decimal("0.001")),
        ("source_url", "javascript:alert(1)"),
    ],
)
def test_what_no_product_can_have_is_refused_by_field(app: object, field: str, value: object) -> None:
    with pytest.raises(Invalid) as refusal:
        load(**{field: value})
    assert refusal.value.field == field
    assert db.session.scalars(select(Product)).all() == []


def test_only_who_keeps_the_catalogue_loads_it(people: People) -> None:
    for person in (people.customer(), people.performer(), people.observer()):
        with pytest.raises(NotAllowed):
            load(by=person)
    assert load(by=people.admin()) == "added"
