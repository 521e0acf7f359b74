"""Pictures of products on their way out: files that browsers keep for good."""

from __future__ import annotations

import re

from flask import abort, send_file
from flask.typing import ResponseReturnValue

from marketplace.catalog.queries import find_picture
from marketplace.core import pictures
from marketplace.web.catalog.blueprint import blueprint
from marketplace.web.pictures import folder

DIGEST = re.compile(r"[0-9a-f]{64}")
YEAR = 365 * 24 * 3600


@blueprint.get("/media/pictures/<digest>")
@blueprint.get("/media/pictures/<digest>/<any(thumb):size>")
def picture(digest: str, size: str = "") -> ResponseReturnValue:
    """A picture of a product, or its thumbnail: the content has its address for good, so browsers may keep it."""
    found = find_picture(digest) if DIGEST.fullmatch(digest) else None
    if found is None:
        abort(404)
    path = pictures.stored(folder(), digest, thumb=bool(size))
    try:
        answer = send_file(
            path,
            mimetype=found.media_type,
            download_name=f"{digest[:12]}.{found.media_type.removeprefix('image/')}",
            etag=f"{digest}{size}",
            max_age=YEAR,
        )
    except FileNotFoundError:
        abort(404)
    answer.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    return answer
