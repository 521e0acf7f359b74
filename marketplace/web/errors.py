"""Refusals and failures as pages: the domain's tree to status codes, each with words and a way on."""

from __future__ import annotations

import logging

from flask import Flask, current_app, g, jsonify, make_response, render_template, request, url_for
from flask.globals import request_ctx
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_limiter import RateLimitExceeded
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import BadHost, HTTPException, SecurityError

from marketplace.core.db import db
from marketplace.core.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from marketplace.web.problems import PLAIN, Errors, kind_of, problem
from marketplace.web.programs import is_for_program
from marketplace.web.requestlog import request_id

log = logging.getLogger("marketplace.errors")

UNREACHABLE: tuple[type[SQLAlchemyError], ...] = (OperationalError, InterfaceError, PoolTimeout)
"""How SQLAlchemy says that the database is away or has no connection to spare."""

STATUS_CODES: dict[type[DomainError], int] = {NotFound: 404, NotAllowed: 403, Conflict: 409, Invalid: 422}

TITLES = {
    400: _l("The request is not right"),
    401: _l("Sign in first"),
    403: _l("You may not do this"),
    404: _l("There is nothing here"),
    405: _l("This cannot be done this way"),
    406: _l("There is nothing in this form"),
    408: _l("That took too long"),
    409: _l("Somebody was quicker, or it is too late"),
    411: _l("The request does not say how long it is"),
    412: _l("It is not the same any more"),
    413: _l("That is too much"),
    414: _l("The address is too long"),
    415: _l("This kind of content is not accepted"),
    422: _l("Something in the input is wrong"),
    429: _l("Too many attempts"),
    431: _l("The headers are too long"),
    500: _l("Something went wrong on our side"),
    503: _l("The database does not answer"),
}

MESSAGES = {
    400: _l("The address or the form holds something that cannot be understood."),
    401: _l("This page is for people who have signed in."),
    403: _l("Your account does not allow this."),
    404: _l("The page does not exist, or it is not open to you."),
    405: _l("This address answers to another kind of request."),
    408: _l("What you sent did not arrive in time. Send it again."),
    411: _l("Say how long the form is before sending it."),
    413: _l("What you sent is larger than this page accepts."),
    414: _l("Shorten the filters and try again."),
    429: _l("Wait a minute, then try again."),
    500: _l("The error has been noted. Nothing that you saved is lost."),
}

FOR_PROGRAMS = {
    400: _l("The request holds something that cannot be understood."),
    401: _l("Sign in and send the access token: Authorization: Bearer …"),
    404: _l("There is nothing at this address, or nothing that you may know of."),
    411: _l("Say in Content-Length how long the body is."),
    413: _l("The body is larger than this address takes."),
    414: _l("Send fewer or shorter parameters."),
    415: _l("The body is of a type that this address does not take."),
    431: _l("Send fewer or shorter headers."),
}
"""The same to those who see no page, where that makes a difference."""


def init_app(app: Flask) -> None:
    """Registers a page for every way in which a request can fail."""
    app.register_error_handler(DomainError, show_refusal)
    app.register_error_handler(CSRFError, show_csrf_error)
    app.register_error_handler(SecurityError, show_foreign_host)
    app.register_error_handler(BadHost, show_foreign_host)
    app.register_error_handler(HTTPException, show_http_error)
    for kind in UNREACHABLE:
        app.register_error_handler(kind, show_database_down)
    app.register_error_handler(Exception, show_failure)


def show_refusal(error: DomainError) -> ResponseReturnValue:
    """What the domain refused, in its own words."""
    db.session.rollback()
    code = next(code for kind, code in STATUS_CODES.items() if isinstance(error, kind))
    words, field = explain(error), getattr(error, "field", None)
    errors = getattr(error, "errors", None) or ({field: [words]} if field else None)
    return error_page(code, words, kind=kind_of(type(error)), errors=errors)


def explain(error: DomainError) -> str:
    """The refusal's words in the person's language."""
    return _(error.message, **error.values) if error.values else _(error.message)


