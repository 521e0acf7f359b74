"""Named filters of the order list, each somebody's own."""

from __future__ import annotations

from sqlalchemy import func, select

from marketplace.accounts.models import Account
from marketplace.accounts.queries import locked_account
from marketplace.core.db import db
from marketplace.core.errors import NotAllowed
from marketplace.core.text import one_line
from marketplace.orders import policies
from marketplace.orders.errors import NoSuchFilter, TooManyFilters
from marketplace.orders.models import SavedFilter

MOST_FILTERS = 30


def save_filter(name: str, *, query: str, by: Account) -> SavedFilter:
    """Keeps `query` under `name`; one of the same name is replaced. At most MOST_FILTERS, counted under a lock."""
    if not policies.may_list_orders(by):
        raise NotAllowed
    locked_account(by.id)
    name = one_line(name)
    kept = db.session.scalar(select(SavedFilter).where(SavedFilter.account_id == by.id, SavedFilter.name == name))
    if kept is None:
        number = db.session.scalar(select(func.count()).where(SavedFilter.account_id == by.id)) or 0
        if number >= MOST_FILTERS:
            raise TooManyFilters(limit=MOST_FILTERS)
        kept = SavedFilter(account_id=by.id, name=name, query=query)
        db.session.add(kept)
    kept.query = query
    db.session.flush()
    return kept


def delete_filter(filter_id: int, *, by: Account) -> None:
    """Forgets the filter; somebody else's is none."""
    kept = db.session.get(SavedFilter, filter_id, with_for_update=True, populate_existing=True)
    if kept is None or kept.account_id != by.id:
        raise NoSuchFilter
    db.session.delete(kept)
    db.session.flush()
