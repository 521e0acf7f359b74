"""Who may do what with what was said, and until when. Who sees a thread at all is for what the thread belongs to."""

from __future__ import annotations

from marketplace.accounts.models import Account
from marketplace.accounts.states import Role
from marketplace.core import clock
from marketplace.core.errors import Conflict
from marketplace.threads.errors import CommentDeleted, CommentHidden, TooLateToEdit
from marketplace.threads.models import EDITABLE_FOR, Attachment, Comment


def is_author(user: Account, comment: Comment) -> bool:
    """What somebody said is theirs to edit and to take back, and nobody else's."""
    return user.active and user.id == comment.author_id


def may_moderate(user: Account) -> bool:
    """Admins hide what must not be read, and show it again."""
    return user.active and user.role is Role.ADMIN


def may_read(user: Account, comment: Comment) -> bool:
    """The others see a trace: of what was deleted all but admins, of what was hidden all but staff."""
    if comment.deleted_at is not None:
        return may_moderate(user)
    return comment.hidden_at is None or user.is_staff


def may_open(user: Account, attachment: Attachment, comment: Comment | None) -> bool:
    """A file is read by those who read its `comment`; one on the thread itself, None, by everybody of the thread."""
    return attachment.deleted_at is None and (comment is None or may_read(user, comment))


def may_delete(user: Account, attachment: Attachment) -> bool:
    """Whoever sent a file, and admins, delete it."""
    return may_moderate(user) or (user.active and user.id == attachment.uploader_id)


def obstacle_to_editing(comment: Comment) -> Conflict | None:
    """Why the comment can no longer be edited, even by its author; None when it can."""
    if clock.now() - comment.created_at >= EDITABLE_FOR:
        return obstacle_to_deleting(comment) or TooLateToEdit(minutes=EDITABLE_FOR.seconds // 60)
    return obstacle_to_deleting(comment)


def obstacle_to_deleting(comment: Comment) -> Conflict | None:
    """Why the comment can no longer be deleted, even by its author; None when it can."""
    if comment.deleted_at is not None:
        return CommentDeleted()
    return None if comment.hidden_at is None else CommentHidden()
