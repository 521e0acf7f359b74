"""What performers say they work in."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from marketplace.accounts.models import Account
from marketplace.accounts.policies import may_edit_profile
from marketplace.catalog import queries
from marketplace.catalog.models import Specialty
from marketplace.core.db import db
from marketplace.core.errors import NotAllowed


def set_specialties(owner: Account, category_ids: Iterable[int], *, by: Account) -> None:
    """Makes `category_ids` exactly the categories that `owner` works in."""
    if not may_edit_profile(by, owner):
        raise NotAllowed
    chosen = {queries.get_active_category(category_id).id for category_id in category_ids}
    db.session.execute(delete(Specialty).where(Specialty.account_id == owner.id, Specialty.category_id.not_in(chosen)))
    if chosen:
        # The same form sent twice at once must not collide with itself.
        rows = [{"account_id": owner.id, "category_id": category_id} for category_id in sorted(chosen)]
        db.session.execute(insert(Specialty).values(rows).on_conflict_do_nothing())
