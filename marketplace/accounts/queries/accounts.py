"""One account, or a few: found, locked, read again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import bindparam, select

from marketplace.accounts.errors import NoSuchAccount
from marketplace.accounts.models import Account, Profile
from marketplace.accounts.states import Role
from marketplace.core.db import db

# Built once, because every take asks it.
LOCKED = (
    select(Account)
    .where(Account.id.in_(bindparam("ids", expanding=True)))
    .order_by(Account.id)
    .with_for_update(of=Account, key_share=True)
    .execution_options(populate_existing=True)
)


def get_account(account_id: int) -> Account:
    """The account with its profile; raises NoSuchAccount."""
    account = db.session.get(Account, account_id)
    if account is None:
        raise NoSuchAccount
    return account


def read_again(account: Account) -> None:
    """Reads afresh what policies ask of the person who acts: asked once no other lock is to be waited for.

    Who they are was read when the request began, and they may have been blocked or given another role since. No lock:
    accounts come before all else in the order of locks, and what is committed later comes after the act.
    """
    db.session.refresh(account, ["role", "active"])


def locked_account(account_id: int) -> Account:
    """The account, its row locked and read afresh: what limits per person stand on."""
    return locked_accounts([account_id])[0]


def locked_accounts(account_ids: Iterable[int]) -> Sequence[Account]:
    """The accounts in the order of their ids, so that two callers never wait for each other in a ring.

    The lock lets others refer to the person (key_share): without that, a history row about somebody would wait for
    whoever holds them, who may be waiting for the order that the row is about.
    """
    wanted = sorted(set(account_ids))
    accounts = db.session.scalars(LOCKED, {"ids": wanted}).all()
    if len(accounts) != len(wanted):
        raise NoSuchAccount
    return accounts


def locked_owner(account_id: int) -> Account:
    """The account and its profile, both rows locked and read afresh, for a change of what people say of themselves."""
    account = locked_account(account_id)
    db.session.scalars(
        select(Profile)
        .where(Profile.account_id == account_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()
    return account


def desk_accounts() -> Sequence[Account]:
    """The active managers and admins, by name."""
    return db.session.scalars(
        select(Account)
        .join(Profile, Profile.account_id == Account.id)
        .where(Account.role.in_((Role.MANAGER, Role.ADMIN)), Account.active)
        .order_by(Profile.name, Account.id)
    ).all()


def find_account_by_email(email: str) -> Account | None:
    """The account with this address, whatever its letter case."""
    return db.session.scalar(select(Account).where(Account.email == email.strip().lower()))
