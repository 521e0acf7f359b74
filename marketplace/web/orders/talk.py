"""Routes of what is said about one order, and of the files that belong to it."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.core.db import db
from marketplace.core.errors import Invalid
from marketplace.orders import policies
from marketplace.orders.queries.talk import order_of_file
from marketplace.orders.services import talking
from marketplace.orders.states import Act
from marketplace.threads import policies as talk_policies
from marketplace.threads import queries, services
from marketplace.threads.errors import NoSuchFile
from marketplace.threads.models import Attachment
from marketplace.web.attachments import POST_LIMIT, folder, forget, sent_file, sent_thumbnail
from marketplace.web.errors import explain
from marketplace.web.intake import takes_files
from marketplace.web.orders.asking import ask, asked_for
from marketplace.web.orders.blueprint import blueprint
from marketplace.web.orders.forms import ConfirmForm
from marketplace.web.orders.talk_forms import CommentForm, EditForm, FilesForm, WithFiles
from marketplace.web.viewer import account


@blueprint.post("/orders/<id:order_id>/comments")
@takes_files(POST_LIMIT)
def comment_new(order_id: int) -> ResponseReturnValue:
    """Say something about the order."""
    # Asked before the files are read; the service asks again under its lock.
    order = asked_for(Act.COMMENT, order_id)
    form = CommentForm()
    if form.validate_on_submit():
        try:
            with services.stored(form.uploads(), folder()) as kept:
                comment = talking.comment_on_order(order_id, text=form.text.data or "", files=kept, by=account())
                place = f"comment-{comment.id}"
                db.session.commit()
            return redirect(url_for("orders.order_show", order_id=order_id, _anchor=place))
        except Invalid as error:
            _note(form, error)
            order = asked_for(Act.COMMENT, order_id)
    return ask("orders/comment_new.html", form, order=order)


@blueprint.route("/orders/<id:order_id>/comments/<id:comment_id>/edit", methods=["GET", "POST"])
def comment_edit(order_id: int, comment_id: int) -> ResponseReturnValue:
    """Put one's own comment in other words."""
    order = asked_for(Act.COMMENT, order_id)
    comment = queries.get_comment(order.thread_id, comment_id)
    services.refuse_editing(comment, by=account())
    form = EditForm(obj=comment)
    if form.validate_on_submit():
        talking.edit_comment(order_id, comment_id, text=form.text.data or "", by=account())
        db.session.commit()
        return redirect(url_for("orders.order_show", order_id=order_id, _anchor=f"comment-{comment_id}"))
    return ask("orders/comment_edit.html", form, order=order, comment=comment)


@blueprint.route("/orders/<id:order_id>/comments/<id:comment_id>/delete", methods=["GET", "POST"])
def comment_delete(order_id: int, comment_id: int) -> ResponseReturnValue:
    """Take one's own comment back."""
    order = asked_for(Act.COMMENT, order_id)
    comment = queries.get_comment(order.thread_id, comment_id)
    services.refuse_deleting(comment, by=account())
    form = ConfirmForm()
    if form.validate_on_submit():
        talking.delete_comment(order_id, comment_id, by=account())
        flash(_("The comment is deleted."), "success")
        db.session.commit()
        return redirect(url_for("orders.order_show", order_id=order_id, _anchor="talk"))
    return ask("orders/comment_delete.html", form, order=order, comment=comment)


@blueprint.post("/orders/<id:order_id>/comments/<id:comment_id>/hide")
def comment_hide(order_id: int, comment_id: int) -> ResponseReturnValue:
    """Take somebody's comment out of sight."""
    talking.hide_comment(order_id, comment_id, by=account())
    flash(_("The comment is hidden."), "success")
    db.session.commit()
    return redirect(url_for("orders.order_show", order_id=order_id, _anchor=f"comment-{comment_id}"))


@blueprint.post("/orders/<id:order_id>/comments/<id:comment_id>/show")
def comment_show(order_id: int, comment_id: int) -> ResponseReturnValue:
    """Bring somebody's comment back."""
    talking.show_comment(order_id, comment_id, by=account())
    flash(_("The comment is shown again."), "success")
    db.session.commit()
    return redirect(url_for("orders.order_show", order_id=order_id, _anchor=f"comment-{comment_id}"))


@blueprint.post("/orders/<id:order_id>/attachments")
@takes_files(POST_LIMIT)
def attachment_new(order_id: int) -> ResponseReturnValue:
    """Add files to the order itself."""
    order = asked_for(Act.ATTACH, order_id)
    form = FilesForm()
    if form.validate_on_submit():
        try:
            with services.stored(form.uploads(), folder()) as kept:
                talking.attach_to_order(order_id, kept, by=account())
                flash(_("The files are added."), "success")
                db.session.commit()
            return redirect(url_for("orders.order_show", order_id=order_id, _anchor="files"))
        except Invalid as error:
            _note(form, error)
            order = asked_for(Act.ATTACH, order_id)
    return ask("orders/attachment_new.html", form, order=order)


@blueprint.route("/orders/<id:order_id>/attachments/<id:attachment_id>/delete", methods=["GET", "POST"])
def attachment_delete(order_id: int, attachment_id: int) -> ResponseReturnValue:
    """Delete a file for good."""
    order = asked_for(Act.ATTACH, order_id)
    attachment, comment = queries.get_file(order.thread_id, attachment_id)
    services.refuse_deleting_file(attachment, comment, by=account())
    form = ConfirmForm()
    if form.validate_on_submit():
        stored_name = talking.delete_attachment(order_id, attachment_id, by=account())
        flash(_("The file is deleted."), "success")
        db.session.commit()
        forget(stored_name)
        return redirect(url_for("orders.order_show", order_id=order_id, _anchor="files"))
    return ask("orders/attachment_delete.html", form, order=order, attachment=attachment)


@blueprint.get("/attachments/<id:attachment_id>")
def attachment_show(attachment_id: int) -> ResponseReturnValue:
    """The file, to be saved and not opened by the browser, for those who may read it now."""
    return sent_file(_readable(attachment_id))


@blueprint.get("/attachments/<id:attachment_id>/thumbnail")
def attachment_thumbnail(attachment_id: int) -> ResponseReturnValue:
    """A small copy of a picture, which we have drawn ourselves."""
    return sent_thumbnail(_readable(attachment_id))


def _readable(attachment_id: int) -> Attachment:
    order = order_of_file(attachment_id)
    attachment, comment = queries.get_file(order.thread_id, attachment_id)
    user = account()
    if not (policies.may_see_talk(user, order) and talk_policies.may_open(user, attachment, comment)):
        raise NoSuchFile
    return attachment


def _note(form: WithFiles, error: Invalid) -> None:
    """Puts what the domain refused beside the field it is about."""
    db.session.rollback()
    field = form._fields.get(error.field or "", form.files)
    field.errors = [*field.errors, explain(error)]
