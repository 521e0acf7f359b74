"""Where the caller is signed in, as their page of devices shows it and ends it."""

from __future__ import annotations

from marketplace.accounts import queries, services
from marketplace.accounts.models import AccountSession
from marketplace.api.protocol.operations import operation
from marketplace.api.schemas.sessions import SessionList, SessionOut
from marketplace.web.programs import API
from marketplace.web.viewer import account, device

SESSIONS = f"{API}/me/sessions"
"""Where they are read: one alone can only be ended, by its id."""


@operation("GET", "/me/sessions", tag="me", answer=SessionList)
def list_sessions() -> SessionList:
    """List where the caller is signed in.

    Browsers and programs, the last seen first.
    """
    return SessionList(items=[shown_session(one) for one in queries.live_sessions(account())], next_cursor=None)


@operation("DELETE", "/me/sessions/<id:session_id>", tag="me", errors=(404,))
def end_session(session_id: int) -> None:
    """Sign one browser or program out.

    Its cookie, or all its tokens, are dead at once.
    """
    services.end_session(session_id, by=account())


@operation("DELETE", "/me/sessions", tag="me")
def end_other_sessions() -> None:
    """Sign out everywhere else.

    Only the session whose token was sent goes on.
    """
    services.end_sessions(account(), keep=device().token)


def shown_session(session: AccountSession) -> SessionOut:
    """One of the caller's sessions; nothing in it opens anything."""
    return SessionOut(
        id=session.id,
        kind=session.kind,
        user_agent=session.user_agent,
        address=session.address,
        created_at=session.created_at,
        seen_at=session.seen_at,
        is_current=session.id == device().id,
        links={"self": SESSIONS},
    )
