"""Comments on orders, by program."""

from __future__ import annotations

from functools import partial

from marketplace.api.protocol.operations import operation, require_match
from marketplace.api.protocol.outcomes import until_commit
from marketplace.api.protocol.parts import Parts, is_multipart, read_files
from marketplace.api.schemas.talk import CommentIn, CommentList, CommentOut, CommentPatch
from marketplace.api.schemas.values import Paged
from marketplace.api.talk import comment_out, refuse_early, talk_of
from marketplace.orders.services import talking
from marketplace.orders.services.dealing import locked_for
from marketplace.orders.states import Act
from marketplace.threads import queries, services
from marketplace.web.attachments import POST_LIMIT, folder, uploads_of
from marketplace.web.viewer import account

ALL = "/orders/<id:order_id>/comments"
ONE = f"{ALL}/<id:comment_id>"


@operation("GET", ALL, tag="talk", query=Paged, answer=CommentList, errors=(403, 404))
def list_comments(order_id: int, query: Paged) -> CommentList:
    """List comments.

    What is said about an order, the latest first; `next_cursor` leads to what was said before. For the customer, the
    performer and staff. Of a comment that was deleted or hidden the others see a trace without text and files.
    """
    order, reader = talk_of(order_id)
    page = queries.comments_page(order.thread_id, query.cursor, query.limit)
    items = [comment_out(order, reader.comment(row)) for row in page.items]
    return CommentList(items=items, next_cursor=page.next_cursor)


@operation(
    "POST",
    ALL,
    tag="talk",
    body=CommentIn,
    parts=Parts(POST_LIMIT, most=services.MAX_FILES_AT_ONCE, words=CommentIn),
    asks=partial(refuse_early, Act.COMMENT),
    answer=CommentOut,
    status=201,
    errors=(403, 404),
    is_tagged=True,
)
def post_comment(order_id: int, body: CommentIn) -> CommentOut:
    """Write a comment.

    For the customer, the performer and the desk. Everybody who has the order open sees it at once. In JSON without
    files, or as multipart/form-data with its `text` in one part and 1 to 10 files in parts called `files`, of the kinds
    and sizes that an order takes: all of it is kept, or nothing. The answer names the files in `attachments`.
    """
    sent = read_files("files", besides=CommentIn.model_fields) if is_multipart() else []
    kept = until_commit(services.stored(uploads_of(sent), folder()))
    comment = talking.comment_on_order(order_id, text=body.text, files=kept, by=account())
    return shown_comment(order_id, comment.id)


@operation("GET", ONE, tag="talk", answer=CommentOut, errors=(403, 404), is_tagged=True)
def get_comment(order_id: int, comment_id: int) -> CommentOut:
    """Read a comment.

    For the customer, the performer and staff.
    """
    return shown_comment(order_id, comment_id)


@operation(
    "PATCH",
    ONE,
    tag="talk",
    body=CommentPatch,
    answer=CommentOut,
    errors=(403, 404, 409, 412),
    is_tagged=True,
)
def edit_comment(order_id: int, comment_id: int, body: CommentPatch) -> CommentOut:
    """Put a comment in other words.

    For its author, for 15 minutes; after that, and once it is deleted or hidden, a 409.
    """
    by = account()
    order = locked_for(Act.COMMENT, order_id, by)
    comment = queries.locked_comment(order.thread_id, comment_id)
    services.refuse_editing(comment, by=by)
    require_match(shown_comment(order_id, comment_id))
    if "text" in body.model_fields_set:
        talking.edit_comment(order_id, comment_id, text=body.text, by=by)
    return shown_comment(order_id, comment_id)


@operation("DELETE", ONE, tag="talk", errors=(403, 404, 409))
def delete_comment(order_id: int, comment_id: int) -> None:
    """Take a comment back.

    For its author. A trace of it stays, and its text for admins.
    """
    talking.delete_comment(order_id, comment_id, by=account())


@operation("POST", f"{ONE}/hide", tag="talk", answer=CommentOut, errors=(403, 404), is_tagged=True)
def hide_comment(order_id: int, comment_id: int) -> CommentOut:
    """Hide a comment.

    For admins. It and its files stay readable for staff; the others see a trace. A deleted one is a 409. Hiding what
    is hidden changes nothing and is a 200.
    """
    talking.hide_comment(order_id, comment_id, by=account())
    return shown_comment(order_id, comment_id)


@operation("POST", f"{ONE}/show", tag="talk", answer=CommentOut, errors=(403, 404), is_tagged=True)
def show_comment(order_id: int, comment_id: int) -> CommentOut:
    """Show a hidden comment again.

    For admins. A deleted one is a 409. Showing what is not hidden changes nothing and is a 200.
    """
    talking.show_comment(order_id, comment_id, by=account())
    return shown_comment(order_id, comment_id)


def shown_comment(order_id: int, comment_id: int) -> CommentOut:
    """The comment as the caller may see it now; raises NoSuchOrder, NotAllowed or NoSuchComment."""
    order, reader = talk_of(order_id)
    return comment_out(order, reader.comment(queries.get_comment(order.thread_id, comment_id)))
