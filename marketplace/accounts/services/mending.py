"""What admins mend on other people's accounts besides blocks and roles: profiles and forgotten devices."""

from __future__ import annotations

from typing import Any

from marketplace.accounts import policies, queries
from marketplace.accounts.models import Account, Profile
from marketplace.accounts.services.people import end_sessions, record_audit, update_profile
from marketplace.core.db import db
from marketplace.core.errors import NotAllowed
from marketplace.core.snapshots import changes, snapshot

PROFILE_FIELDS = ("name", "headline", "about", "phone", "messenger", "site", "usual_price", "price_unit", "links")
"""What the audit trail tells of a profile."""


def mend_profile(account_id: int, *, by: Account, **fields: Any) -> Profile:
    """Changes the given fields of somebody's profile; the audit line names only what really changed."""
    owner = locked_for_mending(account_id, by)
    profile = owner.profile
    before = snapshot(profile, PROFILE_FIELDS)
    update_profile(owner, by=by, **fields)
    old, new = changes(before, snapshot(profile, PROFILE_FIELDS))
    if new:
        record_audit("update", profile, before=old, after=new, by=by)
        db.session.flush()
    return profile


def sign_out_account(account_id: int, *, by: Account) -> Account:
    """Ends every session of the person, in browsers and programs; they may sign in again at once."""
    account = locked_for_mending(account_id, by)
    number = len(queries.live_sessions(account))
    end_sessions(account)
    record_audit("sign_out", account, before={"sessions": number}, after={"sessions": 0}, by=by)
    db.session.flush()
    return account


def locked_for_mending(account_id: int, by: Account) -> Account:
    """The account and its profile, locked, if `by` is an admin; raises NotAllowed or NoSuchAccount."""
    if not policies.may_administer(by):
        raise NotAllowed
    owner = queries.locked_owner(account_id)
    queries.read_again(by)
    if not policies.may_administer(by):
        raise NotAllowed
    return owner
