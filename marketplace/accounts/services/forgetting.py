"""Sessions of browsers that are over are cleared away, a few at each sign-in."""

from __future__ import annotations

from datetime import timedelta
from secrets import randbelow

from sqlalchemy import ColumnElement, Row, and_, delete, func, or_, select

from marketplace.accounts.models import AccountSession
from marketplace.accounts.services.tokens import CLEARED_AT_ONCE, CLEARING
from marketplace.accounts.states import IDLE_LIMIT, SessionKind
from marketplace.core import clock
from marketplace.core.db import db

KEPT_AFTER_THE_END = timedelta(days=7)
"""For whoever asks what happened; no page shows a session that has ended, and ending it again stays the same."""

LOOKED_AT = 1000
"""So many neighbours are looked at, however many sessions there are."""


def forget_browsers() -> None:
    """Clears away browsers that were signed out or forgotten: a few, by one at a time, waiting for nobody.

    No index finds them, so the search begins somewhere else each time: with one sign-in for each session that ends, one
    in LOOKED_AT is over at the most, in the long run. Programs go with the last of their tokens (`forget_over`).
    """
    if not db.session.scalar(select(func.pg_try_advisory_xact_lock(CLEARING))):
        return
    found = [session_id for session_id, is_over in _neighbours() if is_over][:CLEARED_AT_ONCE]
    if not found:
        return
    # Asked again under the lock: somebody may have come back at the last moment.
    over = select(AccountSession.id).where(AccountSession.id.in_(found), _is_over()).with_for_update(skip_locked=True)
    db.session.execute(
        delete(AccountSession).where(AccountSession.id.in_(over)), execution_options={"synchronize_session": False}
    )


def _neighbours() -> list[Row[int, bool]]:
    """LOOKED_AT sessions from anywhere on, and whether they are over; after the last comes the first."""
    ids = AccountSession.id
    first, last = db.session.execute(select(func.coalesce(func.min(ids), 0), func.coalesce(func.max(ids), 0))).one()
    start = first + randbelow(last - first + 1)
    query = select(ids, _is_over()).order_by(ids)
    found = db.session.execute(query.where(ids >= start).limit(LOOKED_AT)).all()
    rest = LOOKED_AT - len(found)
    before = db.session.execute(query.where(ids < start).limit(rest)).all() if rest else ()
    return [*found, *before]


def _is_over() -> ColumnElement[bool]:
    now = clock.now()
    is_long_gone = or_(AccountSession.ended_at <= now - KEPT_AFTER_THE_END, AccountSession.seen_at <= now - IDLE_LIMIT)
    return and_(AccountSession.kind == SessionKind.BROWSER, is_long_gone)
