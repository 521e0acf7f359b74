"""Tables of threads: comments and attached files. What a thread belongs to points at it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, query_expression, relationship

from marketplace.accounts.models import Account
from marketplace.core import clock
from marketplace.core.db import Key, Model, length_check

TEXT_LENGTH = 5000
FILE_NAME_LENGTH = 200
EDITABLE_FOR = timedelta(minutes=15)


class Thread(Model):
    """Comments and files about one thing."""

    __tablename__ = "threads"

    id: Mapped[Key]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class Comment(Model):
    """What somebody said, as plain text. A deleted or hidden one keeps its place, and its text for staff."""

    __tablename__ = "comments"
    __table_args__ = (
        length_check("text", TEXT_LENGTH),
        CheckConstraint("char_length(text) > 0", name="text_given"),
        Index("ix_comments_thread", "thread_id", "id"),
    )

    id: Mapped[Key]
    thread_id: Mapped[int] = mapped_column(ForeignKey("threads.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    edited_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    hidden_at: Mapped[datetime | None]

    # What the thread belongs to: filled by lists across threads, with `with_expression`; else None.
    about_id: Mapped[int | None] = query_expression()
    about: Mapped[str | None] = query_expression()

    author: Mapped[Account] = relationship()
    attachments: Mapped[list[Attachment]] = relationship(order_by="Attachment.id")


class Attachment(Model):
    """A file on a thread, or on one of its comments: `stored_name` is random, `media_type` read from the content."""

    __tablename__ = "attachments"
    __table_args__ = (
        length_check("name", FILE_NAME_LENGTH),
        CheckConstraint("char_length(name) > 0", name="name_given"),
        CheckConstraint("size > 0", name="size_positive"),
        Index("ix_attachments_thread", "thread_id", "id"),
    )

    id: Mapped[Key]
    thread_id: Mapped[int] = mapped_column(ForeignKey("threads.id"))
    comment_id: Mapped[int | None] = mapped_column(ForeignKey("comments.id"), index=True)
    uploader_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    name: Mapped[str] = mapped_column(Text)
    stored_name: Mapped[str] = mapped_column(String(64), unique=True)
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    deleted_at: Mapped[datetime | None]

    # As of comments.
    about_id: Mapped[int | None] = query_expression()
    about: Mapped[str | None] = query_expression()

    uploader: Mapped[Account] = relationship()

    @property
    def is_picture(self) -> bool:
        """True for what is shown as a thumbnail."""
        return self.media_type in ("image/jpeg", "image/png", "image/webp")
