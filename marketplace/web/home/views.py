"""Routes of the front door, and the switches of language and theme."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.exceptions import UnprocessableEntity

from config import LOCALES
from marketplace.accounts.models import Account
from marketplace.accounts.states import Role
from marketplace.orders.models import Order
from marketplace.orders.queries import board, counters, performers
from marketplace.orders.queries import offers as offer_queries
from marketplace.orders.queries import orders as order_queries
from marketplace.orders.states import OfferStatus, Status
from marketplace.web.home.blueprint import blueprint
from marketplace.web.language import LOCALE_COOKIE, THEME_COOKIE, THEMES, keep_choice
from marketplace.web.safe import local_address
from marketplace.web.viewer import viewer

NEWEST = 5
BEST = 3

Step = tuple[str, str, str]


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """What this is, what is new, who is best, and what to do next."""
    user = viewer()
    best = performers.performers(performers.PerformerFilter(rating_from=1), size=BEST)
    return render_template(
        "home/index.html",
        numbers=counters.live_numbers(),
        newest=board.open_orders(board.BoardFilter(), size=NEWEST).items,
        best=best.items,
        next_steps=next_steps(user) if user else [],
    )


def next_steps(user: Account) -> list[Step]:
    """What waits for this person, as (text, address, label)."""
    steps: list[Step] = []
    if user.role is Role.CUSTOMER:
        quoted = order_queries.status_counts(Order.customer_id, user)[Status.QUOTED]
        if quoted:
            text = ngettext("%(num)s order of yours has offers.", "%(num)s orders of yours have offers.", quoted)
            steps.append((text, url_for("customer.index", show=Status.QUOTED.value), _("Compare the offers")))
        for order in order_queries.unrated_orders(user, limit=3):
            text = _("“%(title)s” is completed. How was it?", title=order.title)
            steps.append((text, url_for("orders.order_rate", order_id=order.id), _("Rate the work")))
        if not steps and not performers.customer_counters(user).posted:
            text = _("You have not posted anything yet. It takes a minute.")
            steps.append((text, url_for("orders.order_new"), _("Post an order")))
    elif user.role is Role.PERFORMER:
        held = order_queries.in_progress_count(user)
        if held:
            text = ngettext("You have %(num)s order in progress.", "You have %(num)s orders in progress.", held)
            steps.append((text, url_for("performer.index"), _("To my work")))
        if not user.profile.headline:
            text = _("Your profile has no headline yet: customers read it first.")
            steps.append((text, url_for("people.profile"), _("Edit my profile")))
        offers = offer_queries.own_counts(user)[OfferStatus.SENT]
        if offers:
            text = ngettext("%(num)s offer of yours waits.", "%(num)s offers of yours wait.", offers)
            steps.append((text, url_for("performer.offer_list"), _("My offers")))
    elif user.role is Role.MANAGER:
        steps.append((_("All orders, with filters and exports."), url_for("orders.order_list"), _("To the orders")))
        if order_queries.is_any_unassigned():
            text = _("There are orders that nobody looks after yet.")
            steps.append((text, url_for("orders.order_list", manager="none"), _("Show them")))
    elif user.role is Role.OBSERVER:
        steps.append((_("All orders, with filters and exports."), url_for("orders.order_list"), _("To the orders")))
    elif user.role is Role.ADMIN:
        steps.append((_("People, orders and reviews are moderated here."), url_for("admin.index"), _("Administration")))
    return steps


@blueprint.post("/preferences")
def preferences() -> ResponseReturnValue:
    """Keeps the chosen language and theme in cookies and goes back to where the person was."""
    response = redirect(local_address(request.form.get("next"), url_for("home.index")))
    for cookie, choices in ((LOCALE_COOKIE, LOCALES), (THEME_COOKIE, THEMES)):
        value = request.form.get(cookie)
        if value is None:
            continue
        if value not in choices:
            raise UnprocessableEntity(_("There is no such language or theme."))
        keep_choice(response, cookie, value)
    return response
