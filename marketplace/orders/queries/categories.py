"""Categories with the numbers of their open orders, page by page."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import select, tuple_

from marketplace.catalog.errors import CategoryNotFound
from marketplace.catalog.models import Category
from marketplace.core.db import db
from marketplace.core.paging import Page, bounded_id, bounded_number, decode_cursor, make_page
from marketplace.orders.models import CategoryCounters

ASKED = ("categories",)


class Counted(NamedTuple):
    """A category, and how many of its orders are on the board."""

    category: Category
    open_orders: int


def counted_category(category_id: int) -> Counted:
    """One category, as it is now; raises CategoryNotFound."""
    row = db.session.execute(
        select(Category, CategoryCounters.open_orders)
        .join(CategoryCounters, CategoryCounters.category_id == Category.id)
        .where(Category.id == category_id)
    ).first()
    if row is None:
        raise CategoryNotFound
    return Counted(*row)


def categories_page(after: str | None, size: int) -> Page[Counted]:
    """One page of all categories, in their own order."""
    place = (Category.position, Category.id)
    query = (
        select(Category, CategoryCounters.open_orders)
        .join(CategoryCounters, CategoryCounters.category_id == Category.id)
        .order_by(*place)
        .limit(size + 1)
    )
    if after:
        query = query.where(tuple_(*place) > tuple_(*decode_cursor(after, ASKED, bounded_number, bounded_id)))
    rows = [Counted(*row) for row in db.session.execute(query)]
    return make_page(rows, size, after, ASKED, lambda row: (row.category.position, row.category.id))
