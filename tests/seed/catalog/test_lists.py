"""Lists in JSON are found at any depth, under Russian and English names."""

from __future__ import annotations

import json
from typing import Any

import pytest

from marketplace.catalog.errors import BadSelector, DamagedSource
from seed.catalog.lists import read_list
from seed.catalog.prices import read_price

ITEM = {"name": "Desk", "price": 1299.9}


def read(value: Any, **mapping: str) -> list[tuple[str, str]]:
    return [(item.name, item.price) for item in read_list(json.dumps(value), "https://s.example/", mapping)]


@pytest.mark.parametrize(
    "value",
    [
        [ITEM],
        {"items": [ITEM]},
        {"data": {"products": {"nodes": [ITEM]}}},
        {"meta": [1, 2], "menu": [{"title": "Home"}], "result": [[ITEM]]},
        ITEM,
        {"goods": {"101": ITEM, "102": ITEM, "103": ITEM}},
    ],
)
def test_a_list_is_found_wherever_it_is(value: Any) -> None:
    assert ("Desk", "1299.9") in read(value)


def test_lists_in_one_kind_of_place_are_one_list() -> None:
    value = {"sections": [{"title": f"Section {n}", "items": [dict(ITEM, name=f"Desk {n}")]} for n in range(5)]}
    assert [name for name, _ in read(value)] == [f"Desk {n}" for n in range(5)]


@pytest.mark.parametrize(
    ("entry", "name", "amount"),
    [
        ({"title": "A", "cost": "1 299,90 руб."}, "A", "1299.90"),
        ({"название": "Стол", "цена": 500}, "Стол", "500"),
        ({"Наименование": "Стол", "Стоимость": "500 руб"}, "Стол", "500"),
        ({"productName": "A", "salePrice": 5}, "A", "5"),
        ({"product-name": "A", "Price": {"value": 7, "currency": "RUB"}}, "A", "7"),
        ({"name": {"ru": "Стол"}, "offers": [{"price": "9.50"}]}, "Стол", "9.50"),
        ({"title": {"rendered": "A"}, "price": {"current": {"amount": 11}}}, "A", "11"),
        ({"title": "A", "variants": [{"price": "12.00", "sku": "x"}]}, "A", "12"),
        ({"name": "A", "prices": {"price": "129990", "currency_minor_unit": 2}}, "A", "1299.90"),
        ({"name": "A", "price": 1e3}, "A", "1000"),
        ({"name": "A", "price": "", "cost": 3}, "A", "3"),
    ],
)
def test_fields_have_many_names(entry: dict[str, Any], name: str, amount: str) -> None:
    item = read_list(json.dumps([entry]))[0]
    price = read_price(item.price, exact=item.exact)
    assert item.name == name
    assert price is not None and str(price.amount) == f"{float(amount):.2f}"


def test_pictures_links_and_keys_are_found() -> None:
    entry = {
        "name": "A",
        "price": 1,
        "images": [{"src": "/1.png"}, "2.png", {"url": {"original": "x"}}, None],
        "url": "/a",
        "sku": 77,
        "unit": "шт.",
        "body_html": "<p>Text</p>",
    }
    item = read_list(json.dumps([entry]), "https://s.example/list.json")[0]
    assert item.pictures == ["https://s.example/1.png", "https://s.example/2.png"]
    assert (item.link, item.key, item.unit, item.description) == ("https://s.example/a", "77", "шт.", "<p>Text</p>")


def test_what_is_no_object_among_the_items_is_kept_for_the_report() -> None:
    items = read_list(json.dumps([ITEM, "more to come", 5, None]))
    assert [item.is_item for item in items] == [True, False, False, False]


def test_a_mapping_says_where_fields_stand() -> None:
    value = {"name": "wrong", "a": {"b": [{"t": {"x": "Desk"}, "c": [{"v": 5}], "price": 9, "pic": "/p.png"}]}}
    items = read_list(
        json.dumps(value), "https://s.example/", {"items": "a.b", "name": "t.x", "price": "c.0.v", "image": "pic"}
    )
    assert [(item.name, item.price, item.pictures) for item in items] == [("Desk", "5", ["https://s.example/p.png"])]
    with pytest.raises(BadSelector):
        read_list("{}", "", {"items": "no.such"})


@pytest.mark.parametrize("text", ["", "{", "[1,", "nonsense", "[NaN}", '{"a": 1} trailing'])
def test_what_is_no_json_is_said(text: str) -> None:
    with pytest.raises(DamagedSource, match="JSON"):
        read_list(text)


def test_line_ends_inside_of_texts_are_forgiven() -> None:
    assert read_list('[{"name": "A\nB", "price": 1}]')[0].name == "A\nB"


@pytest.mark.parametrize("text", ["[]", "{}", "5", '"text"', "null", '[{"a": 1}]'])
def test_no_items_are_no_items(text: str) -> None:
    assert read_list(text) == []
