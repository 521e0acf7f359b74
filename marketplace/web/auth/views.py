"""Routes of one's own account: where am I signed in, and end it there."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from marketplace.accounts import queries, services
from marketplace.core.db import db
from marketplace.web.auth.blueprint import blueprint
from marketplace.web.auth.devices import current_token


@blueprint.get("/sessions")
def session_list() -> ResponseReturnValue:
    """The devices where this person is signed in."""
    sessions = queries.live_sessions(current_user)
    return render_template("auth/session_list.html", sessions=sessions, current=current_token())


@blueprint.post("/sessions/<id:session_id>/end")
def session_end(session_id: int) -> ResponseReturnValue:
    """Signs one device out."""
    services.end_session(session_id, by=current_user)
    flash(_("That device is signed out."), "success")
    db.session.commit()
    return redirect(url_for("auth.session_list"))


@blueprint.post("/sessions/end-others")
def session_end_others() -> ResponseReturnValue:
    """Signs every other device out."""
    services.end_sessions(current_user, keep=current_token())
    flash(_("All other devices are signed out."), "success")
    db.session.commit()
    return redirect(url_for("auth.session_list"))
