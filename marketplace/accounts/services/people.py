"""What people do with accounts: register, sign in and out, describe themselves; admins create, block, change roles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import available_timezones

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from marketplace.accounts import policies, queries
from marketplace.accounts.errors import EmailTaken, NoSuchSession, NoSuchTimeZone, OwnAccount
from marketplace.accounts.models import Account, AccountSession, AuditEntry, Profile
from marketplace.accounts.states import REGISTRABLE, Role, SessionKind
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.errors import NotAllowed
from marketplace.core.text import one_line, tidy

SEEN_EVERY = timedelta(minutes=5)


def register_account(*, email: str, password_hash: str, role: Role, name: str, locale: str | None = None) -> Account:
    """A new account of a role that people may give themselves; the hash is made by the sign-in library."""
    if role not in REGISTRABLE:
        raise NotAllowed
    return _add_account(email=email, password_hash=password_hash, role=role, name=name, locale=locale)


def create_account(*, email: str, password_hash: str, role: Role, name: str, by: Account) -> Account:
    """A new account of any role, made by an admin."""
    if not policies.may_administer(by):
        raise NotAllowed
    account = _add_account(email=email, password_hash=password_hash, role=role, name=name)
    record_audit("create", account, after={"email": account.email, "role": role.value, "name": name}, by=by)
    return account


def appoint_admin(*, email: str, password_hash: str, name: str) -> Account:
    """A new admin, made by whoever holds the machine: the first one has nobody to be made by."""
    account = _add_account(email=email, password_hash=password_hash, role=Role.ADMIN, name=name)
    record_audit("create", account, after={"email": account.email, "role": Role.ADMIN.value, "name": name}, by=account)
    db.session.flush()
    return account


def _add_account(*, email: str, password_hash: str, role: Role, name: str, locale: str | None = None) -> Account:
    if queries.find_account_by_email(email) is not None:
        raise EmailTaken(field="email")
    account = Account(
        email=email.strip().lower(),
        password=password_hash,
        role=role,
        active=True,
        locale=locale,
        profile=Profile(name=one_line(name)),
    )
    try:
        with db.session.begin_nested():
            db.session.add(account)
    except IntegrityError as error:
        # Two registrations at once: both asked, one was first.
        if "uq_accounts_email" in str(error.orig):
            raise EmailTaken(field="email") from None
        raise
    return account


def update_profile(owner: Account, *, by: Account, **fields: Any) -> Profile:
    """Changes the given fields of `owner`'s profile; text is tidied, never cut."""
    if not policies.may_edit_profile(by, owner):
        raise NotAllowed
    for field, value in fields.items():
        if isinstance(value, str):
            value = tidy(value) if field == "about" else one_line(value)
        setattr(owner.profile, field, value)
    db.session.flush()
    return owner.profile


def update_preferences(owner: Account, *, locale: str | None, time_zone: str | None, by: Account) -> None:
    """In which language and zone the site speaks to `owner`; None leaves it to the browser and the site."""
    if not policies.may_edit_profile(by, owner):
        raise NotAllowed
    # A zone that is not there would break every page that shows them a time.
    if time_zone is not None and time_zone not in available_timezones():
        raise NoSuchTimeZone(field="time_zone")
    owner.locale = locale
    owner.time_zone = time_zone
    db.session.flush()


def start_session(
    account: Account, *, user_agent: str, address: str, kind: SessionKind = SessionKind.BROWSER
) -> AccountSession:
    """Notes that `account` is signed in on one more device, or in a program."""
    started = AccountSession(
        account_id=account.id, kind=kind, user_agent=one_line(user_agent)[:300], address=address[:64]
    )
    db.session.add(started)
    db.session.flush()
    return started


def touch_session(session: AccountSession) -> bool:
    """Moves `seen_at` on, at most once in five minutes; True when it wrote."""
    now = clock.now()
    if now - session.seen_at < SEEN_EVERY:
        return False
    session.seen_at = now
    db.session.flush()
    return True


def end_session(session_id: int, *, by: Account) -> None:
    """Ends one of the person's own sessions; raises NoSuchSession for a session that is not theirs."""
    if queries.find_own_session(session_id, by) is None:
        raise NoSuchSession
    _end(AccountSession.account_id == by.id, AccountSession.id == session_id)


def end_session_with_id(session_id: int) -> None:
    """Ends the session, whosever it is, and with it the tokens of its program."""
    _end(AccountSession.id == session_id)


def end_session_of_token(token: str) -> None:
    """Ends the session that this cookie belongs to."""
    _end(AccountSession.token == token)


def end_sessions(account: Account, *, keep: str | None = None) -> None:
    """Ends every session of `account`, except the one whose token is `keep`."""
    if keep is None:
        _end(AccountSession.account_id == account.id)
    else:
        _end(AccountSession.account_id == account.id, AccountSession.token != keep)


def _end(*which: Any) -> None:
    db.session.execute(
        update(AccountSession).where(AccountSession.ended_at.is_(None), *which).values(ended_at=clock.now())
    )


def block_account(account_id: int, *, reason: str, by: Account) -> Account:
    """Signs the person out everywhere and lets them do nothing until they are unblocked."""
    account = _somebody_else(account_id, by)
    if account.active:
        account.active = False
        account.blocked_at = clock.now()
        account.block_reason = tidy(reason)
        end_sessions(account)
        record_audit("block", account, before={"active": True}, after={"active": False, "reason": tidy(reason)}, by=by)
        db.session.flush()
    return account


def unblock_account(account_id: int, *, by: Account) -> Account:
    """Lets the person sign in again."""
    account = _somebody_else(account_id, by)
    if not account.active:
        account.active = True
        account.blocked_at = None
        account.block_reason = None
        record_audit("unblock", account, before={"active": False}, after={"active": True}, by=by)
        db.session.flush()
    return account


def change_roles(account_ids: Iterable[int], *, role: Role, by: Account) -> Sequence[Account]:
    """Gives everybody in the group `role` at once, and signs out those whose role really changed."""
    accounts = _administered(account_ids, by)
    changed = [account for account in accounts if account.role is not role]
    if any(account.id == by.id for account in changed):
        raise OwnAccount
    for account in changed:
        record_audit("change_role", account, before={"role": account.role.value}, after={"role": role.value}, by=by)
        account.role = role
        end_sessions(account)
    db.session.flush()
    return changed


def _somebody_else(account_id: int, by: Account) -> Account:
    (account,) = _administered([account_id], by)
    if account.id == by.id:
        raise OwnAccount
    return account


def _administered(account_ids: Iterable[int], by: Account) -> Sequence[Account]:
    """The locked accounts, once it is clear that `by` is an admin.

    `by` is locked and read afresh as well: of two admins who end each other, the second is none any more.
    """
    if not policies.may_administer(by):
        raise NotAllowed
    wanted = set(account_ids)
    accounts = queries.locked_accounts({*wanted, by.id})
    if not policies.may_administer(by):
        raise NotAllowed
    return [account for account in accounts if account.id in wanted]


def record_audit(
    action: str,
    subject: Any,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    by: Account,
) -> None:
    """Writes one line of the audit trail; `before` and `after` hold JSON values only, never secrets."""
    subject_id = (
        getattr(subject, "id", None) or getattr(subject, "account_id", None) or getattr(subject, "order_id", "")
    )
    db.session.add(
        AuditEntry(
            actor_id=by.id,
            action=action,
            subject_type=type(subject).__name__,
            subject_id=str(subject_id),
            before=before or {},
            after=after or {},
        )
    )
