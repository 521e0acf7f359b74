"""Files of orders, by program: what they are, what is in them, new ones, and their end."""

from __future__ import annotations

from functools import partial

from flask import Response

from marketplace.api.protocol.operations import operation
from marketplace.api.protocol.outcomes import after_commit, until_commit
from marketplace.api.protocol.parts import Parts, read_files
from marketplace.api.schemas.talk import AttachmentList, AttachmentOut, AttachmentsAdded
from marketplace.api.schemas.values import Paged
from marketplace.api.talk import attachment_out, refuse_early, talk_of
from marketplace.orders.services import talking
from marketplace.orders.states import Act
from marketplace.threads import policies, queries, services
from marketplace.threads.errors import NoSuchFile
from marketplace.threads.models import Attachment
from marketplace.web.attachments import POST_LIMIT, folder, forget, sent_file, sent_thumbnail, uploads_of
from marketplace.web.programs import API
from marketplace.web.viewer import account

ALL = "/orders/<id:order_id>/attachments"
ONE = f"{ALL}/<id:attachment_id>"
ANY_TYPE = "*/*"


@operation("GET", ALL, tag="talk", query=Paged, answer=AttachmentList, errors=(403, 404))
def list_attachments(order_id: int, query: Paged) -> AttachmentList:
    """List files of an order.

    The latest first. For the customer, the performer and staff. Files that came with a comment stand there. Of a
    deleted file its name is left.
    """
    order, reader = talk_of(order_id)
    page = queries.files_page(order.thread_id, query.cursor, query.limit)
    items = [attachment_out(order, reader.file(row)) for row in page.items]
    return AttachmentList(items=items, next_cursor=page.next_cursor)


@operation(
    "POST",
    ALL,
    tag="talk",
    answer=AttachmentsAdded,
    status=201,
    parts=Parts(POST_LIMIT, most=services.MAX_FILES_AT_ONCE),
    asks=partial(refuse_early, Act.ATTACH),
    errors=(403, 404),
)
def post_attachments(order_id: int) -> AttachmentsAdded:
    """Add files to an order.

    For the customer, the performer and the desk. 1 to 10 files in parts called `files`, up to 20 MB each: pictures,
    PDF, text, CSV, ZIP, MP4, Word, Excel, PowerPoint and OpenDocument without macros. What counts is what a file
    contains; its name must not promise something else. All of them are kept, or none.
    """
    kept = until_commit(services.stored(uploads_of(read_files("files")), folder()))
    rows = talking.attach_to_order(order_id, kept, by=account())
    order, reader = talk_of(order_id)
    items = [attachment_out(order, reader.file(row)) for row in rows]
    return AttachmentsAdded(items=items, links={"self": f"{API}/orders/{order_id}/attachments"})


@operation("GET", ONE, tag="talk", answer=AttachmentOut, errors=(403, 404), is_tagged=True)
def get_attachment(order_id: int, attachment_id: int) -> AttachmentOut:
    """Read what a file is.

    For those who may read the comment that it came with, or the talk about its order.
    """
    order, reader = talk_of(order_id)
    attachment, comment = queries.get_file(order.thread_id, attachment_id)
    if comment is not None and not policies.may_read(reader.user, comment):
        raise NoSuchFile
    return attachment_out(order, reader.file(attachment))


@operation("DELETE", ONE, tag="talk", errors=(403, 404, 409))
def delete_attachment(order_id: int, attachment_id: int) -> None:
    """Delete a file for good.

    For whoever sent it, as long as they write there, and for admins. Its name stays. Deleted already is a 409.
    """
    stored_name = talking.delete_attachment(order_id, attachment_id, by=account())
    after_commit(forget, stored_name)


@operation("GET", f"{ONE}/content", tag="talk", media_type=ANY_TYPE, errors=(403, 404))
def get_attachment_content(order_id: int, attachment_id: int) -> Response:
    """Download a file.

    Of the type that it was recognised as, to be saved under its name. A deleted file is a 404.
    """
    return sent_file(_readable(order_id, attachment_id), in_parts=False)


@operation("GET", f"{ONE}/thumbnail", tag="talk", media_type=ANY_TYPE, errors=(403, 404))
def get_attachment_thumbnail(order_id: int, attachment_id: int) -> Response:
    """Download a small copy of a picture.

    At most 320 pixels wide and high. A 404 for what is no picture.
    """
    return sent_thumbnail(_readable(order_id, attachment_id), in_parts=False)


def _readable(order_id: int, attachment_id: int) -> Attachment:
    order, reader = talk_of(order_id)
    attachment, comment = queries.get_file(order.thread_id, attachment_id)
    if not policies.may_open(reader.user, attachment, comment):
        raise NoSuchFile
    return attachment
