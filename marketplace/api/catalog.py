"""Categories and products, by program."""

from __future__ import annotations

from typing import Any

from flask import current_app

from marketplace.accounts.models import Account
from marketplace.api.orders.showing import category_ref
from marketplace.api.pictures import picture_out, thumbnail
from marketplace.api.protocol.operations import operation, require_match
from marketplace.api.schemas.catalog import (
    CategoryList,
    CategoryOut,
    PriceOut,
    ProductIn,
    ProductList,
    ProductOut,
    ProductPatch,
    ProductQuery,
    ProductSummary,
)
from marketplace.api.schemas.values import Paged
from marketplace.catalog import policies, queries, services
from marketplace.catalog.errors import NoSuchCategory, NoSuchProduct
from marketplace.catalog.models import Product
from marketplace.catalog.queries import ProductCard, ProductFilter
from marketplace.catalog.services.products import locked_for_keeper, require_keeper
from marketplace.core.db import db
from marketplace.core.text import one_line
from marketplace.orders.errors import EmptyRange
from marketplace.orders.queries.categories import Counted, categories_page
from marketplace.web.guards import DESK, PUBLIC
from marketplace.web.programs import API
from marketplace.web.viewer import account, viewer

ONE = "/products/<id:product_id>"


@operation("GET", "/categories", tag="catalog", query=Paged, answer=CategoryList, gate=PUBLIC)
def list_categories(query: Paged) -> CategoryList:
    """List categories.

    In their own order, with the number of their open orders. One that is not active takes no new orders.
    """
    page = categories_page(query.cursor, query.limit)
    items = [CategoryOut(**category_fields(counted)) for counted in page.items]
    return CategoryList(items=items, next_cursor=page.next_cursor)


@operation("GET", "/products", tag="catalog", query=ProductQuery, answer=ProductList, gate=PUBLIC, errors=(403,))
def list_products(query: ProductQuery) -> ProductList:
    """List products.

    The newest first. Everybody may look, without signing in too; `hidden` is for the desk.
    """
    if query.hidden:
        require_keeper(viewer())
    if query.category and queries.find_category(query.category) is None:
        raise NoSuchCategory(field="category")
    if query.price_from is not None and query.price_to is not None and query.price_to < query.price_from:
        raise EmptyRange(field="price_to")
    wanted = ProductFilter(
        words=one_line(query.q),
        category=query.category or "",
        price_from=query.price_from,
        price_to=query.price_to,
        with_pictures=query.with_pictures,
        hidden=query.hidden,
    )
    page = queries.products_page(wanted, query.cursor, query.limit)
    items = [ProductSummary(**_summary(card, card.digest)) for card in page.items]
    return ProductList(items=items, next_cursor=page.next_cursor)


@operation("GET", ONE, tag="catalog", answer=ProductOut, gate=PUBLIC, errors=(404,), is_tagged=True)
def get_product(product_id: int) -> ProductOut:
    """Read a product.

    With its pictures and the prices that it has had. What is off sale exists only for the desk.
    """
    return shown_product(product_id)


@operation(
    "POST",
    "/products",
    tag="catalog",
    body=ProductIn,
    answer=ProductOut,
    status=201,
    gate=DESK,
    errors=(403,),
    is_tagged=True,
)
def post_product(body: ProductIn) -> ProductOut:
    """Write down a product.

    For the desk. It is on sale at once, without pictures: `POST /products/{product_id}/pictures` adds some.
    """
    try:
        product = services.create_product(**dict(body), by=account())
    except NoSuchCategory:
        raise NoSuchCategory(field="category_id") from None
    return shown_product(product.id)


@operation(
    "PATCH",
    ONE,
    tag="catalog",
    body=ProductPatch,
    answer=ProductOut,
    gate=DESK,
    errors=(403, 404, 412),
    is_tagged=True,
)
def edit_product(product_id: int, body: ProductPatch) -> ProductOut:
    """Change a product.

    For the desk. Another price is dated and kept in the history; orders keep what they were written down with.
    """
    by = account()
    product = locked_for_keeper(product_id, by)
    require_match(shown_product(product_id))
    values = {name: getattr(product, name) for name in ProductPatch.model_fields}
    values |= {name: getattr(body, name) for name in body.model_fields_set}
    try:
        services.edit_product(product_id, **values, by=by)
    except NoSuchCategory:
        raise NoSuchCategory(field="category_id") from None
    # What it refers to was read before.
    db.session.expire(product)
    return shown_product(product_id)


@operation("POST", f"{ONE}/hide", tag="catalog", answer=ProductOut, gate=DESK, errors=(403, 404), is_tagged=True)
def hide_product(product_id: int) -> ProductOut:
    """Take a product off sale.

    For the desk. Orders that have it keep it.
    """
    services.hide_product(product_id, by=account())
    return shown_product(product_id)


@operation("POST", f"{ONE}/show", tag="catalog", answer=ProductOut, gate=DESK, errors=(403, 404), is_tagged=True)
def show_product(product_id: int) -> ProductOut:
    """Put a product on sale again.

    For the desk.
    """
    services.show_product(product_id, by=account())
    return shown_product(product_id)


def category_fields(counted: Counted) -> dict[str, Any]:
    """What a list tells of a category."""
    category = counted.category
    return {
        **category_ref(category).model_dump(),
        "is_active": category.is_active,
        "open_orders": counted.open_orders,
        "links": {"self": f"{API}/categories/{category.id}", "board": f"{API}/board?category={category.slug}"},
    }


def shown_product(product_id: int) -> ProductOut:
    """The product as the caller may see it now; raises NoSuchProduct."""
    product, user = queries.get_product(product_id), viewer()
    if not policies.may_see_product(user, product):
        raise NoSuchProduct
    return ProductOut(
        **_summary(product, product.pictures[0].digest if product.pictures else None),
        description=product.description,
        source_url=product.source_url,
        updated_at=product.updated_at,
        pictures=[picture_out(product, picture, user) for picture in product.pictures],
        prices=[PriceOut(at=row.at, price=row.price) for row in queries.price_history(product_id)],
        actions=_actions(product, user),
    )


def _summary(product: Product | ProductCard, digest: str | None) -> dict[str, Any]:
    return {
        "id": product.id,
        "name": product.name,
        "price": product.price,
        "currency": current_app.config["CURRENCY"],
        "unit": product.unit,
        "category": None if product.category is None else category_ref(product.category),
        "is_hidden": not product.is_active,
        "thumbnail": None if digest is None else thumbnail(digest),
        "priced_at": product.priced_at,
        "created_at": product.created_at,
        "links": {"self": f"{API}/products/{product.id}", "page": f"/products/{product.id}"},
    }


def _actions(product: Product, user: Account | None) -> list[str]:
    if not policies.may_edit_products(user):
        return []
    return ["edit", "pictures", "hide" if product.is_active else "show"]
