"""Tokens of programs: a short access token that is only signed, and a refresh token that is good for one use.

A family of tokens is a session: what ends the session ends all of them, at the next request of each. A refresh token
that comes a second time was stolen, from its owner or by them, so it ends the session (RFC 9700, section 4.14.2).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import NamedTuple

import jwt
from sqlalchemy import delete, func, select

from marketplace.accounts import queries
from marketplace.accounts.errors import NoSuchToken
from marketplace.accounts.models import Account, AccountSession, RefreshToken
from marketplace.accounts.queries.search import ID
from marketplace.accounts.services.people import end_session_with_id, start_session
from marketplace.accounts.states import ACCESS_LIFETIME, REFRESH_LIFETIME, SessionKind
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.repeats import KEPT_FOR

ALGORITHM = "HS256"
ISSUER, AUDIENCE = "podryad", "podryad-api"
REQUIRED = ["iss", "aud", "sub", "sid", "iat", "exp"]
LONGEST_TOKEN = 2000
CLEARED_AT_ONCE = 100
CLEARING = 0x746F6B656E73
"""The number of the advisory lock under which what is over is cleared away."""


class Tokens(NamedTuple):
    """What a program gets when it signs in, and each time it refreshes; `expires_in` is seconds."""

    access_token: str
    refresh_token: str
    expires_in: int
    session_id: int


def sign_in_program(
    account: Account, *, user_agent: str, address: str, secret: str, retry: str | None = None
) -> Tokens:
    """Starts a session of `account`, whose password has been checked, and its first tokens.

    With `retry` the same tokens can be had once more by `repeat_sign_in`.
    """
    session = start_session(account, user_agent=user_agent, address=address, kind=SessionKind.PROGRAM)
    refresh = secrets.token_urlsafe(32) if retry is None else _derived(session.token, retry, secret)
    return _issue(session, refresh, secret)


def repeat_sign_in(session_id: int, *, secret: str, retry: str) -> Tokens | None:
    """The first tokens of the session again, as `retry` made them; None when they are in use, or the session over."""
    session = queries.locked_program(session_id)
    refresh = None if session is None else _derived(session.token, retry, secret)
    if session is None or refresh is None or not _is_fresh(refresh):
        return None
    return _tokens(session, refresh, secret)


def access_token(session: AccountSession, *, secret: str) -> str:
    """A token that is as good as the session for ACCESS_LIFETIME, and no longer than the session lives."""
    now = clock.now()
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(session.account_id),
        "sid": str(session.id),
        "iat": now,
        "exp": now + ACCESS_LIFETIME,
        "jti": secrets.token_urlsafe(12),
    }
    return jwt.encode(claims, _key(secret), algorithm=ALGORITHM)


def read_access_token(token: str, *, secret: str) -> tuple[AccountSession, Account]:
    """The session and the person that the token stands for.

    Raises NoSuchToken for one that is forged, of another site, signed in another way, too old, or whose session has
    ended or whose person is blocked.
    """
    if len(token) > LONGEST_TOKEN:
        raise NoSuchToken
    try:
        claims = jwt.decode(
            token,
            _key(secret),
            algorithms=[ALGORITHM],
            issuer=ISSUER,
            audience=AUDIENCE,
            # The clock of the site decides below.
            options={"require": REQUIRED, "verify_exp": False, "verify_iat": False},
        )
    except (jwt.InvalidTokenError, ValueError):
        raise NoSuchToken from None
    session_id, account_id, expires = claims["sid"], claims["sub"], claims["exp"]
    if not (_is_id(session_id) and _is_id(account_id) and isinstance(expires, int)):
        raise NoSuchToken
    is_over = expires <= clock.now().timestamp()
    found = None if is_over else queries.find_session_of_token(int(session_id), int(account_id))
    if found is None:
        raise NoSuchToken
    return found


def refresh_tokens(token: str, *, secret: str, retry: str | None = None) -> Tokens | None:
    """The next tokens in the place of `token`; None when it is worth nothing.

    What came of that is to be committed all the same: a token that has been used before ends its session. Whoever
    names the same `retry` as the first time is answered the same, for KEPT_FOR and until the new refresh token has
    been used.
    """
    digest = _digest(token)
    session_id = queries.find_program_of(digest) if len(token) <= LONGEST_TOKEN else None
    # The whole family is locked: of those who come with its tokens at once, each sees what the one before did.
    session = None if session_id is None else queries.locked_program(session_id)
    row = None if session is None else queries.find_refresh_token(digest)
    if session is None or row is None:
        return None
    now, retry_digest = clock.now(), None if retry is None else _digest(retry)
    # Made from the old one when it may have to be made again: then nothing secret has to be kept.
    following = secrets.token_urlsafe(32) if retry is None else _derived(token, retry, secret)
    if row.used_at is not None:
        is_same = retry is not None and row.retry == retry_digest and now - row.used_at < KEPT_FOR
        if not (is_same and _is_fresh(following)):
            end_session_with_id(session.id)
            return None
        return _tokens(session, following, secret)
    if row.expires_at <= now:
        return None
    row.used_at, row.retry = now, retry_digest
    session.seen_at = now
    return _issue(session, following, secret)


def forget_over() -> None:
    """Clears away refresh tokens whose time is over, and the sessions that have no others: a few, by one at a time.

    Every sign-in and every refresh adds one token and may clear CLEARED_AT_ONCE, so they never pile up. A token that
    is over stays as long as its session is locked: with none left nobody would find the session again.
    """
    if not db.session.scalar(select(func.pg_try_advisory_xact_lock(CLEARING))):
        return
    now = clock.now()
    over = db.session.execute(
        select(RefreshToken.id, RefreshToken.session_id)
        .where(RefreshToken.expires_at <= now)
        .order_by(RefreshToken.expires_at)
        .limit(CLEARED_AT_ONCE)
    ).all()
    if not over:
        return
    families = {session_id for _id, session_id in over}
    living = set(
        db.session.scalars(
            select(RefreshToken.session_id).where(RefreshToken.session_id.in_(families), RefreshToken.expires_at > now)
        )
    )
    dead = select(AccountSession.id).where(AccountSession.id.in_(families - living)).with_for_update(skip_locked=True)
    quietly = {"synchronize_session": False}
    # Their tokens go with them.
    db.session.execute(delete(AccountSession).where(AccountSession.id.in_(dead)), execution_options=quietly)
    used = [token_id for token_id, session_id in over if session_id in living]
    db.session.execute(delete(RefreshToken).where(RefreshToken.id.in_(used)), execution_options=quietly)


def _issue(session: AccountSession, refresh: str, secret: str) -> Tokens:
    forget_over()
    expires_at = clock.now() + REFRESH_LIFETIME
    db.session.add(RefreshToken(digest=_digest(refresh), session_id=session.id, expires_at=expires_at))
    db.session.flush()
    return _tokens(session, refresh, secret)


def _tokens(session: AccountSession, refresh: str, secret: str) -> Tokens:
    seconds = int(ACCESS_LIFETIME.total_seconds())
    return Tokens(access_token(session, secret=secret), refresh, seconds, session.id)


def _is_fresh(refresh: str) -> bool:
    row = queries.find_refresh_token(_digest(refresh))
    return row is not None and row.used_at is None and row.expires_at > clock.now()


def _is_id(claim: object) -> bool:
    return isinstance(claim, str) and ID.fullmatch(claim) is not None


def _key(secret: str) -> bytes:
    """A key for this purpose alone, of the length that RFC 7518 asks of HS256."""
    return hmac.digest(secret.encode(), b"access tokens of the API", "sha256")


def _derived(token: str, retry: str, secret: str) -> str:
    made = hmac.digest(secret.encode(), _bytes(f"refresh token after {token} for {retry}"), "sha256")
    return made.hex()


def _digest(text: str) -> str:
    return hashlib.sha256(_bytes(text)).hexdigest()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
