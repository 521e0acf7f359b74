"""Routes of offers for one order."""

from __future__ import annotations

from collections.abc import Sequence

from flask.typing import ResponseReturnValue

from marketplace.accounts.models import Account
from marketplace.orders.models import Offer, Order
from marketplace.orders.states import Act
from marketplace.web.orders.asking import asked_for
from marketplace.web.orders.blueprint import blueprint


def offers_for(order: Order, user: Account | None) -> Sequence[Offer]:
    """The offers that the order's page shows this person, newest versions first."""
    return []


@blueprint.get("/orders/<id:order_id>/offers")
def offer_list(order_id: int) -> ResponseReturnValue:
    """The live offers side by side."""
    return asked_for(Act.DECIDE, order_id).title


@blueprint.route("/orders/<id:order_id>/offers/new", methods=["GET", "POST"])
def offer_new(order_id: int) -> ResponseReturnValue:
    """Send an offer, or a new version of it."""
    return asked_for(Act.OFFER, order_id).title
