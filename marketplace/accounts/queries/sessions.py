"""Where people are signed in: browsers and programs, and what they show to be known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import ARRAY, BigInteger, ColumnElement, bindparam, func, select
from sqlalchemy.orm import lazyload

from marketplace.accounts.models import Account, AccountSession, RefreshToken
from marketplace.accounts.states import IDLE_LIMIT, Role, SessionKind
from marketplace.core import clock
from marketplace.core.db import db

MOST_SESSIONS = 100


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


def live_addresses(email: str) -> Sequence[str]:
    """From where whoever has this email is signed in."""
    return db.session.scalars(
        select(AccountSession.address)
        .join(Account, Account.id == AccountSession.account_id)
        .where(Account.email == email, *_live())
        .distinct()
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
