"""What every request must satisfy before a view sees it: storable text, ids that fit, forms only."""

from __future__ import annotations

from flask import Flask, abort, request
from flask_babel import gettext as _
from werkzeug.exceptions import BadRequest, UnsupportedMediaType
from werkzeug.routing import IntegerConverter

from marketplace.core.text import is_storable

FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")
MAX_QUERY = 4096
MAX_BIGINT = 2**63 - 1


class RowId(IntegerConverter):
    """An id in an address; what no BIGINT can hold is simply an address that does not exist."""

    def __init__(self, map: object, **options: object) -> None:
        super().__init__(map, min=1, max=MAX_BIGINT)  # type: ignore[arg-type]  # werkzeug passes its own Map


def init_app(app: Flask) -> None:
    """Adds the `id` converter and the checks."""
    app.url_map.converters["id"] = RowId
    app.before_request(check_request)


def check_request() -> None:
    """Refuses bodies that are not forms, and text that could not be stored."""
    if len(request.query_string) > MAX_QUERY:
        abort(414)
    sends = request.method not in ("GET", "HEAD", "OPTIONS")
    if sends and (request.content_length or 0) > 0 and request.mimetype not in FORM_TYPES:
        raise UnsupportedMediaType(_("This address takes forms only."))
    values = [request.path, *request.args.keys(), *(value for values in request.args.listvalues() for value in values)]
    if sends:
        values += [*request.form.keys(), *(value for values in request.form.listvalues() for value in values)]
    if not all(is_storable(value) for value in values):
        raise BadRequest(_("The text holds characters that cannot be stored (NUL or broken Unicode)."))
