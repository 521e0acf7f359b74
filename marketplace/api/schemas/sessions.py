"""Where somebody is signed in."""

from __future__ import annotations

from pydantic import Field

from marketplace.accounts.states import SessionKind
from marketplace.api.schemas.values import Answer, Id, Links, Moment


class SessionOut(Answer):
    """One browser or one program that is signed in as the caller."""

    id: Id
    kind: SessionKind
    user_agent: str = Field(description="What it says of itself.", examples=["robot/1.0"])
    address: str = Field(description="Where it signed in from.", examples=["192.0.2.7"])
    created_at: Moment = Field(description="When it signed in.")
    seen_at: Moment = Field(description="When it last asked for something, give or take five minutes.")
    is_current: bool = Field(description="true for the one whose token was sent.")
    links: Links = Field(
        description="`self` is where it is read: the list. To end it, DELETE it there by its `id`.",
        examples=[{"self": "/api/v1/me/sessions"}],
    )


class SessionList(Answer):
    """Everywhere the caller is signed in, the last seen first; a hundred at most."""

    items: list[SessionOut]
    next_cursor: None = Field(description="There is never another page.")
