"""Changing the status of an order, or of its money, from the list: the acts of its page, chosen by where they lead.

For browsers without scripts; with them the list asks the operations of the API that do the same.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField, TextAreaField
from wtforms.validators import Length

from marketplace.accounts.models import Account
from marketplace.core.db import db
from marketplace.core.errors import N_, NotAllowed
from marketplace.core.text import tidy
from marketplace.orders import policies, services
from marketplace.orders.errors import NoSuchOrder
from marketplace.orders.models import NOTE_LENGTH, Order
from marketplace.orders.queries import orders as queries
from marketplace.orders.states import MoneyState, Status
from marketplace.web.actions import STATUS_STEPS, Targets, possible_targets
from marketplace.web.checking import Form
from marketplace.web.filters import label
from marketplace.web.orders.blueprint import blueprint
from marketplace.web.safe import local_address
from marketplace.web.viewer import account


class StateForm(Form):
    """One new state, of the order or of its money; whoever cancels says why."""

    status = SelectField(_l("New status"), default="")
    money_state = SelectField(_l("New state of the money"), default="")
    reason = TextAreaField(_l("Reason"), filters=[tidy], validators=[Length(max=NOTE_LENGTH)])
    next = HiddenField("")

    def offer(self, targets: Targets | None = None) -> None:
        """Fills the lists: with `targets`, or with everything that could ever be chosen."""
        statuses, money_states = targets or Targets(list(STATUS_STEPS), list(MoneyState))
        unchanged = ("", _("Leave as it is"))
        self.status.choices = [unchanged, *((status.value, label(status)) for status in statuses)]
        self.money_state.choices = [unchanged, *((state.value, label(state)) for state in money_states)]

    def validate(self, extra_validators: Any = None) -> bool:
        """Exactly one state, and a reason where one is owed."""
        if not super().validate(extra_validators):
            return False
        if bool(self.status.data) == bool(self.money_state.data):
            self.status.errors = [*self.status.errors, _("Choose one new state.")]
        elif self.status.data == Status.CANCELLED and not self.reason.data:
            self.reason.errors = [*self.reason.errors, _("Give a reason: the other side will read it.")]
        return not self.errors


@blueprint.route("/orders/<id:order_id>/status", methods=["GET", "POST"])
def order_status(order_id: int) -> ResponseReturnValue:
    """Choose a new state for the order or for its money."""
    form = StateForm()
    form.offer()
    user = account()
    if form.validate_on_submit():
        order = change_state(order_id, form, by=user)
        new = order.status if form.status.data else order.money_state
        flash(_("Order %(number)s: %(state)s.", number=order.number, state=label(new)), "success")
        db.session.commit()
        return redirect(local_address(form.next.data or came_from(), url_for("orders.order_list")))
    order = queries.get_order(order_id)
    if not policies.may_view(user, order):
        raise NoSuchOrder
    targets = possible_targets(order, user)
    if not any(targets):
        raise NotAllowed(N_("There is nothing that you can change about this order now."))
    form.offer(targets)
    if not form.next.data:
        form.next.data = came_from()
    page = render_template("orders/order_status.html", form=form, order=order, targets=targets)
    return page, 422 if request.method == "POST" else 200


def came_from() -> str:
    """The list that led here, with its filters; empty when it was something else."""
    came = urlsplit(request.referrer or "")
    here = url_for("orders.order_list")
    return f"{here}?{came.query}" if (came.netloc, came.path) == (request.host, here) else ""


def change_state(order_id: int, form: StateForm, *, by: Account) -> Order:
    """The very act that leads to the chosen state, with its questions and its refusals."""
    if form.money_state.data:
        return services.set_money(order_id, state=MoneyState(form.money_state.data), by=by)
    match Status(form.status.data):
        case Status.QUOTING:
            return services.request_quote(order_id, by=by)
        case Status.COMPLETED:
            return services.complete_order(order_id, by=by)
        case _:
            return services.cancel_order(order_id, reason=form.reason.data or "", by=by)
