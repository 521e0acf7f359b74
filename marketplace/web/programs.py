"""What programs ask, as opposed to browsers: everything below one address."""

from __future__ import annotations

from flask import has_request_context, request

API = "/api/v1"
"""Where the present version of the JSON API is."""

ROOM = "/api/"


def is_for_program() -> bool:
    """True for a request to the JSON API, whether or not there is anything at its address."""
    return has_request_context() and request.path.startswith(ROOM)
