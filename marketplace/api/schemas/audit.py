"""The audit trail: what admins and the desk did, with the values before and after."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from marketplace.accounts.models import EMAIL_LENGTH
from marketplace.api.schemas.refs import PersonRef
from marketplace.api.schemas.values import Answer, DayIn, Id, Moment, NextCursor, Paged, Text

WORD_LENGTH = 64
WHAT = "create, update, delete, block, unblock, sign_out, change_role, hide, show, cancel, reassign …"
KIND = "Account, Profile, Category, Product, Order, Review, Comment, Attachment."


class AuditLine(Answer):
    """One thing that somebody did."""

    id: Id
    at: Moment
    who: PersonRef
    what: str = Field(description=WHAT, examples=["block"])
    kind: str = Field(description=f"To what: {KIND}", examples=["Account"])
    subject: str = Field(description="Its id; a review has that of its order.", examples=["7"])
    before: dict[str, Any] = Field(description="The values that changed, as they were.", examples=[{"active": True}])
    after: dict[str, Any] = Field(
        description="The values that changed, as they are since.",
        examples=[{"active": False, "reason": "Asks for money in advance."}],
    )


class AuditList(Answer):
    """One page of the trail, the newest first."""

    items: list[AuditLine]
    next_cursor: NextCursor


class AuditQuery(Paged):
    """Which part of the trail somebody looks for."""

    what: Text | None = Field(None, max_length=WORD_LENGTH, description=f"What was done: {WHAT}")
    kind: Text | None = Field(None, max_length=WORD_LENGTH, description=f"To what: {KIND}")
    subject: Text | None = Field(None, max_length=WORD_LENGTH, description="The id of what it was done to.")
    who: Text | None = Field(None, max_length=EMAIL_LENGTH, description="The email of whoever did it.")
    since: DayIn | None = Field(None, description="From this day on, where the caller lives.")
    until: DayIn | None = Field(None, description="Until the end of this day.")
