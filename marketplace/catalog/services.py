"""What people do with the catalogue."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete

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
    db.session.execute(delete(Specialty).where(Specialty.account_id == owner.id))
    db.session.add_all(Specialty(account_id=owner.id, category_id=category_id) for category_id in sorted(chosen))
    db.session.flush()
