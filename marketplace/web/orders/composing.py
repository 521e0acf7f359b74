"""The page on which an order is written, for everybody who may write one."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.catalog.queries import active_categories
from marketplace.core.db import db
from marketplace.core.errors import N_, NotAllowed
from marketplace.orders import policies, services
from marketplace.web.order_form import OrderForm
from marketplace.web.orders.blueprint import blueprint
from marketplace.web.viewer import account


@blueprint.route("/orders/new", methods=["GET", "POST"])
def order_new() -> ResponseReturnValue:
    """Post an order."""
    user = account()
    if not (policies.may_post(user) or policies.may_post_for_others(user)):
        raise NotAllowed(N_("Only customers and managers write orders."))
    form = OrderForm()
    form.offer(active_categories())
    if form.validate_on_submit():
        order = services.post_order(**form.order_fields(), by=account())
        flash(_("Your order is on the board."), "success")
        db.session.commit()
        return redirect(url_for("orders.order_show", order_id=order.id))
    return render_template("orders/order_new.html", form=form), 422 if request.method == "POST" else 200
