"""Routes of the customers' cabinet."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import UnprocessableEntity

from marketplace.orders.models import Order
from marketplace.orders.queries import orders as queries
from marketplace.orders.queries.performers import customer_counters
from marketplace.orders.states import Status
from marketplace.web.actions import allowed_actions
from marketplace.web.customer.blueprint import blueprint
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


@blueprint.get("/customer/orders/new")
def order_new() -> ResponseReturnValue:
    """Where orders were posted before everybody who may post one got the same page."""
    return redirect(url_for("orders.order_new"))
