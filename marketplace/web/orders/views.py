"""Routes of one order: look at it, and do with it what the table of policies lets this person do.

Every act has a page that asks (GET) and the act itself (POST) at the same address. Both refuse alike.
"""

from __future__ import annotations

from typing import Any, cast

from flask import Flask, current_app, flash, redirect, render_template, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.core.db import db
from marketplace.orders import policies, services
from marketplace.orders.errors import NoSuchOrder
from marketplace.orders.models import Order
from marketplace.orders.queries import orders as queries
from marketplace.orders.states import Act
from marketplace.web.actions import actions_for, money_steps
from marketplace.web.limits import limit_withdrawals
from marketplace.web.orders.asking import ask, asked_for, is_confirmed
from marketplace.web.orders.blueprint import blueprint
from marketplace.web.orders.forms import AnswerForm, ConfirmForm, RatingForm, ReasonForm, TakeForm
from marketplace.web.orders.offers import offers_for
from marketplace.web.orders.talk_page import talk_for
from marketplace.web.viewer import account, viewer


@blueprint.get("/orders/<id:order_id>")
def order_show(order_id: int) -> ResponseReturnValue:
    """Everything about the order that this person may see, and what they may do."""
    order = queries.get_order(order_id)
    user = viewer()
    if not policies.may_view(user, order):
        raise NoSuchOrder
    sees_history = policies.may_see_history(user, order)
    events = queries.timeline(order) if sees_history else []
    return render_template(
        "orders/order_show.html",
        order=order,
        actions=actions_for(order, user),
        events=[event for event in events if policies.may_see_event(user, order, event)],
        lines=queries.lines(order) if order.lines_count else [],
        offers=offers_for(order, user),
        talk=talk_for(order, user),
        money_steps=money_steps(order, user),
        sees_history=sees_history,
        partners=partners(order),
    )


def partners(order: Order) -> list[tuple[str, Any]]:
    """Whose contacts this person sees on the order, with what they are to it."""
    user = viewer()
    if user is None or order.performer is None:
        return []
    both = [(_("Customer"), order.customer), (_("Performer"), order.performer)]
    is_party = user.id in (order.customer_id, order.performer_id)
    return [
        (what, person)
        for what, person in both
        if person.id != user.id and policies.may_see_contacts(user, person, share_an_order=is_party)
    ]


@blueprint.route("/orders/<id:order_id>/take", methods=["GET", "POST"])
def order_take(order_id: int) -> ResponseReturnValue:
    """Become the order's performer."""
    form = TakeForm()
    if is_confirmed(form, Act.TAKE, order_id):
        limit = current_app.config["MAX_ORDERS_IN_PROGRESS"]
        services.take_order(order_id, limit=limit, by=account(), terms=form.terms.data or None)
        flash(_("The order is yours. The contacts of the customer are on this page."), "success")
        db.session.commit()
        return redirect(url_for("orders.order_show", order_id=order_id))
    return ask("orders/order_take.html", form, order=asked_for(Act.TAKE, order_id))


@blueprint.route("/orders/<id:order_id>/withdraw", methods=["GET", "POST"])
def order_withdraw(order_id: int) -> ResponseReturnValue:
    """Give the order back to the board."""
    order = asked_for(Act.WITHDRAW, order_id)
    form = ReasonForm()
    if form.validate_on_submit():
        services.withdraw_order(order_id, reason=form.reason.data or "", by=account())
        flash(_("You have withdrawn. The order is on the board again."), "success")
        db.session.commit()
        return redirect(url_for("performer.index"))
    return ask("orders/order_withdraw.html", form, order=order)


@blueprint.route("/orders/<id:order_id>/complete", methods=["GET", "POST"])
def order_complete(order_id: int) -> ResponseReturnValue:
    """Say that the work is done."""
    form = ConfirmForm()
    if is_confirmed(form, Act.COMPLETE, order_id):
        services.complete_order(order_id, by=account())
        flash(_("Completed. The customer can rate your work now."), "success")
        db.session.commit()
        return redirect(url_for("orders.order_show", order_id=order_id))
    return ask("orders/order_complete.html", form, order=asked_for(Act.COMPLETE, order_id))


@blueprint.route("/orders/<id:order_id>/cancel", methods=["GET", "POST"])
def order_cancel(order_id: int) -> ResponseReturnValue:
    """Say that the work is no longer needed."""
    order = asked_for(Act.CANCEL, order_id)
    form = ReasonForm()
    if form.validate_on_submit():
        services.cancel_order(order_id, reason=form.reason.data or "", by=account())
        flash(_("The order is cancelled."), "success")
        db.session.commit()
        return redirect(url_for("orders.order_show", order_id=order_id))
    return ask("orders/order_cancel.html", form, order=order)


@blueprint.route("/orders/<id:order_id>/rate", methods=["GET", "POST"])
def order_rate(order_id: int) -> ResponseReturnValue:
    """Rate completed work, once."""
    order = asked_for(Act.RATE, order_id)
    form = RatingForm()
    if form.validate_on_submit():
        services.rate_order(order_id, rating=form.rating.data, text=form.text.data or "", by=account())
        flash(_("Thank you. Your review is on the performer's page now."), "success")
        db.session.commit()
        return redirect(url_for("orders.order_show", order_id=order_id))
    return ask("orders/order_rate.html", form, order=order)


@blueprint.route("/orders/<id:order_id>/answer", methods=["GET", "POST"])
def review_answer(order_id: int) -> ResponseReturnValue:
    """Answer the customer's review, once."""
    order = asked_for(Act.ANSWER, order_id)
    form = AnswerForm()
    if form.validate_on_submit():
        services.answer_review(order_id, answer=form.answer.data or "", by=account())
        flash(_("Your answer stands below the review."), "success")
        db.session.commit()
        return redirect(url_for("orders.order_show", order_id=order_id))
    return ask("orders/review_answer.html", form, order=order)


@blueprint.record_once
def limit_giving_back(state: BlueprintSetupState) -> None:
    """Counted together with those by program."""
    limit_withdrawals(cast(Flask, state.app), f"{blueprint.name}.order_withdraw")
