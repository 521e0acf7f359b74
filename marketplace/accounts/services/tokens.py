"""Tokens of programs: a short access token that is only signed, and a refresh token that is good for one use.

A family of tokens is a session: what ends the session ends all of them, at the next request of each. A refresh token
that comes a second time was stolen, from its owner or by them, so it ends the session (RFC 9700, section 4.14.2).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import NamedTuple

import jwt
from sqlalchemy import delete, select

from marketplace.accounts import queries
from marketplace.accounts.errors import NoSuchToken
from marketplace.accounts.models import Account, AccountSession, RefreshToken
from marketplace.accounts.services.people import end_session_with_id, start_session
from marketplace.accounts.states import ACCESS_LIFETIME, REFRESH_LIFETIME, SessionKind
from marketplace.core import clock
from marketplace.core.db import db

ALGORITHM = "HS256"
ISSUER, AUDIENCE = "podryad", "podryad-api"
REQUIRED = ["iss", "aud", "sub", "sid", "iat", "exp"]
LONGEST_TOKEN = 2000
CLEARED_AT_ONCE = 100


class Tokens(NamedTuple):
    """What a program gets when it signs in, and each time it refreshes; `expires_in` is seconds."""

    access_token: str
    refresh_token: str
    expires_in: int


def sign_in_program(account: Account, *, user_agent: str, address: str, secret: str) -> Tokens:
    """Starts a session of `account`, whose password has been checked, and its first tokens."""
    session = start_session(account, user_agent=user_agent, address=address, kind=SessionKind.PROGRAM)
    return _issue(session, secrets.token_urlsafe(32), secret)


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
        session_id, account_id = int(claims["sid"]), int(claims["sub"])
        is_over = float(claims["exp"]) <= clock.now().timestamp()
    except (jwt.InvalidTokenError, ValueError, TypeError, OverflowError):
        raise NoSuchToken from None
    found = None if is_over else queries.find_session_of_token(session_id, account_id)
    if found is None:
        raise NoSuchToken
    return found


def refresh_tokens(token: str, *, secret: str, retry: str | None = None) -> Tokens | None:
    """The next tokens in the place of `token`; None when it is worth nothing.

    What came of that is to be committed all the same: a token that has been used before ends its session. Whoever
    names the same `retry` as the first time is answered the same, until the new refresh token has been used.
    """
    row = queries.locked_refresh_token(_digest(token)) if len(token) <= LONGEST_TOKEN else None
    if row is None:
        return None
    now, retry_digest = clock.now(), None if retry is None else _digest(retry)
    session = db.session.get_one(AccountSession, row.session_id)
    if queries.find_session_of_token(session.id, session.account_id) is None:
        return None
    # Made from the old one when it may have to be made again: then nothing secret has to be kept.
    following = secrets.token_urlsafe(32) if retry is None else _derived(token, retry, secret)
    if row.used_at is not None:
        successor = None if retry_digest is None or row.retry != retry_digest else _digest(following)
        if successor is None or not _is_fresh(successor):
            end_session_with_id(session.id)
            return None
        return Tokens(access_token(session, secret=secret), following, _seconds(ACCESS_LIFETIME))
    if row.expires_at <= now:
        return None
    row.used_at, row.retry = now, retry_digest
    session.seen_at = now
    return _issue(session, following, secret)


def _issue(session: AccountSession, refresh: str, secret: str) -> Tokens:
    now = clock.now()
    over = (
        select(RefreshToken.id)
        .where(RefreshToken.expires_at <= now)
        .limit(CLEARED_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    db.session.execute(
        delete(RefreshToken).where(RefreshToken.id.in_(over)).execution_options(synchronize_session=False)
    )
    db.session.add(RefreshToken(digest=_digest(refresh), session_id=session.id, expires_at=now + REFRESH_LIFETIME))
    db.session.flush()
    return Tokens(access_token(session, secret=secret), refresh, _seconds(ACCESS_LIFETIME))


def _is_fresh(digest: str) -> bool:
    row = queries.locked_refresh_token(digest)
    return row is not None and row.used_at is None and row.expires_at > clock.now()


def _seconds(lifetime: timedelta) -> int:
    return int(lifetime.total_seconds())


def _key(secret: str) -> bytes:
    """A key for this purpose alone, of the length that RFC 7518 asks of HS256."""
    return hmac.digest(secret.encode(), b"access tokens of the API", "sha256")


def _derived(token: str, retry: str, secret: str) -> str:
    made = hmac.digest(secret.encode(), f"refresh token after {token} for {retry}".encode(), "sha256")
    return made.hex()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
