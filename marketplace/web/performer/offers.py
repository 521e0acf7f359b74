"""Routes of a performer's own offers."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import UnprocessableEntity

from marketplace.orders.queries import offers as queries
from marketplace.orders.states import OfferStatus
from marketplace.web.performer.blueprint import blueprint
from marketplace.web.viewer import account


@blueprint.get("/performer/offers")
def offer_list() -> ResponseReturnValue:
    """What the performer has offered, state by state."""
    user = account()
    state = request.args.get("state", OfferStatus.SENT.value)
    if state not in queries.OWN_STATES:
        raise UnprocessableEntity(_("There is no such list."))
    return render_template(
        "performer/offer_list.html",
        counts=queries.own_counts(user),
        state=state,
        page=queries.own_offers(user, OfferStatus(state), request.args.get("cursor")),
    )
