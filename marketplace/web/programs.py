"""What programs ask, as opposed to browsers: everything below one address."""

from __future__ import annotations

from flask import has_request_context, request

API = "/api/v1"
"""Where the present version of the JSON API is."""

ROOM = "/api/"

REPLAYED = "Idempotent-Replayed"
"""The header of an answer that was given before: nothing was done for it now."""


def is_for_program(path: str | None = None) -> bool:
    """True for a request to the JSON API, the present one or one to `path`, whether or not there is anything there."""
    if path is None:
        path = request.path if has_request_context() else ""
    return path.startswith(ROOM)
