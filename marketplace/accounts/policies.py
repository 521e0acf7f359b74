"""Who may do what to people."""

from __future__ import annotations

from marketplace.accounts.models import Account
from marketplace.accounts.states import Role


def may_administer(user: Account) -> bool:
    """Admins create people, block them and change their roles."""
    return user.active and user.role is Role.ADMIN


def may_edit_profile(user: Account, owner: Account) -> bool:
    """People edit their own profile; admins may mend any."""
    return user.active and (user.id == owner.id or user.role is Role.ADMIN)
