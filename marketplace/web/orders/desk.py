"""Routes of the desk for one order: ask for offers, say who looks after it, note payment and delivery."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.accounts.queries import desk_accounts
from marketplace.core.db import db
from marketplace.orders import services
from marketplace.orders.states import Act, MoneyState
from marketplace.web.filters import label
from marketplace.web.orders.asking import ask, asked_for, is_confirmed
from marketplace.web.orders.blueprint import blueprint
from marketplace.web.orders.forms import AssignForm, ConfirmForm, MoneyForm
from marketplace.web.viewer import account


@blueprint.route("/orders/<id:order_id>/request-quote", methods=["GET", "POST"])
def order_request_quote(order_id: int) -> ResponseReturnValue:
    """Let performers name their price."""
    form = ConfirmForm()
    if is_confirmed(form, Act.REQUEST_QUOTE, order_id):
        services.request_quote(order_id, by=account())
        flash(_("Performers can send their offers now."), "success")
        db.session.commit()
        return redirect(url_for("orders.order_show", order_id=order_id))
    return ask("orders/order_request_quote.html", form, order=asked_for(Act.REQUEST_QUOTE, order_id))


@blueprint.route("/orders/<id:order_id>/assign", methods=["GET", "POST"])
def order_assign(order_id: int) -> ResponseReturnValue:
    """Say who looks after the order; a manager may take it themselves."""
    order = asked_for(Act.ASSIGN, order_id)
    form = AssignForm(manager=order.manager_id or 0)
    form.offer(desk_accounts())
    if form.validate_on_submit():
        services.assign_manager(order_id, manager_id=form.manager.data or None, by=account())
        flash(_("Saved: this is who looks after the order."), "success")
        db.session.commit()
        return redirect(url_for("orders.order_show", order_id=order_id))
    return ask("orders/order_assign.html", form, order=order)


@blueprint.route("/orders/<id:order_id>/money", methods=["GET", "POST"])
def order_money(order_id: int) -> ResponseReturnValue:
    """Note that the order was paid, is ready for delivery, or was handed over."""
    order = asked_for(Act.SET_MONEY, order_id)
    form = MoneyForm()
    form.offer(order)
    if form.validate_on_submit():
        state = MoneyState(form.state.data)
        services.set_money(order_id, state=state, by=account())
        flash(_("Noted: %(state)s.", state=label(state)), "success")
        db.session.commit()
        return redirect(url_for("orders.order_show", order_id=order_id))
    return ask("orders/order_money.html", form, order=order)
