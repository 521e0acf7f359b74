"""Comments and files of an order: how they are shown, and what is sent."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from marketplace.api.schemas.refs import PersonRef
from marketplace.api.schemas.values import Answer, Body, Id, Links, Moment, NextCursor, Words, left_out
from marketplace.threads.models import TEXT_LENGTH

CommentText = Annotated[Words, Field(max_length=TEXT_LENGTH)]

EXAMPLE = ["When will it be ready?"]


class AttachmentOut(Answer):
    """A file of an order, or of a comment on it; of a deleted one only this is left."""

    id: Id
    order_id: Id
    comment_id: Id | None = Field(
        description="The comment that it came with; null: it belongs to the order itself.", examples=[None]
    )
    name: str = Field(examples=["plan.pdf"])
    media_type: str = Field(description="What it is by what it contains.", examples=["application/pdf"])
    size: int = Field(description="In bytes.", examples=[48213])
    uploader: PersonRef
    created_at: Moment
    deleted_at: Moment | None = Field(examples=[None])
    actions: list[str] = Field(
        description="What the caller may do with it now: `delete` or nothing.", examples=[["delete"]]
    )
    links: Links = Field(description="`content` unless it was deleted; `thumbnail` of pictures.")


class AttachmentList(Answer):
    """Files of an order, the latest first."""

    items: list[AttachmentOut]
    next_cursor: NextCursor


class AttachmentsAdded(Answer):
    """The files that are there now, in the order in which they were sent."""

    items: list[AttachmentOut]
    links: Links


class CommentOut(Answer):
    """What somebody says about an order."""

    id: Id
    order_id: Id
    author: PersonRef
    text: str | None = Field(
        description="null for whoever may not read it: it was deleted or hidden, and a trace is left.", examples=EXAMPLE
    )
    created_at: Moment
    edited_at: Moment | None = Field(examples=[None])
    deleted_at: Moment | None = Field(description="When its author took it back.", examples=[None])
    hidden_at: Moment | None = Field(description="When a moderator took it out of sight.", examples=[None])
    attachments: list[AttachmentOut] = Field(description="Files that came with it, the oldest first.")
    actions: list[str] = Field(
        description="What the caller may do with it now: `edit` by PATCH, `delete` by DELETE, the others by POST.",
        examples=[["edit", "delete"]],
    )
    links: Links


class CommentList(Answer):
    """Comments on an order, the latest first."""

    items: list[CommentOut]
    next_cursor: NextCursor


class CommentIn(Body):
    """What somebody wants to say."""

    text: CommentText = Field(description="Plain text. `@Name` calls somebody.", examples=EXAMPLE)


class CommentPatch(Body):
    """The same in other words."""

    text: CommentText = left_out(examples=["When exactly will it be ready?"])
