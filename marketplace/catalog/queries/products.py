"""Products: the pages of the catalogue, newest first, one product, what somebody picks from while typing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, exists, func, or_, select, tuple_
from sqlalchemy.orm import joinedload, selectinload

from marketplace.catalog.errors import NoSuchProduct
from marketplace.catalog.models import Category, Product, ProductPicture, ProductPrice
from marketplace.core.db import db
from marketplace.core.paging import Page, bounded_id, bounded_moment, decode_cursor, make_page
from marketplace.core.search import begins, matches

PAGE_SIZE = 24
COUNT_LIMIT = 1000
EXCERPT_LENGTH = 160
MOST_PRICES = 100
RANKED = 300
"""So many of the newest matches are put in order by how well they match."""


@dataclass(frozen=True)
class ProductFilter:
    """What somebody looks for in the catalogue; every part is optional. `hidden` finds what is off sale instead."""

    words: str = ""
    category: str = ""
    price_from: Decimal | None = None
    price_to: Decimal | None = None
    with_pictures: bool = False
    hidden: bool = False


class ProductCard(NamedTuple):
    """What lists show of a product; `description` is only its beginning, `digest` names its first picture."""

    id: int
    name: str
    description: str
    price: Decimal
    priced_at: datetime
    unit: str
    is_active: bool
    created_at: datetime
    digest: str | None
    category: Category | None


@dataclass(frozen=True)
class ProductPage(Page[ProductCard]):
    """One page of the catalogue, and how many products there are on all pages: at least `number` when `capped`."""

    number: int
    capped: bool


def products_page(wanted: ProductFilter, after: str | None = None, size: int = PAGE_SIZE) -> ProductPage:
    """One page of the products that match, newest first, and their number, counted up to COUNT_LIMIT."""
    asked = ("products", wanted)
    conditions = _conditions(wanted)
    bounded = select(Product.id).where(*conditions).limit(COUNT_LIMIT + 1).subquery()
    number = db.session.scalar(select(func.count()).select_from(bounded)) or 0
    ids = select(Product.id, Product.created_at).where(*conditions)
    if number <= COUNT_LIMIT:
        # With the limit in sight the planner would walk all products from the newest one on, past those that differ.
        found = ids.cte().prefix_with("MATERIALIZED", dialect="postgresql")
        ids = select(found.c.id, found.c.created_at)
    moment, row_id = ids.selected_columns.created_at, ids.selected_columns.id
    if after:
        ids = ids.where(tuple_(moment, row_id) < tuple_(*decode_cursor(after, asked, bounded_moment, bounded_id)))
    chosen = ids.order_by(moment.desc(), row_id.desc()).limit(size + 1).subquery()
    query = cards().join(chosen, chosen.c.id == Product.id).order_by(Product.created_at.desc(), Product.id.desc())
    rows = [ProductCard(*row) for row in db.session.execute(query)] if number else []
    page = make_page(rows, size, after, asked, lambda card: (card.created_at.isoformat(), card.id))
    return ProductPage(page.items, page.next_cursor, page.is_first, min(number, COUNT_LIMIT), number > COUNT_LIMIT)


def product_suggestions(words: str, limit: int) -> Sequence[ProductCard]:
    """Products on sale whose words begin like `words`, the best matches first; without words the newest ones."""
    query = cards().where(Product.is_active).order_by(Product.created_at.desc(), Product.id.desc())
    if not any(character.isalnum() for character in words):
        return [ProductCard(*row) for row in db.session.execute(query.limit(limit))]
    found = (
        select(Product.id)
        .where(Product.is_active, or_(matches(Product.search, words), begins(Product.search, words)))
        .cte()
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    newest = select(found.c.id).order_by(found.c.id.desc()).limit(RANKED).subquery()
    # Whose name has the words stands before whose description has them.
    named = func.strpos(func.lower(Product.name), words.lower())
    ranked = cards().join(newest, newest.c.id == Product.id).order_by(named == 0, Product.name, Product.id)
    return [ProductCard(*row) for row in db.session.execute(ranked.limit(limit))]


def get_product(product_id: int) -> Product:
    """The product with its pictures and category; whether a person may see it is a policy. Raises NoSuchProduct."""
    query = select(Product).where(Product.id == product_id)
    product = db.session.scalar(query.options(selectinload(Product.pictures), joinedload(Product.category)))
    if product is None:
        raise NoSuchProduct
    return product


def locked_product(product_id: int) -> Product:
    """The product with its pictures, its row locked and read afresh; raises NoSuchProduct."""
    product = db.session.scalar(_locked().where(Product.id == product_id))
    if product is None:
        raise NoSuchProduct
    return product


def find_loaded(source_key: str) -> Product | None:
    """The product that its source calls so, locked and read afresh."""
    return db.session.scalar(_locked().where(Product.source_key == source_key))


def price_history(product_id: int) -> Sequence[ProductPrice]:
    """The prices that the product has had, the last MOST_PRICES of them, oldest first."""
    latest = select(ProductPrice).where(ProductPrice.product_id == product_id).order_by(ProductPrice.id.desc())
    return db.session.scalars(latest.limit(MOST_PRICES)).all()[::-1]


def find_picture(digest: str) -> ProductPicture | None:
    """A picture with this digest; products that share it have the same."""
    return db.session.scalar(select(ProductPicture).where(ProductPicture.digest == digest).limit(1))


def named_digests(digests: Iterable[str]) -> set[str]:
    """Those of the digests that pictures of products have."""
    return set(db.session.scalars(select(ProductPicture.digest).where(ProductPicture.digest.in_(list(digests)))))


def sold_products(product_ids: Iterable[int]) -> dict[int, Product]:
    """Those of the products that are in the catalogue now, by id and with their pictures.

    They are safe from deletion until the transaction ends.
    """
    rows = db.session.scalars(
        select(Product)
        .where(Product.id.in_(sorted(set(product_ids))), Product.is_active)
        .options(selectinload(Product.pictures))
        .order_by(Product.id)
        .with_for_update(read=True, key_share=True)
    )
    return {product.id: product for product in rows}


def _locked() -> Select[Product]:
    return (
        select(Product)
        .options(selectinload(Product.pictures))
        .with_for_update(of=Product, key_share=True)
        .execution_options(populate_existing=True)
    )


def cards() -> Select[Any]:
    """What a ProductCard is made of."""
    first = select(ProductPicture.digest).where(ProductPicture.product_id == Product.id)
    return select(
        Product.id,
        Product.name,
        func.left(Product.description, EXCERPT_LENGTH),
        Product.price,
        Product.priced_at,
        Product.unit,
        Product.is_active,
        Product.created_at,
        first.order_by(ProductPicture.position, ProductPicture.id).limit(1).scalar_subquery(),
        Category,
    ).outerjoin(Category, Category.id == Product.category_id)


def _conditions(wanted: ProductFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Product.is_active.is_(not wanted.hidden)]
    if wanted.words:
        conditions.append(matches(Product.search, wanted.words))
    if wanted.category:
        of_category = select(Category.id).where(Category.slug == wanted.category).scalar_subquery()
        conditions.append(Product.category_id == of_category)
    if wanted.price_from is not None:
        conditions.append(Product.price >= wanted.price_from)
    if wanted.price_to is not None:
        conditions.append(Product.price <= wanted.price_to)
    if wanted.with_pictures:
        conditions.append(exists().where(ProductPicture.product_id == Product.id))
    return conditions
