"""What the page of an order shows of the talk about it, and what this person may do with each part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request

from marketplace.accounts.models import Account
from marketplace.core.paging import Page
from marketplace.orders import policies
from marketplace.orders.models import Order
from marketplace.threads import queries
from marketplace.threads.models import Attachment, Comment
from marketplace.web.orders.talk_forms import CommentForm, FilesForm
from marketplace.web.talk import Reader, ShownComment, ShownFile

CURSOR = "talk"
"""The argument of the order's page that leads to earlier comments."""


@dataclass(frozen=True)
class Talk:
    """The comments of one page, oldest first, the files of the order, and forms for those who may write."""

    page: Page[ShownComment]
    files: Sequence[ShownFile]
    names: Sequence[str]
    """Who can be called by name."""
    form: CommentForm | None
    files_form: FilesForm | None


def talk_for(order: Order, user: Account | None) -> Talk | None:
    """The talk that the order's page shows this person; None when it is none of their business."""
    if user is None or not policies.may_see_talk(user, order):
        return None
    page: Page[Comment] = Page(items=(), next_cursor=None, is_first=True)
    files: Sequence[Attachment] = ()
    if CURSOR in request.args or order.thread_id is not None:
        page = queries.latest_comments(order.thread_id, request.args.get(CURSOR))
    if order.thread_id is not None:
        files = queries.own_files(order.thread_id)
    reader = Reader.of(order, user)
    return Talk(
        page=Page(
            items=[reader.comment(comment) for comment in page.items],
            next_cursor=page.next_cursor,
            is_first=page.is_first,
        ),
        files=[reader.file(file) for file in files],
        names=names_in(order, page.items),
        form=CommentForm(formdata=None) if reader.may_write else None,
        files_form=FilesForm(formdata=None) if reader.may_attach else None,
    )


def names_in(order: Order, comments: Sequence[Comment] = ()) -> list[str]:
    """The names of the order's people, and of those who have said something."""
    people = [order.customer, order.performer, order.manager, *(comment.author for comment in comments)]
    return list(dict.fromkeys(person.name for person in people if person is not None))
