"""Pages that ask before an act: they refuse as the act itself would, and come back with the mistakes of their form."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from marketplace.orders import services
from marketplace.orders.models import Order
from marketplace.orders.queries import orders as queries
from marketplace.orders.states import Act
from marketplace.web.checking import is_check
from marketplace.web.viewer import account


def asked_for(act: Act, order_id: int) -> Order:
    """The order of a page that asks before `act`; refuses as the act itself would.

    A POST asks without a lock here, so that a form with mistakes shows them; the service asks again under its lock.
    """
    order = queries.get_order(order_id)
    services.refuse(act, order, by=account())
    return order


def is_confirmed(form: FlaskForm, act: Act, order_id: int) -> bool:
    """True for a post that goes on to its act, which asks itself; a mere check is refused as that would be."""
    if is_check():
        asked_for(act, order_id)
    return form.validate_on_submit()


def ask(template: str, form: FlaskForm, **values: Any) -> ResponseReturnValue:
    """The page with the form: 422 when it comes back with mistakes, with everything typed still in it."""
    return render_template(template, form=form, **values), 422 if request.method == "POST" else 200
