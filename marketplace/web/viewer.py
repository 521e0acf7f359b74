"""Who looks at the page, as a plain account that the domain can be handed."""

from __future__ import annotations

from typing import cast

from flask import g
from flask_login import current_user

from marketplace.accounts.models import Account, AccountSession


def viewer() -> Account | None:
    """The person who is signed in, or None."""
    return account() if current_user.is_authenticated else None


def account() -> Account:
    """The person who is signed in; only behind a gate that made sure of it."""
    # Relationships and `is` need the object itself, not the proxy that stands for it.
    return cast(Account, current_user._get_current_object())


def device() -> AccountSession:
    """The session of the browser that asks; only behind a gate that made sure of one."""
    return cast(AccountSession, g.device)
