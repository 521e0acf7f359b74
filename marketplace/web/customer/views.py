"""Routes of the customers' cabinet."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import UnprocessableEntity

from marketplace.catalog.queries import active_categories
from marketplace.core.db import db
from marketplace.orders import services
from marketplace.orders.models import Order
from marketplace.orders.queries import orders as queries
from marketplace.orders.queries.performers import customer_counters
from marketplace.orders.states import Status
from marketplace.web.actions import allowed_actions
from marketplace.web.customer.blueprint import blueprint
from marketplace.web.order_form import OrderForm
from marketplace.web.viewer import account


@blueprint.get("/customer")
def index() -> ResponseReturnValue:
    """Numbers, what waits for a rating, and the own orders by state with the acts that are possible now."""
    user = account()
    show = request.args.get("show", Status.NEW.value)
    if show not in set(Status):
        raise UnprocessableEntity(_("There is no such state of orders."))
    return render_template(
        "customer/index.html",
        counters=customer_counters(user),
        unrated=queries.unrated_orders(user),
        counts=queries.status_counts(Order.customer_id, user),
        show=show,
        page=queries.own_orders(Order.customer_id, user, Status(show), request.args.get("cursor")),
        actions=lambda order: allowed_actions(order, user),
    )


@blueprint.route("/customer/orders/new", methods=["GET", "POST"])
def order_new() -> ResponseReturnValue:
    """Post an order."""
    form = OrderForm()
    form.offer(active_categories())
    if form.validate_on_submit():
        order = services.post_order(**form.order_fields(), by=account())
        flash(_("Your order is on the board."), "success")
        db.session.commit()
        return redirect(url_for("orders.order_show", order_id=order.id))
    return render_template("customer/order_new.html", form=form), 422 if request.method == "POST" else 200
