"""Routes of the pages that show the description of the JSON API: one to try it, one to read it."""

from __future__ import annotations

import secrets

from flask import make_response, render_template
from flask.typing import ResponseReturnValue

from marketplace.web.docs.blueprint import blueprint
from marketplace.web.headers import widen_policy
from marketplace.web.programs import API

DESCRIPTION = f"{API}/openapi.json"


@blueprint.get("/swagger")
def swagger() -> ResponseReturnValue:
    """Every operation with a form that sends it."""
    return render_template("docs/swagger.html", description=DESCRIPTION)


@blueprint.get("/redoc")
def redoc() -> ResponseReturnValue:
    """Every operation on one page, for reading.

    ReDoc writes its styles when it runs and carries its icons as a font; a word that is new in every answer lets in
    those styles and no others.
    """
    nonce = secrets.token_hex(16)
    page = make_response(render_template("docs/redoc.html", description=DESCRIPTION, nonce=nonce))
    widen_policy(page, style_src=f"'nonce-{nonce}'", font_src="data:")
    return page
