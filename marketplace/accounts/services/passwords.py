"""What stands on a password that was checked: it must still be the person's when something comes of it."""

from __future__ import annotations

from sqlalchemy.orm.attributes import get_history

from marketplace.accounts import queries
from marketplace.accounts.models import Account
from marketplace.core.db import db


def hold_checked(account: Account) -> bool:
    """Locks the account whose password was just found right; False when it is another by now, or they are blocked.

    Whoever blocks the person or changes the password meanwhile holds this row, and then ends the sessions that are
    there: one that began unseen would outlive them. The check may have made a new hash of the same password; that is
    kept, but not in the place of a password that it was not made of.
    """
    checked, kept = get_history(account, "password").non_added()[0], account.password
    with db.session.no_autoflush:
        queries.locked_account(account.id)
    if not account.active or account.password != checked:
        return False
    account.password = kept
    return True
