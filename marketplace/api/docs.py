"""The description of the API at its own address."""

from __future__ import annotations

from flask import Response, current_app
from werkzeug.http import generate_etag
from werkzeug.wrappers import Response as WerkzeugResponse

from marketplace.api.description.document import described_as_json
from marketplace.api.protocol.blueprint import blueprint
from marketplace.api.protocol.operations import conditional
from marketplace.web.guards import PUBLIC, declare

declare(f"{blueprint.name}.openapi", PUBLIC)
KEPT = "api_description"


@blueprint.get("/openapi.json")
def openapi() -> WerkzeugResponse:
    """OpenAPI 3.1, the same as docs/openapi.json."""
    kept: tuple[bytes, str] | None = current_app.extensions.get(KEPT)
    if kept is None:
        content = described_as_json().encode()
        kept = current_app.extensions[KEPT] = content, generate_etag(content)
    answer = Response(kept[0], content_type="application/json")
    answer.headers["Cache-Control"] = "public, no-cache"
    answer.set_etag(kept[1])
    return conditional(answer)
