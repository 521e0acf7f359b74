"""Saying something, mending it for a while, taking it back; admins hide what must not be read."""

from __future__ import annotations

from marketplace.accounts.models import Account
from marketplace.accounts.services import record_audit
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.core.errors import N_, Conflict, NotAllowed
from marketplace.core.text import tidy
from marketplace.threads import policies
from marketplace.threads.errors import CommentDeleted, NothingSaid, SaidTooMuch
from marketplace.threads.models import TEXT_LENGTH, Comment, Thread


def start_thread() -> Thread:
    """A thread for something that has none; its caller holds the lock that makes it the only one."""
    thread = Thread()
    db.session.add(thread)
    db.session.flush()
    return thread


def add_comment(thread_id: int, *, text: str, by: Account) -> Comment:
    """What `by` says, tidied; raises Invalid for nothing and for too much."""
    comment = Comment(thread_id=thread_id, author_id=by.id, text=_said(text))
    db.session.add(comment)
    db.session.flush()
    return comment


def refuse_editing(comment: Comment, *, by: Account) -> None:
    """Raises NotAllowed for all but the author, and Conflict once it is too late; pages that ask first call it too."""
    _refuse(comment, policies.obstacle_to_editing(comment), by)


def refuse_deleting(comment: Comment, *, by: Account) -> None:
    """Raises NotAllowed for all but the author, and Conflict for what is gone; pages that ask first call it too."""
    _refuse(comment, policies.obstacle_to_deleting(comment), by)


def _refuse(comment: Comment, obstacle: Conflict | None, by: Account) -> None:
    if not policies.is_author(by, comment):
        raise NotAllowed(N_("Only its author may change or delete a comment."))
    if obstacle is not None:
        raise obstacle


def edit_comment(comment: Comment, *, text: str, by: Account) -> bool:
    """Puts other words in the place of what its author said; False when they are the same. `comment` is locked."""
    refuse_editing(comment, by=by)
    said = _said(text)
    if said == comment.text:
        return False
    comment.text = said
    comment.edited_at = clock.now()
    db.session.flush()
    return True


def delete_comment(comment: Comment, *, by: Account) -> None:
    """Its author takes it back: a trace stays, and the text for admins. `comment` is locked."""
    refuse_deleting(comment, by=by)
    comment.deleted_at = clock.now()
    db.session.flush()


def hide_comment(comment: Comment, *, by: Account) -> bool:
    """Takes it, and its files, out of everybody's sight but staff's; False when it was. `comment` is locked."""
    return _set_hidden(comment, True, by)


def show_comment(comment: Comment, *, by: Account) -> bool:
    """Undoes `hide_comment`; False when there is nothing to undo."""
    return _set_hidden(comment, False, by)


def _set_hidden(comment: Comment, hidden: bool, by: Account) -> bool:
    if not policies.may_moderate(by):
        raise NotAllowed
    if comment.deleted_at is not None:
        raise CommentDeleted
    if (comment.hidden_at is not None) == hidden:
        return False
    comment.hidden_at = clock.now() if hidden else None
    record_audit("hide" if hidden else "show", comment, before={"hidden": not hidden}, after={"hidden": hidden}, by=by)
    db.session.flush()
    return True


def _said(text: str) -> str:
    said = tidy(text)
    if not said:
        raise NothingSaid(field="text")
    if len(said) > TEXT_LENGTH:
        raise SaidTooMuch(field="text", limit=TEXT_LENGTH)
    return said
