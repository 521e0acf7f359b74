"""Tickets for live connections: a browser that has signed in gets one, and whoever brings it back is that browser.

A WebSocket cannot carry a CSRF token and its cookie is sent by any page of any site, so the cookie counts for nothing
there. A ticket is signed, bound to one session, valid for seconds and good for one use: its row is deleted with the
first one.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from itsdangerous import BadSignature, TimestampSigner
from sqlalchemy import delete, select

from marketplace.accounts import queries
from marketplace.accounts.errors import NoSuchTicket
from marketplace.accounts.models import AccountSession, LiveTicket
from marketplace.accounts.queries import LiveViewer
from marketplace.core import clock
from marketplace.core.db import db

TICKET_SECONDS = 30
LONGEST_TICKET = 200
CLEARED_AT_ONCE = 100
SALT = "live-ticket"


def issue_ticket(session: AccountSession, *, secret: str) -> str:
    """A ticket for the browser of `session`, signed with `secret`; those whose time is over are cleared away."""
    now = clock.now()
    over = (
        select(LiveTicket.nonce)
        .where(LiveTicket.expires_at <= now)
        .limit(CLEARED_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    db.session.execute(
        delete(LiveTicket).where(LiveTicket.nonce.in_(over)).execution_options(synchronize_session=False)
    )
    nonce = secrets.token_urlsafe(24)
    db.session.add(LiveTicket(nonce=nonce, session_id=session.id, expires_at=now + timedelta(seconds=TICKET_SECONDS)))
    db.session.flush()
    return TimestampSigner(secret, salt=SALT).sign(nonce).decode()


def redeem_ticket(ticket: str, *, secret: str) -> LiveViewer:
    """Who brings the ticket; it is worth nothing afterwards.

    Raises NoSuchTicket for one that is forged, too old, used, or whose session has ended or whose person is blocked.
    """
    if len(ticket) > LONGEST_TICKET:
        raise NoSuchTicket
    try:
        nonce = TimestampSigner(secret, salt=SALT).unsign(ticket.encode(), max_age=TICKET_SECONDS).decode()
    except (BadSignature, UnicodeError):
        raise NoSuchTicket from None
    row = db.session.execute(
        delete(LiveTicket).where(LiveTicket.nonce == nonce).returning(LiveTicket.session_id, LiveTicket.expires_at)
    ).first()
    viewers = queries.live_viewers([row.session_id]) if row is not None and row.expires_at > clock.now() else []
    if not viewers:
        raise NoSuchTicket
    return viewers[0]
