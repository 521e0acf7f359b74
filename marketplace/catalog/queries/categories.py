"""Categories, and who works in which."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from marketplace.catalog.errors import CategoryNotFound, NoSuchCategory
from marketplace.catalog.models import Category, Specialty
from marketplace.core.db import db


def active_categories() -> Sequence[Category]:
    """The categories that take new orders, in their own order."""
    return db.session.scalars(select(Category).where(Category.is_active).order_by(Category.position, Category.id)).all()


def find_category(slug: str) -> Category | None:
    """The category of this slug, whether or not it takes new orders; None when there is none."""
    return db.session.scalar(select(Category).where(Category.slug == slug))


def locked_category(category_id: int, *, alone: bool = False) -> Category:
    """The category, its row locked and read afresh; raises CategoryNotFound.

    Others may go on referring to it, or, with `alone`, wait for the end of the transaction before they do.
    """
    lock = True if alone else {"key_share": True}
    category = db.session.get(Category, category_id, with_for_update=lock, populate_existing=True)
    if category is None:
        raise CategoryNotFound
    return category


def get_active_category(category_id: int) -> Category:
    """The category, if it takes new orders, safe from deletion until the transaction ends; raises NoSuchCategory."""
    category = db.session.get(Category, category_id, with_for_update={"read": True, "key_share": True})
    if category is None or not category.is_active:
        raise NoSuchCategory(field="category")
    return category


def specialties(account_ids: Iterable[int]) -> dict[int, list[Category]]:
    """The categories that each of the people works in, in the categories' own order."""
    wanted = list(account_ids)
    found: dict[int, list[Category]] = {account_id: [] for account_id in wanted}
    rows = db.session.execute(
        select(Specialty.account_id, Category)
        .join(Category, Category.id == Specialty.category_id)
        .where(Specialty.account_id.in_(wanted))
        .order_by(Category.position, Category.id)
    )
    for account_id, category in rows:
        found[account_id].append(category)
    return found
