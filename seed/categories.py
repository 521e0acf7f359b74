"""The categories that demo orders belong to."""

from __future__ import annotations

from sqlalchemy import select

from marketplace.catalog.models import Category
from marketplace.core.db import db
from seed.vocabulary import kinds


def add_categories(town: int) -> dict[int, Category]:
    """The demo's categories of one town by their places in the list; those that are there already are used."""
    known = {category.slug: category for category in db.session.scalars(select(Category))}
    found: dict[int, Category] = {}
    for place, kind in enumerate(kinds()):
        if kind.town != town:
            continue
        if kind.slug not in known:
            known[kind.slug] = Category(
                slug=kind.slug, name_ru=kind.name_ru, name_en=kind.name_en, position=place, is_active=True
            )
            db.session.add(known[kind.slug])
            db.session.flush()
        found[place] = known[kind.slug]
    return found
