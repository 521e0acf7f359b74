"""Routes of the desk for the catalogue: write products down, change them, put their pictures in order."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from marketplace.catalog import queries, services
from marketplace.catalog.models import MAX_PICTURES, Product
from marketplace.core.db import db
from marketplace.core.errors import Invalid
from marketplace.web.catalog.blueprint import blueprint
from marketplace.web.catalog.forms import ConfirmForm, MorePicturesForm, MoveForm, PicturesForm, ProductForm
from marketplace.web.errors import explain
from marketplace.web.intake import takes_files
from marketplace.web.pictures import UPLOAD_LIMIT, PicturesRefused, forget, kept, read_pictures
from marketplace.web.viewer import account


@blueprint.route("/products/new", methods=["GET", "POST"])
@takes_files(UPLOAD_LIMIT)
def product_new() -> ResponseReturnValue:
    """Write a product down, with its pictures."""
    form = ProductForm()
    form.offer(queries.active_categories())
    if form.validate_on_submit():
        try:
            pictures = read_pictures(form.files())
            product = services.create_product(**form.product_values(), by=account())
            services.add_pictures(product.id, pictures, by=account())
        except Invalid as error:
            refuse(form, error)
        else:
            flash(_("The product is in the catalogue."), "success")
            with kept(pictures):
                db.session.commit()
            return redirect(url_for("catalog.product_show", product_id=product.id))
    return render_template("catalog/product_new.html", form=form), 422 if form.is_submitted() else 200


@blueprint.route("/products/<id:product_id>/edit", methods=["GET", "POST"])
def product_edit(product_id: int) -> ResponseReturnValue:
    """Change a product."""
    product = queries.get_product(product_id)
    form = product_form(product)
    if form.validate_on_submit():
        try:
            services.edit_product(product_id, **form.product_values(), by=account())
        except Invalid as error:
            refuse(form, error)
        else:
            flash(_("The product is changed."), "success")
            db.session.commit()
            return redirect(url_for("catalog.product_show", product_id=product_id))
    return edit_page(product, form, MorePicturesForm(formdata=None), 422 if form.is_submitted() else 200)


@blueprint.post("/products/<id:product_id>/pictures")
@takes_files(UPLOAD_LIMIT)
def picture_add(product_id: int) -> ResponseReturnValue:
    """Add pictures: all that were sent, or none when one cannot be read."""
    product = queries.get_product(product_id)
    form = MorePicturesForm()
    if form.validate_on_submit():
        try:
            pictures = read_pictures(form.files())
            added = services.add_pictures(product_id, pictures, by=account())
        except Invalid as error:
            refuse(form, error)
        else:
            tell_added(added)
            with kept(pictures):
                db.session.commit()
            return to_pictures(product_id)
    return edit_page(product, product_form(product, shown=True), form, 422)


@blueprint.post("/products/<id:product_id>/pictures/<id:picture_id>/move")
def picture_move(product_id: int, picture_id: int) -> ResponseReturnValue:
    """One place nearer to the first picture, or farther from it."""
    form = MoveForm()
    if not form.validate_on_submit():
        raise Invalid(field="direction")
    services.move_picture(product_id, picture_id, steps=-1 if form.direction.data == "up" else 1, by=account())
    db.session.commit()
    return to_pictures(product_id)


@blueprint.post("/products/<id:product_id>/pictures/<id:picture_id>/remove")
def picture_remove(product_id: int, picture_id: int) -> ResponseReturnValue:
    """Take a picture away from a product."""
    if not ConfirmForm().validate_on_submit():
        raise Invalid
    digest = services.remove_picture(product_id, picture_id, by=account())
    flash(_("The picture is removed."), "success")
    db.session.commit()
    forget([digest])
    return to_pictures(product_id)


@blueprint.post("/products/<id:product_id>/show")
def product_activate(product_id: int) -> ResponseReturnValue:
    """Put the product on sale again."""
    if not ConfirmForm().validate_on_submit():
        raise Invalid
    services.show_product(product_id, by=account())
    flash(_("The product is on sale again."), "success")
    db.session.commit()
    return redirect(url_for("catalog.product_show", product_id=product_id))


@blueprint.post("/products/<id:product_id>/hide")
def product_hide(product_id: int) -> ResponseReturnValue:
    """Take the product off sale."""
    if not ConfirmForm().validate_on_submit():
        raise Invalid
    services.hide_product(product_id, by=account())
    flash(_("The product is off sale: only the desk sees it now."), "success")
    db.session.commit()
    return redirect(url_for("catalog.product_show", product_id=product_id))


def product_form(product: Product, *, shown: bool = False) -> ProductForm:
    """The form of a product; `shown` when another form was sent."""
    form = ProductForm(formdata=None, obj=product) if shown else ProductForm(obj=product)
    # Pictures have a form of their own on this page.
    del form.pictures
    form.offer(queries.active_categories(), product)
    return form


def edit_page(product: Product, form: ProductForm, pictures_form: PicturesForm, code: int) -> ResponseReturnValue:
    """The page with both forms of a product."""
    page = render_template(
        "catalog/product_edit.html", product=product, form=form, pictures_form=pictures_form, most=MAX_PICTURES
    )
    return page, code


def refuse(form: PicturesForm, error: Invalid) -> None:
    """Undoes what was begun, and says in the form what the domain refused."""
    db.session.rollback()
    reasons = error.reasons if isinstance(error, PicturesRefused) else [explain(error)]
    if error.field is not None and error.field in form:
        form[error.field].errors = (*form[error.field].errors, *reasons)
    else:
        form.form_errors += reasons


def tell_added(added: int) -> None:
    """How many pictures came; the same one twice is one."""
    if added:
        flash(ngettext("%(num)s picture is added.", "%(num)s pictures are added.", added), "success")
    else:
        flash(_("The product has these pictures already."), "info")


def to_pictures(product_id: int) -> Response:
    """Back to the pictures of the edit page."""
    return redirect(url_for("catalog.product_edit", product_id=product_id, _anchor="pictures-of-product"))
