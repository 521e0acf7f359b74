"""Contacts of a performer, for those who may see them."""

from __future__ import annotations

from marketplace.accounts.models import Account, Profile
from marketplace.accounts.queries import get_account
from marketplace.orders import policies
from marketplace.orders.queries.orders import have_shared_order


def contacts_of(performer_id: int, user: Account | None) -> Profile | None:
    """The profile whose contacts `user` may see, or None."""
    if user is None:
        return None
    owner = get_account(performer_id)
    share = not user.is_staff and user.id != owner.id and have_shared_order(user, owner)
    return owner.profile if policies.may_see_contacts(user, owner, share_an_order=share) else None
