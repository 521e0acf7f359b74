"""The talk about an order as the caller sees it: who may read it, and what each comment and file looks like."""

from __future__ import annotations

from marketplace.api.orders.showing import person_ref
from marketplace.api.schemas.talk import AttachmentOut, CommentOut
from marketplace.core.errors import N_, NotAllowed
from marketplace.orders import policies
from marketplace.orders.errors import NoSuchOrder
from marketplace.orders.models import Order
from marketplace.orders.queries import orders
from marketplace.orders.services import refuse
from marketplace.orders.states import Act
from marketplace.web.programs import API
from marketplace.web.talk import Reader, ShownComment, ShownFile
from marketplace.web.viewer import account


def talk_of(order_id: int) -> tuple[Order, Reader]:
    """The order, and the caller as a reader of what is said about it.

    Raises NoSuchOrder for an order that the caller may not see, and NotAllowed for the talk about one from the board.
    """
    order, user = orders.get_order(order_id), account()
    if not policies.may_view(user, order):
        raise NoSuchOrder
    if not policies.may_see_talk(user, order):
        raise NotAllowed(N_("Comments and files are for the customer, the performer and staff."))
    return order, Reader.of(order, user)


def refuse_early(act: Act, order_id: int) -> None:
    """Raises what the act would before a file is read; the service asks again under its lock."""
    refuse(act, orders.get_order(order_id), by=account())


def comment_out(order: Order, shown: ShownComment) -> CommentOut:
    """A comment, or the trace that is left of it."""
    row, own = shown.row, _address(order, "comments", shown.row.id)
    possible = {"edit": shown.may_edit, "delete": shown.may_delete, "hide": shown.may_hide, "show": shown.may_show}
    return CommentOut(
        id=row.id,
        order_id=order.id,
        author=person_ref(row.author),
        text=row.text if shown.is_readable else None,
        created_at=row.created_at,
        edited_at=row.edited_at if shown.is_readable else None,
        deleted_at=row.deleted_at,
        hidden_at=row.hidden_at,
        attachments=[attachment_out(order, file) for file in shown.files],
        actions=[act for act, is_possible in possible.items() if is_possible],
        links={"self": own, "page": f"/orders/{order.id}#comment-{row.id}", "order": f"{API}/orders/{order.id}"},
    )


def attachment_out(order: Order, shown: ShownFile) -> AttachmentOut:
    """A file, or the trace that is left of it."""
    row, own = shown.row, _address(order, "attachments", shown.row.id)
    links = {"self": own, "order": f"{API}/orders/{order.id}"}
    if row.comment_id is not None:
        links["comment"] = _address(order, "comments", row.comment_id)
    if row.deleted_at is None:
        links["content"] = f"{own}/content"
        if row.is_picture:
            links["thumbnail"] = f"{own}/thumbnail"
    return AttachmentOut(
        id=row.id,
        order_id=order.id,
        comment_id=row.comment_id,
        name=row.name,
        media_type=row.media_type,
        size=row.size,
        uploader=person_ref(row.uploader),
        created_at=row.created_at,
        deleted_at=row.deleted_at,
        actions=["delete"] if shown.may_delete else [],
        links=links,
    )


def _address(order: Order, part: str, row_id: int) -> str:
    return f"{API}/orders/{order.id}/{part}/{row_id}"
