"""The categories that demo orders belong to."""

from __future__ import annotations

from sqlalchemy import select

from marketplace.catalog.models import Category
from marketplace.core.db import db
from seed.vocabulary import kinds


def add_categories() -> list[Category]:
    """The demo's categories in the order of the list; those that are there already are used."""
    known = {category.slug: category for category in db.session.scalars(select(Category))}
    for position, kind in enumerate(kinds()):
        if kind.slug not in known:
            known[kind.slug] = Category(
                slug=kind.slug, name_ru=kind.name_ru, name_en=kind.name_en, position=position, is_active=True
            )
            db.session.add(known[kind.slug])
            db.session.flush()
    return [known[kind.slug] for kind in kinds()]
