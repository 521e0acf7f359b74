"""Products: who keeps them, what they may be, and what stays on record."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from marketplace.accounts.models import Account, AuditEntry
from marketplace.accounts.services import block_account
from marketplace.catalog import policies, services
from marketplace.catalog.errors import NoSuchCategory, NoSuchPicture, NoSuchProduct, TooManyPictures
from marketplace.catalog.models import MAX_PICTURES, Product, ProductPicture
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotAllowed
from tests.catalog.shelf import keeper, picture, prices, product
from tests.people import People

FIELDS: dict[str, Any] = {
    "name": "Cable tie",
    "description": "",
    "price": Decimal("10"),
    "unit": "",
    "category_id": None,
}
ROLES: dict[str, tuple[Callable[[People], Account], bool]] = {
    "customer": (People.customer, False),
    "performer": (People.performer, False),
    "observer": (People.observer, False),
    "manager": (People.manager, True),
    "admin": (People.admin, True),
}


def trail() -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    rows = db.session.scalars(select(AuditEntry).where(AuditEntry.subject_type == "Product").order_by(AuditEntry.id))
    return [(row.action, row.before, row.after) for row in rows]


def digests(made: Product) -> list[str]:
    rows = db.session.scalars(
        select(ProductPicture.digest).where(ProductPicture.product_id == made.id).order_by(ProductPicture.position)
    )
    return list(rows)


def acts(made: Product) -> list[Callable[[Account], object]]:
    """Every act, as somebody would do it."""
    of = made.pictures[0].id
    return [
        lambda by: services.create_product(**FIELDS, by=by),
        lambda by: services.edit_product(made.id, **{**FIELDS, "name": "Other"}, by=by),
        lambda by: services.hide_product(made.id, by=by),
        lambda by: services.show_product(made.id, by=by),
        lambda by: services.add_pictures(made.id, [picture("green")], by=by),
        lambda by: services.move_picture(made.id, of, steps=1, by=by),
        lambda by: services.remove_picture(made.id, of, by=by),
    ]


def everything() -> list[str]:
    tables = ("products", "product_pictures", "product_prices", "audit_entries")
    return [str(row) for table in tables for row in db.session.execute(text(f"SELECT * FROM {table} ORDER BY id"))]


@pytest.mark.parametrize("role", ROLES)
def test_managers_and_admins_keep_the_catalogue_and_nobody_else(people: People, role: str) -> None:
    make, may = ROLES[role]
    person = make(people)
    made = product(people, pictures=[picture("red"), picture("blue")])
    before = everything()
    for act in acts(made):
        if may:
            act(person)
        else:
            with pytest.raises(NotAllowed):
                act(person)
    db.session.commit()
    assert (everything() == before) is not may
    assert policies.may_edit_products(person) is may


def test_a_blocked_manager_keeps_nothing(people: People) -> None:
    manager, made = people.manager(), product(people, pictures=[picture()])
    block_account(manager.id, reason="Left", by=people.admin())
    db.session.commit()
    for act in acts(made):
        with pytest.raises(NotAllowed):
            act(manager)


def test_what_is_off_sale_is_seen_by_the_desk_only(people: People) -> None:
    made = product(people)
    persons = {role: make(people) for role, (make, _may) in ROLES.items()}
    assert policies.may_see_product(None, made)
    services.hide_product(made.id, by=keeper(people))
    assert not policies.may_see_product(None, made)
    seen = {role for role, person in persons.items() if policies.may_see_product(person, made)}
    assert seen == {"manager", "admin"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "  \t "),
        ("name", "\u200b\u200b"),
        ("name", "…"),
        ("name", "x" * 201),
        ("description", "x" * 10_001),
        ("unit", "x" * 21),
        ("price", Decimal("NaN")),
        ("price", Decimal("Infinity")),
        ("price", Decimal("-1")),
        ("price", Decimal("1e20")),
        ("price", Decimal("0.001")),
        ("source_url", "javascript:alert(1)"),
        ("source_url", "https://"),
        ("source_url", "https://a b"),
        ("source_url", "http://[x"),
        ("source_url", "https://shop.example/" + "x" * 2000),
    ],
)
def test_what_no_product_can_be_is_refused_by_field_and_changes_nothing(
    people: People, field: str, value: object
) -> None:
    made, manager = product(people), keeper(people)
    before = everything()
    with pytest.raises(Invalid) as created:
        services.create_product(**{**FIELDS, field: value}, by=manager)
    with pytest.raises(Invalid) as edited:
        services.edit_product(made.id, **{**FIELDS, field: value}, by=manager)
    assert created.value.field == edited.value.field == field
    db.session.commit()
    assert everything() == before


def test_a_product_goes_into_a_category_that_is_in_use_and_stays_in_the_one_it_has(people: People) -> None:
    category, manager = people.category(), keeper(people)
    made = product(people, category_id=category.id)
    category.is_active = False
    db.session.commit()
    services.edit_product(made.id, **{**FIELDS, "category_id": category.id}, by=manager)
    with pytest.raises(NoSuchCategory):
        services.create_product(**{**FIELDS, "category_id": category.id}, by=manager)
    with pytest.raises(NoSuchCategory):
        services.create_product(**{**FIELDS, "category_id": 2**40}, by=manager)


def test_every_act_leaves_an_audit_line_with_what_changed_and_nothing_else(people: People) -> None:
    made, manager = product(people), keeper(people)
    same = {**FIELDS, "description": made.description, "unit": made.unit}
    services.edit_product(made.id, **{**same, "price": Decimal("99.90")}, by=manager)
    services.edit_product(made.id, **{**same, "price": Decimal("99.9")}, by=manager)
    services.hide_product(made.id, by=manager)
    services.hide_product(made.id, by=manager)
    services.show_product(made.id, by=manager)
    assert [action for action, _before, _after in trail()] == ["create", "update", "hide", "show"]
    assert trail()[1] == ("update", {"price": "12.50"}, {"price": "99.90"})


def test_every_writer_leaves_the_price_in_the_history(people: People) -> None:
    made, manager = product(people, price=Decimal("12.50")), keeper(people)
    services.edit_product(made.id, **{**FIELDS, "price": Decimal("13")}, by=manager)
    db.session.commit()
    dated = made.priced_at
    made.price = Decimal("14")
    db.session.commit()
    assert made.priced_at > dated
    made.name = "Another"
    made.price = Decimal("14.00")
    db.session.commit()
    assert prices(made) == [Decimal("12.50"), Decimal("13"), Decimal("14")]


def test_a_price_on_record_is_never_changed(people: People) -> None:
    made = product(people)
    with pytest.raises(Exception, match="history"), db.session.begin_nested():
        db.session.execute(text("UPDATE product_prices SET price = 1 WHERE product_id = :id"), {"id": made.id})
    assert prices(made) == [Decimal("12.50")]


def test_the_same_picture_twice_is_one(people: People) -> None:
    made, manager = product(people), keeper(people)
    assert services.add_pictures(made.id, [picture("red"), picture("red"), picture("blue")], by=manager) == 2
    assert services.add_pictures(made.id, [picture("blue")], by=manager) == 0
    db.session.commit()
    assert digests(made) == [picture("red").digest, picture("blue").digest]


def test_there_is_room_for_so_many_pictures_and_none_beyond(people: People) -> None:
    many = [picture(f"#00{number:02x}00") for number in range(0, 200, 12)]
    made, manager = product(people, pictures=many[:MAX_PICTURES]), keeper(people)
    with pytest.raises(TooManyPictures):
        services.add_pictures(made.id, [many[-1]], by=manager)
    db.session.commit()
    assert len(digests(made)) == MAX_PICTURES
    # Those that are there already need no room.
    assert services.add_pictures(made.id, many[:2], by=manager) == 0


def test_pictures_go_up_and_down_and_not_over_the_edge(people: People) -> None:
    colours = ["red", "green", "blue"]
    made, manager = product(people, pictures=[picture(colour) for colour in colours]), keeper(people)
    red, green, blue = (picture(colour).digest for colour in colours)
    first, _second, third = (row.id for row in made.pictures)
    services.move_picture(made.id, third, steps=-1, by=manager)
    assert digests(made) == [red, blue, green]
    services.move_picture(made.id, first, steps=-1, by=manager)
    assert digests(made) == [red, blue, green]
    services.move_picture(made.id, first, steps=1, by=manager)
    assert digests(made) == [blue, red, green]
    services.remove_picture(made.id, third, by=manager)
    db.session.commit()
    assert digests(made) == [red, green]
    assert [row.position for row in made.pictures] == [1, 2]


def test_another_products_picture_is_none_of_this_one(people: People) -> None:
    mine, other = product(people, pictures=[picture()]), product(people, pictures=[picture()])
    foreign, manager = other.pictures[0].id, keeper(people)
    for act in (services.remove_picture, lambda *ids, by: services.move_picture(*ids, steps=-1, by=by)):
        with pytest.raises(NoSuchPicture):
            act(mine.id, foreign, by=manager)
    with pytest.raises(NoSuchProduct):
        services.remove_picture(2**40, foreign, by=manager)
    db.session.commit()
    assert digests(other) == [picture().digest]


def test_the_table_holds_the_rules_too(app: Flask) -> None:
    for change in ({"name": ""}, {"price": Decimal("-1")}, {"unit": "x" * 21}):
        values: dict[str, Any] = {"name": "x", "price": Decimal(1), **change}
        with pytest.raises(Exception, match="violates check constraint"), db.session.begin_nested():
            db.session.add(Product(**values))
            db.session.flush()
