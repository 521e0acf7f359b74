"""Every SELECT of people."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Select, bindparam, false, func, or_, select, text
from sqlalchemy.orm import joinedload, lazyload

from marketplace.accounts.errors import NoSuchAccount
from marketplace.accounts.models import NAME_WORDS, Account, AccountSession, AuditEntry, Profile, RefreshToken
from marketplace.accounts.states import IDLE_LIMIT, Role, SessionKind
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.paging import Page, bounded_id, decode_cursor, make_page
from marketplace.core.text import one_line

MOST_SESSIONS = 100
ID = re.compile(r"[0-9]{1,18}")
WORD = re.compile(r"[^\W_]+")
UNDOTTED = str.maketrans("ёЁ", "еЕ")

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


def find_customers(words: str, *, limit: int) -> Sequence[Account]:
    """Active customers whose address, or a word of whose name, begins with `words`, by address."""
    name = func.lower(Profile.name)
    beginning = words.lower()
    return db.session.scalars(
        select(Account)
        .join(Profile, Profile.account_id == Account.id)
        .where(
            Account.role == Role.CUSTOMER,
            Account.active,
            or_(
                Account.email.startswith(beginning, autoescape=True),
                name.startswith(beginning, autoescape=True),
                name.contains(f" {beginning}", autoescape=True),
            ),
        )
        .order_by(Account.email)
        .limit(limit)
    ).all()


def people_called(words: str) -> Select[int]:
    """The ids of people each of whose names has, for every one of `words`, a word that begins so.

    A number is somebody's id, an address is that of one account; letters are compared without case and without the
    dots of ё. Whoever asks bounds the number of rows.
    """
    if ID.fullmatch(words):
        return select(Account.id).where(Account.id == int(words))
    if "@" in words:
        return select(Account.id).where(Account.email == words.strip().lower())
    beginnings = " & ".join(f"{word}:*" for word in WORD.findall(words))
    if not beginnings:
        return select(Account.id).where(false())
    return (
        select(Profile.account_id)
        .where(text(f"{NAME_WORDS} @@ to_tsquery('simple', :called)"))
        .params(called=beginnings.translate(UNDOTTED))
    )


@dataclass(frozen=True)
class PeopleFilter:
    """Whose accounts are looked for; every part is optional.

    `words` are as `people_called` takes them, or how an email begins.
    """

    words: str = ""
    role: Role | None = None
    active: bool | None = None


def people(wanted: PeopleFilter, *, after: str | None, size: int) -> Page[Account]:
    """One page of accounts, the newest first."""
    words = one_line(wanted.words)
    asked = ("people", replace(wanted, words=words))
    query = select(Account).order_by(Account.id.desc()).limit(size + 1)
    if words:
        beginning = Account.email.startswith(words.lower(), autoescape=True)
        query = query.where(or_(Account.id.in_(people_called(words)), beginning))
    if wanted.role is not None:
        query = query.where(Account.role == wanted.role)
    if wanted.active is not None:
        query = query.where(Account.active.is_(wanted.active))
    if after:
        query = query.where(Account.id < decode_cursor(after, asked, bounded_id)[0])
    return make_page(db.session.scalars(query).all(), size, after, asked, lambda person: (person.id,))


@dataclass(frozen=True)
class AuditFilter:
    """Which lines of the audit trail are looked for; None stands for all."""

    action: str | None = None
    subject_type: str | None = None
    subject_id: str | None = None
    actor: str | None = None
    """An email, whatever its letter case."""

    since: datetime | None = None
    before: datetime | None = None


def audit_page(wanted: AuditFilter, *, after: str | None, size: int) -> Page[AuditEntry]:
    """One page of what admins did, the newest first, each with whoever did it."""
    asked = ("audit", wanted)
    query = select(AuditEntry).options(joinedload(AuditEntry.actor)).order_by(AuditEntry.id.desc()).limit(size + 1)
    for column, value in (
        (AuditEntry.action, wanted.action),
        (AuditEntry.subject_type, wanted.subject_type),
        (AuditEntry.subject_id, wanted.subject_id),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.actor is not None:
        email = wanted.actor.strip().lower()
        query = query.where(AuditEntry.actor_id == select(Account.id).where(Account.email == email).scalar_subquery())
    if wanted.since is not None:
        query = query.where(AuditEntry.at >= wanted.since)
    if wanted.before is not None:
        query = query.where(AuditEntry.at < wanted.before)
    if after:
        query = query.where(AuditEntry.id < decode_cursor(after, asked, bounded_id)[0])
    return make_page(db.session.scalars(query).all(), size, after, asked, lambda line: (line.id,))


def find_live_session(token: str) -> tuple[AccountSession, Account] | None:
    """The browser's session with its account, unless the session has ended or the account is blocked."""
    row = db.session.execute(LIVE_SESSION, {"token": token, "seen_after": clock.now() - IDLE_LIMIT}).first()
    return (row[0], row[1]) if row else None


