"""The kinds of work as admins keep them: named, put in order, taken out of use. Each act leaves an audit line."""

from __future__ import annotations

from typing import Any

from sqlalchemy.exc import IntegrityError

from marketplace.accounts import queries as people
from marketplace.accounts.models import Account
from marketplace.accounts.services import record_audit
from marketplace.catalog import policies, queries
from marketplace.catalog.errors import SlugTaken
from marketplace.catalog.models import Category
from marketplace.core.db import db
from marketplace.core.errors import N_, NotAllowed
from marketplace.core.snapshots import changes, snapshot
from marketplace.core.text import one_line

CATEGORY_FIELDS = ("slug", "name_ru", "name_en", "position", "is_active")
"""All that is said of a category, here and in the audit trail."""


def create_category(*, slug: str, name_ru: str, name_en: str, position: int, is_active: bool, by: Account) -> Category:
    """A new kind of work; raises SlugTaken."""
    require_category_keeper(by)
    category = Category()
    _write(category, slug=slug, name_ru=name_ru, name_en=name_en, position=position, is_active=is_active)
    record_audit("create", category, after=snapshot(category, CATEGORY_FIELDS), by=by)
    db.session.flush()
    return category


def edit_category(
    category_id: int, *, slug: str, name_ru: str, name_en: str, position: int, is_active: bool, by: Account
) -> Category:
    """Changes the category; one that is not active takes no new orders. Raises CategoryNotFound or SlugTaken."""
    require_category_keeper(by)
    category = queries.locked_category(category_id)
    people.read_again(by)
    require_category_keeper(by)
    before = snapshot(category, CATEGORY_FIELDS)
    _write(category, slug=slug, name_ru=name_ru, name_en=name_en, position=position, is_active=is_active)
    old, new = changes(before, snapshot(category, CATEGORY_FIELDS))
    if new:
        record_audit("update", category, before=old, after=new, by=by)
        db.session.flush()
    return category


def require_category_keeper(by: Account) -> None:
    """Raises NotAllowed unless `by` keeps the categories."""
    if not policies.may_edit_categories(by):
        raise NotAllowed(N_("Only admins keep the categories."))


def _write(category: Category, **values: Any) -> None:
    values |= {name: one_line(values[name]) for name in ("slug", "name_ru", "name_en")}
    try:
        with db.session.begin_nested():
            for name, value in values.items():
                setattr(category, name, value)
            db.session.add(category)
    except IntegrityError as error:
        if "uq_categories_slug" in str(error.orig):
            raise SlugTaken(field="slug") from None
        raise
