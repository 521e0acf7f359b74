"""Routes of live pages: a ticket for the WebSocket, and the same news by asking for them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast

from flask import Flask, current_app, jsonify, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import UnprocessableEntity

from marketplace.accounts.services import issue_ticket
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.orders.services.telling import missed_by
from marketplace.web.intake import MAX_BIGINT
from marketplace.web.limits import limit_view
from marketplace.web.live.blueprint import blueprint
from marketplace.web.viewer import account, device

SOCKET = "/live"
TICKETS_PER_PERSON = "60 per minute;600 per hour"


@blueprint.post("/live/ticket")
def ticket_new() -> ResponseReturnValue:
    """A ticket for this browser, and where to bring it."""
    ticket = issue_ticket(device(), secret=current_app.config["SECRET_KEY"])
    db.session.commit()
    return jsonify(ticket=ticket, url=SOCKET)


@blueprint.get("/live/news")
def news() -> ResponseReturnValue:
    """What this person may not know of after an event, or a moment: for pages that get no WebSocket."""
    missed = missed_by(account(), after=_id("after"), since=_moment("since"))
    if missed.told is None:
        return jsonify(ready=missed.newest, reload=True)
    return jsonify(ready=missed.newest, events=[one._asdict() for one in missed.told])


def _id(name: str) -> int | None:
    text = request.args.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 20) or int(text) > MAX_BIGINT:
        raise UnprocessableEntity(_("This is not the id of an event."))
    return int(text)


def _moment(name: str) -> datetime | None:
    text = request.args.get(name, "")
    if not text:
        return None
    try:
        return datetime.fromtimestamp(float(text), UTC)
    except (ValueError, OverflowError, OSError):
        raise UnprocessableEntity(_("This is not a moment.")) from None


@blueprint.app_template_global()
def page_made_at() -> str:
    """The present moment, from which on the script of the page asks what it missed."""
    return f"{clock.now().timestamp():.3f}"


@blueprint.record_once
def limit_tickets(state: BlueprintSetupState) -> None:
    """Nobody needs more of them than a page that reconnects all the time."""
    app = cast(Flask, state.app)
    limit_view(app, f"{blueprint.name}.ticket_new", TICKETS_PER_PERSON, key=lambda: f"live ticket {account().id}")
