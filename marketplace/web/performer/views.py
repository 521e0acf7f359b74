"""Routes of the performers' cabinet."""

from __future__ import annotations

from typing import Any

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import UnprocessableEntity

from marketplace.accounts.models import Account
from marketplace.core.paging import Page
from marketplace.orders.models import Order
from marketplace.orders.queries import orders as queries
from marketplace.orders.queries import performers
from marketplace.orders.states import Status
from marketplace.web.actions import allowed_actions
from marketplace.web.performer.blueprint import blueprint
from marketplace.web.viewer import account

GIVEN_BACK, REVIEWS = "withdrawn", "reviews"
TAKEN = (Status.IN_PROGRESS, Status.COMPLETED, Status.CANCELLED)


@blueprint.get("/performer")
def index() -> ResponseReturnValue:
    """Numbers and ratings, the orders in progress with what to do with them, and everything before."""
    user = account()
    show = request.args.get("show", Status.IN_PROGRESS.value)
    if show not in (*TAKEN, GIVEN_BACK, REVIEWS):
        raise UnprocessableEntity(_("There is no such list."))
    counts = queries.status_counts(Order.performer_id, user)
    return render_template(
        "performer/index.html",
        counters=performers.performer_counters(user),
        counts={status: counts[status] for status in TAKEN},
        given_back=queries.given_back_count(user),
        show=show,
        page=shown_page(show, user, request.args.get("cursor")),
        points=performers.latest_ratings(user.id) if show == REVIEWS else [],
        actions=lambda order: allowed_actions(order, user),
        limit=current_app.config["MAX_ORDERS_IN_PROGRESS"],
    )


def shown_page(show: str, user: Account, cursor: str | None) -> Page[Any]:
    """The page of the list that is asked for."""
    if show == REVIEWS:
        return performers.visible_reviews(user.id, cursor)
    if show == GIVEN_BACK:
        return queries.given_back(user, cursor)
    return queries.own_orders(Order.performer_id, user, Status(show), cursor)
