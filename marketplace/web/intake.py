"""What every request must satisfy before a view sees it: storable text, ids that fit, files only where they belong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, abort, current_app, request, session
from flask_babel import gettext as _
from werkzeug.exceptions import BadRequest, UnsupportedMediaType
from werkzeug.routing import IntegerConverter

from marketplace.core.text import is_storable
from marketplace.web.programs import is_for_program

FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")
SESSION_TEXTS = ("_user_id", "_id", "device", "csrf_token")
"""What a session of ours holds, besides messages for the next page."""

MAX_QUERY = 4096
MAX_BIGINT = 2**63 - 1


View = TypeVar("View", bound=Callable[..., Any])


def takes_files(limit: int) -> Callable[[View], View]:
    """Marks a view whose form may hold files, `limit` bytes with everything; write it below the route."""

    def mark(view: View) -> View:
        view.file_limit = limit  # type: ignore[attr-defined]  # read by check_request
        return view

    return mark


class RowId(IntegerConverter):
    """An id in an address; what no BIGINT can hold is simply an address that does not exist."""

    # Numbers that the pattern lets through and the limits do not would be a 405 where another method has the address.
    regex = "0*[1-9][0-9]{0,17}"

    def __init__(self, map: object, **options: object) -> None:
        super().__init__(map, min=1, max=MAX_BIGINT)  # type: ignore[arg-type]  # werkzeug passes its own Map


def init_app(app: Flask) -> None:
    """Adds the `id` converter and the checks."""
    app.url_map.converters["id"] = RowId
    # Else `//` would be answered with a redirect to whatever name the request gives us.
    app.url_map.merge_slashes = False
    app.before_request(check_request)
    app.before_request(forget_damaged_session)


def check_request() -> None:
    """Refuses bodies that are not forms, and text that could not be stored."""
    if len(request.query_string) > MAX_QUERY:
        abort(414)
    sends = request.method not in ("GET", "HEAD", "OPTIONS")
    if sends and "Transfer-Encoding" in request.headers:
        # A body without a length would be cut off at the limit instead of refused. No browser sends a form so.
        abort(411)
    values = [request.path, *request.args.keys(), *(value for values in request.args.listvalues() for value in values)]
    # The API reads its bodies by itself.
    if sends and not is_for_program():
        check_form()
        values += [*request.form.keys(), *(value for values in request.form.listvalues() for value in values)]
    if not all(is_storable(value) for value in values):
        raise BadRequest(_("The text holds characters that cannot be stored (NUL or broken Unicode)."))


def check_form() -> None:
    """Refuses what is not a form, and files where none are expected."""
    limit = getattr(current_app.view_functions.get(request.endpoint or ""), "file_limit", 0)
    # Files come in parts, from people who have signed in; nobody else may make us read so much.
    if limit and request.mimetype == "multipart/form-data" and session.get("_user_id"):
        request.max_content_length = limit
    # A declared type counts without a body too: forms would read JSON, however deep.
    if (request.content_length or request.mimetype) and request.mimetype not in FORM_TYPES:
        raise UnsupportedMediaType(_("This address takes forms only."))
    if not limit and request.files:
        raise UnsupportedMediaType(_("This address takes no files."))


def forget_damaged_session() -> None:
    """Empties a session that no release of ours has written: every page would fail on it for as long as it lives."""
    if is_for_program():
        return
    texts = [session.get(name, "") for name in SESSION_TEXTS]
    flashes = session.get("_flashes", [])
    if isinstance(flashes, list):
        for flash in flashes:
            texts += flash if isinstance(flash, tuple | list) and len(flash) == 2 else [None]
    else:
        texts.append(None)
    if not all(isinstance(text, str) and is_storable(text) for text in texts):
        session.clear()
