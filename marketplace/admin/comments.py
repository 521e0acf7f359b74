"""Comments and files: what was said is hidden or shown, never edited; a file is deleted on its order's page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_admin.model.template import macro
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import with_expression

from marketplace.admin.filters import ChoiceFilter, Choices, DayFilter, PlainFilter
from marketplace.admin.gate import row_id
from marketplace.admin.lists import ListView
from marketplace.admin.orders import NUMBER, hidden_choices, ids_by_email, is_null
from marketplace.orders.models import Order
from marketplace.orders.queries.talk import order_id_of_comment
from marketplace.orders.services import talking
from marketplace.threads.models import Attachment, Comment
from marketplace.web.markup import file_size
from marketplace.web.viewer import account as admin


def deleted_choices() -> Choices:
    """There or not."""
    return [("no", _l("There")), ("yes", _l("Deleted"))]


def with_orders(query: Any, model: type[Comment] | type[Attachment]) -> Any:
    """The rows of `query` with the order that each belongs to."""
    owner = select(Order.id).where(Order.thread_id == model.thread_id).scalar_subquery()
    number = select(Order.number).where(Order.thread_id == model.thread_id).scalar_subquery()
    return query.options(with_expression(model.about_id, owner), with_expression(model.about, number))


def of_order(model: type[Comment] | type[Attachment], number: str) -> ColumnElement[bool]:
    """SQL for what belongs to the order with this number."""
    condition: ColumnElement[bool] = (
        model.thread_id == select(Order.thread_id).where(Order.number == number).scalar_subquery()
    )
    return condition


def size_cell(view: Any, context: Any, row: Attachment, name: str) -> str:
    """The size in words."""
    return file_size(row.size)


def kind_cell(view: Any, context: Any, row: Attachment, name: str) -> str:
    """The ending of the name, which the content has been compared with."""
    return row.name.rsplit(".", 1)[-1].upper()


class CommentView(ListView):
    """What people said about orders."""

    search_hint = _l("Order number or words of the comment")
    loads = (Comment.author,)
    column_list = ("about", "author", "text", "created_at", "acts")
    column_export_list = ("about", "author.email", "text", "created_at", "edited_at", "deleted_at", "hidden_at")
    column_sortable_list = ()
    column_labels = {
        "about": _l("Order"),
        "author": _l("Author"),
        "author.email": _l("Author"),
        "text": _l("Comment"),
        "created_at": _l("Written"),
        "edited_at": _l("Edited"),
        "deleted_at": _l("Deleted"),
        "hidden_at": _l("Hidden"),
        "acts": _l("Actions"),
    }
    column_formatters = {
        "about": macro("about_cell"),
        "author": macro("person_cell"),
        "text": macro("prose_cell"),
        "created_at": macro("moment_cell"),
        "acts": macro("comment_acts"),
    }
    column_filters = (
        ChoiceFilter("hidden", _l("Hidden"), hidden_choices, lambda value: is_null(Comment.hidden_at, value)),
        ChoiceFilter("deleted", _l("Deleted"), deleted_choices, lambda value: is_null(Comment.deleted_at, value)),
        PlainFilter("author", _l("Author's email"), lambda email: Comment.author_id == ids_by_email(email)),
        DayFilter("since", _l("From"), lambda moment: Comment.created_at >= moment),
        DayFilter("until", _l("Until"), lambda moment: Comment.created_at < moment, until=True),
    )

    def get_query(self) -> Any:
        return with_orders(super().get_query(), Comment)

    def matching(self, word: str) -> ColumnElement[bool]:
        return of_order(Comment, word) if NUMBER.fullmatch(word) else Comment.text.icontains(word, autoescape=True)

    @expose("/hide/", methods=("POST",))
    def hide_view(self) -> ResponseReturnValue:
        """Out of sight of all but staff."""
        return self._moderate(talking.hide_comment, _("The comment is hidden."))

    @expose("/show/", methods=("POST",))
    def show_view(self) -> ResponseReturnValue:
        """Back in sight."""
        return self._moderate(talking.show_comment, _("The comment is shown again."))

    def _moderate(self, act: Callable[..., object], done: str) -> ResponseReturnValue:
        comment_id = row_id(request.args.get("id"))
        order_id = order_id_of_comment(comment_id)
        return self.act_at_once(
            lambda: act(order_id, comment_id, by=admin()), done=done, back=self.back(url_for(".index_view"))
        )


class AttachmentView(ListView):
    """The files on orders and on comments."""

    search_hint = _l("Order number or part of the file's name")
    loads = (Attachment.uploader,)
    column_list = ("about", "name", "media_type", "size", "uploader", "created_at", "acts")
    column_export_list = ("about", "name", "media_type", "size", "uploader.email", "created_at", "deleted_at")
    column_sortable_list = ()
    column_labels = {
        "about": _l("Order"),
        "name": _l("File"),
        "media_type": _l("Kind"),
        "size": _l("Size"),
        "uploader": _l("Sent by"),
        "uploader.email": _l("Sent by"),
        "created_at": _l("Sent"),
        "deleted_at": _l("Deleted"),
        "acts": _l("Actions"),
    }
    column_formatters = {
        "about": macro("about_cell"),
        "name": macro("file_cell"),
        "media_type": kind_cell,
        "size": size_cell,
        "uploader": macro("person_cell"),
        "created_at": macro("moment_cell"),
        "acts": macro("file_acts"),
    }
    column_formatters_export: dict[str, Any] = {}
    column_filters = (
        ChoiceFilter("deleted", _l("Deleted"), deleted_choices, lambda value: is_null(Attachment.deleted_at, value)),
        PlainFilter("uploader", _l("Sender's email"), lambda email: Attachment.uploader_id == ids_by_email(email)),
        DayFilter("since", _l("From"), lambda moment: Attachment.created_at >= moment),
        DayFilter("until", _l("Until"), lambda moment: Attachment.created_at < moment, until=True),
    )

    def get_query(self) -> Any:
        return with_orders(super().get_query(), Attachment)

    def matching(self, word: str) -> ColumnElement[bool]:
        return (
            of_order(Attachment, word) if NUMBER.fullmatch(word) else Attachment.name.icontains(word, autoescape=True)
        )
