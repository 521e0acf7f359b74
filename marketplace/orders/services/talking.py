"""What people say about an order, and the files they add. Each act leaves an event, so that open pages hear of it.

The lock on the order makes the thread that its first comment starts the only one, and keeps comment and event together.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm.attributes import flag_modified

from marketplace.accounts import queries as people
from marketplace.accounts.models import Account
from marketplace.core.db import db
from marketplace.core.errors import NotAllowed
from marketplace.orders import policies
from marketplace.orders.errors import NoSuchOrder
from marketplace.orders.models import Order
from marketplace.orders.queries import orders as queries
from marketplace.orders.services.dealing import locked_for
from marketplace.orders.states import Act, EventKind
from marketplace.threads import queries as threads
from marketplace.threads import services
from marketplace.threads.errors import NoFiles
from marketplace.threads.models import Attachment, Comment
from marketplace.threads.policies import may_moderate
from marketplace.threads.services import StoredFile


def comment_on_order(order_id: int, *, text: str, by: Account, files: Sequence[StoredFile] = ()) -> Comment:
    """What `by` says about the order, with files that are on the disk already."""
    order = locked_for(Act.COMMENT, order_id, by)
    thread_id = _thread_of(order)
    comment = services.add_comment(thread_id, text=text, by=by)
    services.attach_files(thread_id, files, by=by, comment=comment)
    _record(order, comment, "added", by)
    return comment


def edit_comment(order_id: int, comment_id: int, *, text: str, by: Account) -> Comment:
    """Its author puts it in other words, for as long as that is possible."""
    order = locked_for(Act.COMMENT, order_id, by)
    comment = threads.locked_comment(order.thread_id, comment_id)
    if services.edit_comment(comment, text=text, by=by):
        _record(order, comment, "edited", by)
    return comment


def delete_comment(order_id: int, comment_id: int, *, by: Account) -> Comment:
    """Its author takes it back."""
    order = locked_for(Act.COMMENT, order_id, by)
    comment = threads.locked_comment(order.thread_id, comment_id)
    services.delete_comment(comment, by=by)
    _record(order, comment, "deleted", by)
    return comment


def hide_comment(order_id: int, comment_id: int, *, by: Account) -> Comment:
    """A moderator takes the comment out of sight."""
    order, comment = _moderated(order_id, comment_id, by)
    if services.hide_comment(comment, by=by):
        _record(order, comment, "hidden", by)
    return comment


def show_comment(order_id: int, comment_id: int, *, by: Account) -> Comment:
    """A moderator brings the comment back."""
    order, comment = _moderated(order_id, comment_id, by)
    if services.show_comment(comment, by=by):
        _record(order, comment, "shown", by)
    return comment


def attach_to_order(order_id: int, files: Sequence[StoredFile], *, by: Account) -> list[Attachment]:
    """Adds files, which are on the disk already, to the order itself."""
    order = locked_for(Act.ATTACH, order_id, by)
    if not files:
        raise NoFiles(field="files")
    rows = services.attach_files(_thread_of(order), files, by=by)
    for row in rows:
        order.record(EventKind.FILE, by=by, subject_id=row.id, detail="added")
    db.session.flush()
    return rows


def delete_attachment(order_id: int, attachment_id: int, *, by: Account) -> str:
    """Whoever sent a file, or an admin, deletes it; returns what the door removes from the disk after its commit."""
    order = locked_for(Act.ATTACH, order_id, by)
    attachment, comment = threads.locked_file(order.thread_id, attachment_id)
    stored_name = services.delete_file(attachment, comment, by=by)
    order.record(EventKind.FILE, by=by, subject_id=attachment.id, detail="deleted")
    db.session.flush()
    return stored_name


def _thread_of(order: Order) -> int:
    if order.thread_id is None:
        order.thread_id = services.start_thread().id
        # Talk about an order changes nothing in it, so it keeps the time of its last change.
        flag_modified(order, "updated_at")
    return order.thread_id


def _moderated(order_id: int, comment_id: int, by: Account) -> tuple[Order, Comment]:
    order = queries.locked(order_id)
    people.read_again(by)
    if not policies.may_view(by, order):
        raise NoSuchOrder
    if not may_moderate(by):
        raise NotAllowed
    return order, threads.locked_comment(order.thread_id, comment_id)


def _record(order: Order, comment: Comment, what: str, by: Account) -> None:
    order.record(EventKind.COMMENT, by=by, subject_id=comment.id, detail=what)
    db.session.flush()
