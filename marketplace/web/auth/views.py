"""Routes of one's own account: the first step, where am I signed in, and end it there."""

from __future__ import annotations

from typing import cast

from flask import Flask, current_app, flash, jsonify, redirect, render_template, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.accounts import queries, services
from marketplace.accounts.models import AccountSession
from marketplace.accounts.states import ACCESS_LIFETIME, Role, SessionKind
from marketplace.core.db import db
from marketplace.web.auth.blueprint import blueprint
from marketplace.web.auth.browsers import device_name, program_name
from marketplace.web.auth.devices import current_token
from marketplace.web.limits import limit_view
from marketplace.web.viewer import account, device

TOKENS_PER_PERSON = "60 per minute;600 per hour"
FIRST_STEPS = {Role.CUSTOMER: "orders.order_new", Role.PERFORMER: "people.profile"}


@blueprint.get("/welcome")
def welcome() -> ResponseReturnValue:
    """Leads somebody new to the first thing that a person of their role does."""
    return redirect(url_for(FIRST_STEPS.get(account().role, "home.index")))


@blueprint.get("/sessions")
def session_list() -> ResponseReturnValue:
    """The devices and programs where this person is signed in."""
    return render_template(
        "auth/session_list.html",
        sessions=queries.live_sessions(account()),
        current=current_token(),
        name_of=name_of,
    )


def name_of(session: AccountSession) -> str:
    """By what the person recognises it: their device, or their program."""
    if session.kind is SessionKind.PROGRAM:
        return " · ".join(filter(None, [_("Program (API)"), program_name(session.user_agent)]))
    return device_name(session.user_agent) or _("Unknown device")


@blueprint.post("/sessions/<id:session_id>/end")
def session_end(session_id: int) -> ResponseReturnValue:
    """Signs one device out."""
    services.end_session(session_id, by=account())
    flash(_("That device is signed out."), "success")
    db.session.commit()
    return redirect(url_for("auth.session_list"))


@blueprint.post("/sessions/end-others")
def session_end_others() -> ResponseReturnValue:
    """Signs every other device out."""
    services.end_sessions(account(), keep=current_token())
    flash(_("All other devices are signed out."), "success")
    db.session.commit()
    return redirect(url_for("auth.session_list"))


@blueprint.post("/sessions/token")
def token_new() -> ResponseReturnValue:
    """An access token of this session, by which the scripts of a page ask the JSON API; it dies with the session."""
    token = services.access_token(device(), secret=current_app.config["SECRET_KEY"])
    return jsonify(access_token=token, token_type="Bearer", expires_in=int(ACCESS_LIFETIME.total_seconds()))


@blueprint.record_once
def limit_tokens(state: BlueprintSetupState) -> None:
    """A page keeps its token for as long as it is good."""
    app = cast(Flask, state.app)
    limit_view(app, f"{blueprint.name}.token_new", TOKENS_PER_PERSON, key=lambda: f"token {account().id}")
