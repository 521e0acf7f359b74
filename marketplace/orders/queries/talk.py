"""Which order a thread, a comment or a file belongs to."""

from __future__ import annotations

from sqlalchemy import select

from marketplace.core.db import db
from marketplace.orders.models import Order
from marketplace.threads.errors import NoSuchComment, NoSuchFile
from marketplace.threads.models import Attachment, Comment


def order_of_file(attachment_id: int) -> Order:
    """The order that the file belongs to; raises NoSuchFile."""
    order = db.session.scalar(
        select(Order).join(Attachment, Attachment.thread_id == Order.thread_id).where(Attachment.id == attachment_id)
    )
    if order is None:
        raise NoSuchFile
    return order


def order_id_of_comment(comment_id: int) -> int:
    """The order that the comment is about; raises NoSuchComment."""
    order_id = db.session.scalar(
        select(Order.id).join(Comment, Comment.thread_id == Order.thread_id).where(Comment.id == comment_id)
    )
    if order_id is None:
        raise NoSuchComment
    return order_id