def show_csrf_error(error: CSRFError) -> ResponseReturnValue:
    """A form without our token: mostly a page that was open for too long."""
    return error_page(400, _("The form has expired. Go back, reload the page and send it again."))


def show_foreign_host(error: SecurityError | BadHost) -> ResponseReturnValue:
    """A request under a name that TRUSTED_HOSTS does not hold, or that cannot be a name."""
    # Flask leaves such a request without a way to build addresses; the page needs only those inside the site.
    request_ctx.url_adapter = current_app.url_map.bind("", request.root_path)
    return error_page(400, _("This site does not answer under this name."))


def show_http_error(error: HTTPException) -> ResponseReturnValue:
    """Errors of the framework, with our words instead of its English ones."""
    code = error.code or 500
    if error.response is not None:
        return error.response
    if code < 400:
        return error
    # What the limiter says of itself is for whoever set the limit.
    is_ours = error.description != type(error).description and not isinstance(error, RateLimitExceeded)
    own_words = error.description if is_ours else None
    answer = make_response(error_page(code, own_words or message_of(code)))
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after", "www-authenticate"):
            answer.headers[name] = value
    return answer


def show_database_down(error: SQLAlchemyError) -> ResponseReturnValue:
    """The database is away: a page that needs none, and a hint when to come back."""
    log.error("database does not answer", extra={"fields": {"request_id": request_id()}}, exc_info=error)
    # Whoever asks from here on who this is must not be sent to the database again.
    g._login_user = current_app.login_manager.anonymous_user()  # type: ignore[attr-defined]  # set by Flask-Login
    if is_for_program():
        return problem(503, title_of(503), title_of(503), headers={"Retry-After": "10"})
    if wants_json():
        return jsonify(error=str(TITLES[503])), 503, {"Retry-After": "10"}
    page = render_template("errors/database_down.html", request_id=request_id())
    return page, 503, {"Retry-After": "10"}


def show_failure(error: Exception) -> ResponseReturnValue:
    """A mistake of ours: noted with the id that the page shows."""
    db.session.rollback()
    log.error("unexpected error", extra={"fields": {"request_id": request_id()}}, exc_info=error)
    return error_page(500, str(MESSAGES[500]))


def wants_json() -> bool:
    """True when a script asks, which says that it takes JSON and does not say so of pages."""
    accepted = request.accept_mimetypes
    return accepted["application/json"] > accepted["text/html"]


def title_of(code: int) -> str:
    """What an answer of this status is about, in a few words."""
    return str(TITLES.get(code, TITLES[400] if code < 500 else TITLES[500]))


def message_of(code: int) -> str:
    """What whoever asks can do about an answer of this status, if there is anything to say."""
    return str((FOR_PROGRAMS.get(code) if is_for_program() else None) or MESSAGES.get(code, ""))


def error_page(
    code: int, message: str, hint: str = "", *, kind: str = PLAIN, errors: Errors | None = None
) -> ResponseReturnValue:
    """The designed page for `code` with ways on that fit the person; a problem for a program; words for a script."""
    if is_for_program():
        return problem(code, title_of(code), message or title_of(code), kind=kind, errors=errors)
    if wants_json():
        return jsonify(error=message), code
    try:
        signed_in = current_user.is_authenticated
    except UNREACHABLE as error:
        # The layout asks who looks, and nothing handles what goes wrong in a handler.
        return show_database_down(error)
    actions = [(url_for("board.order_list"), _("To the board")), (url_for("home.index"), _("To the home page"))]
    if code in (401, 403) and not signed_in:
        actions.insert(0, (url_for("security.login"), _("Sign in")))
    elif code in (409, 422) and request.referrer and request.referrer.startswith(request.host_url):
        actions.insert(0, (request.referrer, _("Back to the page before")))
    page = render_template(
        "errors/error.html",
        code=code,
        title=title_of(code),
        message=message,
        hint=hint,
        request_id=request_id(),
        actions=actions,
    )
    return page, code