def find_session_of_token(session_id: int, account_id: int) -> tuple[AccountSession, Account] | None:
    """The same by what an access token names: of a program, or of a browser whose pages ask the API."""
    values = {"id": session_id, "account_id": account_id, "seen_after": clock.now() - IDLE_LIMIT}
    row = db.session.execute(SESSION_OF_TOKEN, values).first()
    return (row[0], row[1]) if row else None


def find_program_of(digest: str) -> int | None:
    """The session whose refresh token has this digest."""
    return db.session.scalar(select(RefreshToken.session_id).where(RefreshToken.digest == digest))


def locked_program(session_id: int) -> AccountSession | None:
    """The session, its row locked and read afresh; None when it has ended or its person is blocked."""
    return db.session.scalar(
        select(AccountSession)
        .join(Account, Account.id == AccountSession.account_id)
        .where(AccountSession.id == session_id, Account.active, *_live())
        .with_for_update(of=AccountSession, key_share=True)
        .execution_options(populate_existing=True)
    )


def find_refresh_token(digest: str) -> RefreshToken | None:
    """The token with this digest as it is now; whoever is going to use it holds the session's row."""
    return db.session.scalar(
        select(RefreshToken).where(RefreshToken.digest == digest).execution_options(populate_existing=True)
    )


def live_sessions(account: Account) -> Sequence[AccountSession]:
    """Where the person is signed in, the last seen first; no more than anybody would read."""
    return db.session.scalars(
        select(AccountSession)
        .where(AccountSession.account_id == account.id, *_live())
        .order_by(AccountSession.seen_at.desc(), AccountSession.id.desc())
        .limit(MOST_SESSIONS)
    ).all()


class LiveViewer(NamedTuple):
    """A session that is signed in, and whose it is."""

    session_id: int
    account_id: int
    role: Role


def live_viewers(session_ids: Iterable[int]) -> Sequence[LiveViewer]:
    """Those of the sessions that are still signed in, whose people nobody has blocked; thousands in one query."""
    values = {"ids": list(session_ids), "seen_after": clock.now() - IDLE_LIMIT}
    return [LiveViewer(*row) for row in db.session.execute(LIVE_VIEWERS, values)]


def find_own_session(session_id: int, account: Account) -> AccountSession | None:
    """The person's session, ended or not; None when it is not theirs."""
    return db.session.scalar(
        select(AccountSession).where(AccountSession.id == session_id, AccountSession.account_id == account.id)
    )


# Asked at every request of somebody who has signed in, and building it takes as long as answering it.
OF_THE_LIVING = (
    select(AccountSession, Account)
    .join(Account, Account.id == AccountSession.account_id)
    .where(AccountSession.ended_at.is_(None), AccountSession.seen_at > bindparam("seen_after"), Account.active)
)
LIVE_SESSION = OF_THE_LIVING.where(
    AccountSession.token == bindparam("token"), AccountSession.kind == SessionKind.BROWSER
)
SESSION_OF_TOKEN = OF_THE_LIVING.where(
    AccountSession.id == bindparam("id"), AccountSession.account_id == bindparam("account_id")
).options(lazyload(Account.profile))  # Pages greet people by name; few answers to programs do.

LIVE_VIEWERS = (
    select(AccountSession.id, Account.id, Account.role)
    .join(Account, Account.id == AccountSession.account_id)
    .where(
        AccountSession.id == func.any(bindparam("ids", type_=ARRAY(BigInteger))),
        AccountSession.ended_at.is_(None),
        AccountSession.seen_at > bindparam("seen_after"),
        Account.active,
    )
)


def _live() -> tuple[ColumnElement[bool], ...]:
    return AccountSession.ended_at.is_(None), AccountSession.seen_at > clock.now() - IDLE_LIMIT
