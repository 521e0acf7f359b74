"""What the page of an order shows of the talk about it, and what this person may do with each part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request

from marketplace.accounts.models import Account
from marketplace.core.paging import Page
from marketplace.orders import policies
from marketplace.orders.models import Order
from marketplace.orders.states import Act
from marketplace.threads import policies as talk_policies
from marketplace.threads import queries
from marketplace.threads.models import Attachment, Comment
from marketplace.web.orders.talk_forms import CommentForm, FilesForm

CURSOR = "talk"
"""The argument of the order's page that leads to earlier comments."""


@dataclass(frozen=True)
class ShownFile:
    """A file as this person sees it; `row` says whether it was deleted."""

    row: Attachment
    may_delete: bool


@dataclass(frozen=True)
class ShownComment:
    """A comment as this person sees it: where they may not read it there is only a trace, and no files."""

    row: Comment
    is_readable: bool
    files: Sequence[ShownFile]
    may_edit: bool
    may_delete: bool
    may_hide: bool
    may_show: bool


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
    if order.thread_id is not None:
        page = queries.latest_comments(order.thread_id, request.args.get(CURSOR))
        files = queries.own_files(order.thread_id)
    may_write = policies.may(Act.COMMENT, user, order)
    may_attach = policies.may(Act.ATTACH, user, order)
    return Talk(
        page=Page(
            items=[_shown(comment, user, may_write, may_attach) for comment in page.items],
            next_cursor=page.next_cursor,
            is_first=page.is_first,
        ),
        files=[_shown_file(file, user, may_attach) for file in files],
        names=names_in(order, page.items),
        form=CommentForm(formdata=None) if may_write else None,
        files_form=FilesForm(formdata=None) if may_attach else None,
    )


def names_in(order: Order, comments: Sequence[Comment] = ()) -> list[str]:
    """The names of the order's people, and of those who have said something."""
    people = [order.customer, order.performer, order.manager, *(comment.author for comment in comments)]
    return list(dict.fromkeys(person.name for person in people if person is not None))


def _shown(comment: Comment, user: Account, may_write: bool, may_attach: bool) -> ShownComment:
    is_readable = talk_policies.may_read(user, comment)
    is_own = may_write and talk_policies.is_author(user, comment)
    moderates = talk_policies.may_moderate(user) and comment.deleted_at is None
    return ShownComment(
        row=comment,
        is_readable=is_readable,
        files=[_shown_file(file, user, may_attach) for file in comment.attachments] if is_readable else (),
        may_edit=is_own and talk_policies.obstacle_to_editing(comment) is None,
        may_delete=is_own and talk_policies.obstacle_to_deleting(comment) is None,
        may_hide=moderates and comment.hidden_at is None,
        may_show=moderates and comment.hidden_at is not None,
    )


def _shown_file(file: Attachment, user: Account, may_attach: bool) -> ShownFile:
    may_delete = may_attach and file.deleted_at is None and talk_policies.may_delete(user, file)
    return ShownFile(row=file, may_delete=may_delete)
