"""What admins do with products: find, export, hide and show; what they are is changed on the desk's page."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

from marketplace.catalog.models import Product
from marketplace.core.db import db
from tests.admin.conftest import House, last_line
from tests.catalog.shelf import picture, product
from tests.client import Browser
from tests.people import People


def listed(desk: Browser, query: str = "") -> list[str]:
    return [cell.get_text(strip=True) for cell in desk.page(f"/admin/products/{query}").select("td.col-name")]


def is_on_sale(made: Product) -> bool:
    return made.is_active


def test_hiding_takes_a_product_off_sale_and_leaves_an_audit_line(house: House, desk: Browser) -> None:
    number = str(house.product.id)
    answer = desk.send(f"/admin/products/hide/?id={number}", url="/admin/products/?sale=yes")
    assert answer.location == "/admin/products/?sale=yes"
    assert not is_on_sale(house.product)
    assert last_line() == (house.admin.id, "hide", "Product", number, {"is_active": True}, {"is_active": False})
    assert desk.send(f"/admin/products/show/?id={number}").status_code == 302
    assert is_on_sale(house.product)
    assert desk.page("/admin/audit/?kind=Product").select(f'a[href="/products/{number}"]')
    assert desk.send("/admin/products/hide/?id=987654321").status_code == 404


def test_products_are_found_by_name_source_category_sale_and_pictures(
    house: House, people: People, desk: Browser
) -> None:
    product(
        people, name="Drum", category_id=house.category.id, pictures=[picture()], source_url="https://shop.example/1"
    )
    assert listed(desk) == ["Drum", "Cable tie"]
    for query in ("?search=dru", "?search=shop.example", "?category=unused", "?pictures=yes"):
        assert listed(desk, query) == ["Drum"], query
    desk.send(f"/admin/products/hide/?id={house.product.id}")
    assert listed(desk, "?sale=no") == ["Cable tie"]
    assert listed(desk, "?pictures=no") == ["Cable tie"]
    assert listed(desk, "?loaded=yes") == []


def test_the_list_leads_to_the_product_and_to_the_desks_form(house: House, desk: Browser) -> None:
    page = desk.page("/admin/products/")
    for address in (f"/products/{house.product.id}", f"/products/{house.product.id}/edit"):
        assert page.select_one(f'td a[href="{address}"]'), address
    assert desk.get(f"/admin/products/edit/?id={house.product.id}").status_code == 404


def test_the_export_holds_the_catalogue(house: House, desk: Browser) -> None:
    house.product.price = Decimal("1499.90")
    db.session.commit()
    text = desk.get("/admin/products/export/csv/", buffered=True).get_data().decode("utf-8-sig")
    _head, row = csv.reader(io.StringIO(text))
    assert row[1] == "Cable tie" and row[3] == "1499.90"


def test_a_category_that_only_products_use_is_not_deleted(house: House, people: People, desk: Browser) -> None:
    product(people, category_id=house.category.id)
    answer = desk.send(f"/admin/categories/delete/?id={house.category.id}")
    assert answer.status_code == 409 and "products use this category" in answer.text
