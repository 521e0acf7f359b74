"""Every SELECT of comments and files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.core.db import db
from marketplace.core.paging import Page, bounded_id, decode_cursor, make_page
from marketplace.threads.errors import NoSuchComment, NoSuchFile
from marketplace.threads.models import Attachment, Comment

PAGE_SIZE = 50


def comments_page(thread_id: int | None, before: str | None = None, size: int = PAGE_SIZE) -> Page[Comment]:
    """The last comments, or those `before` a cursor, newest first, with authors and files; none without a thread."""
    asked = ("comments", thread_id)
    query = (
        select(Comment)
        .where(Comment.thread_id == thread_id)
        .options(joinedload(Comment.author), selectinload(Comment.attachments))
        .order_by(Comment.id.desc())
        .limit(size + 1)
    )
    if before:
        (row_id,) = decode_cursor(before, asked, bounded_id)
        query = query.where(Comment.id < row_id)
    return make_page(db.session.scalars(query).all(), size, before, asked, lambda comment: (comment.id,))


def latest_comments(thread_id: int | None, before: str | None = None) -> Page[Comment]:
    """`comments_page` the way people read it: oldest first; `next_cursor` leads to earlier ones."""
    page = comments_page(thread_id, before)
    return Page(items=page.items[::-1], next_cursor=page.next_cursor, is_first=page.is_first)


def own_files(thread_id: int) -> Sequence[Attachment]:
    """The files on the thread itself, not on its comments, oldest first, deleted ones included."""
    return db.session.scalars(
        select(Attachment)
        .where(Attachment.thread_id == thread_id, Attachment.comment_id.is_(None))
        .options(joinedload(Attachment.uploader))
        .order_by(Attachment.id)
    ).all()


def files_page(thread_id: int | None, before: str | None = None, size: int = PAGE_SIZE) -> Page[Attachment]:
    """One page of `own_files`, newest first; none without a thread."""
    asked = ("files", thread_id)
    query = (
        select(Attachment)
        .where(Attachment.thread_id == thread_id, Attachment.comment_id.is_(None))
        .options(joinedload(Attachment.uploader))
        .order_by(Attachment.id.desc())
        .limit(size + 1)
    )
    if before:
        (row_id,) = decode_cursor(before, asked, bounded_id)
        query = query.where(Attachment.id < row_id)
    return make_page(db.session.scalars(query).all(), size, before, asked, lambda file: (file.id,))


def file_count(thread_id: int) -> int:
    """How many files the thread has had, deleted ones included: what a page may have to list."""
    return db.session.scalar(select(func.count()).where(Attachment.thread_id == thread_id)) or 0


def kept_files(stored_names: Iterable[str]) -> set[str]:
    """Those of the names under which files of threads are kept; a deleted file is not kept."""
    names = Attachment.stored_name.in_(list(stored_names))
    return set(db.session.scalars(select(Attachment.stored_name).where(names, Attachment.deleted_at.is_(None))))


def get_comment(thread_id: int | None, comment_id: int) -> Comment:
    """The comment; raises NoSuchComment for one of another thread, and when there is no thread."""
    comment = db.session.scalar(
        select(Comment)
        .where(Comment.id == comment_id, Comment.thread_id == thread_id)
        .options(joinedload(Comment.author))
    )
    if comment is None:
        raise NoSuchComment
    return comment


def locked_comment(thread_id: int | None, comment_id: int) -> Comment:
    """`get_comment` with its row locked and read afresh."""
    comment = db.session.scalar(
        select(Comment)
        .where(Comment.id == comment_id, Comment.thread_id == thread_id)
        .with_for_update(of=Comment)
        .execution_options(populate_existing=True)
    )
    if comment is None:
        raise NoSuchComment
    return comment


def get_file(thread_id: int | None, attachment_id: int) -> tuple[Attachment, Comment | None]:
    """The file with the comment it hangs on; raises NoSuchFile for one of another thread."""
    found = db.session.execute(
        select(Attachment, Comment)
        .outerjoin(Comment, Comment.id == Attachment.comment_id)
        .where(Attachment.id == attachment_id, Attachment.thread_id == thread_id)
    ).first()
    if found is None:
        raise NoSuchFile
    return found[0], found[1]


def locked_file(thread_id: int | None, attachment_id: int) -> tuple[Attachment, Comment | None]:
    """`get_file` with the row of the file locked and read afresh."""
    found = db.session.execute(
        select(Attachment, Comment)
        .outerjoin(Comment, Comment.id == Attachment.comment_id)
        .where(Attachment.id == attachment_id, Attachment.thread_id == thread_id)
        .with_for_update(of=Attachment)
        .execution_options(populate_existing=True)
    ).first()
    if found is None:
        raise NoSuchFile
    return found[0], found[1]
